"""The words of lists from chat groups, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

CHAT_LABELS: Mapping[str, Mapping[str, object]] = {
    "list_column": {
        "address": _l("Address"),
        "compound": _l("Compound"),
        "building": _l("Building"),
        "unit": _l("Unit of the building"),
        "flat": _l("Flat"),
        "number": _l("Order number"),
        "phone": _l("Phone number"),
        "state": _l("State"),
        "product": _l("Product"),
        "quantity": _l("Quantity"),
        "count": _l("Quantity of one product"),
        "text": _l("Goods as a text"),
        "remark": _l("Remark"),
    },
    "list_outcome": {
        "ready": _l("To be entered"),
        "entered": _l("Entered"),
        "known": _l("Entered before"),
        "change": _l("Differs"),
        "changed": _l("Changed"),
        "held": _l("Held back"),
        "duplicate": _l("Repeated"),
        "skipped": _l("Skipped"),
        "wrong": _l("Wrong"),
    },
    "second_row": {
        "refuse": _l("Are wrong"),
        "add": _l("Are further orders"),
        "last": _l("The last one counts"),
    },
    "unsaid": {"refuse": _l("Is wrong"), "one": _l("Is one")},
    "bad_flat": {
        "empty": _l("it is empty"),
        "no_building": _l("it names no building"),
        "no_flat": _l("it names no flat in the building"),
        "too_many": _l("it has more numbers than building, unit and flat"),
        "unit": _l("it has a unit that no building has, or is two flats"),
        "floor": _l("its flat is not on its floor"),
        "floor_or_building": _l("it may be a floor or a building"),
        "words": _l("it holds words that belong to no flat"),
    },
    "bad_phone": {
        "empty": _l("it is empty"),
        "signs": _l("it holds signs that are no digits"),
        "length": _l("it has not eleven digits"),
        "kind": _l("no mobile number begins like this"),
    },
    "bad_text": {
        "empty": _l("it is empty"),
        "words": _l("it is no product of the group buy"),
        "ambiguous": _l("it may be several products"),
        "no_quantity": _l("it has no number beside it"),
        "unit": _l("it is not the unit it is sold by"),
        "not_whole": _l("it is no whole number"),
        "too_many": _l("it is more than anybody orders"),
    },
    "bad_list_mapping": {
        "too_many": _l("it names more columns than are read"),
        "role_twice": _l("only quantities of one product may have several columns"),
        "column_twice": _l("a column is named twice"),
        "address_twice": _l("the address stands in one column or in several, not both"),
        "no_address": _l("no column is the address, or building and flat"),
        "no_goods": _l("no column says what was ordered"),
        "two_layouts": _l("the goods stand in rows, in columns or in a text, not in two of these"),
        "no_quantity": _l("product and quantity go together"),
        "out_of_range": _l("the rows of the heading are out of range"),
        "channel": _l("a list is of a group buy or of proxy orders"),
        "malformed": _l("it is not of the form that a mapping has"),
    },
}
