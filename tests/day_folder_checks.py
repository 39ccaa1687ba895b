"""An independent reading of an exported day: written from `docs/formats.md`, sharing no code with the platform.

Each check returns sentences; an empty list is a sound export.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

Rows = list[dict[str, str]]


class Export:
    """The files of one export, as they lie on disk."""

    def __init__(self, folder: Path) -> None:
        self.summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        self.plan: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        self.routes: dict[str, Any] = json.loads((folder / "routes.geojson").read_text(encoding="utf-8"))
        self.lines = rows(folder / "order_lines.csv")
        self.batches = rows(folder / "batches.csv")
        self.manifests = rows(folder / "manifests.csv")
        with np.load(folder / "matrix.npz") as matrix:
            self.row_of = {str(name): row for row, name in enumerate(matrix["ids"])}
            self.seconds, self.metres = matrix["seconds"], matrix["metres"]


def rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def every_order_is_in_one_batch_or_reported(export: Export, orders: set[str]) -> list[str]:
    batched = Counter(row["order"] for row in export.batches)
    reported = {row["order"] for row in export.summary["unbatched"]}
    wrong = [f"{order} is in {count} batches" for order, count in batched.items() if count != 1]
    wrong += [f"{order} is in a batch and reported" for order in reported if order in batched]
    return wrong + [f"{order} is in no batch and not reported" for order in orders - set(batched) - reported]


def every_stop_is_on_one_route_or_dropped(export: Export) -> list[str]:
    served = Counter(visit["stop"] for route in export.plan["routes"] for visit in route["stops"])
    dropped = {drop["stop"]: drop["reason"] for drop in export.plan["dropped"]}
    wrong = []
    for stop in export.plan["stops"]:
        on, off = served[stop["id"]], stop["id"] in dropped
        if on + off != 1:
            wrong.append(f"{stop['id']} is on {on} routes and {'is' if off else 'is not'} dropped")
    wrong += [f"{stop} was dropped without a reason" for stop, reason in dropped.items() if not reason]
    known = {stop["id"] for stop in export.plan["stops"]}
    return wrong + [f"batch {row['batch']} goes to no stop" for row in export.batches if row["stop"] not in known]


def sums_are_exact(export: Export, weight_g: dict[str, int]) -> list[str]:
    """Given units times unit weight are the orders' weights, which are the batches', which are the stops'."""
    of_order: dict[str, int] = defaultdict(int)
    for line in export.lines:
        of_order[line["order"]] += int(line["given"]) * weight_g[line["sku"]]
    of_stop: dict[str, int] = defaultdict(int)
    packages: dict[str, int] = defaultdict(int)
    wrong = []
    for row in export.batches:
        if int(row["weight_g"]) != of_order[row["order"]]:
            wrong.append(f"{row['order']} weighs {of_order[row['order']]} g by its lines, {row['weight_g']} g packed")
        of_stop[row["stop"]] += int(row["weight_g"])
        packages[row["stop"]] += int(row["packages"])
    for stop in export.plan["stops"]:
        if (stop["demand_g"], stop["packages"]) != (of_stop[stop["id"]], packages[stop["id"]]):
            wrong.append(f"{stop['id']} says {stop['demand_g']} g, {stop['packages']} packages; its orders do not")
    return wrong


def routes_hold(export: Export) -> list[str]:
    """Loads, legs, windows, service, shifts and depot hours of every route, recomputed from the matrix."""
    stops = {stop["id"]: stop for stop in export.plan["stops"]}
    vehicles = {vehicle["id"]: vehicle for vehicle in export.plan["vehicles"]}
    wrong = []
    for route in export.plan["routes"]:
        wrong += _route_holds(export, route, vehicles[route["vehicle"]], stops)
    used = Counter(route["vehicle"] for route in export.plan["routes"])
    return wrong + [f"{vehicle} drives {count} routes" for vehicle, count in used.items() if count > 1]


def _route_holds(
    export: Export, route: dict[str, Any], vehicle: dict[str, Any], stops: dict[str, dict[str, Any]]
) -> list[str]:
    name, wrong = route["vehicle"], []
    load = sum(stops[visit["stop"]]["demand_g"] for visit in route["stops"])
    packages = sum(stops[visit["stop"]]["packages"] for visit in route["stops"])
    if load > vehicle["capacity_g"] or packages > vehicle["capacity_packages"]:
        wrong.append(f"{name} carries {load} g, {packages} packages")
    if moment(route["depart"]) < moment(vehicle["shift"][0]) or moment(route["return"]) > moment(vehicle["shift"][1]):
        wrong.append(f"{name} is out from {route['depart']} to {route['return']}, its shift is {vehicle['shift']}")
    at, here, metres = moment(route["depart"]), vehicle["depot"], 0
    for visit in route["stops"]:
        stop = stops[visit["stop"]]
        leg_s, leg_m = leg(export, here, stop["id"])
        load -= stop["demand_g"]
        start = moment(visit["start"])
        checks = {
            "travel": (visit["travel_s"], visit["travel_m"]) == (leg_s, leg_m),
            "arrival": moment(visit["arrival"]) - at == leg_s,
            "start": start >= moment(visit["arrival"]),
            "window": moment(stop["window"][0]) <= start <= moment(stop["window"][1]),
            "service": moment(visit["departure"]) - start == stop["service_s"],
            "load": visit["load_g_after"] == load,
            "depot": stop["depot"] == vehicle["depot"],
        }
        wrong += [f"{name} at {stop['id']}: wrong {rule}" for rule, holds in checks.items() if not holds]
        at, here, metres = moment(visit["departure"]), stop["id"], metres + leg_m
    leg_s, leg_m = leg(export, here, vehicle["depot"])
    if moment(route["return"]) - at != leg_s or route["distance_m"] != metres + leg_m:
        wrong.append(f"{name} comes home wrong: {route['return']}, {route['distance_m']} m")
    return wrong


def leg(export: Export, origin: str, destination: str) -> tuple[int, int]:
    a, b = export.row_of[origin], export.row_of[destination]
    return int(export.seconds[a, b]), int(export.metres[a, b])


def moment(text: str) -> float:
    at = datetime.fromisoformat(text)
    assert at.tzinfo is not None, f"{text} has no offset"
    return at.timestamp()


def shortages_are_fair(
    export: Export, supply: dict[str, int], limit: dict[str, int], household: dict[str, str]
) -> list[str]:
    """No product is given beyond its supply, no household beyond its limit; who gets less is told why."""
    given: dict[str, int] = defaultdict(int)
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    drawn: dict[tuple[str, str], int] = defaultdict(int)
    wrong = []
    for line in export.lines:
        asked, got, key = int(line["ordered"]), int(line["given"]), (household[line["order"]], line["sku"])
        given[line["sku"]] += got
        wanted[key] += asked
        drawn[key] += got
        if (got < asked) != bool(line["reason"]) or got > asked:
            wrong.append(f"{line['order']} {line['sku']}: {got} of {asked}, reason {line['reason']!r}")
    for sku, total in given.items():
        claim = sum(min(q, limit.get(s, q)) for (_, s), q in wanted.items() if s == sku)
        if total != min(supply[sku], claim):
            wrong.append(f"{sku}: {total} given of supply {supply[sku]} for a claim of {claim}")
    return wrong + [f"{h} drew {q} of {s}" for (h, s), q in drawn.items() if q > limit.get(s, q)]
