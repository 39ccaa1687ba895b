"""Walks in problem files: what is written is read again, and what is left out is worked out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.routing.engine import UNREACHABLE, SolveOptions
from logistics.routing.engine.formats import ReadProblem, read_json, write_json
from logistics.routing.engine.travel import Point
from logistics.routing.engine.walking import (
    BuildingDrop,
    GateWalk,
    Volunteers,
    check_walks,
    plan_two_echelons,
    walking_matrix,
)
from logistics.routing.engine.walking.files import StatedGate, Walks, gates_of, walks_of, with_walks
from tests.routing.engine.builders import a_problem
from tests.routing.engine.formats.test_own_json import same
from tests.routing.engine.walking.builders import a_compound, a_walk
from tests.routing.engine.walking.stated import a_file, a_read, stated

PAGE = Path(__file__).parents[4] / "docs" / "problem-files.md"


def two_gates() -> Walks:
    """A gate with all that may be said of one, and one with the least."""
    seconds = np.array([[0, 30, UNREACHABLE], [30, 0, 20], [50, 20, 0]], dtype=np.int32)
    seconds[0, 2] = 50
    seconds[1, 2] = UNREACHABLE
    south = a_walk(30, 50, seconds=seconds, gate="南门", place=1, vehicle_waits=False)
    metres = np.array([[0, 33, 55], [33, 0, UNREACHABLE], [55, 22, 0]], dtype=np.int32)
    points = np.array([[1.5, 2], [np.nan, np.nan], [3, 4]])
    return {"S": [StatedGate(walk=south, metres=metres, coordinates=points), StatedGate(walk=a_walk(9, 10, gate="b"))]}


def same_walks(one: Walks, other: Walks) -> bool:
    """Whether all gates are equal, their matrices and points too."""

    def same_matrix(here: Any, there: Any) -> bool:
        return np.array_equal(np.array(here, float), np.array(there, float), equal_nan=True)

    def same_gate(here: StatedGate, there: StatedGate) -> bool:
        plain = set(GateWalk.__dataclass_fields__) - {"seconds"}
        return (
            all(getattr(here.walk, name) == getattr(there.walk, name) for name in plain)
            and same_matrix(here.walk.seconds, there.walk.seconds)
            and same_matrix(here.metres, there.metres)
            and same_matrix(here.coordinates, there.coordinates)
            and (here.coordinates is None or here.geographic == there.geographic)
        )

    return one.keys() == other.keys() and all(
        len(one[stop]) == len(other[stop]) and all(map(same_gate, one[stop], other[stop])) for stop in one
    )


def test_what_is_written_is_read_again_exactly() -> None:
    read = with_walks(a_read(walking_cents_per_h=1_800, split_gates=True), two_gates())

    again = read_json(write_json(read), "again.json")

    assert same(again, read)
    assert same_walks(walks_of(again, "again.json"), two_gates())
    assert (again.walking_cents_per_h, again.split_gates) == (1_800, True)
    assert write_json(with_walks(again, walks_of(again, "again.json"))) == write_json(read)


def test_a_file_without_walks_has_none() -> None:
    read = read_json(write_json(a_read()), "plain.json")

    assert (read.walks, read.walking_cents_per_h, read.split_gates) == (None, 0, False)
    assert walks_of(read, "plain.json") == {}
    assert "walk" not in write_json(a_read())


@st.composite
def walks(draw: st.DrawFn) -> tuple[ReadProblem, Walks]:
    """A stop with up to three gates to up to four buildings, every field drawn."""
    count = draw(st.integers(1, 4))
    weights = st.integers(0, 4_000)
    buildings = [
        {"id": f"{number}栋", "packages": draw(st.integers(1, 9)), "grams": draw(weights)} for number in range(count)
    ]
    for building in buildings:
        building["doors"] = draw(st.integers(1, building["packages"]))  # type: ignore[call-overload]
    legs = st.integers(0, 86_400)
    geographic = draw(st.booleans())
    gates = []
    for number in range(draw(st.integers(1, 3))):
        places = draw(st.permutations(range(1, count + 1)))
        matrices = []
        for closed in (st.just(UNREACHABLE), st.just(UNREACHABLE)):
            cells = draw(st.lists(legs | closed, min_size=(count + 1) ** 2, max_size=(count + 1) ** 2))
            matrix = np.array(cells, dtype=np.int32).reshape(count + 1, count + 1)
            np.fill_diagonal(matrix, 0)
            matrices.append(matrix)
        seconds = matrices[0]
        for there in range(1, count + 1):  # every building is reached from the gate and left again
            seconds[0, there], seconds[there, 0] = draw(legs), draw(legs)
        degrees = st.none() | st.tuples(st.floats(-180, 180), st.floats(-80, 80))
        points = draw(st.lists(degrees, min_size=count + 1, max_size=count + 1))
        at = np.array([(np.nan, np.nan) if point is None else point for point in points], dtype=float)
        walk = GateWalk(
            buildings=tuple(
                BuildingDrop(**one, place=place)  # type: ignore[arg-type]
                for one, place in zip(buildings, places, strict=True)
            ),
            seconds=seconds,
            volunteers=Volunteers(
                count=draw(st.integers(1, 200)),
                packages_each=draw(st.integers(1, 10**9)),
                grams_each=draw(st.integers(4_000, 10**9)),
                loading_s=draw(legs),
                s_per_door=draw(legs),
                s_per_package=draw(legs),
            ),
            unloading_s=draw(st.integers(0, 10**6)),
            vehicle_waits=draw(st.booleans()),
            gate=f"门{number}" if number else draw(st.sampled_from(["", "门0"])),
            place=draw(st.none() | st.integers(0, 3)),
        )
        gates.append(
            StatedGate(
                walk=walk,
                metres=draw(st.none() | st.just(matrices[1])),
                coordinates=None if all(point is None for point in points) else at,
                geographic=geographic,
            )
        )
    stop = a_compound(packages=gates[0].walk.packages, demand_g=gates[0].walk.grams + draw(weights))
    return a_read(problem=a_problem(stop)), {"S": gates}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=walks())
def test_every_field_of_a_walk_is_written_and_read_again(case: tuple[ReadProblem, Walks]) -> None:
    plain, stated = case
    read = with_walks(plain, stated)

    again = read_json(write_json(read), "again.json")

    assert same(again, read)
    assert same_walks(walks_of(again, "again.json"), stated)


def test_one_gate_is_an_object_and_defaults_are_left_out() -> None:
    assert json.loads(a_file())["walks"] == {
        "S": {
            "buildings": [
                {"id": "B1", "place": 1, "packages": 2, "grams": 2_000},
                {"id": "B2", "place": 2, "packages": 2, "grams": 2_000},
            ],
            "seconds": [[0, 30, 50], [30, 0, 20], [50, 20, 0]],
            "volunteers": {
                "count": 1,
                "packages_each": 10,
                "grams_each": 20_000,
                "s_per_door": 5,
                "s_per_package": 1,
            },
            "unloading_s": 60,
        }
    }


def test_times_on_foot_may_come_from_the_points() -> None:
    points = [[117.05, 36.67], [117.05, 36.671], [117.05, 36.669]]
    root = json.loads(a_file(walks__S__lnglat=points))
    del root["walks"]["S"]["seconds"]

    (gate,) = stated(json.dumps(root))["S"]

    # 0.001° of a meridian are 111.2 m; × 1.5 = 166.8 m, at 1.2 m/s 139 s
    assert gate.walk.seconds.tolist() == [[0, 139, 139], [139, 0, 278], [139, 278, 0]]
    assert gate.metres is not None
    assert gate.metres.tolist() == [[0, 167, 167], [167, 0, 334], [167, 334, 0]]
    foot = walking_matrix([Point(id=str(index), lng=lng, lat=lat) for index, (lng, lat) in enumerate(points)])
    assert np.array_equal(gate.walk.seconds, foot)


def test_seconds_that_are_given_are_kept_beside_points() -> None:
    (gate,) = stated(a_file(walks__S__lnglat=[[117, 36], [117, 37], None]))["S"]

    assert gate.walk.seconds[0, 1] == 30
    assert gate.metres is None  # nobody knows how these seconds are walked


def test_the_example_in_the_documentation_is_planned_as_the_page_says() -> None:
    example = PAGE.read_text(encoding="utf-8").split("```json\n")[2].partition("```")[0]
    read = read_json(example, "Tuesday.json")

    both = plan_two_echelons(
        read.problem, gates_of(walks_of(read, "x")), SolveOptions(time_limit_s=60, iteration_limit=50)
    )

    assert check_walks(both) == []
    ends = [(one.trips[0].begins_s, one.trips[-1].back_s) for one in both.rounds["S1"].rounds]
    # 32,400 + 120; 30 + 80 + 2 × 60 + 4 × 10 + 80 and 30 + 120 + (180 + 30) + 110 + (60 + 30) + 140
    assert ends == [(32_520, 32_870), (32_520, 33_220)]
    assert both.plan.routes[0].visits[0].departure_s == 33_220
