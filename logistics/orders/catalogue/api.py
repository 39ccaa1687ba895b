"""Products over HTTP: added, changed, priced, retired, and told to whoever may order them."""

from __future__ import annotations

from typing import Any

from logistics.access import current_viewer
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.orders.catalogue import ceiling_api, files_api, firms_api, queries, schemas, scope, service, views
from logistics.orders.subject import orders
from logistics.shapes import Nothing, PageQuery, page, page_of, shape

__all__ = ["ceiling_api", "files_api", "firms_api"]

PRICE_FIELDS = ("price_cents", "price_per_kg_cents", "weight_g", "pack_size")


@orders.get("/products")
@orders.arguments(schemas.CatalogueQuery, location="query")
@orders.response(200, page_of(views.CatalogueProductView))
def list_catalogue(query: dict[str, Any]) -> dict[str, Any]:
    """Your own products, or what is offered where you live or work, by category and SKU"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.products(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@orders.post("/products")
@orders.arguments(schemas.NewProductRequest)
@orders.response(201, shape(views.CatalogueProductDetail))
def add_product(wanted: dict[str, Any]) -> views.CatalogueProductDetail:
    """Add a product or a bundle; a number that you have used is refused, so this needs no Idempotency-Key"""
    viewer = current_viewer()
    merchant_id = scope.merchant_for(viewer, wanted.pop("merchant_id", None))
    terms = service.TermsWanted(**{name: wanted.pop(name) for name in PRICE_FIELDS if name in wanted})
    lines = wanted.pop("contents", None)
    contents = None if lines is None else tuple((line["sku"], line["quantity"]) for line in lines)
    new = service.NewProduct(
        **wanted, merchant_id=merchant_id, wanted=terms, contents=contents, set_by_id=viewer.account_id
    )
    with transaction() as session:
        scope.require_merchant(session, viewer, merchant_id)
        product_id = service.add_product(session, new, now=utc_now())
        return queries.product(session, viewer, product_id)


@orders.get("/products/<int:product_id>")
@orders.response(200, shape(views.CatalogueProductDetail))
def show_product(product_id: int) -> views.CatalogueProductDetail:
    """One product, and what a bundle holds"""
    with reading() as session:
        return queries.product(session, current_viewer(), product_id)


@orders.patch("/products/<int:product_id>")
@orders.arguments(schemas.ProductToldRequest)
@orders.response(200, shape(views.CatalogueProductDetail))
def change_product(told_: dict[str, Any], product_id: int) -> views.CatalogueProductDetail:
    """Change what is told of a product; its price, weight and pack have an address of their own"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_product(session, viewer, product_id)
        service.change_product(session, product_id, told_, set_by_id=viewer.account_id, now=utc_now())
        return queries.product(session, viewer, product_id)


@orders.post("/products/<int:product_id>/price")
@orders.arguments(schemas.PriceRequest)
@orders.response(200, shape(views.CatalogueProductDetail))
def change_price(wanted: dict[str, Any], product_id: int) -> views.CatalogueProductDetail:
    """Change a price, with the reason that residents read; held against the ceilings where you serve. Twice is once"""
    viewer = current_viewer()
    reason = wanted.pop("reason")
    command = service.ChangePrice(
        product_id=product_id,
        wanted=service.TermsWanted(**wanted),
        reason=reason,
        set_by_id=viewer.account_id,
    )
    with transaction() as session:
        scope.require_product(session, viewer, product_id)
        service.change_price(session, command, now=utc_now())
        return queries.product(session, viewer, product_id)


@orders.get("/products/<int:product_id>/prices")
@orders.arguments(PageQuery, location="query")
@orders.response(200, page_of(views.PriceView))
def list_prices(query: dict[str, Any], product_id: int) -> dict[str, Any]:
    """What a product has cost, newest first: from when, what before, why"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.prices(session, current_viewer(), product_id, limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@orders.post("/products/<int:product_id>/retire")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.CatalogueProductDetail))
def retire_product(_: dict[str, Any], product_id: int) -> views.CatalogueProductDetail:
    """Take a product out of the list; what is offered and ordered of it stands"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_product(session, viewer, product_id)
        service.retire_product(session, product_id, now=utc_now())
        return queries.product(session, viewer, product_id)


@orders.post("/products/<int:product_id>/reinstate")
@orders.arguments(Nothing, required=False)
@orders.response(200, shape(views.CatalogueProductDetail))
def reinstate_product(_: dict[str, Any], product_id: int) -> views.CatalogueProductDetail:
    """Take a retired product back into the list at the price it had"""
    viewer = current_viewer()
    with transaction() as session:
        scope.require_product(session, viewer, product_id)
        service.reinstate_product(session, product_id, now=utc_now())
        return queries.product(session, viewer, product_id)


@orders.put("/products/<int:product_id>/good")
@orders.arguments(schemas.GoodRequest)
@orders.response(200, shape(views.CatalogueProductDetail))
def assign_good(wanted: dict[str, Any], product_id: int) -> views.CatalogueProductDetail:
    """Say which good of the offices' list a product is; an office's word stands over the merchant's"""
    viewer = current_viewer()
    by_office = viewer.role is not Role.MERCHANT
    command = service.AssignGood(**wanted, product_id=product_id, by_office=by_office, by_id=viewer.account_id)
    with transaction() as session:
        scope.require_seen_product(session, viewer, product_id)
        service.assign_good(session, command, now=utc_now())
        return queries.product(session, viewer, product_id)
