"""Walks in problem files: an exact round trip, and what is wrong is named with its way."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.routing.engine import UNREACHABLE, SolveOptions
from logistics.routing.engine.formats import BadProblemFile, ReadProblem, read_json, write_json
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
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.formats.test_own_json import changed, same
from tests.routing.engine.walking.builders import a_compound, a_van, a_walk

PAGE = Path(__file__).parents[4] / "docs" / "problem-files.md"


def a_read(**changes: Any) -> ReadProblem:
    """Stop S with the goods of two buildings, and a stop T."""
    problem = a_problem(a_compound(), a_stop("T", place=2), vehicles=[a_van()])
    return ReadProblem(**{"name": "Tuesday", "format": "json", "convention": "money", "problem": problem, **changes})


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


def a_file(**changes: Any) -> str:
    """Our JSON of S with one gate; a key such as `walks__S__unloading_s` goes down."""
    read = with_walks(a_read(), {"S": [StatedGate(walk=a_walk(30, 50))]})
    return changed(json.loads(write_json(read)), changes)


def stated(text: str) -> dict[str, tuple[StatedGate, ...]]:
    return walks_of(read_json(text, "x.json"), "x.json")


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


GATE = {"volunteers": {"count": 1, "packages_each": 9, "grams_each": 9_000}, "seconds": [[0, 5], [5, 0]]}
FEWER = {**GATE, "buildings": [{"id": "B1", "place": 1, "packages": 2, "grams": 1_999}]}
ENOUGH = {**GATE, "buildings": [{"id": "B1", "place": 1, "packages": 2, "grams": 2_000}]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"walks": []}, "x.json: walks: is []; it must be an object {…}"),
        ({"walks": {"S": 7}}, "x.json: walks.S: is 7; it must be an object {…}"),
        ({"walks": {"S": []}}, "walks.S: has no gate; give one or more, or leave the stop out"),
        ({"walks": {"X": GATE}}, "walks.X: the problem has no stop 'X'; each walk must belong to one"),
        ({"walks__S__porters": 3}, "walks.S.porters: is not known here"),
        ({"walks__S__volunteers": None}, "walks.S.volunteers: is null; it must be an object"),
        ({"walks__S__volunteers__people": 2}, "walks.S.volunteers.people: is not known here"),
        ({"walks__S__volunteers__count": 0}, "walks.S: the gate: volunteers.count is 0; it must be a whole number of"),
        (
            {"walks__S__volunteers__count": 201},
            "volunteers.count is 201; it must be a whole number of people from 1 to",
        ),
        ({"walks__S__volunteers__packages_each": 0}, "the gate: volunteers.packages_each is 0; it must be a whole"),
        (
            {"walks__S__volunteers__grams_each": "9"},
            "the gate: volunteers.grams_each is '9'; it must be a whole number",
        ),
        ({"walks__S__volunteers__grams_each": 999}, "walks.S: building 'B1': a package weighs up to 1000 g and"),
        (
            {"walks__S__volunteers__loading_s": -1},
            "the gate: volunteers.loading_s is -1; it must be a whole number of s",
        ),
        (
            {"walks__S__volunteers__s_per_door": 1.5},
            "the gate: volunteers.s_per_door is 1.5; it must be a whole number",
        ),
        (
            {"walks__S__volunteers__s_per_package": True},
            "the gate: volunteers.s_per_package is True; it must be a whole",
        ),
        ({"walks__S__unloading_s": -1}, "walks.S: the gate: unloading_s is -1; it must be a whole number of seconds"),
        ({"walks__S__vehicle_waits": 1}, "walks.S.vehicle_waits: is 1; it must be true or false"),
        ({"walks__S__gate": 1}, "walks.S.gate: is 1; it must be a text"),
        ({"walks__S__place": -1}, "walks.S: the gate: place is -1; it must be a whole number of rows from 0"),
        ({"walks__S__place": 4}, "walks.S.place: is 4; it must be from 0 to 3, a row of the problem's matrices"),
        ({"walks__S__buildings": []}, "walks.S: the gate has 0 buildings; it must have 1 to 2000"),
        ({"walks__S__buildings__1__id": 2}, "walks.S.buildings[1].id: is 2; it must be a text"),
        ({"walks__S__buildings__1__id": "B1"}, "walks.S: building 'B1' is given 2 times"),
        ({"walks__S__buildings__1__floors": 2}, "walks.S.buildings[1].floors: is not known here"),
        ({"walks__S__buildings__1": {"id": "B2"}}, "walks.S.buildings[1].place: is missing"),
        ({"walks__S__buildings__1__place": 3}, "walks.S: building 'B2': place is 3; it must be from 0 to 2"),
        (
            {"walks__S__buildings__1__packages": 0},
            "walks.S: building 'B2': packages is 0; it must be a whole number of",
        ),
        ({"walks__S__buildings__1__grams": None}, "walks.S: building 'B2': grams is None; it must be a whole number"),
        ({"walks__S__buildings__1__doors": 3}, "walks.S: building 'B2': doors is 3 and packages 2; a door gets one"),
        ({"walks__S__buildings__1__packages": 3}, "walks.S.buildings: 5 packages go to them, but stop 'S' drops 4; at"),
        ({"walks__S__buildings__1__grams": 2_001}, "walks.S.buildings: 4001 g go to them, but stop 'S' drops 4000; at"),
        ({"walks__S__seconds": [[0, 1], [1]]}, "walks.S.seconds[1]: has 1 cells; it must have 2"),
        ({"walks__S__seconds__1__2": -4}, "walks.S.seconds[1][2]: is -4; it must be a whole number from 0, or null"),
        (
            {"walks__S__seconds__1__2": 86_401},
            "walks.S: the gate: seconds[1, 2] is 86401 s; it must be from 0 to 86400",
        ),
        ({"walks__S__seconds__0__2": None}, "walks.S: building 'B2': there is no way on foot to it; leave it out or"),
        ({"walks__S__metres": [[0]]}, "walks.S.metres: has 1 rows; it must have 3, one per place"),
        ({"walks__S__lnglat": [[117, 36]]}, "walks.S.lnglat: has 1 points; it must have 3, one per place"),
        ({"walks__S__xy": [[1, 2], [1, 2], [1]]}, "walks.S.xy[2]: has 1 numbers; it must be [x, y]"),
        (
            {"walks__S__xy": [None] * 3, "walks__S__lnglat": [None] * 3},
            "walks.S.xy: stands beside lnglat; places lie in degrees or on a plane, so give one of them",
        ),
        (
            {"xy": [[0, 0]] * 4, "walks__S__lnglat": [[117, 36]] * 3},
            "walks.S.lnglat: stands in a file with xy; places must be all in degrees or all on one plane",
        ),
        (
            {"walks": {"S": [ENOUGH, ENOUGH]}},
            "walks.S[1]: gate is '' as at a gate before; each of a stop's gates needs its own name",
        ),
        (
            {"walks": {"S": [ENOUGH, {**FEWER, "gate": "b"}]}},
            "walks.S[1].buildings: differ from the first gate's in what goes to which building; all gates have the",
        ),
        ({"walks": {"S": [ENOUGH, {**ENOUGH, "gate": "b", "place": 9}]}}, "walks.S[1].place: is 9; it must be from"),
        (
            {"walks": {"S": [ENOUGH, {**ENOUGH, "gate": "b"}]}, "split_gates": True, "stops__1__id": "S@b"},
            "walks.S[1]: with split_gates it becomes stop 'S@b', which the problem has already; rename one",
        ),
        ({"walking_cents_per_h": -1}, "walking_cents_per_h: is -1; it must be a whole number from 0"),
        ({"split_gates": "no"}, 'split_gates: is "no"; it must be true or false'),
    ],
)
def test_what_is_wrong_is_named_with_its_way(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        stated(a_file(**changes))

    assert str(refused.value).startswith("x.json: ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"walks__S__place": 3},
        {"walks__S__volunteers__count": 200},
        {"walks__S__volunteers__grams_each": 1_000},
        {"walks__S__buildings__1__doors": 2},
        {"walks__S__seconds__1__2": 86_400},
        {"walks__S__seconds__1__2": None},
        {"walks": {"S": [ENOUGH, {**ENOUGH, "gate": "b"}]}, "split_gates": False, "stops__1__id": "S@b"},
        {"walks": {"S": [ENOUGH]}, "split_gates": True, "stops__1__id": "S@"},
        {"walks": {}},
        {"walks": None},
    ],
)
def test_what_just_holds_is_read(changes: dict[str, Any]) -> None:
    assert stated(a_file(**changes)).keys() == ({"S"} if changes.get("walks", True) else set())


@pytest.mark.parametrize(
    ("lnglat", "says"),
    [
        (
            [[117, 36], None, [117, 37]],
            "walks.S.lnglat[1]: is null; where seconds is left out it must be [longitude, lat",
        ),
        ([], "walks.S: the gate: seconds has shape (0, 0)"),
        ([[117, 36], [117, 37], [117, 36]], "seconds[0, 1] is 138994 s; it must be from 0 to 86400"),
        (
            [[36.6, 117], [36.6, 117.1], [36.6, 117]],
            "walks.S.lnglat[0]: is [36.6, 117], which is latitude before longitude",
        ),
        (None, "walks.S.seconds: is missing"),
    ],
)
def test_points_that_make_no_times_are_refused(lnglat: Any, says: str) -> None:
    root = json.loads(a_file(walks__S__lnglat=lnglat))
    del root["walks"]["S"]["seconds"]

    with pytest.raises(BadProblemFile, match=re.escape(says)):
        stated(json.dumps(root))


JUNK = st.sampled_from([None, True, -1, 0, 10**12, 1.5, float("nan"), "", "x", [], {}, [[]], [None], {"": 0}, [[0]]])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_junk_anywhere_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    root = json.loads(a_file(walks__S__lnglat=[[1, 2], [3, 4], [5, 6]], walks__S__metres=[[0] * 3] * 3))
    inner: Any = root["walks"]
    for _ in range(data.draw(st.integers(0, 4))):
        below = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        held = [key for key in below if isinstance(inner[key], dict | list)]
        if not held:
            break
        inner = inner[data.draw(st.sampled_from(held))]
    if inner:
        inner[data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))] = data.draw(
            JUNK
        )

    assert field_refused(json.dumps(root)).startswith("walks.")


def field_refused(text: str) -> str:
    """The field that is refused, or `walks.` if none is."""
    try:
        stated(text)
    except BadProblemFile as refused:
        return refused.field or ""
    return "walks."


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
