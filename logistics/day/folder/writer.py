"""Writes a day as a day folder: what `read_folder` makes of it is the same day."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from .cells import LOCAL
from .facts import CompoundRow, DepotRow, HouseholdRow, OrderRow, ParsedDay, PointRow, ProductRow, VehicleRow

Line = Mapping[str, object]
"""One line of a table: cells by column."""


def write_folder(day: ParsedDay, folder: Path) -> list[Path]:
    """Write the tables and day.toml in UTF-8 and WGS-84 into `folder`, which is made if need be. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [_write_settings(day, folder)]
    paths += [_write_table(day, folder, writing) for writing in TABLES if any(True for _ in writing.lines(day))]
    return paths


@dataclass(frozen=True, slots=True)
class _Writing:
    """How one table is written."""

    table: str
    lines: Callable[[ParsedDay], Iterator[Line]]


def _write_settings(day: ParsedDay, folder: Path) -> Path:
    path = folder / "day.toml"
    lines = [
        f"code = {_quoted(day.code)}",
        f"title = {_quoted(day.title)}",
        f"date = {day.delivery_date.isoformat()}",
        f"shortage_rule = {_quoted(day.shortage_rule.value)}",
        f"seed = {day.seed}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _write_table(day: ParsedDay, folder: Path, writing: _Writing) -> Path:
    path = folder / f"{writing.table}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        columns = list(next(writing.lines(day)))
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(writing.lines(day))
    return path


def _compound(row: CompoundRow) -> Line:
    return {
        "compound": row.code,
        "name": row.name,
        "district": row.district,
        "street_office": row.street_office,
        "community": row.community,
        "address": row.address,
        "lng": row.lng,
        "lat": row.lat,
        "households": row.household_count,
        "buildings": row.building_count,
        "gate_opens": _clock(row.gate_opens_min),
        "gate_closes": _clock(row.gate_closes_min),
        "volunteers": row.volunteer_count,
    }


def _depot(row: DepotRow) -> Line:
    return {
        "depot": row.code,
        "name": row.name,
        "merchant": row.merchant,
        "lng": row.lng,
        "lat": row.lat,
        "opens": _clock(row.opens_min),
        "closes": _clock(row.closes_min),
    }


def _product(row: ProductRow) -> Line:
    return {
        "depot": row.depot,
        "sku": row.sku,
        "name": row.name,
        "category": row.category,
        "unit": row.unit,
        "price_cny": _decimal(row.price_cents, 2),
        "weight_kg": _decimal(row.weight_g, 3),
        "volume_l": _decimal(row.volume_ml, 3),
        "limit_per_household": _blank(row.limit_per_household),
        "supply": _blank(row.supply),
    }


def _vehicles(day: ParsedDay) -> Iterator[Line]:
    """A line per depot and type, with the count and the plates."""
    for (depot, kind), group in groupby(day.vehicles, key=lambda vehicle: (vehicle.depot, vehicle.type)):
        alike: list[VehicleRow] = list(group)
        first = alike[0]
        yield {
            "depot": depot,
            "type": kind,
            "name": first.type_name,
            "count": len(alike),
            "plate": ";".join(v.plate for v in alike) if any(v.plate for v in alike) else "",
            "capacity_kg": _decimal(first.capacity_g, 3),
            "capacity_packages": first.capacity_packages,
            "shift_start": _clock(first.shift_start_min),
            "shift_end": _clock(first.shift_end_min),
        }


def _point(row: PointRow) -> Line:
    return {
        "point": row.code,
        "name": row.name,
        "kind": row.kind.value,
        "compound": row.compound,
        "building": row.building,
        "keeper": row.keeper,
    }


def _orders(day: ParsedDay) -> Iterator[Line]:
    homes = {household.code: household for household in day.households}
    for order in day.orders:
        yield _order(order, homes[order.household])


def _order(row: OrderRow, home: HouseholdRow) -> Line:
    return {
        "order": row.code,
        "depot": row.depot,
        "household": home.code,
        "compound": home.compound,
        "building": home.building,
        "unit": home.unit,
        "flat": home.flat,
        "slot": row.slot,
        "channel": row.channel.value,
        "placed_at": row.placed_at.astimezone(LOCAL).isoformat(" "),
        "quarantined": int(home.quarantined),
        "elderly": int(home.elderly),
    }


TABLES = (
    _Writing("compounds", lambda day: map(_compound, day.compounds)),
    _Writing("depots", lambda day: map(_depot, day.depots)),
    _Writing(
        "slots",
        lambda day: ({"slot": s.code, "start": _clock(s.start_min), "end": _clock(s.end_min)} for s in day.slots),
    ),
    _Writing("products", lambda day: map(_product, day.products)),
    _Writing("vehicles", _vehicles),
    _Writing("points", lambda day: map(_point, day.points)),
    _Writing("orders", _orders),
    _Writing("order_lines", lambda day: ({"order": ln.order, "sku": ln.sku, "qty": ln.quantity} for ln in day.lines)),
)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _decimal(whole: int, places: int) -> str:
    """`whole` with its last `places` digits after the point, and no needless zeros."""
    digits = f"{whole:0{places + 1}d}"
    return f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")


def _blank(value: int | None) -> str:
    return "" if value is None else str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
