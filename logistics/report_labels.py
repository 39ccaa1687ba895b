"""The words of daily reports and of office sheets, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

REPORT_LABELS: Mapping[str, Mapping[str, object]] = {
    "report_state": {
        "to_come": _l("Not due yet"),
        "due": _l("To be confirmed"),
        "late": _l("Late"),
        "confirmed": _l("Reported"),
        "confirmed_late": _l("Reported late"),
        "not_owed": _l("None owed"),
    },
    "scope": {"own": _l("Own store"), "whole": _l("With all below")},
    "report_quantity": {
        "opening": _l("Opening"),
        "received": _l("Received"),
        "arrived": _l("Arrived"),
        "came_back": _l("Came back"),
        "returned": _l("Loans returned"),
        "adjusted": _l("Adjusted"),
        "sent": _l("Sent on"),
        "issued": _l("Issued"),
        "lent": _l("Lent"),
        "written_off": _l("Written off"),
        "closing": _l("Closing"),
        "on_loan": _l("On loan"),
        "on_the_way": _l("On the way here"),
        "discrepancy": _l("Open discrepancy"),
        "lost": _l("Lost outside"),
        "requested": _l("Requested"),
        "given": _l("Given"),
        "waiting": _l("Waiting requests"),
    },
    "column_role": {
        "place": _l("Place"),
        "above": _l("Area above the place"),
        "requested": _l("Requested"),
        "sent": _l("Sent"),
        "received": _l("Received"),
        "stock": _l("In stock"),
        "remark": _l("Remark"),
        "item": _l("Item"),
        "day": _l("Day"),
    },
    "fact_kind": {
        "requested": _l("Requested"),
        "sent": _l("Sent"),
        "received": _l("Received"),
        "stock": _l("In stock"),
    },
    "day_from": {
        "automatic": _l("Wherever it stands"),
        "heading": _l("The lines above the table"),
        "sheet_name": _l("The sheet's name"),
        "file_name": _l("The file's name"),
        "cell": _l("One cell"),
    },
    "fractions": {
        "refuse": _l("Are wrong"),
        "down": _l("Are rounded down"),
        "nearest": _l("Are rounded to the nearest"),
    },
    "blank_means": {"nothing": _l("Says nothing"), "zero": _l("Is a zero")},
    "repeats": {"refuse": _l("Are wrong"), "sum": _l("Are added up")},
    "sheet_outcome": {"taken": _l("Taken"), "skipped": _l("Skipped"), "wrong": _l("Wrong")},
    "sheet_part": {"rows": _l("rows"), "columns": _l("columns"), "cells": _l("cells")},
    "bad_mapping": {
        "too_many": _l("it names more columns than are read"),
        "no_place": _l("exactly one column must be the place"),
        "no_quantity": _l("no column is a quantity (requested, sent, received or in stock)"),
        "role_twice": _l("only quantities may have several columns"),
        "column_twice": _l("a column is named twice"),
        "out_of_range": _l("the rows of the heading or the pieces per unit are out of range"),
        "no_day_cell": _l("the cell of the day is not named"),
        "day_cell_empty": _l("the cell that it names for the day holds no date"),
        "no_item": _l("nothing says which item the quantities are of"),
        "malformed": _l("it is not of the form that a mapping has"),
    },
}
