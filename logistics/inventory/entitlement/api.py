"""The rolling entitlement over HTTP: the offices' rules, what a household may still draw, and drawing it."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from logistics.access import current_viewer
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.idempotency import HEADER
from logistics.inventory.entitlement import queries, service, views
from logistics.inventory.entitlement.rules import COLLECT_WITHIN, DrawChannel
from logistics.inventory.entitlement.schemas import DrawQuery, DrawRequest, RuleQuery, RuleRequest
from logistics.inventory.entitlement.scope import household_for, require_household
from logistics.inventory.ledger.keys import ledger_key
from logistics.inventory.ledger.scope import require_area
from logistics.inventory.subject import inventory
from logistics.rest import KEY_REQUIRED, create_once
from logistics.shapes import Nothing, page, page_of, shape


@inventory.get("/entitlement-rules")
@inventory.arguments(RuleQuery, location="query")
@inventory.response(200, page_of(views.RuleView))
def list_entitlement_rules(query: dict[str, Any]) -> dict[str, Any]:
    """Rules in force of your area, below it, and above it, which bind it too"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.entitlement_rules(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.put("/areas/<int:area_id>/items/<int:item_id>/entitlement-rule")
@inventory.arguments(RuleRequest)
@inventory.response(200, shape(views.RuleView))
def put_entitlement_rule(wanted: dict[str, Any], area_id: int, item_id: int) -> views.RuleView:
    """Set how much of an item the households of an area may draw; what was drawn before counts too"""
    viewer = current_viewer()
    with transaction() as session:
        require_area(session, viewer, area_id)
        command = service.SetRule(**wanted, area_id=area_id, item_id=item_id, set_by_id=viewer.account_id)
        service.set_rule(session, command, now=utc_now())
        session.flush()
        return queries.entitlement_rule(session, viewer, item_id=item_id, area_id=area_id)


@inventory.delete("/areas/<int:area_id>/items/<int:item_id>/entitlement-rule")
@inventory.response(204)
def end_entitlement_rule(area_id: int, item_id: int) -> None:
    """End the rule of an area for an item"""
    with transaction() as session:
        require_area(session, current_viewer(), area_id)
        if not service.end_rule(session, item_id=item_id, area_id=area_id, now=utc_now()):
            raise NotFound(kind="rule", key=item_id)


@inventory.get("/households/<int:household_id>/entitlements")
@inventory.response(200, shape(views.RemainingView)(many=True))
def list_entitlements(household_id: int) -> list[views.RemainingView]:
    """What a household may still draw of every item that is limited for it, and from when it may draw more"""
    with reading() as session:
        return queries.remaining(session, current_viewer(), household_id, now=utc_now())


@inventory.get("/draws")
@inventory.arguments(DrawQuery, location="query")
@inventory.response(200, page_of(views.DrawView))
def list_draws(query: dict[str, Any]) -> dict[str, Any]:
    """Draws of your household, or of the households of your area, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.draws(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@inventory.post("/draws")
@inventory.arguments(DrawRequest)
@inventory.response(201, shape(views.DrawView))
@inventory.doc(parameters=[KEY_REQUIRED])
def take_goods(wanted: dict[str, Any]) -> Response:
    """Have goods put aside for your own household, or as a proxy for one of your area; collect within two days"""
    viewer, now = current_viewer(), utc_now()
    household_id = household_for(viewer, wanted.get("household_id"))

    def effect(session: Session) -> views.DrawView:
        require_household(session, viewer, household_id)
        area_id = queries.community_id(session, household_id)
        if wanted.get("area_id") not in (None, area_id):
            area_id = wanted["area_id"]
            require_area(session, viewer, area_id)
        command = service.Take(
            key=ledger_key(account_id=viewer.account_id, key=request.headers[HEADER], way="draw"),
            household_id=household_id,
            item_id=wanted["item_id"],
            quantity=wanted["quantity"],
            area_id=area_id,
            channel=DrawChannel.ORDER if viewer.role is Role.RESIDENT else DrawChannel.PROXY,
            expires_at=now + COLLECT_WITHIN,
            account_id=viewer.account_id,
        )
        return queries.draw(session, viewer, service.take(session, command, now=now).draw_id)

    return create_once(effect, answer=shape(views.DrawView), key_required=True)


@inventory.get("/draws/<int:draw_id>")
@inventory.response(200, shape(views.DrawView))
def show_draw(draw_id: int) -> views.DrawView:
    """One draw, and what became of the goods put aside for it"""
    with reading() as session:
        return queries.draw(session, current_viewer(), draw_id)


@inventory.post("/draws/<int:draw_id>/void")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.DrawView))
def void_draw(_: dict[str, Any], draw_id: int) -> views.DrawView:
    """Let goods go that are put aside; the household may draw them again. Once is enough, twice is the same"""
    viewer = current_viewer()
    with transaction() as session:
        queries.require_own(session, viewer, draw_id)
        service.void(session, draw_id, now=utc_now())
        return queries.draw(session, viewer, draw_id)


@inventory.post("/draws/<int:draw_id>/hand-over")
@inventory.arguments(Nothing, required=False)
@inventory.response(200, shape(views.DrawView))
def hand_over_draw(_: dict[str, Any], draw_id: int) -> views.DrawView:
    """Hand the goods put aside to the household; twice is once"""
    viewer = current_viewer()
    with transaction() as session:
        queries.require_at_the_counter(session, viewer, draw_id)
        service.hand_over(session, draw_id, now=utc_now(), account_id=viewer.account_id)
        return queries.draw(session, viewer, draw_id)
