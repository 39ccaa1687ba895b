"""Writes a day as a day folder: what `read_folder` makes of it is the same day."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from .cells import LOCAL
from .facts import ParsedDay, VehicleRow


def write_folder(day: ParsedDay, folder: Path) -> list[Path]:
    """Write the tables and day.toml in UTF-8 and WGS-84 into `folder`, which is made if need be. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    homes = {household.code: household for household in day.households}
    paths = [_write_settings(day, folder)]
    paths.append(
        _write(
            folder,
            "compounds",
            (
                "compound",
                "name",
                "district",
                "street_office",
                "community",
                "address",
                "lng",
                "lat",
                "households",
                "buildings",
                "gate_opens",
                "gate_closes",
            ),
            (
                (
                    c.code,
                    c.name,
                    c.district,
                    c.street_office,
                    c.community,
                    c.address,
                    c.lng,
                    c.lat,
                    c.household_count,
                    c.building_count,
                    _clock(c.gate_opens_min),
                    _clock(c.gate_closes_min),
                )
                for c in day.compounds
            ),
        )
    )
    paths.append(
        _write(
            folder,
            "depots",
            ("depot", "name", "merchant", "lng", "lat", "opens", "closes"),
            ((d.code, d.name, d.merchant, d.lng, d.lat, _clock(d.opens_min), _clock(d.closes_min)) for d in day.depots),
        )
    )
    paths.append(
        _write(
            folder,
            "slots",
            ("slot", "start", "end"),
            ((s.code, _clock(s.start_min), _clock(s.end_min)) for s in day.slots),
        )
    )
    paths.append(
        _write(
            folder,
            "products",
            (
                "depot",
                "sku",
                "name",
                "category",
                "unit",
                "price_cny",
                "weight_kg",
                "volume_l",
                "limit_per_household",
                "supply",
            ),
            (
                (
                    p.depot,
                    p.sku,
                    p.name,
                    p.category,
                    p.unit,
                    _decimal(p.price_cents, 2),
                    _decimal(p.weight_g, 3),
                    _decimal(p.volume_ml, 3),
                    _blank(p.limit_per_household),
                    _blank(p.supply),
                )
                for p in day.products
            ),
        )
    )
    paths.append(
        _write(
            folder,
            "vehicles",
            (
                "depot",
                "type",
                "name",
                "count",
                "plate",
                "capacity_kg",
                "capacity_packages",
                "shift_start",
                "shift_end",
            ),
            _vehicle_lines(day.vehicles),
        )
    )
    if day.points:
        paths.append(
            _write(
                folder,
                "points",
                ("point", "name", "kind", "compound", "building", "keeper"),
                ((p.code, p.name, p.kind.value, p.compound, p.building, p.keeper) for p in day.points),
            )
        )
    paths.append(
        _write(
            folder,
            "orders",
            (
                "order",
                "depot",
                "household",
                "compound",
                "building",
                "unit",
                "flat",
                "slot",
                "channel",
                "placed_at",
                "quarantined",
                "elderly",
            ),
            (
                (
                    o.code,
                    o.depot,
                    o.household,
                    homes[o.household].compound,
                    homes[o.household].building,
                    homes[o.household].unit,
                    homes[o.household].flat,
                    o.slot,
                    o.channel.value,
                    o.placed_at.astimezone(LOCAL).isoformat(" "),
                    int(homes[o.household].quarantined),
                    int(homes[o.household].elderly),
                )
                for o in day.orders
            ),
        )
    )
    paths.append(
        _write(
            folder,
            "order_lines",
            ("order", "sku", "qty"),
            ((line.order, line.sku, line.quantity) for line in day.lines),
        )
    )
    return paths


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


def _write(folder: Path, table: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    path = folder / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _vehicle_lines(vehicles: Sequence[VehicleRow]) -> Iterable[Sequence[object]]:
    for (depot, kind), group in groupby(vehicles, key=lambda v: (v.depot, v.type)):
        alike = list(group)
        first = alike[0]
        plates = ";".join(v.plate for v in alike) if any(v.plate for v in alike) else ""
        yield (
            depot,
            kind,
            first.type_name,
            len(alike),
            plates,
            _decimal(first.capacity_g, 3),
            first.capacity_packages,
            _clock(first.shift_start_min),
            _clock(first.shift_end_min),
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
