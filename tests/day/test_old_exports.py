"""An export is what its run did, whatever happened since: to the day, to the roads, or if nothing was to be done."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, update

from logistics.communities.models import DeliveryPoint
from logistics.communities.rules import PointKind
from logistics.day.matrix import MatrixLost
from logistics.day.models import DayCampaign
from logistics.db import transaction
from logistics.orders.models import Offer
from logistics.orders.service import cancel_order
from logistics.routing.models import PlanStop
from tests.builders import NOW, OfferSpec, a_campaign, a_day, a_store, a_town, a_vehicle, an_order
from tests.day.exporting import FILES, a_day_of_orders, document, exported, run, table
from tests.roads import a_road_file


def test_an_old_run_is_written_as_it_was_before_the_next(any_tables: Flask, tmp_path: Path) -> None:
    day_id, town = a_day_of_orders()
    with transaction() as session:
        session.execute(delete(DeliveryPoint).where(DeliveryPoint.kind == PointKind.DOOR))
    first = run(day_id, tmp_path)
    at_once = exported(first, tmp_path / "at-once")
    with transaction() as session:
        session.add(DeliveryPoint(code="D", name="D", kind=PointKind.DOOR, compound_id=town.compound_ids[0]))
        store = a_store(session)
        a_vehicle(session, store)
        joined = a_campaign(session, store, town, OfferSpec(sku="E01"))
        an_order(session, joined, town.households[1][1], {"E01": 1})
        session.add(DayCampaign(campaign_id=joined.campaign_id, day_id=day_id))
    second = run(day_id, tmp_path)

    later, after = exported(first, tmp_path / "later"), exported(second, tmp_path / "after")

    for name in FILES:
        assert (later / name).read_bytes() == (at_once / name).read_bytes(), name
    # 11 of 12 orders had a delivery point; then all 12, and one of the campaign that joined
    assert (len(table(later / "batches.csv")), len(table(after / "batches.csv"))) == (11, 13)
    assert (len(table(later / "order_lines.csv")), len(table(after / "order_lines.csv"))) == (18, 19)
    assert "" not in {row["stop"] for row in table(later / "batches.csv") + table(after / "batches.csv")}
    assert document(after / "summary.json")["unbatched"] == []


def test_the_lines_of_a_cancelled_order_say_so(tables: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        a_vehicle(session, store)
        campaign = a_campaign(session, store, town, OfferSpec(sku="V01"))
        an_order(session, campaign, town.households[0][0], {"V01": 2})
        cancel_order(session, an_order(session, campaign, town.households[0][1], {"V01": 5}).order_id, now=NOW)
        day_id = a_day(session, [campaign])

    lines = table(exported(run(day_id, tmp_path), tmp_path / "out") / "order_lines.csv")

    assert [(line["ordered"], line["given"], line["reason"]) for line in lines] == [
        ("2", "2", ""),
        ("5", "0", "cancelled"),
    ]


def test_a_day_on_which_nobody_gets_anything_writes_its_files_without_a_plan(any_tables: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    with transaction() as session:
        session.execute(update(Offer).values(supply_count=0))

    out = exported(run(day_id, tmp_path), tmp_path / "out")

    summary, plan = document(out / "summary.json"), document(out / "plan.json")
    assert (summary["orders"], summary["units_ordered"], summary["units_given"]) == (12, 30, 0)
    assert {order["reason"] for order in summary["unbatched"]} == {"nothing_left"}
    assert (summary["plan"], summary["stops_served"], summary["dropped_by_reason"]) == (None, 0, {})
    assert len(table(out / "order_lines.csv")) == 18
    assert (out / "batches.csv").read_text() == "batch,stop,order,weight_g,packages\n"
    assert (plan["plan"], plan["delivery_date"], plan["routes"], plan["stops"]) == (None, "2020-02-19", [], [])
    with np.load(out / "matrix.npz", allow_pickle=False) as matrix:
        assert (matrix["ids"].shape, matrix["seconds"].shape, matrix["metres"].shape) == ((0,), (0, 0), (0, 0))
    assert document(out / "routes.geojson")["features"] == []
    assert table(out / "manifests.csv") == []
    assert (out / "manifests.csv").read_text().startswith("vehicle,plate,position,stop,")


def test_a_plan_and_the_empty_one_have_the_same_fields(tables: Flask, tmp_path: Path) -> None:
    full, empty = a_day_of_orders()[0], a_day_of_orders()[0]
    done = exported(run(full, tmp_path), tmp_path / "full")
    with transaction() as session:
        session.execute(update(Offer).values(supply_count=0))
    nothing = exported(run(empty, tmp_path), tmp_path / "empty")

    for name in ("plan.json", "summary.json"):
        in_plan = {"phase_seconds"}
        assert set(document(done / name)) - in_plan == set(document(nothing / name)) - in_plan


# the matrix


def a_run_by_the_road(folder: Path) -> tuple[int, Path]:
    """Two compounds by a straight road of 1,500 m: at 0 and 1,112 m east. The run and its road file."""
    roads = a_road_file(folder)
    with transaction() as session:
        town, store = a_town(session, at=(10.0, 0.0)), a_store(session, at=(10.0, 0.001))
        a_vehicle(session, store)
        campaign = a_campaign(session, store, town)
        for homes in town.households:
            an_order(session, campaign, homes[0])
        day_id = a_day(session, [campaign], roads_file=str(roads))
    return run(day_id, folder / "travel"), roads


def legs_that_disagree(out: Path) -> list[str]:
    plan = json.loads((out / "plan.json").read_text("utf-8"))
    with np.load(out / "matrix.npz", allow_pickle=False) as matrix:
        row = {name: number for number, name in enumerate(matrix["ids"].tolist())}
        seconds, wrong = matrix["seconds"], []
    for route in plan["routes"]:
        here = route["depot"]
        for visit in route["stops"]:
            if seconds[row[here], row[visit["stop"]]] != visit["travel_s"]:
                wrong.append(visit["stop"])
            here = visit["stop"]
    return wrong


@pytest.mark.parametrize("happened", ["nothing", "replaced", "damaged", "deleted"])
def test_the_matrix_of_a_plan_outlives_its_road_file(tables: Flask, tmp_path: Path, happened: str) -> None:
    run_id, roads = a_run_by_the_road(tmp_path)
    befall(roads, happened)

    out = exported(run_id, tmp_path / "out")

    assert legs_that_disagree(out) == []
    assert document(out / "plan.json")["metric"]["kind"] == "roads"
    assert (document(out / "summary.json")["stops_served"], document(out / "summary.json")["routes"]) == (2, 1)


@pytest.mark.parametrize("happened", ["replaced", "damaged", "deleted"])
def test_without_file_and_cache_the_export_names_the_file_and_writes_nothing(
    tables: Flask, tmp_path: Path, happened: str
) -> None:
    run_id, roads = a_run_by_the_road(tmp_path)
    befall(roads, happened)
    forget_matrices(tmp_path)

    with pytest.raises(MatrixLost, match=r"east\.osm\.pbf \(sha256 [0-9a-f]{64}\), on which it was measured, is gone"):
        exported(run_id, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_without_the_cache_the_same_file_is_measured_again(tables: Flask, tmp_path: Path) -> None:
    run_id, _ = a_run_by_the_road(tmp_path)
    forget_matrices(tmp_path)

    assert legs_that_disagree(exported(run_id, tmp_path / "out")) == []


def test_a_matrix_that_the_legs_of_the_plan_contradict_is_not_passed_off_as_its_own(
    tables: Flask, tmp_path: Path
) -> None:
    run_id, _ = a_run_by_the_road(tmp_path)
    with transaction() as session:  # as if the speeds of the road classes had been others then
        session.execute(update(PlanStop).where(PlanStop.position == 2).values(travel_s=PlanStop.travel_s + 1))

    with pytest.raises(MatrixLost, match="gives other times now"):
        exported(run_id, tmp_path / "out")


def befall(roads: Path, happened: str) -> None:
    """What can happen to a road file after a plan was made on it."""
    if happened == "replaced":
        a_road_file(roads.parent, posted_kmh=20)
    elif happened == "damaged":
        roads.write_bytes(b"not a road file")
    elif happened == "deleted":
        roads.unlink()


def forget_matrices(folder: Path) -> None:
    kept = list((folder / "travel").glob("matrix-*.npz"))
    assert kept
    for path in kept:
        path.unlink()
