"""Scarce goods of the viewer's area and below: what is on hand, and when that was last counted."""

from __future__ import annotations

from flask import Blueprint, render_template

from logistics.db import reading
from logistics.inventory.ledger import queries
from logistics.web.here import PAGE_ROWS, current_viewer, now, page, page_number

pages = Blueprint("stock", __name__)


@pages.get("/stock")
def index() -> str:
    number = page_number()
    with reading() as session:
        rows = queries.stock(session, current_viewer(), now=now(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("stock.html", page=page(rows, number))
