"""What a run writes: files under fixed names that agree with each other and with the tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from logistics.communities.models import Compound, DeliveryPoint
from logistics.communities.rules import PointKind
from logistics.day import service as days
from logistics.day.export import NothingToExport
from logistics.day.models import Day
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.orders.models import Order
from logistics.routing.engine.travel import UNREACHABLE
from tests.builders import NOW
from tests.day.exporting import FILES, a_day_of_orders, document, exported, run, table


def test_a_run_writes_its_files_and_their_sums_agree(any_tables: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    out = exported(run(day_id, tmp_path), tmp_path / "out")

    summary, plan = document(out / "summary.json"), document(out / "plan.json")
    lines, batches = table(out / "order_lines.csv"), table(out / "batches.csv")

    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    # 12 households, 18 lines; V01 20 of 24 at 1 kg, R01 6 at 16 kg
    assert (summary["orders"], summary["lines"], len(lines)) == (12, 18, 18)
    assert (summary["units_ordered"], summary["units_given"]) == (30, 26)
    assert sum(int(line["ordered"]) for line in lines) == 30
    assert sum(int(line["given"]) for line in lines) == 26
    assert {line["reason"] for line in lines if line["given"] != line["ordered"]} == {"shortage"}
    assert {line["reason"] for line in lines if line["given"] == line["ordered"]} == {""}
    assert sum(int(row["weight_g"]) for row in batches) == 116_000 == round(summary["kg"] * 1_000)
    assert sum(stop["demand_g"] for stop in plan["stops"]) == 116_000
    assert sum(int(row["packages"]) for row in batches) == sum(stop["packages"] for stop in plan["stops"])
    assert (summary["stops"], summary["routes"]) == (len(plan["stops"]), len(plan["routes"])) == (3, 1)
    assert len(table(out / "manifests.csv")) == 3
    assert summary["day"].startswith("day-")
    assert {"close", "batch", "plan", "plan_solve"} <= set(summary["phase_seconds"])


def test_every_order_is_in_one_batch_and_every_batch_on_the_stop_it_names(tables: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    out = exported(run(day_id, tmp_path), tmp_path / "out")

    rows, plan = table(out / "batches.csv"), document(out / "plan.json")

    with reading() as session:
        codes = set(session.scalars(select(Order.code)))
    assert sorted(row["order"] for row in rows) == sorted(codes)
    batches_of_stop = {stop["id"]: set(stop["batches"]) for stop in plan["stops"]}
    assert all(row["batch"] in batches_of_stop[row["stop"]] for row in rows)
    weights: dict[str, int] = {}
    for row in rows:
        weights[row["stop"]] = weights.get(row["stop"], 0) + int(row["weight_g"])
    assert weights == {stop["id"]: stop["demand_g"] for stop in plan["stops"]}


def test_the_matrix_is_the_one_the_routes_were_timed_with(tables: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    out = exported(run(day_id, tmp_path), tmp_path / "out")

    plan = document(out / "plan.json")
    with np.load(out / "matrix.npz", allow_pickle=False) as matrix:
        ids, seconds, metres = list(matrix["ids"]), matrix["seconds"], matrix["metres"]

    assert ids == [depot["id"] for depot in plan["depots"]] + [stop["id"] for stop in plan["stops"]]
    assert seconds.shape == metres.shape == (4, 4)
    assert not seconds.diagonal().any()
    for route in plan["routes"]:
        here = ids.index(route["depot"])
        for visit in route["stops"]:
            there = ids.index(visit["stop"])
            assert (visit["travel_s"], visit["travel_m"]) == (seconds[here, there], metres[here, there])
            here = there
        home = ids.index(route["depot"])
        assert (route["return_travel_s"], route["return_travel_m"]) == (seconds[here, home], metres[here, home])
    assert UNREACHABLE not in seconds


def test_writing_again_replaces_the_files_and_leaves_others_alone(tables: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    run_id = run(day_id, tmp_path)
    out = exported(run_id, tmp_path / "deep" / "out")
    (out / "plan.json").write_text("{}")
    (out / "notes.txt").write_text("mine")

    exported(run_id, out)

    assert document(out / "plan.json")["routes"]
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "notes.txt"])


def test_a_run_without_a_plan_has_nothing_to_write(tables: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    with transaction() as session:
        run_id = days.start_run(
            session, days.StartRun(day_id=day_id, time_limit_s=5, iteration_limit=20, seed=1), now=NOW
        )

    with pytest.raises(NothingToExport, match="has no plan yet: it is running at close"):
        exported(run_id, tmp_path / "out")
    with pytest.raises(NotFound, match="No run 999"):
        exported(999, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_order_without_a_delivery_point_is_reported_and_in_no_batch(tables: Flask, tmp_path: Path) -> None:
    day_id, town = a_day_of_orders()
    with transaction() as session:
        session.execute(delete(DeliveryPoint).where(DeliveryPoint.kind == PointKind.DOOR))
    out = exported(run(day_id, tmp_path), tmp_path / "out")

    with reading() as session:
        left = session.scalars(select(Order.code).where(Order.household_id == town.households[0][0])).one()
    assert document(out / "summary.json")["unbatched"] == [{"order": left, "reason": "no_delivery_point"}]
    assert left not in {row["order"] for row in table(out / "batches.csv")}
    assert len(table(out / "batches.csv")) == 11


def test_a_dropped_stop_is_told_by_name_and_reason_in_the_summary(tables: Flask, tmp_path: Path) -> None:
    day_id, town = a_day_of_orders()
    with transaction() as session:
        session.execute(update(Compound).where(Compound.id == town.compound_ids[1]).values(gate_closes_min=480))
        name = session.get_one(Compound, town.compound_ids[1]).name
    out = exported(run(day_id, tmp_path), tmp_path / "out")

    summary = document(out / "summary.json")
    (dropped,) = summary["dropped"]
    assert (dropped["name"], dropped["reason"]) == (name, "gate_closed")
    assert summary["dropped_by_reason"] == {"gate_closed": 1}
    assert (summary["stops"], summary["stops_served"]) == (3, 2)


# the commands


def test_the_day_is_run_and_written_by_two_commands(app: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    with reading() as session:
        code = session.get_one(Day, day_id).code
    flask = app.test_cli_runner()

    ran = flask.invoke(args=["run-day", code, "--iterations", "20", "--json"])
    wrote = flask.invoke(args=["plan", "export", str(tmp_path / "out")])

    assert (ran.exit_code, wrote.exit_code) == (0, 0), ran.output + wrote.output
    assert json.loads(ran.stdout)["units_given"] == 26
    assert [Path(line).name for line in wrote.output.splitlines()] == FILES


def test_an_unknown_day_or_run_is_one_clear_line_and_exit_code_1(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    flask = app.test_cli_runner()

    for args, told in [
        (["run-day", "nowhere"], "Error: No day nowhere."),
        (["plan", "export", str(tmp_path / "out")], "Error: No run finished."),
        (["plan", "export", str(tmp_path / "out"), "--run", "7"], "Error: No run 7."),
    ]:
        result = flask.invoke(args=args)
        assert (result.exit_code, result.output.strip()) == (1, told)


def test_a_run_that_fails_says_where_and_exits_with_1(app: Flask, tmp_path: Path) -> None:
    day_id, _ = a_day_of_orders()
    with transaction() as session:
        day = session.get_one(Day, day_id)
        day.roads_file, code = str(tmp_path / "gone.osm.pbf"), day.code

    result = app.test_cli_runner().invoke(args=["run-day", code])

    assert result.exit_code == 1
    assert "failed at plan: Road file gone.osm.pbf is not there" in result.output
