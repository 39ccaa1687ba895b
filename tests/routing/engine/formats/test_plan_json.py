"""Plans as JSON: read again exactly, whatever is in them; a plan file is a start for the next search."""

import json
from pathlib import Path
from typing import Any

import pytest

from logistics.routing.engine import Dropped, DropReason, Plan, TimeWindow
from logistics.routing.engine.formats import (
    BadProblemFile,
    ReadProblem,
    plan_as_json,
    plan_of_routes,
    read_plan_json,
    read_start,
    write_sol,
)
from logistics.routing.engine.formats.vrplib import read_vrplib
from logistics.routing.engine.plan import Reload, Rest

from ..builders import a_plan, a_problem, a_route, a_stop, a_visit
from ..reloading import driven, waiting
from .files import CVRP, DEPOTS

FULL = a_plan(
    a_route(
        a_visit(arrival_s=90, start_s=100),
        reloads=(Reload(before=0, travel_s=1, travel_m=2, arrival_s=3, departure_s=4),),
        rests=(
            Rest(before=1, on_arrival=False, start_s=105, end_s=110),
            Rest(before=0, on_arrival=True, start_s=90, end_s=100),
        ),
    ),
    dropped=(Dropped(stop="T", reason=DropReason.TOO_HEAVY, detail={"demand_g": 7, "depot": "D"}),),
)


def a_read(**stop: Any) -> ReadProblem:
    return ReadProblem(name="Tuesday", format="json", convention="money", problem=a_problem(a_stop(**stop)), scale=4)


def test_reloads_rests_and_dropped_stops_are_read_again() -> None:
    again = read_plan_json(plan_as_json(a_read(), FULL), "plan.json")

    assert again == FULL
    assert again.routes[0].rests[1].on_arrival
    assert again.dropped[0].reason is DropReason.TOO_HEAVY


def test_cost_is_in_the_family_s_unit_and_in_cents() -> None:
    written = json.loads(plan_as_json(a_read(), FULL))

    assert (written["cost"], written["cost_cents"]) == (101.25, 405)  # 405 / 4
    assert read_plan_json(json.dumps(written), "plan.json").cost == 405


@pytest.mark.parametrize(("end_s", "late_s"), [(40, 60), (99, 1), (100, None)])
def test_a_late_visit_says_by_how_much(end_s: int, late_s: int | None) -> None:
    window = TimeWindow(start_s=0, end_s=10)
    further = (TimeWindow(start_s=20, end_s=end_s),)

    written = json.loads(plan_as_json(a_read(window=window, further_windows=further, late_cents_per_h=1), FULL))

    assert written["routes"][0]["visits"][0].get("late_s") == late_s
    assert read_plan_json(json.dumps(written), "plan.json") == FULL


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"before": 1, ', "", "plan.json: routes[0].rests[0].before: is missing"),
        ('"on_arrival": true', '"on_arrival": 1', "routes[0].rests[1].on_arrival: is 1; it must be true or false"),
        ('"depart_s": 0', '"depart_s": NaN', "routes[0].depart_s: is NaN; it must be a whole number"),
        ('"too_heavy"', '"too_fat"', 'dropped[0].reason: is "too_fat"; it must be one of no_vehicle'),
        ('"return_s"', '"back_s"', "routes[0].back_s: is not known here"),
        ("plan", "problem", "plan.json: format: is 'last-hundred-metres problem'; it must be"),
        ('"cost_cents": 405', '"cost_cents": -1', "cost_cents: is -1"),
        ("]\n}\n", "", "this is not JSON: "),
    ],
)
def test_what_is_wrong_is_named_with_its_field(old: str, new: str, says: str) -> None:
    text = plan_as_json(a_read(), FULL)
    assert old in text

    with pytest.raises(BadProblemFile) as refused:
        read_plan_json(text.replace(old, new, 1), "plan.json")

    assert says in str(refused.value)


def a_plan_of(read: ReadProblem) -> Plan:
    return plan_of_routes(read, [(1, ["2"]), (2, ["3"])], solver="by hand")


@pytest.mark.parametrize("write", [plan_as_json, write_sol])
def test_a_plan_file_is_a_start(write: Any, tmp_path: Path) -> None:
    read = read_vrplib(DEPOTS, "two.vrp")
    path = tmp_path / "yesterday"
    path.write_text(write(read, a_plan_of(read)), encoding="utf-8")

    start = read_start(path, read)

    assert start.orders == {"1": ("2",), "2": ("3",)}
    assert start.reloads == ({"1": (), "2": ()} if write is plan_as_json else {})  # a .sol does not say
    assert start.strange_stops == start.strange_vehicles == ()


def test_where_a_plan_file_loads_again_is_part_of_the_start(tmp_path: Path) -> None:
    problem = waiting()
    read = ReadProblem(name="Tuesday", format="json", convention="money", problem=problem)
    path = tmp_path / "plan.json"
    path.write_text(plan_as_json(read, driven(problem, "A", "B", reload_before=(1,))), encoding="utf-8")

    start = read_start(path, read)

    assert (start.orders, start.reloads) == ({"V": ("A", "B")}, {"V": (1,)})


def test_what_the_problem_does_not_know_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "old.sol"
    path.write_text("Route #1: 1 8\nRoute #2: 2\nRoute #3: 9\nCost 4\n", encoding="utf-8")

    start = read_start(path, read_vrplib(CVRP, "tiny.vrp"))

    assert start.orders == {"1": ("1", "8"), "2": ("2",), "route 3": ("9",)}
    assert (start.strange_vehicles, start.strange_stops) == (("route 3",), ("8", "9"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Route #1: 1 2 1\nCost 1\n", "old.sol: stop '1' is in the route twice; it is served once"),
        ("Route #1: 1\nRoute #2: 1\nCost 1\n", "stop '1' is in the route of vehicle '1' and of '2'"),
        ("Route #1: 1\n", "ends without a line Cost; is it cut off?"),
        ('{"format": "last-hundred-metres plan", "version": 1}', "cost_cents: is missing"),
    ],
)
def test_a_start_that_cannot_be_one_is_refused(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "old.sol"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadProblemFile) as refused:
        read_start(path, read_vrplib(CVRP, "tiny.vrp"))

    assert says in str(refused.value)


def test_a_vehicle_with_two_routes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.sol"
    path.write_text("Route #2: 2\nRoute #2: 3\nCost 1\n", encoding="utf-8")

    with pytest.raises(BadProblemFile, match=r"vehicle '2' has two routes"):
        read_start(path, read_vrplib(DEPOTS, "two.vrp"))
