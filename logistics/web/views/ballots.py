"""Ballots: an office drafts, opens, closes and draws; a household registers and sees its place; anybody checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.accounts.models import Role
from logistics.clock import SHANGHAI
from logistics.communities import queries as communities
from logistics.db import reading, transaction
from logistics.errors import DomainError, NotFound
from logistics.idempotency import KeyedRequest, KeyReused, answer_once, fingerprint
from logistics.inventory.ballots import export, queries, scope, service, verifying
from logistics.inventory.ballots.rules import COLLECT_DAYS_MAX, BallotOutcome, BallotState
from logistics.inventory.ballots.schemas import SOURCE_MAX, TITLE_MAX, VALUE_MAX
from logistics.inventory.entitlement.rules import QUANTITY_MAX
from logistics.inventory.entitlement.scope import household_for, require_household
from logistics.inventory.ledger import queries as ledger
from logistics.inventory.ledger.scope import require_area
from logistics.views import PAGE_SIZE_MAX
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.ordering import new_key
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("ballots", __name__)

RUNS = frozenset({Role.ADMIN, Role.STREET_OFFICE})
HANDS_OUT = frozenset({Role.ADMIN, Role.STREET_OFFICE, Role.COMMUNITY_WORKER})
DRAWN = frozenset({BallotState.DRAWN, BallotState.DONE})


@pages.get("/ballots")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.ballots(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("ballots.html", page=page(rows, number), may_create=viewer.role in RUNS)


@pages.get("/ballots/new")
def form() -> str:
    closes = (now().astimezone(SHANGHAI) + timedelta(days=1)).replace(hour=18, minute=0, second=0, microsecond=0)
    return _form(Typed({"closes_at": f"{closes:%Y-%m-%dT%H:%M}", "collect_days": "2"}))


@pages.post("/ballots/new")
def create() -> ResponseReturnValue:
    """Draft a ballot; a form sent twice is one draft."""
    viewer, sent, moment = current_viewer(), Typed(request.form.to_dict()), now()
    with reading() as session:
        items = {item.id for item in ledger.items(session, limit=PAGE_SIZE_MAX)}
        areas = {area.id for area in communities.areas(session, viewer)}
    values: dict[str, Any] = {
        "title": sent.text("title", high=TITLE_MAX),
        "item_id": sent.chosen("item_id", items),
        "area_id": sent.chosen("area_id", areas),
        "quantity": sent.whole("quantity", 1, QUANTITY_MAX),
        "supply": sent.whole("supply", 1, service.SUPPLY_MAX),
        "closes_at": sent.moment("closes_at", after=moment),
        "collect_days": sent.whole("collect_days", 1, COLLECT_DAYS_MAX),
        "public_source": sent.text("public_source", low=0, high=SOURCE_MAX),
    }
    if sent.errors:
        return _form(sent), 422
    try:
        command = service.NewBallot(**values, created_by_id=viewer.account_id)
        with transaction() as session:
            require_area(session, viewer, command.area_id)
            ballot_id = _create_once(session, command, request.form.get("key", "")[:64] or new_key(), now=moment)
    except KeyReused:
        told = _("This form was sent before with other entries. Look under ballots, or send it now.")
        return _form(sent, error=told), 409
    except NotFound:
        raise
    except DomainError as error:
        return _form(sent, error=sentence(error)), error.status
    flash(_("The draft is kept; open it when it is right."), "good")
    return redirect(url_for(".show", ballot_id=ballot_id))


@pages.get("/ballots/<int:ballot_id>")
def show(ballot_id: int) -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        ballot = queries.ballot(session, viewer, ballot_id)
        rows = queries.registrations(
            session, viewer, ballot_id=ballot_id, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1)
        )
    return render_template(
        "ballot.html",
        ballot=ballot,
        page=page(rows, number),
        own=rows[0] if viewer.role is Role.RESIDENT and rows else None,
        takes=ballot.state is BallotState.OPEN and ballot.closes_at > now(),
        drawn=ballot.state in DRAWN,
        may_hand_out=viewer.role in HANDS_OUT,
        offered=BallotOutcome.OFFERED.value,
        value_max=VALUE_MAX,
    )


@pages.post("/ballots/<int:ballot_id>/open")
def open_(ballot_id: int) -> ResponseReturnValue:
    done = _("Registration is open. The commitment is published and the supply set aside.")
    return _run(ballot_id, lambda session: service.open_ballot(session, ballot_id, now=now()), done)


@pages.post("/ballots/<int:ballot_id>/close")
def close(ballot_id: int) -> ResponseReturnValue:
    done = _("The list is closed and its hash published.")
    return _run(ballot_id, lambda session: service.close_ballot(session, ballot_id, now=now()), done)


@pages.post("/ballots/<int:ballot_id>/draw")
def draw(ballot_id: int) -> ResponseReturnValue:
    value = "".join(filter(str.isprintable, request.form.get("public_value", ""))).strip()[:VALUE_MAX]
    account_id = current_viewer().account_id
    return _run(
        ballot_id,
        lambda session: service.draw_ballot(session, ballot_id, now=now(), public_value=value, drawn_by_id=account_id),
        _("The ballot is drawn, and everybody is told."),
    )


@pages.post("/ballots/<int:ballot_id>/cancel")
def cancel(ballot_id: int) -> ResponseReturnValue:
    done = _("The ballot is called off; its supply is free again.")
    return _run(ballot_id, lambda session: service.cancel_ballot(session, ballot_id, now=now()), done)


@pages.post("/ballots/<int:ballot_id>/registrations")
def register(ballot_id: int) -> ResponseReturnValue:
    """Register the own household, or the one a worker names."""
    viewer = current_viewer()
    with transaction() as session:
        queries.ballot(session, viewer, ballot_id)
        household_id = household_for(viewer, asked_id(request.form, "household_id"))
        require_household(session, viewer, household_id)
        try:
            found = service.register(session, ballot_id, household_id, now=now(), account_id=viewer.account_id)
            flash(_("Registered under the code %(code)s.", code=found.code), "good")
        except DomainError as error:  # closed meanwhile, or not for this household: nothing was written
            flash(sentence(error), "bad")
    if request.form.get("back") == "household":
        return redirect(url_for("web.proxy.household", household_id=household_id))
    return redirect(url_for(".show", ballot_id=ballot_id))


@pages.post("/ballot-registrations/<int:registration_id>/withdraw")
def withdraw(registration_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        scope.require_own_registration(session, viewer, registration_id)
        found = queries.registration(session, viewer, registration_id)
        service.withdraw(session, found.ballot_id, found.household_id, now=now())
    flash(_("Withdrawn."), "good")
    return redirect(url_for(".show", ballot_id=found.ballot_id))


@pages.post("/ballot-registrations/<int:registration_id>/collect")
def collect(registration_id: int) -> ResponseReturnValue:
    account_id = current_viewer().account_id
    return _end_offer(
        registration_id,
        lambda session: service.collect(session, registration_id, now=now(), account_id=account_id),
        _("Handed out."),
    )


@pages.post("/ballot-registrations/<int:registration_id>/decline")
def decline(registration_id: int) -> ResponseReturnValue:
    viewer = current_viewer()

    def step(session: Session) -> None:
        scope.require_own_share(session, viewer, registration_id)
        service.decline(session, registration_id, now=now())

    return _end_offer(registration_id, step, _("Declined; the next in line moves up."))


@pages.get("/ballots/<int:ballot_id>/result")
def result(ballot_id: int) -> str:
    """The sheet for the wall: codes alone, what was published, and how to recompute it. It is checked as it is
    shown."""
    viewer = current_viewer()
    with reading() as session:
        ballot = queries.ballot(session, viewer, ballot_id)
        document = export.export(session, viewer, ballot_id) if ballot.commitment else None
    checked, wrong = False, ""
    if document is not None and ballot.state in DRAWN:
        try:
            checked = bool(verifying.verify(document).ballot)
        except DomainError as error:
            wrong = sentence(error)
    return render_template("ballot_result.html", ballot=ballot, document=document, checked=checked, wrong=wrong)


@pages.get("/ballots/<int:ballot_id>/ballot.json")
def export_file(ballot_id: int) -> Response:
    """The document for `flask ballot verify`, or for anybody's own few lines."""
    with reading() as session:
        document = export.export(session, current_viewer(), ballot_id)
    answer = jsonify(document)
    answer.headers["Content-Disposition"] = f'attachment; filename="ballot-{document["code"]}.json"'
    return answer


