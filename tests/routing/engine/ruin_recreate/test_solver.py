"""The kernel behind the solver port: optimal where that is known, repeatable, and honest about what it cannot hold."""

import dataclasses
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import SolveOptions, TimeWindow, check, solve
from logistics.routing.engine.problem import Break, Profile, SpeedSlot, Underway
from logistics.routing.engine.solvers.closing import plan_value
from logistics.routing.engine.solvers.ruin_recreate import RuinRecreate, warm
from logistics.routing.engine.solvers.ruin_recreate.annealing import anneal, construct, keep_best, total_cost
from logistics.routing.engine.solvers.ruin_recreate.harvesting import fingerprint
from logistics.routing.engine.solvers.ruin_recreate.loading import load_route
from logistics.routing.engine.solvers.ruin_recreate.neighbours import fill
from logistics.routing.engine.solvers.ruin_recreate.solver import holding_orders
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle
from tests.routing.engine.ruin_recreate.towns import a_rich_town, rich_towns
from tests.routing.engine.test_solve import a_small_problem, best_by_brute_force
from tests.routing.engine.towns import a_town

COUNTED = SolveOptions(time_limit_s=60, iteration_limit=4)


def planned(problem, options=COUNTED, **callbacks):
    return solve(problem, options, solver=RuinRecreate(), **callbacks)


@settings(max_examples=80, deadline=None, print_blob=True)
@given(problem=rich_towns(), seed=st.integers(0, 2**31 - 1), workers=st.integers(1, 3))
def test_every_plan_holds(problem, seed, workers):
    plan = planned(problem, SolveOptions(time_limit_s=60, iteration_limit=1, seed=seed, workers=workers))

    assert RuinRecreate().can_express(problem) is None
    assert check(problem, plan) == ()


@pytest.mark.parametrize("seed", range(6))
def test_seven_stops_are_solved_to_the_optimum(seed):
    problem = a_small_problem(seed + 200, stop_count=6 + (seed == 0))
    served, cost = best_by_brute_force(problem)

    plan = planned(problem)

    assert (sum(len(route.visits) for route in plan.routes), plan.cost) == (served, cost)


@pytest.mark.parametrize("split_stops", [10, 10**6])
def test_the_same_seed_and_limit_give_the_same_plan(split_stops, monkeypatch):
    monkeypatch.setattr("logistics.routing.engine.solvers.ruin_recreate.search.SPLIT_STOPS", split_stops)
    problem = a_town(60, vehicle_count=9)

    assert planned(problem) == planned(problem)
    assert planned(problem).dropped == ()


def test_waiting_is_paid_for():
    # At place 1 from 1,000 s on, at place 2 from 0: first 2 and then 1 waits 1,000 - 305 = 695 s less 100 s of driving
    # if it leaves at once; the vehicle leaves so late that it does not wait at all.
    late = TimeWindow(start_s=1_000, end_s=2_000)
    problem = a_problem(a_stop(window=late), a_stop("T", place=2), vehicles=[a_vehicle(cost_per_h=3_600)])

    plan = planned(problem)

    route = plan.routes[0]
    assert route.return_s - route.depart_s == 200 + 200 + 5 + 5
    assert plan.cost == 400 + 410


def test_the_cheaper_kind_of_vehicle_is_found():
    dear = a_vehicle(id="dear", fixed_cost=5_000)
    cheap = a_vehicle(id="cheap", fixed_cost=10)
    problem = a_problem(*(a_stop(f"S{k}", place=k) for k in (1, 2, 3)), vehicles=[dear, cheap])

    plan = planned(problem)

    assert [route.vehicle for route in plan.routes] == ["cheap"]


def test_the_priority_of_a_stop_decides_who_is_left_out():
    small = a_vehicle(capacity_packages=1)
    problem = a_problem(a_stop("S", priority=1), a_stop("T"), vehicles=[small])

    assert [dropped.stop for dropped in planned(problem).dropped] == ["T"]


def test_a_cancelled_search_hands_back_a_plan():
    calls = []

    def cancelled():
        calls.append(threading.current_thread())
        return len(calls) > 1

    problem = a_town(100, vehicle_count=9)
    plan = planned(problem, SolveOptions(time_limit_s=300), cancelled=cancelled)

    assert plan.dropped == ()
    assert set(calls) == {threading.main_thread()}


def test_better_plans_are_shown():
    shown = []
    problem = a_town(100, vehicle_count=9)

    plan = planned(problem, SolveOptions(time_limit_s=2), on_progress=shown.append)

    assert shown
    costs = [progress.cost for progress in shown]
    assert costs == sorted(costs, reverse=True)
    assert plan.cost <= costs[-1]


def test_a_start_is_read_as_far_as_it_holds():
    problem = a_problem(a_stop(), a_stop("T", place=2, depot="E"), depots=[a_depot(), a_depot(id="E", place=3)])

    orders = holding_orders(problem, {"V": ["T", "S", "S", "unknown"], "nobody": ["S"]})

    assert [(vehicle, [stop.id for stop in order]) for vehicle, order in orders.items()] == [("V", ["S"])]


