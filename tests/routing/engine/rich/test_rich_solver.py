"""The solver port: plans that hold, promises that are kept, limits, seeds, callbacks, warm starts."""

import dataclasses
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from logistics.routing.engine import Break, Reload, SolveOptions, Stop, TimeWindow, solve
from logistics.routing.engine.solvers.closing import plan_value
from logistics.routing.engine.solvers.rich import RichRuinRecreate
from logistics.routing.engine.solvers.rich.solver import _start_rows
from logistics.routing.engine.solvers.rich.states import best_rows, load, new_state
from logistics.routing.engine.solvers.rich.tables import tables_of
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.reloading import waiting
from tests.routing.engine.rich.made_problems import problems

OPTIONS = SolveOptions(time_limit_s=60, iteration_limit=2)


def a_town(stop_count=40, seed=1, vehicle_count=6):
    random = np.random.default_rng(seed)
    at = random.integers(0, 900, size=(stop_count + 1, 2))
    seconds = np.abs(at[:, None] - at[None, :]).sum(axis=2).astype(np.int32)
    stops = [a_stop(f"S{k}", place=k, demand_g=100) for k in range(1, stop_count + 1)]
    vehicles = [a_vehicle(id=f"V{k}", fixed_cost=500) for k in range(vehicle_count)]
    return a_problem(*stops, vehicles=vehicles, seconds=seconds, metres=seconds * 10)


def order_of(plan, vehicle="V"):
    return [visit.stop for route in plan.routes if route.vehicle == vehicle for visit in route.visits]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems())
def test_plans_of_random_problems_hold_and_keep_their_promises(problem):
    plan = solve(problem, OPTIONS, RichRuinRecreate())  # raises PlanRejected if a rule is broken

    where = {visit.stop: route.vehicle for route in plan.routes for visit in route.visits}
    groups = defaultdict(set)
    for stop in problem.stops:
        assert stop.pinned_vehicle in (None, where.get(stop.id, stop.pinned_vehicle))
        if stop.together is not None:
            groups[stop.together].add(where.get(stop.id))
    assert all(len(vehicles) == 1 for vehicles in groups.values())
    for route in plan.routes:
        for position, visit in enumerate(route.visits, start=1):
            assert problem.stop(visit.stop).pinned_position in (None, position)


def test_a_break_is_taken_where_it_costs_nothing():
    # 100 s out, a window from 1,000: the rest of 300 s fits into the wait.
    stop = a_stop(window=TimeWindow(start_s=1_000, end_s=1_000))
    vehicle = a_vehicle(breaks=(Break(earliest_s=500, latest_s=600, duration_s=300),))

    plan = solve(a_problem(stop, vehicles=[vehicle]), OPTIONS, RichRuinRecreate())

    (route,) = plan.routes
    assert (route.depart_s, route.return_s, route.rests) == (900, 1_105, ())


def test_a_full_vehicle_loads_again_rather_than_leave_a_stop_out():
    stops = [a_stop("A", demand_g=700), a_stop("B", demand_g=700, place=2)]
    vehicle = a_vehicle(reloads=1, reload_s=60)

    plan = solve(a_problem(*stops, vehicles=[vehicle]), OPTIONS, RichRuinRecreate())

    (route,) = plan.routes
    assert len(route.visits) == 2
    assert [(reload.before, type(reload)) for reload in route.reloads] == [(1, Reload)]


def test_without_a_reload_left_the_second_stop_is_left_out():
    stops = [a_stop("A", demand_g=700, packages=2), a_stop("B", demand_g=700, place=2)]

    plan = solve(a_problem(*stops), OPTIONS, RichRuinRecreate())

    assert order_of(plan) == ["A"]


def test_a_group_is_left_out_as_a_whole_if_one_vehicle_cannot_hold_it():
    # 600 g and 600 g are over 1,000 g; the third stop fits alone and is in no group.
    stops = [a_stop(name, demand_g=600, together="pair") for name in "AB"] + [a_stop("C", demand_g=600)]
    vehicles = [a_vehicle(), a_vehicle(id="W")]

    plan = solve(a_problem(*stops, vehicles=vehicles), OPTIONS, RichRuinRecreate())

    assert sorted(visit.stop for route in plan.routes for visit in route.visits) == ["C"]


def test_a_position_is_kept_even_where_the_way_is_longer():
    # On a line at 100, 200 and 300 the far stop comes first.
    stops = [a_stop(f"S{place}", place=place) for place in (1, 2)]
    far = a_stop("S3", place=3, pinned_vehicle="V", pinned_position=1)

    plan = solve(a_problem(*stops, far), OPTIONS, RichRuinRecreate())

    assert order_of(plan)[0] == "S3"
    assert len(order_of(plan)) == 3


def test_a_stop_with_a_drop_cost_is_served_only_if_that_is_cheaper():
    # Alone: 2,000 m × 0.1 + 205 s × 1 = 405 cents.
    dear, cheap = a_stop(drop_cost=406), a_stop(drop_cost=404)

    assert len(solve(a_problem(dear), OPTIONS, RichRuinRecreate()).routes) == 1
    assert len(solve(a_problem(cheap), OPTIONS, RichRuinRecreate()).routes) == 0


