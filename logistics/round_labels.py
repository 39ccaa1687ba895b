"""The words of requests and rounds, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

ROUND_LABELS: Mapping[str, Mapping[str, object]] = {
    "tier": {
        "transmission": _l("Transmission"),
        "cases": _l("With cases"),
        "no_case": _l("No case"),
    },
    "request_state": {
        "open": _l("Open"),
        "allocated": _l("Taken into a round"),
        "declined": _l("Declined"),
        "withdrawn": _l("Withdrawn"),
    },
    "round_state": {
        "draft": _l("Draft"),
        "approved": _l("Approved"),
        "dispatched": _l("Sent"),
        "received": _l("All received"),
        "cancelled": _l("Cancelled"),
    },
    "refusal": {"no_room": _l("No room"), "no_need": _l("No need")},
    "rejection_reason": {
        "no_room": _l("No room"),
        "no_need": _l("No need"),
        "damaged": _l("Damaged"),
        "expired": _l("Past its date"),
        "wrong_goods": _l("Wrong goods"),
    },
    "change": {
        "supply": _l("the supply"),
        "added": _l("a new request"),
        "gone": _l("a request that is gone"),
        "requested": _l("what is asked for"),
        "refusal": _l("a request that was declined or asked again"),
        "tier": _l("a class"),
        "carry": _l("what is carried over"),
        "weight": _l("a weight"),
        "floor": _l("a floor"),
        "parent": _l("the tree"),
        "text": _l("the words of a request"),
    },
    "need": {
        "households": _l("Households"),
        "elders": _l("Households with old people"),
        "checkpoints": _l("Checkpoints"),
        "cover": _l("Few days of cover"),
    },
    "floor_per": {"place": _l("per place"), "checkpoint": _l("per checkpoint")},
}
