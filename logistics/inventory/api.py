"""Stock of scarce items over HTTP, and the routes of the rooms of the inventory, each in its own `api.py`."""

from __future__ import annotations

from typing import Any

from logistics.access import current_viewer
from logistics.db import reading
from logistics.inventory.ledger import queries
from logistics.inventory.subject import inventory
from logistics.shapes import PageQuery, page, page_of

__all__ = ["inventory"]


@inventory.get("/stock")
@inventory.arguments(PageQuery, location="query")
@inventory.response(200, page_of(queries.StockView))
def list_stock(query: dict[str, Any]) -> dict[str, Any]:
    """What your area and those below hold, with the moment of the count"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.stock(session, current_viewer(), limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)
