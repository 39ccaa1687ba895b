"""The vehicles of a supermarket's stores."""

from __future__ import annotations

from flask import Blueprint, render_template

from logistics.db import reading
from logistics.routing import queries
from logistics.web.here import PAGE_ROWS, current_viewer, page, page_number

pages = Blueprint("vehicles", __name__)


@pages.get("/vehicles")
def index() -> str:
    number = page_number()
    with reading() as session:
        rows = queries.vehicles(session, current_viewer(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("vehicles.html", page=page(rows, number))
