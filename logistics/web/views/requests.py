"""Requests for scarce goods: a community asks, changes, declines and sees what became of it; its office looks on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.errors import DomainError, NotFound
from logistics.idempotency import KeyedRequest, KeyReused, answer_once, fingerprint
from logistics.inventory.rounds import queries, service
from logistics.inventory.rounds.rules import Refusal, RequestState, Tier
from logistics.inventory.rounds.views import RequestView
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number, today
from logistics.web.ordering import new_key
from logistics.web.words import _

pages = Blueprint("requests", __name__)

ASKS = frozenset({Role.ADMIN, Role.COMMUNITY_WORKER})
"""Who asks for a community; an office looks on."""
CLASSES = frozenset({Role.ADMIN, Role.STREET_OFFICE})
"""Who says how a community is classed."""


@dataclass(slots=True)
class AskForm:
    """What was typed; `errors` by field."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def quantity(self) -> int:
        return self._whole("quantity", 1, service.QUANTITY_MAX, default=0)

    def checkpoints(self) -> int:
        return self._whole("checkpoints", 0, service.CHECKPOINTS_MAX, default=0, optional=True)

    def text(self, name: str, high: int) -> str:
        text = self.values.get(name, "").strip()
        if len(text) > high or not text.isprintable():
            self.errors[name] = _("Give at most %(n)s characters.", n=high)
        return text

    def _whole(self, name: str, low: int, high: int, *, default: int, optional: bool = False) -> int:
        text = self.values.get(name, "").strip()
        if optional and not text:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 11 and low <= int(text) <= high):
            self.errors[name] = _("Give a whole number from %(low)s to %(high)s.", low=low, high=high)
            return default
        return int(text)


@pages.get("/requests")
def index() -> str:
    return _index(AskForm({}))


@pages.post("/requests")
def ask() -> ResponseReturnValue:
    """Ask for supplies; a form sent twice is one request."""
    viewer, sent = current_viewer(), AskForm(request.form.to_dict())
    area_id = viewer.area_id if viewer.role is Role.COMMUNITY_WORKER else asked_id(request.form, "area_id")
    item_id = asked_id(request.form, "item_id")
    if item_id is None:
        sent.errors["item_id"] = _("Choose an item.")
    if area_id is None:
        sent.errors["area_id"] = _("Choose a community.")
    quantity, checkpoints = sent.quantity(), sent.checkpoints()
    post, note = sent.text("post", 80), sent.text("note", 500)
    if sent.errors or item_id is None or area_id is None:
        return _index(sent), 422
    command = service.AskSupplies(
        item_id=item_id,
        area_id=area_id,
        post=post,
        quantity=quantity,
        checkpoint_count=checkpoints,
        note=note,
        asked_by_id=viewer.account_id,
    )
    try:
        with transaction() as session:
            queries.area(session, viewer, area_id)
            _ask_once(session, command, request.form.get("key", "")[:64] or new_key(), now=now())
    except KeyReused:
        return _index(sent, error=_("This form was sent before with other entries. Look at your requests.")), 409
    except NotFound:
        raise
    except DomainError as error:
        return _index(sent, error=sentence(error)), error.status
    flash(_("The request is entered."), "good")
    return redirect(url_for(".index"))


@pages.get("/requests/<int:request_id>")
def show(request_id: int) -> str:
    with reading() as session:
        found = queries.request(session, current_viewer(), request_id)
    return _show(found, AskForm({}))


