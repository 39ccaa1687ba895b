"""Reads a day folder whole, or says everything that is wrong with it in one report."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from logistics.errors import N_

from . import demand, ground, tables
from .cells import LOCAL
from .draft import Draft
from .facts import DepotRow, ParsedDay
from .places import MapArea
from .problems import BadDayFolder, Report
from .settings import SEED_MAX, DaySettings, read_settings
from .tables import OpenTable, Table, open_table

FORMAT = "day-folder-1"
"""Hashed with the files: a later reading of the same bytes is another day."""


def read_folder(
    folder: Path, *, area: MapArea | None = None, delivery_date: date | None = None, report: Report | None = None
) -> ParsedDay:
    """The day in `folder`, checked in every respect.

    `area` is the road map the places must lie on (None: anywhere); `delivery_date` overrules day.toml. Where neither
    says, the day is the one after the last order was placed, by China Standard Time. `report` may hold problems found
    before, which are told with the others.

    Raises:
        BadDayFolder: with all problems of all files.
    """
    report = report or Report()
    if not folder.is_dir():
        report.add(
            folder.name or str(folder),
            N_("there is no such folder"),
            N_("a folder with the tables of a day would be right"),
        )
        raise BadDayFolder(folder.name, report)
    settings = read_settings(folder, report)
    if delivery_date is not None:
        settings = replace(settings, delivery_date=delivery_date)
    draft, hashes = Draft(), {}
    for table in (
        tables.DEPOTS,
        tables.COMPOUNDS,
        tables.SLOTS,
        tables.PRODUCTS,
        tables.VEHICLES,
        tables.POINTS,
        tables.ORDERS,
        tables.ORDER_LINES,
    ):  # fmt: skip  each after the tables whose names it uses
        opened = open_table(folder, table, settings, report)
        if opened is not None:
            hashes[table.name] = opened.sha256
            _read(table, opened, draft, area, settings)
    if draft.shared and draft.depots:
        draft.depots = _one_firm(draft.depots, report)
    if report.count:
        raise BadDayFolder(folder.name, report)
    return _day(draft, settings, report, sha256=_fingerprint(settings, hashes))


def _read(table: Table, opened: OpenTable, draft: Draft, area: MapArea | None, settings: DaySettings) -> None:
    match table.name:
        case "compounds":
            ground.read_compounds(opened, draft, area)
        case "depots":
            ground.read_depots(opened, draft, area, merchant=settings.merchant)
        case "slots":
            ground.read_slots(opened, draft)
        case "products":
            ground.read_products(opened, draft)
        case "vehicles":
            ground.read_vehicles(opened, draft)
        case "points":
            ground.read_points(opened, draft)
        case "orders":
            demand.read_orders(opened, draft)
        case "order_lines":
            demand.read_lines(opened, draft)


def _one_firm(depots: list[DepotRow], report: Report) -> list[DepotRow]:
    """The depots of a day whose goods lie at all of them: shops of one firm, the first one's where none is named."""
    named = {depot.merchant for depot in depots if depot.merchant != depot.name}
    if len(named) > 1:
        report.add(
            "depots.csv",
            N_("no order names a depot, and the depots belong to %(count)d firms"),
            N_("one merchant, or a column depot in orders and products, would be right"),
            field="merchant",
            count=len(named),
        )
    firm = next(iter(named), depots[0].merchant)
    return [replace(depot, merchant=firm) for depot in depots]


def _fingerprint(settings: DaySettings, hashes: dict[str, str]) -> str:
    parts = [FORMAT, settings.sha256(), *(f"{name}:{digest}" for name, digest in sorted(hashes.items()))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _day(draft: Draft, settings: DaySettings, report: Report, *, sha256: str) -> ParsedDay:
    orders = list(draft.orders.values())
    last_local = max(order.placed_at for order in orders).astimezone(LOCAL).date()
    delivery_date = settings.delivery_date or last_local + timedelta(days=1)
    depots = [depot.code for depot in draft.depots]
    names = "、".join(depot.name for depot in draft.depots)
    return ParsedDay(
        code=settings.code or default_code(delivery_date, depots),
        title=settings.title or f"{names[:120]} {delivery_date.isoformat()}",
        delivery_date=delivery_date,
        shortage_rule=settings.shortage_rule,
        seed=int(sha256[:8], 16) & SEED_MAX if settings.seed is None else settings.seed,
        compounds=tuple(draft.compounds),
        depots=tuple(draft.depots),
        slots=tuple(draft.slots),
        products=tuple(draft.products),
        vehicles=tuple(draft.vehicles),
        points=tuple(draft.points),
        households=tuple(sorted(draft.households.values(), key=lambda household: household.code)),
        orders=tuple(orders),
        lines=tuple(draft.lines),
        shared=draft.shared,
        sha256=sha256,
        notices=tuple(report.notices),
    )


def default_code(delivery_date: date, depots: list[str]) -> str:
    """The code of a day that names none: its date and depots."""
    joined = "-".join(depots)
    if len(joined) > 20:
        joined = hashlib.sha256(joined.encode()).hexdigest()[:10]
    return f"{delivery_date.isoformat()}-{joined}"
