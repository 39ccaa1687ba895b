"""The words of a campaign's terms and of the steps of its life, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

CAMPAIGN_LABELS: Mapping[str, Mapping[str, object]] = {
    "fallback": {
        "cancel": _l("Cancel it and tell the households"),
        "extend": _l("Put the cut-off off, once"),
        "notify": _l("Tell the households; the store decides"),
    },
    "measure": {
        "orders": _l("Orders"),
        "households": _l("Households"),
        "units": _l("Units"),
        "amount": _l("Amount"),
    },
    "step": {
        "filed": _l("Filed"),
        "approved": _l("Approved"),
        "returned": _l("Returned"),
        "withdrawn": _l("Taken back to a draft"),
        "opened": _l("Opened for orders"),
        "full": _l("Full"),
        "extended": _l("Cut-off put off"),
        "closed": _l("Closed"),
        "formed": _l("Formed"),
        "failed": _l("Not formed"),
        "fulfilled": _l("Fulfilled"),
    },
}
