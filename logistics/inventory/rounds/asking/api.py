"""Requests of communities and the classes of communities over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.accounts.models import Role
from logistics.clock import local_date, utc_now
from logistics.db import reading, transaction
from logistics.errors import N_, Invalid
from logistics.inventory.rounds import queries, service, views
from logistics.inventory.rounds.schemas import (
    RequestDecline,
    RequestQuery,
    SupplyRequestChange,
    SupplyRequestRequest,
    TierQuery,
    TierRequest,
)
from logistics.inventory.subject import inventory
from logistics.rest import KEY_OPTIONAL, create_once
from logistics.shapes import Nothing, page, page_of, shape


class CommunityMissing(Invalid):
    template = N_("Name the community that you ask for.")
    code = "community_missing"


@inventory.get("/requests")
@inventory.arguments(RequestQuery, location="query")
@inventory.response(200, page_of(views.RequestView))
def list_requests(query: dict[str, Any]) -> dict[str, Any]:
    """Requests of your community, or of your area and below, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.requests(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.post("/requests")
@inventory.arguments(SupplyRequestRequest)
@inventory.response(201, shape(views.RequestView))
@inventory.doc(parameters=[KEY_OPTIONAL])
def ask_supplies(wanted: dict[str, Any]) -> Response:
    """Ask for pieces of an item for a community, or for a post of it"""
    viewer = current_viewer()
    wanted["area_id"] = _community_of(viewer, wanted.get("area_id"))
    command = service.AskSupplies(**wanted, asked_by_id=viewer.account_id)

    def effect(session: Session) -> views.RequestView:
        queries.area(session, viewer, command.area_id)
        return queries.request(session, viewer, service.ask(session, command, now=utc_now()))

    return create_once(effect, answer=shape(views.RequestView))


@inventory.get("/requests/<int:request_id>")
@inventory.response(200, shape(views.RequestView))
def show_request(request_id: int) -> views.RequestView:
    """One request"""
    with reading() as session:
        return queries.request(session, current_viewer(), request_id)


@inventory.patch("/requests/<int:request_id>")
@inventory.arguments(SupplyRequestChange)
@inventory.response(200, shape(views.RequestView))
def change_supply_request(wanted: dict[str, Any], request_id: int) -> views.RequestView:
    """Change a standing request; one that was declined asks again"""
    viewer = current_viewer()
    with transaction() as session:
        queries.request(session, viewer, request_id)
        service.change_request(session, service.ChangeRequest(request_id=request_id, **wanted), now=utc_now())
        return queries.request(session, viewer, request_id)


@inventory.post("/requests/<int:request_id>/withdraw")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.RequestView))
def withdraw_supply_request(_: dict[str, Any], request_id: int) -> views.RequestView:
    """Take a request back, as if it had never been made"""
    viewer = current_viewer()
    with transaction() as session:
        queries.request(session, viewer, request_id)
        service.withdraw_request(session, request_id, now=utc_now())
        return queries.request(session, viewer, request_id)


@inventory.post("/requests/<int:request_id>/decline")
@inventory.arguments(RequestDecline)
@inventory.response(200, shape(views.RequestView))
def decline_supply_request(wanted: dict[str, Any], request_id: int) -> views.RequestView:
    """Say that nothing is wanted any more, and why: the next round then owes nothing"""
    viewer = current_viewer()
    with transaction() as session:
        queries.request(session, viewer, request_id)
        service.decline_request(session, request_id, wanted["reason"], now=utc_now())
        return queries.request(session, viewer, request_id)


@inventory.get("/tiers")
@inventory.arguments(TierQuery, location="query")
@inventory.response(200, page_of(views.TierView))
def list_tiers(query: dict[str, Any]) -> dict[str, Any]:
    """How your communities are and were classed, the latest day first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.tiers(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.put("/areas/<int:area_id>/tier")
@inventory.arguments(TierRequest)
@inventory.response(200, shape(views.TierView))
def set_tier(wanted: dict[str, Any], area_id: int) -> views.TierView:
    """Class a community from a day on; what was said before stays as its history"""
    viewer, now = current_viewer(), utc_now()
    starts_on = wanted.pop("starts_on", None) or local_date(now)
    command = service.SetTier(area_id=area_id, starts_on=starts_on, set_by_id=viewer.account_id, **wanted)
    with transaction() as session:
        queries.area(session, viewer, area_id)
        return queries.tier(session, viewer, service.set_tier(session, command, today=local_date(now), now=now))


def _community_of(viewer: Viewer, named: int | None) -> int:
    """The community a request is for; a worker's own where none is named."""
    if named is not None:
        return named
    if viewer.role is not Role.COMMUNITY_WORKER or viewer.area_id is None:
        raise CommunityMissing(errors=[{"pointer": "#/area_id", "detail": CommunityMissing.template}])
    return viewer.area_id
