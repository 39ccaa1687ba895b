"""What everybody reads about prices: the ceilings that stand, every change, and what a product is."""

from __future__ import annotations

from flask import Blueprint, render_template

from logistics.db import reading
from logistics.orders.catalogue import queries
from logistics.views import PAGE_SIZE_MAX
from logistics.web.here import PAGE_ROWS, current_viewer, page, page_number, today

pages = Blueprint("prices", __name__)

HISTORY_ROWS = 50


@pages.get("/prices")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.price_log(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        ceilings = queries.ceilings(session, viewer, on=today(), limit=PAGE_SIZE_MAX) if number == 1 else []
    return render_template("prices.html", page=page(rows, number), ceilings=ceilings)


@pages.get("/products/<int:product_id>")
def product(product_id: int) -> str:
    viewer = current_viewer()
    with reading() as session:
        found = queries.product(session, viewer, product_id)
        history = queries.prices(session, viewer, product_id, limit=HISTORY_ROWS)
    return render_template("product.html", product=found, history=history)
