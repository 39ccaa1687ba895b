"""A household's one timeline: its orders and every message about them, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from logistics.communities import queries as communities
from logistics.db import reading
from logistics.inventory.ballots import queries as ballots
from logistics.inventory.ballots.rules import BallotState
from logistics.inventory.ballots.views import BallotView, RegistrationView
from logistics.inventory.entitlement import queries as entitlement
from logistics.inventory.ledger.rules import ReservationState
from logistics.notifications import queries as notifications
from logistics.notifications.queries import NotificationView
from logistics.notifications.rules import Event
from logistics.orders import queries as orders
from logistics.orders.rules import CampaignState
from logistics.orders.views import OrderView
from logistics.web.here import current_viewer, now
from logistics.web.messages import details, headline
from logistics.web.ordering import new_key

pages = Blueprint("resident", __name__)

_TONES = {
    Event.LINE_SHORTED: "warn",
    Event.ORDER_CANCELLED: "warn",
    Event.ORDER_CHANGED: "warn",
    Event.CAMPAIGN_FAILED: "bad",
    Event.STOP_DROPPED: "bad",
    Event.BALLOT_LAPSED: "warn",
    Event.BALLOT_PASSED_OVER: "warn",
    Event.BALLOT_CANCELLED: "warn",
    Event.BALLOT_WITHDRAWN: "warn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened; with the order it is about, where that is still to be seen."""

    at: datetime
    headline: str
    details: list[str]
    tone: str
    order: OrderView | None


OF_LATE = 20
"""Draws and registrations that a household's page goes back."""


@pages.get("/my")
def timeline() -> str:
    viewer = current_viewer()
    with reading() as session:
        home = communities.household(session, viewer, viewer.household_id or 0)
        own_orders = orders.orders(session, viewer)
        told = notifications.notifications(session, viewer)
        campaigns = orders.campaigns(session, viewer, state=CampaignState.OPEN)
        remaining = entitlement.remaining(session, viewer, home.id, now=now())
        draws = entitlement.draws(session, viewer, household_id=home.id, limit=OF_LATE)
        registered = ballots.registrations(session, viewer, household_id=home.id, limit=OF_LATE)
        open_ballots = ballots.ballots(session, viewer, state=BallotState.OPEN)
    entries = _entries(told, {order.code: order for order in own_orders})
    return render_template(
        "timeline.html",
        home=home,
        open_campaigns=[campaign for campaign in campaigns if campaign.cut_off_at > now()],
        entries=entries,
        latest=_latest(entries),
        remaining=remaining,
        waiting=[draw for draw in draws if draw.state is ReservationState.PENDING],
        registrations=registered,
        ballots=open_to(open_ballots, registered, at=now()),
        key=new_key(),
    )


def open_to(found: list[BallotView], registered: list[RegistrationView], *, at: datetime) -> list[BallotView]:
    """The ballots that a household may still register for."""
    known = {row.ballot_id for row in registered}
    return [ballot for ballot in found if ballot.id not in known and ballot.closes_at > at]


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
