"""Plans of both echelons as JSON, read again exactly, and as drawings."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from logistics.routing.engine import UNREACHABLE, SolveOptions
from logistics.routing.engine.formats import BadProblemFile, ReadProblem, plan_as_json, plan_as_svg, read_plan_json
from logistics.routing.engine.walking import GateWalk, TwoEchelonPlan, plan_two_echelons
from logistics.routing.engine.walking.files import StatedGate, Walks, gates_of
from logistics.routing.engine.walking.plan_files import both_as_json, read_rounds, ways_on_foot
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.walking.builders import ByInsertion, a_compound, a_team, a_van, a_walk
from tests.routing.engine.walking.test_both_legs_by_chance import two_echelon_problems

OPTIONS = SolveOptions(time_limit_s=60, iteration_limit=50)
METRES = np.array([[0, 33, 55], [33, 0, 22], [55, 22, 0]], dtype=np.int32)


def planned(walks: Walks, **changes: Any) -> tuple[ReadProblem, TwoEchelonPlan]:
    """The plan of stop S with these walks, and the file as it was planned."""
    problem = a_problem(a_compound(), vehicles=[a_van()])
    both = plan_two_echelons(problem, gates_of(walks), OPTIONS, solver=ByInsertion(), **changes)
    return ReadProblem(name="Tuesday", format="json", convention="money", problem=both.problem), both


def one_gate(walk: GateWalk | None = None, **changes: Any) -> Walks:
    return {"S": [StatedGate(**{"walk": walk or a_walk(30, 50), "metres": METRES, **changes})]}


def told(walks: Walks, **changes: Any) -> dict[str, Any]:
    read, both = planned(walks, **changes)
    found: dict[str, Any] = json.loads(both_as_json(read, both, walks))
    return found


def test_a_round_says_who_where_when_and_how_much() -> None:
    uphill = np.array([[0, 30, 60], [30, 0, 20], [50, 20, 0]], dtype=np.int32)  # the other way round takes 10 s longer
    (walk,) = told(one_gate(a_walk(30, 50, seconds=uphill)))["walks"]

    # the van is there at 100, unloaded at 160; 30 to B1, 5 + 2 there, 20 to B2, 7 there, 50 back: 274
    assert walk == {
        "stop": "S",
        "rounds": [
            {
                "volunteer": 1,
                "start_s": 160,
                "end_s": 274,
                "buildings": ["B1", "B2"],
                "packages": 4,
                "grams": 4_000,
                "metres": 33 + 22 + 55,
                "trips": [
                    {
                        "begins_s": 160,
                        "leaves_s": 160,
                        "hand_overs": [
                            {"building": "B1", "packages": 2, "grams": 2_000, "doors": 1}
                            | {"arrival_s": 190, "departure_s": 197},
                            {"building": "B2", "packages": 2, "grams": 2_000, "doors": 1}
                            | {"arrival_s": 217, "departure_s": 224},
                        ],
                        "back_s": 274,
                    }
                ],
            }
        ],
        "done_s": 274,
        "busy_s": 114,
        "service_s": 174,
        "proven": True,
    }


def test_several_trips_are_one_round() -> None:
    (walk,) = told(one_gate(a_walk(30, 50, team=a_team(packages_each=2))))["walks"]

    (one,) = walk["rounds"]
    assert (one["start_s"], one["end_s"]) == (160, 160 + (30 + 7 + 30) + (50 + 7 + 50))
    assert sorted(one["buildings"]) == ["B1", "B2"]
    assert one["metres"] == 2 * 33 + 2 * 55


@pytest.mark.parametrize("metres", [None, np.where(METRES == 22, UNREACHABLE, METRES)])
def test_metres_that_are_not_known_are_not_told(metres: Any) -> None:
    (walk,) = told(one_gate(metres=metres))["walks"]

    assert "metres" not in walk["rounds"][0]


def test_what_volunteers_cost_stands_beside_the_cost() -> None:
    written = told(one_gate(), walking_cents_per_h=1_000)

    # 2,000 m at 0.1 cent and 374 s at 1 cent; 114 s on foot at 1,000 cents an hour are 31.67
    assert (written["cost_cents"], written["walking_cost_cents"]) == (574, 32)


def test_each_gate_of_a_compound_that_is_split_is_told() -> None:
    near = [[0, 10, 500], [10, 0, 500], [500, 500, 0]]
    far = [[0, 500, 10], [500, 0, 500], [10, 500, 0]]
    walks = {
        "S": [
            StatedGate(walk=a_walk(1, 2, gate="south", place=1, seconds=np.array(near, dtype=np.int32)), metres=METRES),
            StatedGate(walk=a_walk(1, 2, gate="north", place=2, seconds=np.array(far, dtype=np.int32))),
        ]
    }

    rounds = {walk["stop"]: (walk["gate"], walk["rounds"][0]) for walk in told(walks, split=True)["walks"]}

    assert rounds.keys() == {"S@south", "S@north"}
    assert (rounds["S@south"][0], rounds["S@south"][1]["buildings"]) == ("south", ["B1"])
    assert (rounds["S@north"][0], rounds["S@north"][1]["buildings"]) == ("north", ["B2"])
    assert rounds["S@south"][1]["metres"] == 66
    assert "metres" not in rounds["S@north"][1]


@given(case=two_echelon_problems())
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_again_exactly(case: Any) -> None:
    problem, gates = case
    both = plan_two_echelons(problem, gates, OPTIONS, split=True, solver=ByInsertion())
    read = ReadProblem(name="Tuesday", format="json", convention="money", problem=both.problem)
    walks = {stop_id: [StatedGate(walk=walk) for walk in given] for stop_id, given in gates.items()}

    text = both_as_json(read, both, walks)

    assert read_rounds(text, "plan.json") == both.rounds
    assert read_plan_json(text, "plan.json") == both.plan


def test_a_plan_without_walks_has_no_rounds() -> None:
    read, both = planned(one_gate())

    assert read_rounds(plan_as_json(read, both.plan), "plan.json") == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"volunteer": 1, ', "", "plan.json: walks[0].rounds[0].volunteer: is missing"),
        ('"leaves_s": 160', '"leaves_s": "160"', 'walks[0].rounds[0].trips[0].leaves_s: is "160"; it must be a whole'),
        ('"doors": 1', '"gates": 1', "walks[0].rounds[0].trips[0].hand_overs[0].gates: is not known here"),
        ('"proven": true', '"proven": 1', "walks[0].proven: is 1; it must be true or false"),
        ('{"stop": "S", "rounds"', '{"rounds"', "walks[0].stop: is missing"),
        ("last-hundred-metres plan", "last-hundred-metres problem", "format: is 'last-hundred-metres problem'"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(old: str, new: str, says: str) -> None:
    read, both = planned(one_gate())
    text = both_as_json(read, both, one_gate())
    assert old in text

    with pytest.raises(BadProblemFile, match=re.escape(says)):
        read_rounds(text.replace(old, new, 1), "plan.json")


def test_a_stop_with_two_walks_is_refused() -> None:
    read, both = planned(one_gate())
    root = json.loads(both_as_json(read, both, one_gate()))
    root["walks"] *= 2

    with pytest.raises(
        BadProblemFile, match=r"walks\[1\]\.stop: is 'S' as in a walk before; each stop must be there once"
    ):
        read_rounds(json.dumps(root), "plan.json")


def test_rounds_are_drawn_where_their_places_are_known() -> None:
    """The gate stands at (100, 0) beside the stop, B1 at (100, 50) and B2 nowhere; the depot is at (0, 0)."""
    at = np.array([[100.0, 0], [100, 50], [np.nan, np.nan]])
    walks = one_gate(coordinates=at)
    read, both = planned(walks)
    read = replace(read, coordinates=np.array([[0.0, 0], [100, 0], [0, 0], [0, 0]]))

    (way,) = ways_on_foot(both, walks)
    drawing = plan_as_svg(read, both.plan, [way])

    assert way.points.tolist() == [[100, 0], [100, 50], [100, 0]]
    assert way.title == "S: volunteer 1, 2 hand-overs, 4 packages"
    # 100 wide are 960 on paper, 20 from the edge; 50 high are 480, 40 from the top
    assert 'points="980.0,520.0 980.0,40.0 980.0,520.0"' in drawing
    assert 'viewBox="0 0 1000 540"' in drawing


@pytest.mark.parametrize("points", [None, [[np.nan, np.nan]] * 3, [[7.0, 7], [np.nan, np.nan], [np.nan, np.nan]]])
def test_rounds_whose_places_are_nowhere_are_not_drawn(points: Any) -> None:
    walks = one_gate(coordinates=None if points is None else np.array(points))
    _, both = planned(walks)

    assert ways_on_foot(both, walks) == []


def test_a_stop_that_is_dropped_has_no_rounds() -> None:
    problem = a_problem(a_compound(demand_g=10_001), a_stop("T", place=2), vehicles=[a_van()])
    both = plan_two_echelons(problem, gates_of(one_gate()), OPTIONS, solver=ByInsertion())
    read = ReadProblem(name="Tuesday", format="json", convention="money", problem=both.problem)

    written = json.loads(both_as_json(read, both, one_gate()))

    assert [dropped["stop"] for dropped in written["dropped"]] == ["S"]
    assert written["walks"] == []
