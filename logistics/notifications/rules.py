"""What households and communities are told of, by which way, and what becomes of each telling."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    ORDER_PLACED = "order_placed"
    ORDER_CANCELLED = "order_cancelled"
    LINE_SHORTED = "line_shorted"
    CAMPAIGN_FAILED = "campaign_failed"
    CAMPAIGN_FILED = "campaign_filed"
    CAMPAIGN_EXTENDED = "campaign_extended"
    CAMPAIGN_WAITING = "campaign_waiting"
    PRICE_FELL = "price_fell"
    ROUTE_PLANNED = "route_planned"
    STOP_DROPPED = "stop_dropped"
    DELIVERED = "delivered"
    ITEM_RESERVED = "item_reserved"
    BALLOT_REGISTERED = "ballot_registered"
    BALLOT_OFFERED = "ballot_offered"
    BALLOT_WAITING = "ballot_waiting"
    BALLOT_LAPSED = "ballot_lapsed"
    BALLOT_PASSED_OVER = "ballot_passed_over"
    BALLOT_LOST = "ballot_lost"
    BALLOT_CANCELLED = "ballot_cancelled"
    SHARE_SHORTED = "share_shorted"
    SHARE_SENT = "share_sent"
    SHARE_CANCELLED = "share_cancelled"
    ITEM_ISSUED = "item_issued"
    BALLOT_WITHDRAWN = "ballot_withdrawn"
    REPORT_LATE = "report_late"
    CHANNEL_SET = "channel_set"
    ORDER_CHANGED = "order_changed"


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class ChannelKind(StrEnum):
    """How a recipient wants to be told besides the page, which always has every message."""

    PAGE = "page"
    SMS = "sms"
    ROBOT = "robot"


class DeliveryState(StrEnum):
    """Where one message is on its way through one channel.

    `unclear`: nobody can know whether it arrived, and sending it again could tell somebody twice.
    `called_off`: the recipient wants no messages there any more.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"
    CALLED_OFF = "called_off"


class Outcome(StrEnum):
    """What came of one attempt.

    `refused` for good; `throttled` and `failed` certainly not delivered, and worth another attempt; `unclear` when the
    message had left and no answer came.
    """

    SENT = "sent"
    REFUSED = "refused"
    THROTTLED = "throttled"
    FAILED = "failed"
    UNCLEAR = "unclear"


AGAIN = frozenset({DeliveryState.FAILED, DeliveryState.UNCLEAR})
"""States from which an office may have a message sent once more."""
