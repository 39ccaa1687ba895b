"""A firm with two depots and one list of orders: the plan decides where each stop's goods leave from."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from flask import Flask

from logistics.day import service as days
from logistics.day.commands import run_here
from logistics.day.export import export_run
from logistics.day.importing import import_folder
from logistics.day.rules import RunState
from logistics.db import reading, transaction
from tests import day_folder_checks as checks
from tests.builders import NOW
from tests.day.folder.folders import write_day

WEST, EAST = "117.00,36.65", "117.20,36.65"
"""18 km apart."""


def test_each_stop_is_served_from_the_depot_beside_it(any_app: Flask, tmp_path: Path) -> None:
    folder = write_day(
        tmp_path / "day",
        compounds=(
            "compound,name,district,address,lng,lat,households,buildings\n"
            "W1,西苑,云渡区,,117.01,36.65,10,1\nW2,西里,云渡区,,117.01,36.66,10,1\n"
            "E1,东苑,云渡区,,117.19,36.65,10,1\nE2,东里,云渡区,,117.19,36.66,10,1\n"
        ),
        depots=f"depot,name,lng,lat,opens,closes\nDW,西仓,{WEST},06:00,22:00\nDE,东仓,{EAST},06:00,22:00\n",
        vehicles=(
            "type,name,count,depot,capacity_kg,shift_start,shift_end\n"
            "van,面包车,1,DW,1200,07:00,21:30\nvan,面包车,1,DE,1200,07:00,21:30\n"
        ),
        orders=(
            "order,household,compound,building,slot,placed_at,quarantined,elderly\n"
            + "".join(f"O{c},H{c},{c},1,AM,2020-02-20 05:14:00+08:00,0,0\n" for c in ("W1", "W2", "E1", "E2"))
        ),
        order_lines="order,sku,qty\n" + "".join(f"O{c},V01,2\n" for c in ("W1", "W2", "E1", "E2")),
    )

    day = import_folder(folder, roads_file=None, now=NOW)
    with transaction() as session:
        command = days.StartRun(day_id=day.day_id, time_limit_s=2, iteration_limit=None, seed=1)
        run_id = days.start_run(session, command, now=NOW)
    status = run_here(run_id, travel_cache_dir=tmp_path / "travel")
    assert (status.state, status.error) == (RunState.DONE, "")
    with reading() as session:
        export_run(session, run_id, tmp_path / "out", travel_cache_dir=tmp_path / "travel")

    export = checks.Export(tmp_path / "out")
    served: dict[str, set[str]] = defaultdict(set)
    places = {stop["id"]: stop["place"] for stop in export.plan["stops"]}
    for route in export.plan["routes"]:
        served[route["depot"]] |= {places[visit["stop"]] for visit in route["stops"]}
    assert served == {"DW": {"W1", "W2"}, "DE": {"E1", "E2"}}
    assert checks.routes_hold(export) == []
    assert checks.every_stop_is_on_one_route_or_dropped(export) == []
    assert checks.sums_are_exact(export, {"V01": 500, "M01": 40}) == []
