"""The words of the catalogue and the price ceilings, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

CATALOGUE_LABELS: Mapping[str, Mapping[str, object]] = {
    "sold_by": {"piece": _l("Sold by piece"), "weight": _l("Sold by weight")},
    "temperature": {"ambient": _l("Ambient"), "chilled": _l("Chilled"), "frozen": _l("Frozen")},
    "ceiling_unit": {"per_500g": _l("per 500 g"), "per_piece": _l("per piece")},
    "price_cause": {
        "added": _l("Added"),
        "changed": _l("Changed"),
        "imported": _l("From a file"),
        "taken_over": _l("Before the history began"),
    },
    "priced_per": {
        "unit": _l("per unit"),
        "per_kg": _l("per kg"),
        "per_500g": _l("per 500 g"),
        "per_piece": _l("per piece"),
    },
    "log_kind": {
        "price": _l("Price"),
        "ceiling_set": _l("Ceiling set"),
        "ceiling_ended": _l("Ceiling ended"),
        "assigned": _l("Ceiling applies to it"),
    },
    "row_outcome": {
        "added": _l("Added"),
        "changed": _l("Changed"),
        "repriced": _l("New price"),
        "unchanged": _l("As it was"),
        "wrong": _l("Cannot be taken"),
    },
}
