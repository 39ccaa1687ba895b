"""A household's one timeline: its orders and every message about them, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from logistics.communities import queries as communities
from logistics.db import reading
from logistics.notifications import queries as notifications
from logistics.notifications.queries import NotificationView
from logistics.notifications.rules import Event
from logistics.orders import queries as orders
from logistics.orders.rules import CampaignState
from logistics.orders.views import OrderView
from logistics.web.here import current_viewer, now
from logistics.web.messages import details, headline

pages = Blueprint("resident", __name__)

_TONES = {
    Event.LINE_SHORTED: "warn",
    Event.ORDER_CANCELLED: "warn",
    Event.CAMPAIGN_FAILED: "bad",
    Event.STOP_DROPPED: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened; with the order it is about, where that is still to be seen."""

    at: datetime
    headline: str
    details: list[str]
    tone: str
    order: OrderView | None


@pages.get("/my")
def timeline() -> str:
    viewer = current_viewer()
    with reading() as session:
        home = communities.household(session, viewer, viewer.household_id or 0)
        own_orders = orders.orders(session, viewer)
        told = notifications.notifications(session, viewer)
        campaigns = orders.campaigns(session, viewer, state=CampaignState.OPEN)
    entries = _entries(told, {order.code: order for order in own_orders})
    return render_template(
        "timeline.html",
        home=home,
        open_campaigns=[campaign for campaign in campaigns if campaign.cut_off_at > now()],
        entries=entries,
        latest=_latest(entries),
    )


def _entries(told: list[NotificationView], by_code: dict[str, OrderView]) -> list[Entry]:
    """The messages; and the orders that were imported without one, as placed."""
    entries = [
        Entry(
            at=row.created_at,
            headline=headline(row.event, row.data),
            details=details(row.event, row.data),
            tone=_TONES.get(row.event, ""),
            order=by_code.get(str(row.data.get("order"))),
        )
        for row in told
    ]
    announced = {str(row.data.get("order")) for row in told if row.event is Event.ORDER_PLACED}
    entries += [
        Entry(
            at=order.placed_at,
            headline=headline(Event.ORDER_PLACED, {"order": order.code, "total_cents": order.total_cents}),
            details=[],
            tone="",
            order=order,
        )
        for code, order in by_code.items()
        if code not in announced
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _latest(entries: list[Entry]) -> set[int]:
    """Places of the newest entry of each order: only there its state is shown."""
    seen: set[int] = set()
    places = set()
    for place, entry in enumerate(entries):
        if entry.order is not None and entry.order.id not in seen:
            seen.add(entry.order.id)
            places.add(place)
    return places
