"""Who is asking for this page, and what its address asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from flask import current_app, request, url_for

from logistics.access import Viewer, current_viewer, viewer_or_none
from logistics.clock import local_date
from logistics.clock import utc_now as now
from logistics.config import Settings
from logistics.shapes import ROW_ID_MAX

__all__ = [
    "PAGE_ROWS",
    "Page",
    "Viewer",
    "asked_id",
    "current_viewer",
    "now",
    "page",
    "page_number",
    "public_address",
    "today",
    "viewer_or_none",
]

PAGE_ROWS = 100
"""Rows of a table before it goes to a next page."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    number: int
    rows: Sequence[Row]
    more: bool


def today() -> date:
    return local_date(now())


def asked_id(values: Mapping[str, str], name: str) -> int | None:
    """The id that a form or an address names; None without a number, and 0, which nothing has, beyond any column."""
    text = values.get(name, "").strip()
    if not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if len(text) < 11 and int(text) <= ROW_ID_MAX else 0


def public_address(endpoint: str, **values: Any) -> str:
    """The full address of a page, to be printed: under PUBLIC_URL, else under the host this request came to."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.public_url:
        return url_for(endpoint, _external=True, **values)
    return settings.public_url + url_for(endpoint, **values)


def page_number() -> int:
    """The page of a long table, from 1; nonsense in the address is the first page."""
    text = request.args.get("page", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 7 else 1


def page(rows: Sequence[Row], number: int) -> Page[Row]:
    """A page of rows asked for with `limit=PAGE_ROWS + 1`: the row too many says that there is a next page."""
    return Page(number, rows[:PAGE_ROWS], len(rows) > PAGE_ROWS)
