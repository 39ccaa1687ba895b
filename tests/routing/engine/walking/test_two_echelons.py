from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from logistics.routing.engine import UNREACHABLE, OrToolsRouting, Problem, SolveOptions, TimeWindow
from logistics.routing.engine.walking import (
    BadWalk,
    GateWalk,
    TwoEchelonPlan,
    at_clock,
    check_walks,
    plan_two_echelons,
    plan_walk,
    split_between,
    trade_offs,
)
from logistics.routing.engine.walking.choosing import better_choice, first_choice
from logistics.routing.engine.walking.offers import offers_of, with_offers
from tests.routing.engine.builders import a_line, a_problem, a_stop
from tests.routing.engine.walking.builders import ByInsertion, a_compound, a_drop, a_van, a_walk

OPTIONS = SolveOptions(time_limit_s=60, iteration_limit=50)


def planned(problem: Problem, walks: dict[str, Any], **changes: Any) -> TwoEchelonPlan:
    both = plan_two_echelons(problem, walks, OPTIONS, solver=ByInsertion(), **changes)
    assert check_walks(both) == []
    return both


def test_the_walk_is_in_the_service_time_and_the_rounds_have_clock_times() -> None:
    both = planned(a_problem(a_compound(), vehicles=[a_van()]), {"S": a_walk(30, 50)})

    # there at 100; 60 unloading, 30 + 7 + 20 + 7 + 50 on foot; 100 back
    (route,) = both.plan.routes
    assert (route.visits[0].start_s, route.visits[0].departure_s, route.return_s) == (100, 274, 374)
    assert both.rounds["S"] == at_clock(plan_walk(a_walk(30, 50)), 100)
    assert both.rounds["S"].rounds[0].trips[0].leaves_s == 160
    # 2,000 m at 0.1 cent and 374 s at 1 cent; the volunteer costs nothing
    assert (both.plan.cost, both.walking_cost) == (574, 0)


def test_a_vehicle_that_does_not_wait_is_planned_with_the_unloading_alone() -> None:
    both = planned(a_problem(a_compound(), vehicles=[a_van()]), {"S": a_walk(30, 50, vehicle_waits=False)})

    assert both.plan.routes[0].visits[0].departure_s == 160
    assert both.rounds["S"].done_s == 274


def test_volunteers_time_has_a_price_of_its_own() -> None:
    both = planned(a_problem(a_compound(), vehicles=[a_van()]), {"S": a_walk(30, 50)}, walking_cents_per_h=1_000)

    # 114 s on foot at 1,000 cents an hour: 31.67 cents
    assert (both.plan.cost, both.walking_cost) == (574, 32)


def test_rounds_begin_with_service_and_not_with_the_arrival() -> None:
    first = a_stop("T", place=1, window=TimeWindow(start_s=0, end_s=100))
    later = a_compound(place=2, window=TimeWindow(start_s=1_000, end_s=2_000))
    both = planned(a_problem(first, later, vehicles=[a_van()]), {"S": a_walk(30, 50)})

    # T at 100 at the latest, 105 left, S reached at 205: 795 s of waiting
    assert both.plan.routes[0].visits[1].arrival_s == 205
    assert both.rounds["S"].rounds[0].trips[0].begins_s == 1_060


def test_the_gate_is_guessed_from_both_legs_before_there_are_routes() -> None:
    south, north = (replace(gate, vehicle_waits=False) for gate in two_gates(300, 10))
    problem = a_problem(a_compound(), vehicles=[a_van()])
    offers = offers_of(problem, {"S": [south, north]}, split=False, seed=0)

    def guess(walking_cents_per_h: int) -> str:
        return first_choice(problem, offers, walking_cents_per_h)["S"][0].walk.gate

    # the only other place is the depot: the north costs 400 cents more and saves 580 s on foot, even at 2,483 an hour
    assert (guess(0), guess(2_400), guess(2_500)) == ("south", "south", "north")


def test_a_stop_without_a_walk_keeps_its_service_time() -> None:
    other = a_stop("T", place=2, service_s=5)
    both = planned(a_problem(a_compound(), other, vehicles=[a_van()]), {"S": a_walk(30, 50)})

    lasting = {v.stop: v.departure_s - v.start_s for route in both.plan.routes for v in route.visits}
    assert lasting == {"S": 174, "T": 5}
    assert set(both.rounds) == set(both.walks) == {"S"}


def test_what_is_for_no_building_stays_at_the_gate() -> None:
    both = planned(a_problem(a_compound(packages=9, demand_g=9_000), vehicles=[a_van()]), {"S": a_walk(30, 50)})

    assert both.plan.routes[0].visits[0].departure_s == 274
    assert sum(trip.packages for one in both.rounds["S"].rounds for trip in one.trips) == 4


