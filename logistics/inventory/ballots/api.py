"""Ballots over HTTP: run by an office, registered for by households, checked by anybody."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from logistics.access import current_viewer
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.inventory.ballots import export, queries, scope, service, views
from logistics.inventory.ballots.schemas import (
    BallotDrawRequest,
    BallotQuery,
    BallotRequest,
    PublishedShape,
    RegistrationRequest,
)
from logistics.inventory.entitlement.scope import household_for, require_household
from logistics.inventory.ledger.scope import require_area
from logistics.inventory.subject import inventory
from logistics.rest import KEY_OPTIONAL, create_once
from logistics.shapes import Nothing, PageQuery, page, page_of, shape


@inventory.get("/ballots")
@inventory.arguments(BallotQuery, location="query")
@inventory.response(200, page_of(views.BallotView))
def list_ballots(query: dict[str, Any]) -> dict[str, Any]:
    """Ballots of your area, the latest closing first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.ballots(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.post("/ballots")
@inventory.arguments(BallotRequest)
@inventory.response(201, shape(views.BallotDetail))
@inventory.doc(parameters=[KEY_OPTIONAL])
def create_ballot(wanted: dict[str, Any]) -> Response:
    """Draft a ballot; nobody else sees it until it is opened"""
    viewer = current_viewer()
    command = service.NewBallot(**wanted, created_by_id=viewer.account_id)

    def effect(session: Session) -> views.BallotDetail:
        require_area(session, viewer, command.area_id)
        return queries.ballot(session, viewer, service.create_ballot(session, command, now=utc_now()))

    return create_once(effect, answer=shape(views.BallotDetail))


@inventory.get("/ballots/<int:ballot_id>")
@inventory.response(200, shape(views.BallotDetail))
def show_ballot(ballot_id: int) -> views.BallotDetail:
    """One ballot with what it has published, and how many have which outcome"""
    with reading() as session:
        return queries.ballot(session, current_viewer(), ballot_id)


@inventory.post("/ballots/<int:ballot_id>/open")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.BallotDetail))
def open_ballot(_: dict[str, Any], ballot_id: int) -> views.BallotDetail:
    """Publish the commitment, set the supply aside and let households register"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_running(session, viewer, ballot_id)
        service.open_ballot(session, ballot_id, now=utc_now())
        return queries.ballot(session, viewer, ballot_id)


@inventory.post("/ballots/<int:ballot_id>/close")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.BallotDetail))
def close_ballot(_: dict[str, Any], ballot_id: int) -> views.BallotDetail:
    """End the registration now and publish the list's hash; closing twice is closing once"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_running(session, viewer, ballot_id)
        service.close_ballot(session, ballot_id, now=utc_now())
        return queries.ballot(session, viewer, ballot_id)


@inventory.post("/ballots/<int:ballot_id>/draw")
@inventory.arguments(BallotDrawRequest, required=False)
@inventory.response(200, shape(views.BallotDetail))
def draw_ballot(wanted: dict[str, Any], ballot_id: int) -> views.BallotDetail:
    """Draw a closed ballot and publish its seed; drawing twice is drawing once"""
    viewer, value = current_viewer(), wanted.get("public_value", "")
    with transaction() as session:
        scope.require_running(session, viewer, ballot_id)
        service.draw_ballot(session, ballot_id, now=utc_now(), public_value=value, drawn_by_id=viewer.account_id)
        return queries.ballot(session, viewer, ballot_id)


@inventory.post("/ballots/<int:ballot_id>/cancel")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.BallotDetail))
def cancel_ballot(_: dict[str, Any], ballot_id: int) -> views.BallotDetail:
    """Call a ballot off before its draw; who registered is told"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_running(session, viewer, ballot_id)
        service.cancel_ballot(session, ballot_id, now=utc_now())
        return queries.ballot(session, viewer, ballot_id)


@inventory.get("/ballots/<int:ballot_id>/export")
@inventory.response(200, PublishedShape)
def export_ballot(ballot_id: int) -> dict[str, Any]:
    """What is published of a ballot, without personal data; anybody can recompute the draw from it"""
    with reading() as session:
        return export.export(session, current_viewer(), ballot_id)


@inventory.get("/ballots/<int:ballot_id>/registrations")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(views.RegistrationView))
def list_registrations(query: dict[str, Any], ballot_id: int) -> dict[str, Any]:
    """Your own registration, or those of the households of your area, in the order of the draw"""
    viewer, limit, offset = current_viewer(), query["limit"], query["offset"]
    with reading() as session:
        queries.ballot(session, viewer, ballot_id)
        rows = queries.registrations(session, viewer, ballot_id=ballot_id, limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@inventory.post("/ballots/<int:ballot_id>/registrations")
@inventory.arguments(RegistrationRequest, required=False)
@inventory.response(201, shape(views.RegistrationView))
def register_for_ballot(wanted: dict[str, Any], ballot_id: int) -> views.RegistrationView:
    """Register your own household, or as a proxy one of your area; registering twice is registering once"""
    viewer = current_viewer()
    household_id = household_for(viewer, wanted.get("household_id"))
    with transaction() as session:
        queries.ballot(session, viewer, ballot_id)
        require_household(session, viewer, household_id)
        found = service.register(session, ballot_id, household_id, now=utc_now(), account_id=viewer.account_id)
        return queries.registration(session, viewer, found.registration_id)


@inventory.get("/ballot-registrations/<int:registration_id>")
@inventory.response(200, shape(views.RegistrationView))
def show_registration(registration_id: int) -> views.RegistrationView:
    """One registration, and what became of it"""
    with reading() as session:
        return queries.registration(session, current_viewer(), registration_id)


@inventory.delete("/ballot-registrations/<int:registration_id>")
@inventory.response(204)
def withdraw_registration(registration_id: int) -> None:
    """Take a household off the list while it is open"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_own_registration(session, viewer, registration_id)
        found = queries.registration(session, viewer, registration_id)
        service.withdraw(session, found.ballot_id, found.household_id, now=utc_now())


@inventory.post("/ballot-registrations/<int:registration_id>/collect")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.RegistrationView))
def collect_share(_: dict[str, Any], registration_id: int) -> views.RegistrationView:
    """Hand a winner its share; twice is once"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_registration(session, viewer, registration_id)
        service.collect(session, registration_id, now=utc_now(), account_id=viewer.account_id)
        return queries.registration(session, viewer, registration_id)


@inventory.post("/ballot-registrations/<int:registration_id>/decline")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.RegistrationView))
def decline_share(_: dict[str, Any], registration_id: int) -> views.RegistrationView:
    """Let a share go that is not needed; the next in line moves up at once"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_own_share(session, viewer, registration_id)
        service.decline(session, registration_id, now=utc_now())
        return queries.registration(session, viewer, registration_id)
