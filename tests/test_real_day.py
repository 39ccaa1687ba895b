"""The main job on a real day: 1,994 orders in Jinan on real roads, checked from its exported files alone."""

from __future__ import annotations

import csv
import gzip
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from logistics.day import service as days
from logistics.day.commands import run_here
from logistics.day.export import export_run
from logistics.day.importing import import_folder
from logistics.day.rules import RunState
from logistics.db import reading, transaction
from tests import day_folder_checks as checks
from tests.builders import NOW

pytestmark = pytest.mark.realdata

ITERATIONS = 30
"""Enough to have searched, few enough that two runs take seconds."""


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_and_export(app: Flask, real_data: Path, out: Path, cache: Path) -> checks.Export:
    with app.app_context():
        day = import_folder(
            real_data / "e2e_jinan" / "day", roads_file=real_data / "jinan" / "jinan_roads.osm.pbf", now=NOW
        )
        with transaction() as session:
            command = days.StartRun(day_id=day.day_id, time_limit_s=120, iteration_limit=ITERATIONS, seed=7)
            run_id = days.start_run(session, command, now=NOW)
        status = run_here(run_id, travel_cache_dir=cache)
        assert status.state is RunState.DONE, status.error
        with reading() as session:
            export_run(session, run_id, out, travel_cache_dir=cache)
    return checks.Export(out)


def test_the_jinan_day_runs_through_and_holds(app: Flask, real_data: Path, tmp_path: Path) -> None:
    day = real_data / "e2e_jinan" / "day"
    orders = {row["order"]: row["household"] for row in read(day / "orders.csv.gz")}
    products = read(day / "products.csv.gz")

    export = run_and_export(app, real_data, tmp_path / "out", tmp_path / "travel")

    assert (export.summary["orders"], export.summary["lines"]) == (1994, 9088)
    assert checks.every_order_is_in_one_batch_or_reported(export, set(orders)) == []
    assert checks.every_stop_is_on_one_route_or_dropped(export) == []
    assert checks.sums_are_exact(export, {p["sku"]: int(Decimal(p["weight_kg"]) * 1000) for p in products}) == []
    assert checks.routes_hold(export) == []
    limits = {p["sku"]: int(p["limit_per_household"]) for p in products if p["limit_per_household"]}
    supply = {p["sku"]: int(p["supply"]) for p in products}
    assert checks.shortages_are_fair(export, supply, limits, orders) == []
    assert len(export.manifests) == export.summary["stops_served"] == 463
    assert export.plan["dropped"] == []


def test_kilometres_and_seconds_agree_with_the_oracles(app: Flask, real_data: Path, tmp_path: Path) -> None:
    """Metres within 10 % in the median of both oracles, seconds of the class-speed one; medians over 34,000 pairs."""
    export = run_and_export(app, real_data, tmp_path / "out", tmp_path / "travel")
    place_of = {stop["id"]: stop["place"] for stop in export.plan["stops"]} | {"D0": "D0"}
    row_of_place = {place_of[name]: row for name, row in export.row_of.items()}

    for oracle, matrix in [("osrm_m", "metres"), ("matrix_shortest_m", "metres"), ("matrix_fastest_s", "seconds")]:
        with gzip.open(real_data / "e2e_jinan" / "oracle" / f"{oracle}.csv.gz", "rt") as file:
            table = list(csv.reader(file))
        names = table[0][1:]
        theirs = np.array([[float(cell or "nan") for cell in row[1:]] for row in table[1:]])
        order = [row_of_place[name] for name in names]
        ours = getattr(export, matrix)[np.ix_(order, order)]
        with np.errstate(divide="ignore", invalid="ignore"):
            difference = np.abs(ours - theirs) / theirs
        assert np.nanmedian(difference[theirs > 0]) <= 0.10, oracle


def test_the_same_seed_and_iterations_give_the_same_plan(
    app: Flask, real_data: Path, tmp_path: Path, sqlite_template: Path
) -> None:
    from logistics import create_app
    from tests.conftest import settings_for

    first = run_and_export(app, real_data, tmp_path / "one", tmp_path / "travel")
    twin_path = tmp_path / "twin.db"
    twin_path.write_bytes(sqlite_template.read_bytes())
    twin = create_app(settings_for(f"sqlite:///{twin_path}", tmp_path))
    second = run_and_export(twin, real_data, tmp_path / "two", tmp_path / "other-travel")
    assert json.dumps(first.plan) == json.dumps(second.plan)


def test_the_checks_see_what_is_broken(app: Flask, real_data: Path, tmp_path: Path) -> None:
    """A check that cannot fail proves nothing: each fault put into a sound export is found."""
    export = run_and_export(app, real_data, tmp_path / "out", tmp_path / "travel")
    route = next(route for route in export.plan["routes"] if len(route["stops"]) > 2)

    route["stops"][0], route["stops"][1] = route["stops"][1], route["stops"][0]
    assert any("wrong travel" in fault for fault in checks.routes_hold(export))
    route["stops"].pop()
    assert any("0 routes and is not dropped" in fault for fault in checks.every_stop_is_on_one_route_or_dropped(export))
    lost = export.batches.pop()["order"]
    assert checks.every_order_is_in_one_batch_or_reported(export, {lost}) == [f"{lost} is in no batch and not reported"]
    assert checks.sums_are_exact(export, dict.fromkeys({line["sku"] for line in export.lines}, 1)) != []
    export.lines[0]["given"] = "999"
    none = dict.fromkeys({line["sku"] for line in export.lines}, 0)
    household = {line["order"]: "H" for line in export.lines}
    assert checks.shortages_are_fair(export, none, {}, household) != []