def test_a_walk_longer_than_the_shift_drops_the_stop_and_its_rounds() -> None:
    both = planned(
        a_problem(a_compound(), vehicles=[a_van(shift=TimeWindow(start_s=0, end_s=373))]), {"S": a_walk(30, 50)}
    )

    assert [dropped.stop for dropped in both.plan.dropped] == ["S"]
    assert both.rounds == {}


def two_gates(south: int, north: int) -> list[GateWalk]:
    """One compound with a southern gate at place 1 (100 s from the depot) and a northern one at place 2 (200 s): the
    buildings, 10 s apart, are so far from each."""
    return [
        a_walk(south, south + 10, gate="south", place=1),
        a_walk(north, north + 10, gate="north", place=2),
    ]


@pytest.mark.parametrize(
    ("south", "gate"),
    [
        # north: 200 + 60 + (10 + 7 + 10 + 7 + 20) + 200 = 514 s and 4,000 m: 914 cents
        (187, "south"),  # 100 + 60 + (187 + 7 + 10 + 7 + 197) + 100 = 668 s and 2,000 m: 868 cents
        (209, "south"),  # 44 s more on foot: 912 cents
        (211, "north"),  # 916 cents
    ],
)
def test_the_gate_is_taken_where_both_legs_together_cost_least(south: int, gate: str) -> None:
    both = planned(a_problem(a_compound(), vehicles=[a_van()]), {"S": two_gates(south, 10)})

    assert both.walks["S"].gate == gate
    assert both.problem.stop("S").place == (1 if gate == "south" else 2)


def test_a_vehicle_that_passes_by_takes_the_gate_on_its_way() -> None:
    far = a_stop("T", place=3)  # 300 s out: the northern gate is no detour any more
    both = planned(a_problem(a_compound(), far, vehicles=[a_van()]), {"S": two_gates(11, 10)})

    assert both.walks["S"].gate == "north"


def test_volunteers_who_are_not_waited_for_count_by_their_own_price() -> None:
    south, north = (replace(gate, vehicle_waits=False) for gate in two_gates(300, 10))
    problem = a_problem(a_compound(), vehicles=[a_van()])

    # 628 s more on foot save 400 cents of driving: at 1,800 cents an hour they cost 314
    assert planned(problem, {"S": [south, north]}, walking_cents_per_h=0).walks["S"].gate == "south"
    assert planned(problem, {"S": [south, north]}, walking_cents_per_h=1_800).walks["S"].gate == "south"
    assert planned(problem, {"S": [south, north]}, walking_cents_per_h=3_600).walks["S"].gate == "north"


def test_a_gate_that_cannot_be_reached_is_not_taken() -> None:
    seconds, metres = a_line((0, 100, 200, 300))
    seconds[0, 1] = UNREACHABLE
    seconds[2, 1] = seconds[3, 1] = UNREACHABLE
    problem = a_problem(a_compound(), vehicles=[a_van()], seconds=seconds, metres=metres)

    assert planned(problem, {"S": two_gates(10, 300)}).walks["S"].gate == "north"


def test_a_compound_may_be_served_at_two_gates_at_once() -> None:
    """B1 is 10 s from the southern gate, B2 from the northern one, and 500 s lie between them."""
    legs = np.array([[0, 10, 500], [10, 0, 500], [500, 500, 0]], dtype=np.int32)
    south = a_walk(10, 500, gate="south", place=1, seconds=legs)
    flipped = np.array([[0, 500, 10], [500, 0, 500], [10, 500, 0]], dtype=np.int32)
    north = a_walk(500, 10, gate="north", place=2, seconds=flipped)
    problem = a_problem(a_compound(volume_ml=7), vehicles=[a_van(cost_per_km=0)])

    whole = planned(problem, {"S": [south, north]})
    parted = planned(problem, {"S": [south, north]}, split=True)

    # at the south alone 100 + 60 + (10 + 7 + 500 + 7 + 500) + 100
    assert whole.plan.cost == 1_284
    # 400 on the road; at each gate 60 + 10 + 7 + 10
    assert parted.plan.cost == 400 + 2 * 87
    assert {stop.id: (stop.packages, stop.demand_g, stop.volume_ml) for stop in parted.problem.stops} == {
        "S@south": (2, 2_000, 3),
        "S@north": (2, 2_000, 4),
    }
    assert [d.building for d in parted.rounds["S@north"].rounds[0].trips[0].hand_overs] == ["B2"]


