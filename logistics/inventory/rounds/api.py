"""Rounds over HTTP: compare, draft, approve, send, confirm, and what a community was given."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.errors import N_, Invalid
from logistics.inventory.rounds import queries, service, views
from logistics.inventory.rounds.overview import comparing
from logistics.inventory.rounds.overview import queries as overview
from logistics.inventory.rounds.schemas import (
    BoardQuery,
    RoundApproval,
    RoundArrivalRequest,
    RoundCancel,
    RoundCompare,
    RoundQuery,
    RoundRecompute,
    RoundRequest,
    ShareQuery,
)
from logistics.inventory.subject import inventory
from logistics.rest import KEY_OPTIONAL, create_once
from logistics.shapes import Nothing, page, page_of, shape

TERMS = ("within", "reserve", "floor", "floor_per", "weigh_by", "carry", "seed")


class OfficeMissing(Invalid):
    template = N_("Name the office whose stock is shared out.")
    code = "office_missing"


@inventory.get("/areas/<int:area_id>/requests")
@inventory.arguments(BoardQuery, location="query")
@inventory.response(200, shape(views.BoardRow)(many=True))
def show_board(query: dict[str, Any], area_id: int) -> list[views.BoardRow]:
    """The standing requests below an office, beside class, stock, days of cover and past shortfalls"""
    viewer = current_viewer()
    with reading() as session:
        queries.area(session, viewer, area_id)
        return comparing.board(session, viewer, area_id=area_id, **query, now=utc_now())


@inventory.post("/rounds/compare")
@inventory.arguments(RoundCompare)
@inventory.response(200, shape(views.Comparison))
def compare_rules(wanted: dict[str, Any]) -> views.Comparison:
    """Rules side by side on what is asked for now; nothing is written"""
    viewer, area_id = current_viewer(), _office_of(current_viewer(), wanted.get("area_id"))
    terms = [_terms(rule, wanted) for rule in dict.fromkeys(wanted["rules"])]
    with reading() as session:
        queries.area(session, viewer, area_id)
        return comparing.compare(session, item_id=wanted["item_id"], area_id=area_id, terms=terms, now=utc_now())


@inventory.get("/rounds")
@inventory.arguments(RoundQuery, location="query")
@inventory.response(200, page_of(views.AllocationRoundView))
def list_rounds(query: dict[str, Any]) -> dict[str, Any]:
    """Rounds of your office and those below: emergencies that wait first, then the newest"""
    limit = query.pop("limit")
    with reading() as session:
        rows = overview.rounds(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.post("/rounds")
@inventory.arguments(RoundRequest)
@inventory.response(201, shape(views.RoundDetail))
@inventory.doc(parameters=[KEY_OPTIONAL])
def draft_round(wanted: dict[str, Any]) -> Response:
    """Draft a round of everything that is asked for now; nothing is promised yet"""
    viewer = current_viewer()
    command = service.DraftRound(
        item_id=wanted["item_id"],
        area_id=_office_of(viewer, wanted.get("area_id")),
        terms=_terms(wanted["rule"], wanted),
        drafted_by_id=viewer.account_id,
        emergency=wanted["emergency"],
        note=wanted["note"],
    )

    def effect(session: Session) -> views.RoundDetail:
        now = utc_now()
        queries.area(session, viewer, command.area_id)
        return overview.round(session, viewer, service.draft_round(session, command, now=now), now=now)

    return create_once(effect, answer=shape(views.RoundDetail))


@inventory.get("/rounds/<int:round_id>")
@inventory.response(200, shape(views.RoundDetail))
def show_round(round_id: int) -> views.RoundDetail:
    """One round: every share with its explanation in Chinese and English, and what has changed under a draft"""
    with reading() as session:
        return overview.round(session, current_viewer(), round_id, now=utc_now())


@inventory.post("/rounds/<int:round_id>/recompute")
@inventory.arguments(RoundRecompute)
@inventory.response(200, shape(views.RoundDetail))
def recompute_round(wanted: dict[str, Any], round_id: int) -> views.RoundDetail:
    """Compute a draft again from everything as it is now; with a rule, under other terms"""
    viewer, now = current_viewer(), utc_now()
    terms = _terms(wanted["rule"], wanted) if "rule" in wanted else None
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.recompute_round(session, round_id, account_id=viewer.account_id, now=now, terms=terms)
        return overview.round(session, viewer, round_id, now=now)


@inventory.post("/rounds/<int:round_id>/approve")
@inventory.arguments(RoundApproval)
@inventory.response(200, shape(views.RoundDetail))
def approve_round(wanted: dict[str, Any], round_id: int) -> views.RoundDetail:
    """Approve a draft as you saw it; whoever drafted it may not, and approving twice is approving once"""
    viewer, now = current_viewer(), utc_now()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.approve_round(session, round_id, account_id=viewer.account_id, **wanted, now=now)
        return overview.round(session, viewer, round_id, now=now)


@inventory.post("/rounds/<int:round_id>/issue")
@inventory.arguments(RoundApproval)
@inventory.response(200, shape(views.RoundDetail))
def issue_round(wanted: dict[str, Any], round_id: int) -> views.RoundDetail:
    """Approve a draft as you saw it and send it at once"""
    viewer, now = current_viewer(), utc_now()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.issue_round(session, round_id, account_id=viewer.account_id, **wanted, now=now)
        return overview.round(session, viewer, round_id, now=now)


@inventory.post("/rounds/<int:round_id>/dispatch")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.RoundDetail))
def dispatch_round(_: dict[str, Any], round_id: int) -> views.RoundDetail:
    """Send an approved round, one shipment per community; sending twice is sending once"""
    viewer, now = current_viewer(), utc_now()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.dispatch_round(session, round_id, account_id=viewer.account_id, now=now)
        return overview.round(session, viewer, round_id, now=now)


@inventory.post("/rounds/<int:round_id>/cancel")
@inventory.arguments(RoundCancel, required=False)
@inventory.response(200, shape(views.RoundDetail))
def cancel_round(wanted: dict[str, Any], round_id: int) -> views.RoundDetail:
    """Cancel a draft, or with a reason an approved round: its pieces are free, its requests stand for the next one"""
    viewer, now = current_viewer(), utc_now()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.cancel_round(session, round_id, account_id=viewer.account_id, **wanted, now=now)
        return overview.round(session, viewer, round_id, now=now)


@inventory.get("/rounds/<int:round_id>/replay")
@inventory.response(200, shape(views.ReplayView))
def replay_round(round_id: int) -> views.ReplayView:
    """Compute the round again from its stored inputs and compare; `same` says whether every number is as it was"""
    viewer = current_viewer()
    with reading() as session:
        overview.require_round(session, viewer, round_id)
        return comparing.replayed(service.replay(session, round_id))


@inventory.get("/shares")
@inventory.arguments(ShareQuery, location="query")
@inventory.response(200, page_of(views.ShareView))
def list_shares(query: dict[str, Any]) -> dict[str, Any]:
    """What your communities were given in approved rounds, and why, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = overview.shares(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.post("/rounds/<int:round_id>/communities/<int:area_id>/arrival")
@inventory.arguments(RoundArrivalRequest)
@inventory.response(200, shape(views.ShareView)(many=True))
def confirm_arrival(wanted: dict[str, Any], round_id: int, area_id: int) -> list[views.ShareView]:
    """Confirm what came of a community's shipment; the same numbers twice are one confirmation"""
    viewer = current_viewer()
    command = service.ConfirmArrival(round_id=round_id, area_id=area_id, account_id=viewer.account_id, **wanted)
    with transaction() as session:
        queries.area(session, viewer, area_id)
        overview.require_share(session, viewer, round_id=round_id, area_id=area_id)
        service.confirm_arrival(session, command, now=utc_now())
        return overview.shares_of(session, viewer, round_id=round_id, area_id=area_id)


def _terms(rule: service.RuleName, wanted: dict[str, Any]) -> service.Terms:
    chosen = {name: wanted[name] for name in TERMS}
    return service.Terms(
        rule=rule.value, **{**chosen, "within": chosen["within"].value, "weigh_by": tuple(chosen["weigh_by"])}
    )


def _office_of(viewer: Viewer, named: int | None) -> int:
    """The office a round is of; the viewer's own where none is named."""
    if named is not None:
        return named
    if viewer.area_id is None:
        raise OfficeMissing(errors=[{"pointer": "#/area_id", "detail": OfficeMissing.template}])
    return viewer.area_id