@pages.post("/requests/<int:request_id>")
def change(request_id: int) -> ResponseReturnValue:
    """Change, withdraw or decline, by the button that was pressed."""
    viewer, sent, action = current_viewer(), AskForm(request.form.to_dict()), request.form.get("action", "change")
    with reading() as session:
        found = queries.request(session, viewer, request_id)
    quantity, checkpoints, note = found.quantity, found.checkpoint_count, found.note
    if action == "change":
        quantity, checkpoints, note = sent.quantity(), sent.checkpoints(), sent.text("note", 500)
        if sent.errors:
            return _show(found, sent), 422
    with transaction() as session:
        queries.request(session, viewer, request_id)
        if action == "withdraw":
            service.withdraw_request(session, request_id, now=now())
        elif action in {refusal.value for refusal in Refusal}:
            service.decline_request(session, request_id, Refusal(action), now=now())
        else:
            version = asked_id(request.form, "version") or 0
            service.change_request(
                session,
                service.ChangeRequest(
                    request_id=request_id,
                    version=version,
                    quantity=quantity,
                    checkpoint_count=checkpoints,
                    note=note,
                ),
                now=now(),
            )
    flash(_("Saved."), "good")
    return redirect(url_for(".index"))


@pages.get("/areas/<int:area_id>/tier")
def tier(area_id: int) -> str:
    """How a community is and was classed."""
    return _tier(area_id)


@pages.post("/areas/<int:area_id>/tier")
def set_tier(area_id: int) -> ResponseReturnValue:
    viewer, sent = current_viewer(), AskForm(request.form.to_dict())
    with reading() as session:
        queries.area(session, viewer, area_id)
    wanted = {tier.value: tier for tier in Tier}.get(request.form.get("tier", ""))
    starts_on, note = _day(request.form.get("starts_on", "")), sent.text("note", 200)
    if wanted is None or starts_on is None or sent.errors:
        flash(_("Choose a class and a day; the note has at most 200 characters."), "bad")
        return _tier(area_id), 422
    command = service.SetTier(area_id=area_id, tier=wanted, starts_on=starts_on, note=note, set_by_id=viewer.account_id)
    with transaction() as session:
        service.set_tier(session, command, today=today(), now=now())
    flash(_("Saved."), "good")
    return redirect(url_for(".tier", area_id=area_id))


def _ask_once(session: Session, command: service.AskSupplies, key: str, *, now: datetime) -> None:
    payload: dict[str, Any] = {"item": command.item_id, "area": command.area_id, "post": command.post}
    payload |= {"quantity": command.quantity, "checkpoints": command.checkpoint_count, "note": command.note}
    asked = fingerprint(method="POST", path="/request-form", payload=payload)
    keyed = KeyedRequest(account_id=current_viewer().account_id, key=f"form-{key}", sha256=asked)
    answer_once(session, keyed, lambda: ({"request_id": service.ask(session, command, now=now)}, 201), now=now)


def _index(sent: AskForm, *, error: str = "") -> str:
    viewer, number = current_viewer(), page_number()
    item_id = asked_id(request.args, "item_id")
    state = {state.value: state for state in RequestState}.get(request.args.get("state", ""))
    with reading() as session:
        rows = queries.requests(
            session,
            viewer,
            item_id=item_id,
            state=state,
            limit=PAGE_ROWS + 1,
            offset=PAGE_ROWS * (number - 1),
        )
        items = queries.items(session)
        communities = queries.communities(session, viewer) if viewer.role in ASKS else []
    return render_template(
        "requests.html",
        page=page(rows, number),
        items=items,
        communities=communities,
        may_ask=viewer.role in ASKS,
        states=[state.value for state in RequestState],
        item_id=item_id,
        state=state,
        values=sent.values,
        errors=sent.errors,
        error=error,
        key=new_key(),
    )


def _show(found: RequestView, sent: AskForm) -> str:
    standing = found.state in (RequestState.OPEN, RequestState.DECLINED)
    return render_template(
        "request.html",
        request_=found,
        may_change=standing and current_viewer().role in ASKS,
        refusals=[refusal.value for refusal in Refusal],
        values=sent.values,
        errors=sent.errors,
    )


def _tier(area_id: int) -> str:
    viewer = current_viewer()
    with reading() as session:
        area = queries.area(session, viewer, area_id)
        history = queries.tiers(session, viewer, area_id=area_id)
    return render_template(
        "tier.html",
        area=area,
        history=history,
        tiers=[tier.value for tier in Tier],
        today=today(),
        may_set=viewer.role in CLASSES,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
