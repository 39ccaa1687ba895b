"""The words of messages and their ways, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

MESSAGE_LABELS: Mapping[str, Mapping[str, object]] = {
    "event": {
        "order_placed": _l("Order placed"),
        "order_cancelled": _l("Order cancelled"),
        "line_shorted": _l("Goods short"),
        "campaign_failed": _l("Group buy not formed"),
        "campaign_filed": _l("Group buy filed"),
        "campaign_extended": _l("Group buy extended"),
        "campaign_waiting": _l("Group buy below its minimum"),
        "price_fell": _l("Price fell"),
        "route_planned": _l("On a route"),
        "stop_dropped": _l("Not on a route"),
        "delivered": _l("Goods here"),
        "item_reserved": _l("Put aside"),
        "ballot_registered": _l("Registered in a ballot"),
        "ballot_offered": _l("Won in a ballot"),
        "ballot_waiting": _l("On a waiting list"),
        "ballot_lapsed": _l("Share gone on"),
        "ballot_passed_over": _l("Passed over in a ballot"),
        "ballot_lost": _l("Not drawn"),
        "ballot_cancelled": _l("Ballot called off"),
        "share_shorted": _l("Request cut short"),
        "share_sent": _l("Share on its way"),
        "share_cancelled": _l("Round cancelled"),
        "item_issued": _l("Handed to the household"),
        "ballot_withdrawn": _l("Off the list of a ballot"),
        "report_late": _l("Daily report late"),
        "channel_set": _l("Way of messages changed"),
        "order_changed": _l("Order changed"),
    },
    "channel_kind": {
        "page": _l("On the page only"),
        "sms": _l("By SMS"),
        "robot": _l("By a chat robot"),
    },
    "delivery_state": {
        "waiting": _l("Waiting"),
        "sending": _l("Being sent"),
        "sent": _l("Sent"),
        "failed": _l("Given up"),
        "unclear": _l("Unclear whether it arrived"),
        "called_off": _l("No longer wanted"),
    },
    "outcome": {
        "sent": _l("Sent"),
        "refused": _l("Refused for good"),
        "throttled": _l("Too many at once"),
        "failed": _l("Not delivered"),
        "unclear": _l("No answer"),
    },
    "message_language": {"zh": _l("Chinese"), "en": _l("English")},
}
