"""The words of entitlements and ballots, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

DRAW_LABELS: Mapping[str, Mapping[str, object]] = {
    "per": {"household": _l("Per household"), "person": _l("Per person")},
    "draw_channel": {
        "order": _l("Ordered by the household"),
        "pickup": _l("Over the counter"),
        "proxy": _l("By a community worker"),
        "ballot": _l("Won in a ballot"),
    },
    "ballot_state": {
        "draft": _l("Draft"),
        "open": _l("Registration open"),
        "closed": _l("List closed"),
        "drawn": _l("Drawn"),
        "done": _l("Done"),
        "cancelled": _l("Cancelled"),
    },
    "ballot_outcome": {
        "registered": _l("Registered"),
        "waiting": _l("On the waiting list"),
        "offered": _l("Won, to be collected"),
        "collected": _l("Collected"),
        "lapsed": _l("Not collected in time"),
        "declined": _l("Declined"),
        "passed_over": _l("Passed over: entitlement used up"),
        "lost": _l("Not drawn"),
    },
}
