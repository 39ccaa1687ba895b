"""Merchants and their stores over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from logistics.access import current_viewer
from logistics.db import reading, transaction
from logistics.orders.catalogue import queries, schemas, scope, service, views
from logistics.orders.subject import orders
from logistics.orders.views import StoreView
from logistics.shapes import shape

STORE: type[Schema] = shape(StoreView)


@orders.get("/merchants")
@orders.response(200, shape(views.MerchantView)(many=True))
def list_merchants() -> list[views.MerchantView]:
    """Your own firm; for administrators all of them"""
    with reading() as session:
        return queries.merchants(session, current_viewer())


@orders.post("/merchants")
@orders.arguments(schemas.MerchantRequest)
@orders.response(201, shape(views.MerchantView))
def add_merchant(wanted: dict[str, Any]) -> views.MerchantView:
    """Enter a firm; a code that is taken is refused, so this needs no Idempotency-Key"""
    with transaction() as session:
        merchant_id = service.add_merchant(session, **wanted)
        found = queries.merchants(session, current_viewer())
        return next(one for one in found if one.id == merchant_id)


@orders.post("/stores")
@orders.arguments(schemas.StoreRequest)
@orders.response(201, STORE)
def add_store(wanted: dict[str, Any]) -> StoreView:
    """Enter a shop of a firm; a code that is taken is refused, so this needs no Idempotency-Key"""
    viewer = current_viewer()
    merchant_id = scope.merchant_for(viewer, wanted.pop("merchant_id", None))
    new = service.NewStore(**wanted, merchant_id=merchant_id)
    with transaction() as session:
        scope.require_merchant(session, viewer, merchant_id)
        return queries.store(session, viewer, service.add_store(session, new))


@orders.patch("/stores/<int:store_id>")
@orders.arguments(schemas.StoreChangeRequest)
@orders.response(200, STORE)
def change_store(wanted: dict[str, Any], store_id: int) -> StoreView:
    """Change the name, the place or the hours of one of your shops"""
    viewer = current_viewer()
    with transaction() as session:
        queries.store(session, viewer, store_id)
        service.change_store(session, store_id, wanted)
        return queries.store(session, viewer, store_id)
