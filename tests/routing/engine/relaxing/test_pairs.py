"""Two things that do together, to the unit."""

import pytest

from logistics.routing.engine import TimeWindow, check
from logistics.routing.engine.relaxing import RelaxationKind, apply, relaxations
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned

Kind = RelaxationKind
LATE = TimeWindow(start_s=0, end_s=60)


def paired(problem, orders=None):
    """The pairs by insertion alone, each proved by its witness and by neither half doing alone."""
    plan = planned(problem, orders or {})
    relaxed = relaxations(problem, plan, "S", time_limit_s=0)
    for pair in relaxed:
        assert check(apply(problem, pair), pair.witness) == ()
        assert "S" in {visit.stop for route in pair.witness.routes for visit in route.visits}
        assert pair.cost_cents == pair.witness.cost - plan.cost
    return [
        ((pair.kind, pair.amount, pair.unit), pair.also and (pair.also.kind, pair.also.amount, pair.also.unit))
        for pair in relaxed
    ]


def test_a_window_and_a_load_together():
    # There at 100, 40 s late, and 140 g too heavy: 40 / 60 points and 14 percent.
    problem = a_problem(a_stop(demand_g=1_140, window=TimeWindow(start_s=0, end_s=60)))

    assert paired(problem) == [((Kind.WINDOW_LATER, 40, "s"), (Kind.CAPACITY_G, 140, "g"))]
    (pair,) = relaxations(problem, planned(problem, {}), "S", time_limit_s=0)
    assert pair.effort == pytest.approx(40 / 60 + 2 * 14)
    assert pair.also.effort == pytest.approx(2 * 14)
    assert str(pair) == ("stop 'S': window_later: 40 s, and capacity_g of vehicle 'V': 140 g, for 405 cents more")


def test_a_window_and_another_vehicle_together():
    # V is full, and nobody is at S before 100: a new van, from 0 on, and 40 s.
    full = a_stop("A", demand_g=1_000, packages=10)
    problem = a_problem(full, a_stop(demand_g=1_000, packages=10, window=TimeWindow(start_s=0, end_s=60)))

    relaxed = relaxations(problem, planned(problem, {"V": ["A"]}), "S", time_limit_s=0)

    (pair,) = [one for one in relaxed if Kind.ONE_MORE_VEHICLE in {one.kind, one.also.kind}]
    vehicle, window = (pair, pair.also) if pair.kind is Kind.ONE_MORE_VEHICLE else (pair.also, pair)
    assert (window.kind, window.amount, vehicle.vehicle, vehicle.from_s) == (Kind.WINDOW_LATER, 40, "V", 0)
    assert pair.effort == pytest.approx(40 / 60 + 240)
    assert check(apply(problem, pair), pair.witness) == ()


def test_two_limits_of_one_vehicle_together():
    problem = a_problem(a_stop(demand_g=1_100), vehicles=[a_vehicle(longest_s=200)])

    assert paired(problem) == [((Kind.LONGEST_S, 5, "s"), (Kind.CAPACITY_G, 100, "g"))]


def test_no_pairs_where_one_does():
    problem = a_problem(a_stop(demand_g=1_140))

    assert [also for _, also in paired(problem)] == [None]


def test_of_two_vehicles_the_pair_that_asks_for_less():
    # 1,000 m more for either; W lacks 50 g, V 100.
    vehicles = [a_vehicle(longest_m=1_000, capacity_g=500), a_vehicle(id="W", longest_m=1_000, capacity_g=550)]
    problem = a_problem(a_stop(demand_g=600), vehicles=vehicles)

    assert paired(problem) == [((Kind.LONGEST_M, 1_000, "m"), (Kind.CAPACITY_G, 50, "g"))]


