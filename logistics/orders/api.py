"""Stores, campaigns and orders over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from logistics.access import Viewer, current_viewer
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.communities import queries as communities
from logistics.db import reading, transaction
from logistics.errors import N_, Invalid, NotFound
from logistics.orders import campaign_api, drafting, errors, queries, service, views
from logistics.orders.catalogue import api as catalogue_api
from logistics.orders.chat_sheets import api as chat_api
from logistics.orders.rules import Channel
from logistics.orders.schemas import CampaignQuery, CampaignRequest, OrderChangeRequest, OrderQuery, OrderRequest
from logistics.orders.scope import require_own_store
from logistics.orders.subject import orders
from logistics.rest import KEY_OPTIONAL, KEY_REQUIRED, create_once
from logistics.shapes import Nothing, page, page_of, shape

__all__ = ["catalogue_api", "chat_api", "orders"]


class HouseholdMissing(Invalid):
    template = N_("Name the household that you order for.")
    code = "household_missing"


@orders.get("/stores")
@orders.response(200, shape(views.StoreView)(many=True))
def list_stores() -> list[views.StoreView]:
    """Your own stores"""
    with reading() as session:
        return queries.stores(session, current_viewer())


@orders.get("/stores/<int:store_id>/products")
@orders.response(200, shape(views.ProductView)(many=True))
def list_products(store_id: int) -> list[views.ProductView]:
    """What the merchant of one of your stores sells"""
    viewer = current_viewer()
    with reading() as session:
        require_own_store(session, viewer, store_id)
        return queries.products(session, viewer, store_id=store_id)


@orders.get("/campaigns")
@orders.arguments(CampaignQuery, location="query")
@orders.response(200, page_of(views.CampaignView))
def list_campaigns(query: dict[str, Any]) -> dict[str, Any]:
    """Campaigns, latest delivery date first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.campaigns(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@orders.post("/campaigns")
@orders.arguments(CampaignRequest)
@orders.response(201, shape(drafting.DraftedCampaign))
@orders.doc(parameters=[KEY_OPTIONAL])
def draft_campaign(wanted: dict[str, Any]) -> Response:
    """Draft a campaign with its windows, offers and terms; nobody else sees it until it is filed"""
    viewer = current_viewer()
    draft = campaign_api.draft_of(wanted)

    def effect(session: Session) -> drafting.DraftedCampaign:
        return campaign_api.draft_once(session, viewer, draft)

    return create_once(effect, answer=shape(drafting.DraftedCampaign))


@orders.get("/campaigns/<int:campaign_id>")
@orders.response(200, shape(views.CampaignDetail))
def show_campaign(campaign_id: int) -> views.CampaignDetail:
    """One campaign with its windows and offers, and what your household may still draw"""
    with reading() as session:
        return queries.campaign(session, current_viewer(), campaign_id)


@orders.get("/orders")
@orders.arguments(OrderQuery, location="query")
@orders.response(200, page_of(views.OrderView))
def list_orders(query: dict[str, Any]) -> dict[str, Any]:
    """Orders, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.orders(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@orders.post("/orders")
@orders.arguments(OrderRequest)
@orders.response(201, shape(service.PlacedOrder))
@orders.doc(parameters=[KEY_REQUIRED])
def place_order(wanted: dict[str, Any]) -> Response:
    """Place an order: for your own household, or as a proxy for a household of your area"""
    viewer = current_viewer()
    lines = tuple(service.LineWanted(**line) for line in wanted["lines"])
    command = service.PlaceOrder(
        campaign_id=wanted["campaign_id"],
        household_id=_household_of(viewer, wanted.get("household_id")),
        window_code=wanted["window_code"],
        lines=lines,
        channel=Channel.GROUP_BUY if viewer.role is Role.RESIDENT else Channel.PROXY,
        placed_by_id=viewer.account_id,
    )

    def effect(session: Session) -> service.PlacedOrder:
        communities.household(session, viewer, command.household_id)
        queries.campaign(session, viewer, command.campaign_id)
        return service.place_order(session, command, now=utc_now())

    return create_once(effect, answer=shape(service.PlacedOrder), key_required=True)


@orders.get("/orders/<int:order_id>")
@orders.response(200, shape(views.OrderDetail))
def show_order(order_id: int) -> views.OrderDetail:
    """One order with its lines: ordered, given, and why less"""
    with reading() as session:
        return queries.order(session, current_viewer(), order_id)


@orders.patch("/orders/<int:order_id>")
@orders.arguments(OrderChangeRequest)
@orders.response(200, shape(service.ChangedOrder))
@orders.doc(parameters=[KEY_REQUIRED])
def change_order(wanted: dict[str, Any], order_id: int) -> Response:
    """Change an order before the cut-off: its lines, its window or both"""
    viewer = current_viewer()
    if "lines" not in wanted and "window_code" not in wanted:
        raise errors.NothingToChange()
    command = service.ChangeOrder(
        order_id=order_id,
        expected=wanted["expected"],
        lines=tuple(service.LineWanted(**line) for line in wanted["lines"]) if "lines" in wanted else None,
        window_code=wanted.get("window_code"),
        changed_by_id=viewer.account_id,
        by_household=viewer.role is Role.RESIDENT,
    )

    def effect(session: Session) -> service.ChangedOrder:
        queries.require_own(session, viewer, order_id, refusal=queries.NotYoursToChange)
        return service.change_order(session, command, now=utc_now())

    return create_once(effect, answer=shape(service.ChangedOrder), status=200, key_required=True)


@orders.post("/orders/<int:order_id>/cancel")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.OrderDetail))
def cancel_order(_: dict[str, Any], order_id: int) -> views.OrderDetail:
    """Cancel an order before the cut-off"""
    viewer = current_viewer()
    with transaction() as session:
        queries.require_own(session, viewer, order_id)
        service.cancel_order(session, order_id, now=utc_now(), cancelled_by_id=viewer.account_id)
        session.flush()
        return queries.order(session, viewer, order_id)


def _household_of(viewer: Viewer, named: int | None) -> int:
    """The household an order is for; a resident orders for no other than its own."""
    if viewer.household_id is not None and named in (None, viewer.household_id):
        return viewer.household_id
    if named is None:
        raise HouseholdMissing(errors=[{"pointer": "#/household_id", "detail": HouseholdMissing.template}])
    if viewer.household_id is not None:
        raise NotFound(kind="household", key=named)
    return named
