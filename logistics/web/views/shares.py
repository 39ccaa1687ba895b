"""What communities were given: the shares with their reasons, and the arrivals that wait to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.inventory.rounds import queries, service
from logistics.inventory.rounds.overview import queries as overview
from logistics.inventory.rounds.rules import RejectionReason
from logistics.inventory.rounds.views import ShareView
from logistics.notifications import queries as notifications
from logistics.web.here import PAGE_ROWS, current_viewer, now, page, page_number
from logistics.web.locale import language
from logistics.web.messages import details, headline
from logistics.web.words import _

pages = Blueprint("shares", __name__)

CONFIRMS = frozenset({Role.ADMIN, Role.COMMUNITY_WORKER})
"""Who says what arrived: the other end, never the office that sent it."""
MESSAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A shipment to a community that nobody has confirmed, with all its places' pieces."""

    round_id: int
    round_code: str
    area_id: int
    area_name: str
    item_name: str
    unit: str
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    at: datetime
    headline: str
    details: list[str]


@pages.get("/shares")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = overview.shares(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        awaited = overview.awaited_shares(session, viewer)
        messages = notifications.to_areas(session, viewer, limit=MESSAGES)
    return render_template(
        "shares.html",
        page=page(rows, number),
        awaited=_by_shipment(awaited),
        messages=[
            Told(at=row.created_at, headline=headline(row.event, row.data), details=details(row.event, row.data))
            for row in messages
        ],
        may_confirm=viewer.role in CONFIRMS,
        reasons=[reason.value for reason in RejectionReason],
        chinese=language() == "zh",
    )


@pages.post("/rounds/<int:round_id>/arrivals/<int:area_id>")
def confirm(round_id: int, area_id: int) -> ResponseReturnValue:
    """Confirm what came of a community's shipment; pressed twice it is confirmed once."""
    viewer = current_viewer()
    accepted, rejected = _whole("accepted"), _whole("rejected", default=0)
    reason = {reason.value: reason for reason in RejectionReason}.get(request.form.get("reason", ""))
    with transaction() as session:
        queries.area(session, viewer, area_id)
        overview.require_share(session, viewer, round_id=round_id, area_id=area_id)
        if accepted is None or rejected is None:
            flash(_("Give whole numbers of pieces."), "bad")
            return redirect(url_for(".index"))
        command = service.ConfirmArrival(
            round_id=round_id,
            area_id=area_id,
            accepted=accepted,
            rejected=rejected,
            reason=reason,
            account_id=viewer.account_id,
        )
        service.confirm_arrival(session, command, now=now())
    flash(_("The arrival is confirmed."), "good")
    return redirect(url_for(".index"))


def _whole(name: str, *, default: int | None = None) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return default
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _by_shipment(shares: Sequence[ShareView]) -> list[Awaited]:
    found: dict[int, Awaited] = {}
    for share in shares:
        assert share.shipment_id is not None, "only what was sent is awaited"
        known = found.get(share.shipment_id)
        found[share.shipment_id] = (
            replace(known, pieces=known.pieces + share.allocated)
            if known
            else Awaited(
                round_id=share.round_id,
                round_code=share.round_code,
                area_id=share.area_id,
                area_name=share.area_name,
                item_name=share.item_name,
                unit=share.unit,
                pieces=share.allocated,
            )
        )
    return list(found.values())