def test_of_pairs_of_kinds_the_three_smallest():
    # 5 s too early to be back by 10,000, and 100 g too heavy: the window earlier, or the shift and the depot later.
    rest = TimeWindow(start_s=9_900, end_s=9_950)
    vehicles = [a_vehicle(longest_m=1_999, longest_s=204, most_stops=0, capacity_g=10_000)]
    relaxed = paired(a_problem(a_stop(window=rest), vehicles=vehicles[:1]))
    assert relaxed == []  # four things

    vehicles = [a_vehicle(shift=TimeWindow(start_s=0, end_s=20_000))]
    relaxed = paired(a_problem(a_stop(demand_g=1_100, window=rest), vehicles=vehicles))
    assert relaxed == [
        ((Kind.WINDOW_EARLIER, 5, "s"), (Kind.CAPACITY_G, 100, "g")),
        ((Kind.CAPACITY_G, 100, "g"), (Kind.DEPOT_LATER, 5, "s")),
    ]


def test_where_three_things_would_be_needed_there_is_no_answer():
    problem = a_problem(
        a_stop(demand_g=1_140, packages=11, window=TimeWindow(start_s=0, end_s=60)),
    )

    assert paired(problem) == []


def test_a_pair_with_another_vehicle_names_it_as_the_whole_problem_does():
    # V and V+2 are full, W may not go there, and nobody is at S (100) and T (200) before 205: the window 145 s later,
    # and a third van, from 0 on.
    full = [
        a_stop("A", demand_g=1_000, packages=10, pinned_vehicle="V", pinned_position=1),
        a_stop("B", demand_g=1_000, packages=10, vehicles_allowed=frozenset({"V+2", "W"})),
    ]
    group = {"together": "g", "window": LATE, "vehicles_forbidden": frozenset("W"), "demand_g": 500, "packages": 5}
    stops = [*full, a_stop(**group), a_stop("T", place=2, **group)]
    vehicles = [a_vehicle(), a_vehicle(id="V+2"), a_vehicle(id="W", type="cart")]
    problem = a_problem(*stops, vehicles=vehicles)
    plan = planned(problem, {"V": ["A"], "V+2": ["B"]})

    relaxed = relaxations(problem, plan, "S", time_limit_s=0)

    (pair,) = [one for one in relaxed if Kind.ONE_MORE_VEHICLE in {one.kind, one.also.kind}]
    vehicle, window = (pair, pair.also) if pair.kind is Kind.ONE_MORE_VEHICLE else (pair.also, pair)
    assert (window.kind, window.amount, vehicle.vehicle, vehicle.from_s) == (Kind.WINDOW_LATER, 145, "V", 0)
    assert pair.effort == pytest.approx(145 / 60 + 240)
    # 4,000 m × 0.1 and 410 s × 1.
    assert pair.cost_cents == 400 + 410
    assert [route.vehicle for route in pair.witness.routes] == ["V", "V+2", "V+3"]
    assert check(apply(problem, pair), pair.witness) == ()


def test_positions_that_few_stops_do_not_reach_are_no_contradiction():
    # S and T are to be visits 2 and 4 of V, which nobody else is on, and nobody is there before 205.
    group = {"together": "g", "window": LATE, "pinned_vehicle": "V"}
    pinned = [a_stop(pinned_position=2, **group), a_stop("T", place=2, pinned_position=4, **group)]
    others = [a_stop(name, pinned_vehicle="W", pinned_position=place) for place, name in enumerate("AB", start=1)]
    problem = a_problem(*pinned, *others, vehicles=[a_vehicle(), a_vehicle(id="W")])
    plan = planned(problem, {"W": "AB"})

    relaxed = relaxations(problem, plan, "S", time_limit_s=0)

    amounts = [{one.kind: one.amount, one.also.kind: one.also.amount} for one in relaxed]
    # The window 145 s later and both at any position, for 145 / 60 and 5 points.
    assert amounts[0] == {Kind.POSITION_LIFTED: 1, Kind.WINDOW_LATER: 145}
    assert relaxed[0].effort == pytest.approx(145 / 60 + 5)
    assert all(check(apply(problem, one), one.witness) == () for one in relaxed)
