"""The Jinan delivery day as a problem: real compounds, roads and baskets; see SOURCE.md beside the data.

One stop is compound × slot × door delivery or not. Vehicles' package limits and all prices are assumptions.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine import Depot, Problem, Stop, TimeWindow, Vehicle

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "e2e_jinan"
PACKAGES = {"van": 150, "truck": 400}
PRICES = {  # cents: fixed, per km, per hour
    "van": (10_000, 150, 3_000),
    "truck": (20_000, 250, 3_500),
}


def jinan_problem() -> Problem:
    """463 stops, 1,994 packages, 12 vans and 4 trucks at one depot; seconds count from midnight."""
    places, metres = _matrix("matrix_shortest_m.csv.gz")
    columns, seconds = _matrix("matrix_fastest_s.csv.gz")
    if places != columns:
        raise AssertionError("the two matrices name their places in different orders")
    place_of = {name: row for row, name in enumerate(places)}
    depots = tuple(
        Depot(
            id=row["depot"], place=place_of[row["depot"]], opens_s=_clock(row["opens"]), closes_s=_clock(row["closes"])
        )
        for row in _rows("day/depots.csv")
    )
    return Problem(
        depots=depots, vehicles=tuple(_vehicles()), stops=tuple(_stops(place_of)), seconds=seconds, metres=metres
    )


def _vehicles() -> Iterator[Vehicle]:
    for row in _rows("day/vehicles.csv"):
        fixed, per_km, per_h = PRICES[row["type"]]
        for number in range(1, int(row["count"]) + 1):
            yield Vehicle(
                id=f"{row['type']}-{number}",
                type=row["type"],
                depot=row["depot"],
                capacity_g=int(row["capacity_kg"]) * 1000,
                capacity_packages=PACKAGES[row["type"]],
                shift=TimeWindow(start_s=_clock(row["shift_start"]), end_s=_clock(row["shift_end"])),
                fixed_cost=fixed,
                cost_per_km=per_km,
                cost_per_h=per_h,
            )


def _stops(place_of: dict[str, int]) -> Iterator[Stop]:
    slots = {
        row["slot"]: TimeWindow(start_s=_clock(row["start"]), end_s=_clock(row["end"]))
        for row in _rows("day/slots.csv")
    }
    grams = {row["sku"]: round(float(row["weight_kg"]) * 1000) for row in _rows("day/products.csv.gz")}
    order_g: dict[str, int] = defaultdict(int)
    for line in _rows("day/order_lines.csv.gz"):
        order_g[line["order"]] += grams[line["sku"]] * int(line["qty"])
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for order in _rows("day/orders.csv.gz"):
        groups[order["compound"], order["slot"], order["quarantined"]].append(order_g[order["order"]])
    for (compound, slot, quarantined), weights in sorted(groups.items()):
        door = quarantined == "1"
        yield Stop(
            id=f"{compound}-{slot}" + ("-door" if door else ""),
            place=place_of[compound],
            demand_g=sum(weights),
            packages=len(weights),
            window=slots[slot],
            service_s=240 + (60 if door else 10) * len(weights),
            depot="D0",
        )


def _matrix(name: str) -> tuple[list[str], NDArray[np.int32]]:
    with gzip.open(DATA / "oracle" / name, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0][1:], np.array([[round(float(cell)) for cell in row[1:]] for row in rows[1:]], dtype=np.int32)


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = DATA / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60