@pytest.mark.parametrize(
    ("start", "held"),
    [
        ({"V": "BA", "W": "B"}, {"V": "A", "W": "B"}),  # V may not serve B
        ({"V": "B", "W": "AB"}, {"W": "AB"}),
        ({"V": "A", "W": "BA"}, {"V": "A", "W": "B"}),  # either may serve A: whoever is first
        ({"V": "B"}, {}),
    ],
)
def test_a_stop_in_two_orders_is_of_the_first_vehicle_that_may_serve_it(start, held):
    problem = a_problem(
        a_stop("A"), a_stop("B", vehicles_forbidden=frozenset("V")), vehicles=[a_vehicle(), a_vehicle(id="W")]
    )

    orders = holding_orders(problem, start)

    assert {vehicle: "".join(stop.id for stop in order) for vehicle, order in orders.items()} == held


def test_of_a_start_with_too_much_what_has_room_is_kept():
    problem = a_problem(*(a_stop(name, packages=packages) for name, packages in zip("ABC", (6, 5, 4), strict=True)))

    assert [stop.id for stop in holding_orders(problem, {"V": "ABC"})["V"]] == ["A", "C"]  # 6 + 4 of 10


def test_a_warm_start_is_not_lost():
    problem = a_town(60, vehicle_count=9)
    good = planned(problem, SolveOptions(time_limit_s=60, iteration_limit=40))
    start = {route.vehicle: [visit.stop for visit in route.visits] for route in good.routes}

    again = planned(problem, SolveOptions(time_limit_s=60, iteration_limit=1, start=start))

    assert plan_value(problem, again) <= plan_value(problem, good)


SECONDS = np.array([[0, 100], [100, 0]], dtype=np.int32)


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (a_problem(a_stop(), vehicles=[a_vehicle(reloads=1)]), "vehicle 'V' has reloads"),
        (
            a_problem(a_stop(), vehicles=[a_vehicle(breaks=(Break(earliest_s=0, latest_s=9, duration_s=1),))]),
            "vehicle 'V' has breaks",
        ),
        (a_problem(a_stop(), vehicles=[a_vehicle(underway=Underway(place=1, ready_s=5))]), "vehicle 'V' has underway"),
        (
            a_problem(a_stop(further_windows=(TimeWindow(start_s=10_500, end_s=10_600),))),
            "stop 'S' has further_windows",
        ),
        (a_problem(a_stop(pinned_vehicle="V", pinned_position=1)), "stop 'S' has pinned_position"),
        (a_problem(a_stop(together="g"), a_stop("T", together="g")), "stop 'S' has together"),
        (a_problem(a_stop(released_s=50)), "stop 'S' has released_s"),
        (a_problem(a_stop(late_cents_per_h=50)), "stop 'S' has late_cents_per_h"),
        (a_problem(a_stop(), longest_route_cents_per_h=5), "the problem has longest_route_cents_per_h"),
        (a_problem(a_stop(), speeds=(SpeedSlot(start_s=0, percent=50),)), "vehicle 'V' has speeds"),
    ],
)
def test_what_the_tables_cannot_hold_is_refused(problem, sentence):
    assert RuinRecreate().can_express(problem) == f"{sentence}, which ruin and recreate cannot express"


def test_several_profiles_are_refused_and_one_is_not():
    profiles = {"bike": Profile(seconds=SECONDS, metres=SECONDS)}
    bike = a_vehicle(id="B", profile="bike")
    stop = a_stop(place=1)

    def problem(*vehicles):
        return a_problem(stop, vehicles=vehicles, seconds=SECONDS, metres=SECONDS * 10, profiles=profiles)

    two = "the vehicles drive by 2 profiles; ruin and recreate knows one for all"
    assert RuinRecreate().can_express(problem(bike, a_vehicle())) == two
    assert RuinRecreate().can_express(problem(bike)) is None
    # 100 m out and back by the bike's matrix, at 0.1 cent a metre, and 100 + 5 + 100 s.
    assert planned(problem(bike)).cost == 20 + 205


def test_hours_and_costs_beyond_the_tables_are_refused():
    far = 2**30 + 1
    wide = a_problem(
        a_stop(),
        vehicles=[a_vehicle(shift=TimeWindow(start_s=0, end_s=far))],
        depots=[a_depot(closes_s=far)],
    )
    assert RuinRecreate().can_express(wide) == (
        "the fleet's hours span 1073741825 s; ruin and recreate counts up to 1073741824"
    )
    exact = dataclasses.replace(
        wide,
        vehicles=(a_vehicle(shift=TimeWindow(start_s=1, end_s=far)),),
    )
    assert RuinRecreate().can_express(exact) is None
    # Leaving one of these out is priced at 2 × 10⁹ × 18,000 × (10 + 100) × 101 / 10 = 4 × 10¹⁶ fine units: 115 of them
    # still fit in 2⁶² = 4.6 × 10¹⁸.
    stops = [a_stop(f"S{number}", packages=100, priority=100) for number in range(116)]
    dear = [a_problem(*stops[:count], vehicles=[a_vehicle(fixed_cost=10**9)]) for count in (115, 116)]
    assert RuinRecreate().can_express(dear[0]) is None
    assert RuinRecreate().can_express(dear[1]).startswith("costs may add up to 46")


def test_warming_compiles_all_that_a_search_needs():
    warm()
    kernels = (anneal, construct, load_route, total_cost, keep_best, fill, fingerprint)
    compiled = [len(kernel.signatures) for kernel in kernels]

    planned(a_town(30))
    solve(a_rich_town(1), COUNTED)

    assert compiled == [1] * len(kernels)
    assert [len(kernel.signatures) for kernel in kernels] == compiled