def _run(ballot_id: int, step: Callable[[Session], None], done: str) -> ResponseReturnValue:
    """One step of an office; a refusal is told on the ballot's page, and nothing of the step stays."""
    try:
        with transaction() as session:
            scope.require_running(session, current_viewer(), ballot_id)
            step(session)
    except NotFound:
        raise
    except DomainError as error:
        flash(sentence(error), "bad")
    else:
        flash(done, "good")
    return redirect(url_for(".show", ballot_id=ballot_id))


def _end_offer(registration_id: int, step: Callable[[Session], None], done: str) -> ResponseReturnValue:
    with reading() as session:
        found = queries.registration(session, current_viewer(), registration_id)
    try:
        with transaction() as session:
            step(session)
    except DomainError as error:
        flash(sentence(error), "bad")
    else:
        flash(done, "good")
    return redirect(url_for(".show", ballot_id=found.ballot_id))


def _create_once(session: Session, command: service.NewBallot, key: str, *, now: datetime) -> int:
    payload = {name: str(value) for name, value in asdict(command).items()}
    asked = fingerprint(method="POST", path="/ballot-form", payload=payload)
    request_ = KeyedRequest(account_id=current_viewer().account_id, key=f"form-{key}", sha256=asked)

    def effect() -> tuple[dict[str, Any], int]:
        return {"ballot_id": service.create_ballot(session, command, now=now)}, 201

    return int(answer_once(session, request_, effect, now=now).body["ballot_id"])


def _form(sent: Typed, *, error: str = "") -> str:
    with reading() as session:
        items = ledger.items(session, limit=PAGE_SIZE_MAX)
        areas = communities.areas(session, current_viewer())
    return render_template(
        "ballot_new.html", items=items, areas=areas, values=sent.values, errors=sent.errors, error=error, key=new_key()
    )