def test_the_price_of_the_longest_route_shares_the_work():
    # Two stops 600 m apart on both sides of the depot: one vehicle is cheaper, until the longest route costs more.
    stops = [a_stop("A", place=1), a_stop("B", place=2)]
    vehicles = [a_vehicle(fixed_cost=100), a_vehicle(id="W", fixed_cost=100)]
    given = {"positions": (500, 200, 800), "vehicles": vehicles}

    alone = solve(a_problem(*stops, **given), OPTIONS, RichRuinRecreate())
    shared = solve(a_problem(*stops, **given, longest_route_cents_per_h=36_000), OPTIONS, RichRuinRecreate())

    assert (len(alone.routes), len(shared.routes)) == (1, 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_seed_and_limit_give_the_same_plan(workers):
    options = SolveOptions(time_limit_s=60, iteration_limit=5, seed=3, workers=workers)

    plans = [RichRuinRecreate().solve(a_town(), options) for _ in range(2)]

    assert plans[0] == plans[1]


def test_more_iterations_are_never_worse_from_the_same_start():
    problem = a_town()
    first = RichRuinRecreate().solve(problem, SolveOptions(time_limit_s=60, iteration_limit=1))
    start = {route.vehicle: [visit.stop for visit in route.visits] for route in first.routes}

    again = RichRuinRecreate().solve(problem, SolveOptions(time_limit_s=60, iteration_limit=3, start=start))

    assert plan_value(problem, again) <= plan_value(problem, first)


def test_a_start_with_unknown_names_and_more_than_fits_is_used_as_far_as_it_holds():
    stops = [a_stop("A", demand_g=700), a_stop("B", demand_g=700)]
    start = {"nobody": ["A"], "V": ["nothing", "A", "A", "B"]}
    options = SolveOptions(time_limit_s=60, iteration_limit=1, start=start)

    plan = RichRuinRecreate().solve(a_problem(*stops), options)

    assert len(order_of(plan)) == 1


def test_a_start_is_loaded_with_its_reloads():
    problem = waiting()
    options = SolveOptions(time_limit_s=60, start={"V": "AB"}, start_reloads={"V": [1]})
    tables = tables_of(problem)
    state = new_state(tables, 1)

    rows = _start_rows(problem, options)
    load(tables, state, rows)

    a, b, reload = 0, 1, 2
    assert rows == best_rows(tables, state) == {0: [a, reload, b]}
    assert _start_rows(problem, dataclasses.replace(options, start_reloads=None)) == {0: [a, b]}


def test_a_torn_group_in_the_start_is_mended():
    stops = [a_stop("A", together="pair"), a_stop("B", together="pair")]
    options = SolveOptions(time_limit_s=60, iteration_limit=1, start={"V": ["A"]})

    plan = RichRuinRecreate().solve(a_problem(*stops), options)

    assert sorted(order_of(plan)) == ["A", "B"]


def test_cancelling_gives_the_best_plan_so_far():
    plan = RichRuinRecreate().solve(a_town(), SolveOptions(time_limit_s=600), cancelled=lambda: True)

    assert sum(len(route.visits) for route in plan.routes) == 40


def test_progress_is_shown_in_the_callers_thread_and_errors_in_it_are_raised():
    def refuse(progress):
        raise KeyError(progress.routes)

    with pytest.raises(KeyError):
        RichRuinRecreate().solve(a_town(), SolveOptions(time_limit_s=600), on_progress=refuse)


@pytest.mark.parametrize("stops", [[], [a_stop()]])
def test_nothing_to_drive_and_nobody_to_drive_are_plans_too(stops: list[Stop]):
    plan = RichRuinRecreate().solve(a_problem(*stops, vehicles=[]), OPTIONS)

    assert (plan.routes, len(plan.dropped)) == ((), len(stops))


def test_every_rule_can_be_expressed_but_not_any_size():
    problem = a_town(5)

    assert RichRuinRecreate().can_express(problem) is None
    assert RichRuinRecreate(stops_max=4).can_express(problem) == (
        "5 stops; rich-ruin-recreate keeps to its time up to 4"
    )


def test_prices_at_their_limit_stay_inside_64_bits():
    stops = [a_stop(f"S{place}", place=place) for place in (1, 2, 3)]
    vehicle = a_vehicle(cost_per_km=10**9, cost_per_h=10**9, fixed_cost=10**9)

    plan = solve(a_problem(*stops, vehicles=[vehicle]), OPTIONS, RichRuinRecreate())

    # The vehicle 10**9, 6 km 6 × 10**9, 615 s 10**9 × 615 / 3,600.
    assert plan.cost == 7_170_833_333


def test_a_start_that_is_cut_at_a_reload_writes_nowhere_else():
    early = TimeWindow(start_s=0, end_s=10)
    vehicle = a_vehicle(reloads=1, capacity_packages=1)
    tables = tables_of(a_problem(a_stop("A", window=early), a_stop("B", place=2), vehicles=[vehicle]))
    state = new_state(tables, 1)
    memory = np.full(8, -7, dtype=state.route_of.dtype)
    memory[:2] = state.route_of
    a, reload, b = 0, 2, 1

    # A is never in time, so of "A, load again, B" nothing is left, and the reload is cut off on the way.
    load(tables, state._replace(route_of=memory[:2]), {0: [a, reload, b]})

    assert memory.tolist() == [-1, -1, -7, -7, -7, -7, -7, -7]
