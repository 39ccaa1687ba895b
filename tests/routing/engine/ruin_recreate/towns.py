"""Problems at random that the kernel can express, and states checked number by number against the engine's schedule."""

import itertools

import numpy as np
from hypothesis import strategies as st

from logistics.routing.engine import InfeasibleRoute, TimeWindow, schedule_route
from logistics.routing.engine.costs import route_cost_fine
from logistics.routing.engine.problem import UNREACHABLE
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    COST,
    EARLIEST,
    FIRST_SLOT,
    KIND,
    LATEST,
    LEFT_OUT,
    METRES,
    METRES_IN,
    METRES_OUT,
    NEXT,
    NOW,
    PREVIOUS,
    PRICE,
    ROOM_G,
    ROOM_ML,
    ROOM_PACKAGES,
    ROUTE,
    SECONDS,
    SIZE,
    WAS_OUT,
)
from logistics.routing.engine.solvers.ruin_recreate.states import routes_in
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle


def a_rich_town(seed, *, stop_count=30, windows=True, limits=True, closed=True, hours=3_600):
    """Two depots, three kinds of vehicle, stops bound to a depot, a skill or a vehicle, asymmetric roads; legs break
    the triangle inequality, and some are closed."""
    random = np.random.default_rng(seed)
    at = random.integers(0, 1_000, size=(stop_count + 2, 2))
    seconds = np.abs(at[:, None] - at[None, :]).sum(axis=2) + random.integers(0, 200, size=(stop_count + 2,) * 2)
    metres = seconds * 8 + random.integers(0, 500, size=seconds.shape)
    if closed:
        seconds[random.random(seconds.shape) < 0.02] = UNREACHABLE
        metres[random.random(seconds.shape) < 0.02] = UNREACHABLE
    for matrix in (seconds, metres):
        np.fill_diagonal(matrix, 0)
    stops = []
    for number in range(stop_count):
        opens = int(random.integers(0, 15_000)) if windows else 0
        stops.append(
            a_stop(
                f"S{number}",
                place=number + 2,
                demand_g=int(random.integers(1, 300)),
                packages=int(random.integers(0, 4)),
                volume_ml=int(random.integers(0, 90)),
                window=TimeWindow(start_s=opens, end_s=opens + int(random.integers(0, 9_000)) if windows else 20_000),
                service_s=int(random.integers(0, 200)),
                service_s_per_package=int(random.integers(0, 9)),
                depot=[None, None, "D", "E"][number % 4],
                skills=frozenset({"cold"} if number % 7 == 3 else ()),
                pinned_vehicle="V1" if number == 8 else None,
                vehicles_forbidden=frozenset({"V0"} if number == 9 else ()),
                drop_cost=int(random.integers(0, 3_000)) if number % 9 == 1 else None,
                priority=int(random.integers(0, 3)),
            )
        )
    vehicles = [
        a_vehicle(
            id=f"V{number}",
            depot="D" if number % 2 else "E",
            end_depot="D" if number == 4 else None,
            capacity_g=1_000 + 500 * (number % 3),
            capacity_ml=400 if number % 3 == 1 else None,
            skills=frozenset({"cold"} if number % 3 == 0 else ()),
            fixed_cost=200 * (number % 3),
            cost_per_km=100 + 20 * (number % 3),
            cost_per_h=hours,
            shift=TimeWindow(start_s=500 * (number % 2), end_s=20_000),
            longest_s=12_000 if limits and number % 3 == 2 else None,
            longest_m=90_000 if limits and number % 3 == 0 else None,
            most_stops=6 if limits and number % 3 == 1 else None,
        )
        for number in range(9)
    ]
    depots = [a_depot(closes_s=20_000), a_depot(id="E", place=1, closes_s=19_000)]
    return a_problem(*stops, depots=depots, vehicles=vehicles, seconds=seconds, metres=metres)


@st.composite
def rich_towns(draw):
    return a_rich_town(
        draw(st.integers(0, 10**6)),
        stop_count=draw(st.integers(10, 14)),
        windows=draw(st.booleans()),
        limits=draw(st.booleans()),
        closed=draw(st.booleans()),
        hours=draw(st.sampled_from([0, 3_600])),
    )


def schedule_of(problem, model, slot, route):
    vehicle = model.fleet.vehicles[model.slot_kinds[slot]][0]
    return vehicle, schedule_route(problem, vehicle, [model.stops[stop] for stop in route])


def holds(problem, model, slot, route):
    try:
        schedule_of(problem, model, slot, route)
    except InfeasibleRoute:
        return False
    return True


def assert_sound(problem, model, state):
    """Links, rooms, sizes, totals, costs, times, free slots and the sum of a state, each against its own recount."""
    stop_count = len(model.stops)
    routes = routes_in(model, state.nodes[:, NEXT])
    total = 0
    for slot in range(len(model.slot_kinds)):
        route = routes.get(slot, [])
        row, gate = state.slots[slot], stop_count + slot
        vehicle = model.fleet.vehicles[model.slot_kinds[slot]][0]
        stops = [model.stops[stop] for stop in route]
        assert (row[KIND], row[SIZE]) == (model.slot_kinds[slot], len(route))
        assert row[ROOM_G] == vehicle.capacity_g - sum(stop.demand_g for stop in stops)
        assert row[ROOM_PACKAGES] == vehicle.capacity_packages - sum(stop.packages for stop in stops)
        if vehicle.capacity_ml is not None:
            assert row[ROOM_ML] == vehicle.capacity_ml - sum(stop.volume_ml for stop in stops)
        nodes = [gate, *route, gate]
        for before, after in itertools.pairwise(nodes):
            assert (state.nodes[before, NEXT], state.nodes[after, PREVIOUS]) == (after, before)
            assert state.nodes[before, METRES_OUT] == state.nodes[after, METRES_IN]
        if not route:
            assert row[[METRES, SECONDS, COST]].tolist() == [0, 0, 0]
            continue
        assert all(state.nodes[stop, ROUTE] == slot for stop in route)
        _, driven = schedule_of(problem, model, slot, route)
        assert row[METRES] == driven.distance_m
        if vehicle.cost_per_h or vehicle.longest_s is not None:
            assert row[SECONDS] == driven.return_s - driven.depart_s
        assert row[COST] == route_cost_fine(vehicle, driven)
        total += int(row[COST])
        assert all(state.nodes[stop, EARLIEST] <= state.nodes[stop, LATEST] for stop in route)
    left_out = sorted(state.left_out[: state.numbers[LEFT_OUT]].tolist())
    assert left_out == sorted(set(range(stop_count)) - {stop for route in routes.values() for stop in route})
    assert np.flatnonzero(state.nodes[:stop_count, WAS_OUT]).tolist() == left_out
    assert state.numbers[NOW] == total + int(model.tables.stops[left_out, PRICE].sum())
    for kind, row in enumerate(model.tables.kinds):
        listed = state.free[row[FIRST_SLOT] : row[FIRST_SLOT] + state.free_count[kind]].tolist()
        empty = [slot for slot in range(len(model.slot_kinds)) if model.slot_kinds[slot] == kind and slot not in routes]
        assert sorted(listed) == empty
