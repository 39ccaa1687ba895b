"""Planning on real road files: what lies off the road is named, and routes follow the streets."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.routing.models import PlanStop, PlanVehicle
from logistics.routing.rules import PlanState
from tests.roads import DEGREE_M, a_road_file
from tests.routing.planning import ReadyDay, a_ready_day, planned, requested, solved, stops_of


def a_day_by_the_road(*, store_at: tuple[float, float] = (10.0, 0.001)) -> ReadyDay:
    """Compounds at 0, 1,112 and 2,224 m east; the road ends at 1,500 m."""
    return a_ready_day(compounds=3, town_at=(10.0, 0.0), store_at=store_at)


def test_a_compound_far_from_any_road_is_dropped_by_name_and_not_moved(tables: Flask, tmp_path: Path) -> None:
    day = a_day_by_the_road()

    plan = solved(requested(day, roads_file=str(a_road_file(tmp_path))), cache=tmp_path)

    assert plan.state is PlanState.READY
    assert (plan.metric["kind"], plan.metric["source"]) == ("roads", "east.osm.pbf")
    near, middle, far = stops_of(plan.id)
    assert {near.position, middle.position} == {1, 2}
    assert (far.position, far.drop_reason) == (None, "far_from_road")
    # 0.02 degrees east are 2,224 m, the road ends at 1,500 m
    assert far.drop_detail == {"point": far.name, "distance_m": pytest.approx(724, abs=2)}


def test_a_depot_far_from_any_road_is_named_at_every_stop_it_cannot_serve(tables: Flask, tmp_path: Path) -> None:
    day = a_day_by_the_road(store_at=(10.0, 0.05))

    plan = solved(requested(day, roads_file=str(a_road_file(tmp_path))), cache=tmp_path)

    assert plan.state is PlanState.READY
    first, second, far = stops_of(plan.id)
    assert {first.drop_reason, second.drop_reason, far.drop_reason} == {"far_from_road"}
    store_name = f"Store {day.store.code.removeprefix('S')}"
    # 0.05 degrees north are 5,560 m
    assert first.drop_detail == {"point": store_name, "distance_m": pytest.approx(5_560, abs=5)}
    assert second.drop_detail == first.drop_detail
    assert far.drop_detail is not None
    assert far.drop_detail["point"] == far.name  # its own gate is the nearer trouble


def test_the_line_of_a_route_follows_the_road(tables: Flask, tmp_path: Path) -> None:
    day = a_day_by_the_road()

    planned(day, cache=tmp_path, roads_file=str(a_road_file(tmp_path)))

    with reading() as session:
        line = session.scalars(select(PlanVehicle.line)).one()
    assert line is not None
    assert [round(lng, 6) for lng, _ in line].count(round(10.0 + 600 / DEGREE_M, 6)) == 2  # there and back
    assert (line[0], line[-1]) == ([10.0, 0.001], [10.0, 0.001])


@pytest.mark.parametrize("content", [b"", b"not a road file", b"\x00" * 300])
def test_a_file_that_holds_no_roads_fails_the_plan_and_names_it(tables: Flask, tmp_path: Path, content: bytes) -> None:
    roads = tmp_path / "photo.osm.pbf"
    roads.write_bytes(content)

    plan = solved(requested(a_ready_day(), roads_file=str(roads)), cache=tmp_path)

    assert plan.state is PlanState.FAILED
    assert plan.error.startswith("photo.osm.pbf: ")
    assert str(tmp_path) not in plan.error
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(PlanStop)) == 0


def test_roads_that_are_gone_when_the_job_runs_fail_the_plan_and_name_them(tables: Flask, tmp_path: Path) -> None:
    roads = a_road_file(tmp_path)
    plan_id = requested(a_day_by_the_road(), roads_file=str(roads))
    roads.unlink()

    plan = solved(plan_id, cache=tmp_path)

    assert plan.state is PlanState.FAILED
    assert "east.osm.pbf" in plan.error
    assert str(tmp_path) not in plan.error
