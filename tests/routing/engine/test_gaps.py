"""What a stop costs in every gap: all at once is what one by one is, and thousands ask the routes near by."""

import time

import numpy as np
import pytest

from logistics.routing.engine import Break, SpeedSlot, TimeWindow, schedule_route
from logistics.routing.engine.solvers.choice import NEAR_STOPS, Choice
from logistics.routing.engine.solvers.gaps import TESTED_AT_ONCE, Gaps
from logistics.routing.engine.solvers.insertion import best_insertion, insert_all, open_routes
from logistics.routing.engine.solvers.open_route import OpenRoute
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle


def a_row(count, **changes):
    """Stops 10 s apart in a row from the depot on, each with its own hour."""
    return [
        a_stop(
            f"S{k}",
            place=1 + k,
            packages=0,
            demand_g=0,
            window=TimeWindow(start_s=20 * k, end_s=20 * k + 400),
            **changes,
        )
        for k in range(count)
    ]


@pytest.mark.parametrize("speeds", [(), (SpeedSlot(start_s=100, percent=150),)])
@pytest.mark.parametrize("late", [None, 3_600])
def test_all_gaps_at_once_are_the_gaps_one_by_one(speeds, late):
    row = a_row(2 * TESTED_AT_ONCE)
    problem = a_problem(*row, positions=range(0, 10 * len(row) + 10, 10), speeds=speeds)
    for number, new in enumerate(row):
        others = row[:number] + row[number + 1 :]
        new = a_stop(new.id, place=new.place, window=new.window, late_cents_per_h=late)
        gaps = Gaps(problem, problem.vehicles[0], others)

        one_by_one = [(gaps.cost_at(gap, [new]), gap) for gap in range(len(gaps))]

        assert len(gaps) == len(others) + 1 > TESTED_AT_ONCE
        assert gaps.costs(new) == [(cost, gap) for cost, gap in one_by_one if cost is not None]


def test_a_late_stop_costs_what_it_is_late():
    stop = a_stop(window=TimeWindow(start_s=0, end_s=90), late_cents_per_h=3_600)
    problem = a_problem(stop)

    # 405 cents for the road and 10 s late.
    assert Gaps(problem, problem.vehicles[0], []).costs(stop) == [(415 * 18_000, 0)]


def test_a_stop_asks_the_routes_around_it_and_one_idle_vehicle():
    row = a_row(2 * NEAR_STOPS)
    vehicles = [a_vehicle(id=name) for name in ("low", "high", "idle", "idler")]
    problem = a_problem(*row, positions=range(0, 10 * len(row) + 10, 10), vehicles=vehicles)
    # 30 stops ahead, and the others from the 33rd on; the one between is new.
    routes = open_routes(problem, {"low": row[:30], "high": row[31 + NEAR_STOPS - 20 :]})
    choice = Choice(routes)

    assert [route.vehicle.id for route in choice] == ["low", "high", "idle"]
    assert [route.vehicle.id for route in choice.near(row[0])] == ["low", "high", "idle"]
    choice.note(routes[0], row[30])
    choice.note(routes[0], row[31])
    assert [route.vehicle.id for route in choice.near(row[0])] == ["low", "idle"]


def test_many_stops_are_inserted_though_each_asks_near_by_first():
    rng = np.random.default_rng(7)
    stops = [a_stop(f"S{k}", place=int(rng.integers(1, 60)), packages=1, demand_g=1, service_s=1) for k in range(120)]
    vehicles = [a_vehicle(id=f"V{k}", capacity_packages=10) for k in range(12)]
    problem = a_problem(*stops, positions=range(60), vehicles=vehicles)

    routes = open_routes(problem, {})
    insert_all(routes, stops, near_first_from=10)

    # 12 × 10 places for 120 packages: the last ones find room only far away.
    assert sum(len(route.stops) for route in routes) == 120
    for route in routes:
        schedule_route(problem, route.vehicle, route.stops)


def test_after_the_deadline_stops_are_left_out():
    stops = [a_stop(f"S{k}") for k in range(3)]
    problem = a_problem(*stops)
    routes = open_routes(problem, {})

    insert_all(routes, stops, deadline_s=time.monotonic())
    assert routes[0].stops == []

    insert_all(routes, stops, deadline_s=time.monotonic() + 3_600)
    assert len(routes[0].stops) == 3


def test_a_deadline_ends_the_search_for_a_place_that_must_be_tried():
    problem = a_problem(a_stop(), vehicles=[a_vehicle(breaks=(Break(earliest_s=0, latest_s=9, duration_s=1),))])
    routes = open_routes(problem, {})

    assert best_insertion(routes, problem.stops[0], deadline_s=time.monotonic()) is None
    assert best_insertion(routes, problem.stops[0]) is not None


def test_nothing_is_put_ahead_of_a_stop_pinned_to_its_position():
    pinned = a_stop("P", place=3, pinned_vehicle="V", pinned_position=1)
    new, second = a_stop("N"), a_stop("Q", place=2, pinned_vehicle="V", pinned_position=2)
    last = a_stop("R", place=3)
    problem = a_problem(pinned, new, second, last)
    route = OpenRoute(problem, problem.vehicles[0], [pinned])

    assert route.cheapest(new).index == 1
    assert route.cheapest(second).index == 1
    route.insert(new, 1)
    assert route.cheapest(second).index == 1
    route.insert(second, 1)
    assert route.cheapest(last).index == 2


def test_an_unserved_position_keeps_a_pinned_stop_out():
    pinned = a_stop("P", pinned_vehicle="V", pinned_position=2)
    problem = a_problem(pinned, a_stop("A"))

    assert OpenRoute(problem, problem.vehicles[0]).cheapest(pinned) is None
