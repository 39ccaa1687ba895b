"""The kernel's books: after any step all totals and times are those of a recount, and undoing leaves no trace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.solvers.ruin_recreate.annealing import anneal
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    BEST,
    CLOCKED,
    CLOSES,
    EARLIEST,
    LATEST,
    LEFT_OUT,
    LIMITED,
    MIXED,
    NEXT,
    NOW,
    SERVICE,
    TIMED,
    WAITING,
    Settings,
)
from logistics.routing.engine.solvers.ruin_recreate.loading import load_route
from logistics.routing.engine.solvers.ruin_recreate.model import build_model
from logistics.routing.engine.solvers.ruin_recreate.states import empty_state, filled_state, routes_in
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.ruin_recreate.towns import a_rich_town, assert_sound, holds, schedule_of

SHARED = Settings(retype_chance=0.3)


def built(problem):
    return build_model(problem, problem.stops)


def filled(model, seed=1):
    return filled_state(model, seed, {}, range(len(model.stops)))


def step(model, state, steps, heat):
    return anneal(model.tables, state, SHARED, np.int64(steps), float(heat), float(heat))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), windows=st.booleans(), limits=st.booleans(), hours=st.sampled_from([0, 3_600]))
def test_books_balance_after_many_steps(seed, windows, limits, hours):
    problem = a_rich_town(seed, windows=windows, limits=limits, hours=hours)
    model = built(problem)
    state = filled(model, seed)

    assert_sound(problem, model, state)
    for heat in (10**9, 10**7, 1):
        step(model, state, 200, heat)
        assert_sound(problem, model, state)
    assert state.numbers[BEST] <= state.numbers[NOW]


@pytest.mark.parametrize("seed", range(8))
def test_a_step_that_is_undone_leaves_no_trace(seed):
    problem = a_rich_town(seed)
    model = built(problem)
    state = filled(model, seed)
    step(model, state, 100, 10**7)
    before = [array.copy() for array in (state.nodes, state.slots, state.free_count)]
    free = state.free.copy()
    left_out = sorted(state.left_out[: state.numbers[LEFT_OUT]].tolist())

    # At a temperature of next to nothing only what is better is kept: with the price at its lowest, nothing is.
    refused = 0
    while refused < 200:
        if step(model, state, 1, 1e-9) == 0:
            refused += 1
            for kept, array in zip(before, (state.nodes, state.slots, state.free_count), strict=True):
                np.testing.assert_array_equal(kept, array)
            for kind, row in enumerate(model.tables.kinds):
                listed = slice(row[9], row[9] + state.free_count[kind])
                np.testing.assert_array_equal(free[listed], state.free[listed])
            assert sorted(state.left_out[: state.numbers[LEFT_OUT]].tolist()) == left_out
        else:
            before = [array.copy() for array in (state.nodes, state.slots, state.free_count)]
            free = state.free.copy()
            left_out = sorted(state.left_out[: state.numbers[LEFT_OUT]].tolist())


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), order=st.permutations(range(6)), slot=st.integers(0, 4))
def test_times_are_those_of_the_schedule(seed, order, slot):
    problem = a_rich_town(seed, stop_count=6, limits=False)
    model = built(problem)
    state = empty_state(model, 1)
    order = order[: 1 + seed % 4]
    vehicle = model.fleet.vehicles[model.slot_kinds[slot]][0]
    if not all(problem.may_serve(vehicle, model.stops[stop]) for stop in order):
        order = [stop for stop in order if problem.may_serve(vehicle, model.stops[stop])]
    if not order:
        return

    kept = load_route(model.tables, state, slot, np.array(order, dtype=np.int32))

    load_fits = (state.slots[slot, :3] >= 0).all()
    assert (bool(kept) and load_fits) == holds(problem, model, slot, order)
    if kept and load_fits:
        _, route = schedule_of(problem, model, slot, order)
        # The latest starts of the kernel reach back from the return; the schedule's first start is the latest of those
        # with the earliest return, so it lies between the kernel's two.
        origin_s = model.fleet.origin_s
        for stop, visit in zip(order, route.visits, strict=True):
            earliest, latest = state.nodes[stop, [EARLIEST, LATEST]].tolist()
            assert earliest <= visit.start_s - origin_s <= latest
        last = order[-1]
        assert state.nodes[last, EARLIEST] + state.nodes[last, SERVICE] + route.return_travel_s == (
            route.return_s - origin_s
        )


def test_flags_say_what_binds():
    all_day = a_problem(a_stop(), a_stop("T", place=2), vehicles=[a_vehicle(cost_per_h=0)])
    paid = a_problem(a_stop(), a_stop("T", place=2))
    late = TimeWindow(start_s=500, end_s=9_000)
    windows = a_problem(a_stop(window=late), vehicles=[a_vehicle(cost_per_h=0)])
    waiting = a_problem(a_stop(window=late))
    limits = a_problem(a_stop(), vehicles=[a_vehicle(most_stops=1, cost_per_h=0)])
    mixed = a_problem(a_stop(), vehicles=[a_vehicle(cost_per_h=0), a_vehicle(id="W", cost_per_h=0, fixed_cost=1)])

    flags = [
        {name: int(built(problem).tables.flags[flag]) for name, flag in NAMES.items()}
        for problem in (all_day, paid, windows, waiting, limits, mixed)
    ]

    assert [{name for name, on in found.items() if on} for found in flags] == [
        set(),
        {"clocked"},
        {"timed", "clocked"},
        {"timed", "clocked", "waiting"},
        {"limited"},
        {"mixed"},
    ]


NAMES = {"timed": TIMED, "clocked": CLOCKED, "waiting": WAITING, "limited": LIMITED, "mixed": MIXED}


def test_one_matrix_serves_where_several_are_equal():
    model = built(a_problem(a_stop(), a_stop("T", place=2)))
    tables = model.tables

    assert np.shares_memory(tables.metres, tables.metres_back)
    assert np.shares_memory(tables.seconds, tables.seconds_back)
    assert not np.shares_memory(tables.metres, tables.seconds)
    same = np.ones((4, 4), dtype=np.int32) - np.eye(4, dtype=np.int32)
    twice = built(a_problem(a_stop(), seconds=same, metres=same.copy())).tables
    assert np.shares_memory(twice.metres, twice.seconds)


def test_the_problem_lends_its_matrices():
    problem = a_problem(a_stop(), a_stop("T", place=2))

    assert np.shares_memory(built(problem).tables.seconds, problem.seconds)


def test_windows_are_cut_to_the_hours_of_the_fleet():
    model = built(a_problem(a_stop(window=TimeWindow(start_s=-50, end_s=99_999))))

    assert model.times[0, CLOSES] == 10_000


def test_best_is_kept_when_the_search_moves_on():
    problem = a_rich_town(5)
    model = built(problem)
    state = filled(model)
    step(model, state, 500, 1)
    best = routes_in(model, state.best_next)
    cost = int(state.numbers[BEST])

    step(model, state, 50, 1e12)

    assert routes_in(model, state.nodes[:, NEXT]) != best
    again = filled_state(model, 1, best, [])
    again_cost = int(
        again.slots[:, 4].sum()
        + sum(model.tables.stops[stop, 4] for stop in range(30) if not any(stop in route for route in best.values()))
    )
    if state.numbers[BEST] == cost:
        assert routes_in(model, state.best_next) == best
        assert again_cost == cost


def test_a_route_takes_the_cheapest_vehicle_that_can_drive_it():
    # The large van is the only one for 300 g, and costs 90 cents more.
    small = a_vehicle(id="small", capacity_g=299)
    large = a_vehicle(id="large", capacity_g=300, fixed_cost=90)
    frozen = Settings(retype_chance=0.0)

    kinds = []
    for count in (2, 3):
        problem = a_problem(
            *(a_stop(f"S{place}", place=place) for place in range(1, count + 1)), vehicles=[large, small]
        )
        model = built(problem)
        state = filled_state(model, 1, {0: list(range(count))}, [])
        anneal(model.tables, state, frozen, np.int64(50), 1.0, 1.0)
        assert_sound(problem, model, state)
        kinds.append([model.fleet.vehicles[model.slot_kinds[slot]][0].id for slot in routes_in(model, state.best_next)])

    assert kinds == [["small"], ["large"]]
