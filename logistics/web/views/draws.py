"""Goods put aside for a household within its entitlement: taken, handed over, let go."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.errors import DomainError, NotFound
from logistics.inventory.entitlement import queries, service
from logistics.inventory.entitlement.rules import COLLECT_WITHIN, QUANTITY_MAX, DrawChannel
from logistics.inventory.entitlement.scope import require_household
from logistics.inventory.ledger.keys import ledger_key
from logistics.web.errors import sentence
from logistics.web.here import asked_id, current_viewer, now
from logistics.web.ordering import new_key
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("draws", __name__)


@pages.post("/households/<int:household_id>/draws")
def take(household_id: int) -> ResponseReturnValue:
    """Put goods aside, or hand them over at once; a form sent twice does it once."""
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    quantity = sent.whole("quantity", 1, QUANTITY_MAX)
    at_once = "at_once" in request.form and viewer.role is not Role.RESIDENT
    try:
        with transaction() as session:
            require_household(session, viewer, household_id)
            if sent.errors:
                flash(sent.errors["quantity"], "bad")
                return _back(household_id)
            draw_id = _take(session, household_id, quantity=quantity, at_once=at_once)
            if at_once:
                service.hand_over(session, draw_id, now=now(), account_id=viewer.account_id)
    except NotFound:
        raise
    except DomainError as error:
        flash(sentence(error), "bad")
    else:
        flash(_("Handed out.") if at_once else _("Put aside; it can be collected for two days."), "good")
    return _back(household_id)


@pages.post("/draws/<int:draw_id>/void")
def void(draw_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        queries.require_own(session, viewer, draw_id)
        household_id = queries.draw(session, viewer, draw_id).household_id
        service.void(session, draw_id, now=now())
    flash(_("Let go; it may be drawn again."), "good")
    return _back(household_id)


@pages.post("/draws/<int:draw_id>/hand-over")
def hand_over(draw_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        queries.require_at_the_counter(session, viewer, draw_id)
        household_id = queries.draw(session, viewer, draw_id).household_id
        try:
            service.hand_over(session, draw_id, now=now(), account_id=viewer.account_id)
            flash(_("Handed out."), "good")
        except DomainError as error:  # its time was over, or somebody let it go: nothing was written
            flash(sentence(error), "bad")
    return _back(household_id)


def _take(session: Session, household_id: int, *, quantity: int, at_once: bool) -> int:
    viewer, moment = current_viewer(), now()
    key = request.form.get("key", "")[:64] or new_key()
    channel = DrawChannel.ORDER if viewer.role is Role.RESIDENT else DrawChannel.PROXY
    command = service.Take(
        key=ledger_key(account_id=viewer.account_id, key=key, way="form"),
        household_id=household_id,
        item_id=asked_id(request.form, "item_id") or 0,
        quantity=quantity,
        area_id=queries.community_id(session, household_id),
        channel=DrawChannel.PICKUP if at_once else channel,
        expires_at=moment + COLLECT_WITHIN,
        account_id=viewer.account_id,
        told=not at_once,  # what is handed over is told as that
    )
    return service.take(session, command, now=moment).draw_id


def _back(household_id: int) -> ResponseReturnValue:
    if current_viewer().role is Role.RESIDENT:
        return redirect(url_for("web.resident.timeline"))
    return redirect(url_for("web.proxy.household", household_id=household_id))