def test_trade_offs_tell_what_more_hands_and_gates_are_worth() -> None:
    gates = [
        a_walk(100, -20, gate="south"),
        a_walk(20, 100, gate="north"),
    ]

    told = [(one.gates, one.volunteers, one.service_s, one.busy_s) for one in trade_offs(gates, [1, 2])]

    assert told == [
        # 60 + 100 + 7 + 120 + 7 + 20; two: the longer of 207 and 47
        (("south",), 1, 314, 254),
        (("south",), 2, 60 + 207, 254),
        # 60 + 20 + 7 + 80 + 7 + 100; two end no earlier
        (("north",), 1, 274, 214),
        (("north",), 2, 60 + 207, 207 + 47),
        # B2 at the south 60 + 47, B1 at the north 60 + 47: the vehicle stands at both
        (("south", "north"), 1, 214, 94),
        (("south", "north"), 2, 214, 94),
    ]
    assert [[b.id for b in part.buildings] for part in split_between(gates)] == [["B2"], ["B1"]]


def test_or_tools_plans_both_legs() -> None:
    problem = a_problem(a_compound(), a_stop("T", place=3), vehicles=[a_van()])

    both = plan_two_echelons(problem, {"S": two_gates(300, 10)}, OPTIONS, solver=OrToolsRouting())

    assert check_walks(both) == []
    assert both.walks["S"].gate == "north"


@pytest.mark.parametrize(
    ("stop", "gates", "fault"),
    [
        ({}, {"X": [a_walk(30, 50)]}, "stop 'X' has a walk, but the problem has no such stop"),
        ({}, {"S": []}, "stop 'S' has no gate; give one or more walks, or leave the stop out"),
        (
            {"packages": 3},
            {"S": a_walk(30, 50)},
            "stop 'S' drops 3 packages, but 4 are carried to its buildings; at most as much must be",
        ),
        (
            {"demand_g": 3_999},
            {"S": a_walk(30, 50)},
            "stop 'S' drops 3999 grams, but 4000 are carried to its buildings; at most as much must be",
        ),
        (
            {},
            {"S": [a_walk(30, 50), a_walk(30, 50, gate="b", buildings=(a_drop(1), a_drop(2, id="B9")))]},
            "stop 'S': gate 'b' and gate '' differ in what goes to which building",
        ),
        (
            {},
            {"S": a_walk(30, 50, gate="b", place=4)},
            "stop 'S': gate 'b' is at place 4; it must be from 0 to 3",
        ),
        (
            {},
            {"S": [a_walk(30, 50), a_walk(30, 50)]},
            "stop 'S': two of its 2 gates have the same name; each needs its own",
        ),
    ],
)
def test_walks_that_do_not_belong_to_the_stops_are_refused(stop: dict[str, Any], gates: Any, fault: str) -> None:
    with pytest.raises(BadWalk) as refused:
        plan_two_echelons(a_problem(a_compound(**stop), vehicles=[a_van()]), gates, OPTIONS)

    assert refused.value.faults == (fault,)


def test_what_joins_the_legs_is_checked() -> None:
    both = planned(a_problem(a_compound(), vehicles=[a_van()]), {"S": a_walk(30, 50)})
    rules = {
        "nobody": replace(both, rounds={}),
        "late": replace(both, rounds={"S": at_clock(both.rounds["S"], 1)}),
        "gate": replace(both, walks={"S": replace(both.walks["S"], place=2)}),
        "more": replace(both, walks={"S": replace(both.walks["S"], buildings=(a_drop(1, packages=5, grams=4_001),))}),
        "dropped": replace(both, rounds={"S": both.rounds["S"], "Q": both.rounds["S"]}),
    }

    told = {name: {one.message for one in check_walks(broken)} for name, broken in rules.items()}

    assert told["nobody"] == {"stop 'S' is visited, but nobody carries its goods on"}
    assert told["late"] == {"stop 'S' is left at 274, its walk needs the vehicle until 275"} | {
        "stop 'S': the vehicle stands at the gate for 174 s, it is needed for 175 s"
    }
    assert told["gate"] == {"stop 'S' is at place 1, the gate of its walk at 2"}
    assert "stop 'S' drops 4 packages, 5 go to its buildings" in told["more"]
    assert "stop 'S' drops 4000 g, 4001 g go to its buildings" in told["more"]
    assert told["dropped"] == {"stop 'Q' has rounds, but no vehicle goes there"}


def test_a_gate_is_changed_on_the_road_by_what_the_walking_costs() -> None:
    south, north = (replace(gate, vehicle_waits=False) for gate in two_gates(300, 10))
    problem = a_problem(a_compound(), vehicles=[a_van()])
    offers = offers_of(problem, {"S": [south, north]}, split=False, seed=0)
    chosen = {"S": offers["S"][0]}
    gated = with_offers(problem, chosen)
    plan = ByInsertion().solve(gated, OPTIONS)

    def changed_to(walking_cents_per_h: int) -> str:
        choice, _ = better_choice(gated, plan, offers, chosen, walking_cents_per_h, cancelled=lambda: False)
        return choice["S"][0].walk.gate

    assert (changed_to(2_400), changed_to(2_500)) == ("south", "north")
