"""What households are told of."""

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
