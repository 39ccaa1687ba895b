"""What households and communities are told of."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    ORDER_PLACED = "order_placed"
    ORDER_CANCELLED = "order_cancelled"
    LINE_SHORTED = "line_shorted"
    CAMPAIGN_FAILED = "campaign_failed"
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
