"""Price ceilings over HTTP: the offices' list, the log that everybody reads, and what breaks a ceiling."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale

from logistics.access import current_viewer
from logistics.clock import local_date, utc_now
from logistics.db import reading, transaction
from logistics.orders.catalogue import queries, schemas, scope, service, views
from logistics.orders.subject import orders
from logistics.problems import api_locale
from logistics.shapes import PageQuery, page, page_of, shape
from logistics.telling import told


@orders.get("/priced-goods")
@orders.response(200, shape(views.PricedGoodView)(many=True))
def list_goods() -> list[views.PricedGoodView]:
    """The goods that ceilings are set for, by name"""
    with reading() as session:
        return queries.goods(session)


@orders.get("/price-ceilings")
@orders.arguments(schemas.CeilingQuery, location="query")
@orders.response(200, page_of(views.CeilingView))
def list_ceilings(query: dict[str, Any]) -> dict[str, Any]:
    """Ceilings that concern you, by good and area; with `on` those that stand that day"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.ceilings(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@orders.post("/areas/<int:area_id>/price-ceilings")
@orders.arguments(schemas.CeilingRequest)
@orders.response(201, shape(views.CeilingView))
def set_ceiling(wanted: dict[str, Any], area_id: int) -> views.CeilingView:
    """Set the top price of a good in an area and below, in place of the one before; the same again changes nothing"""
    viewer = current_viewer()
    command = service.SetCeiling(**wanted, area_id=area_id, set_by_id=viewer.account_id)
    with transaction() as session:
        scope.require_ceiling_area(session, viewer, area_id)
        ceiling_id = service.set_ceiling(session, command, now=utc_now())
        return queries.ceiling(session, viewer, ceiling_id)


@orders.post("/price-ceilings/<int:ceiling_id>/end")
@orders.arguments(schemas.CeilingEndRequest)
@orders.response(200, shape(views.CeilingView))
def end_ceiling(wanted: dict[str, Any], ceiling_id: int) -> views.CeilingView:
    """End a ceiling; it is never edited"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_ceiling(session, viewer, ceiling_id)
        service.end_ceiling(session, ceiling_id, **wanted, ended_by_id=viewer.account_id, now=utc_now())
        return queries.ceiling(session, viewer, ceiling_id)


@orders.get("/price-log")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(views.PriceLogView))
def list_price_changes(query: dict[str, Any]) -> dict[str, Any]:
    """Every change of a price or a ceiling that concerns you, newest first"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.price_log(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.get("/price-breaches")
@orders.response(200, shape(views.BreachView)(many=True))
def list_breaches() -> list[views.BreachView]:
    """Prices that break a ceiling as things stand: of your list, or of campaigns that come to your area"""
    now = utc_now()
    with force_locale(api_locale()), reading() as session:
        return queries.standing_breaches(session, current_viewer(), on=local_date(now), tell=told)
