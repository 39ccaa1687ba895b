"""A day of one's own, from its folder to the pages, with the relay and the workers at work."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from logistics.day.folder import write_folder
from logistics.day.sample import SAMPLE_SEED, sample_day
from logistics.day.sample.roads_file import write_roads
from logistics.day.sample.streets import draw_town
from tests.workers.conftest import Platform, running, wait_for

LONG_AGO = date(2020, 2, 18)


def a_written_day(folder: Path) -> Path:
    """The sample as somebody's own folder, delivered long ago. Returns its road file."""
    town = draw_town(SAMPLE_SEED)
    write_folder(sample_day(LONG_AGO, seed=SAMPLE_SEED, town=town), folder)
    return write_roads(town, folder.parent)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_day_of_the_past_is_run_beside_the_relay_and_its_quarantined_keep_their_doors(
    platform: Platform, tmp_path: Path
) -> None:
    day, out = tmp_path / "day", tmp_path / "new" / "out"
    roads = a_written_day(day)

    code, said = platform.run_once("--day", str(day), "--roads", str(roads), "--out", str(out))

    assert code == 0, said
    orders = {row["order"]: row for row in rows(day / "orders.csv")}
    flagged = {order for order, row in orders.items() if row["quarantined"] == "1"}
    plan: dict[str, Any] = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    doors = {stop["id"]: stop["place"] for stop in plan["stops"] if stop["kind"] == "door"}
    stop_of = {row["order"]: row["stop"] for row in rows(out / "batches.csv")}
    assert (len(orders), len(flagged)) == (900, 46)
    assert {order for order, stop in stop_of.items() if stop in doors} == flagged & set(stop_of)
    assert set(doors.values()) == {orders[order]["compound"] for order in flagged & set(stop_of)}
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["door_stops"] == len(doors)
    assert re.search(rf"^    上门 door +{len(doors)}$", said, re.M)
    assert "login" not in said  # nobody can look at what has ended

    with running(platform) as supervisor:
        wait_for("the login", lambda: "Ctrl-C" in platform.said(), patience_s=60)
        said = platform.said()
        assert supervisor.poll() is None
        shown = re.search(r"first login: (\S+)  (\S+)  ", said)
        assert shown, said
        assert may_sign_in(platform, shown[1], shown[2])
        assert f"INSTANCE_DIR={platform.instance_dir} .venv/bin/flask create-account NAME --role courier" in said
        assert f"http://127.0.0.1:{platform.port}/plans/1/map" in said


def may_sign_in(platform: Platform, username: str, password: str) -> bool:
    body = json.dumps({"username": username, "password": password, "name": "test", "days": 1}).encode()
    at = f"http://127.0.0.1:{platform.port}/api/v1/tokens"
    asking = Request(at, body, {"Content-Type": "application/json"})
    with urlopen(asking, timeout=10) as answer:  # noqa: S310
        return bool(answer.status == 201)
