"""Trips that a vehicle which is out has still to load for are planned anew; what is aboard is not."""

import dataclasses
import random

import pytest

from logistics.routing.engine import Break, InfeasibleRoute, TimeWindow, Underway
from logistics.routing.engine.orders import Order, scheduled
from logistics.routing.engine.parts import part_of
from logistics.routing.engine.replanning import Driven, StopMoved
from logistics.routing.engine.replanning.later_trips import later_trips
from logistics.routing.engine.schedule import schedule_route
from logistics.routing.engine.solvers.closing import closed_plan
from tests.routing.engine.builders import a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned
from tests.routing.engine.replanning.test_replan import STOPS, Still, again, problem_of, served

OUT = a_vehicle(reloads=2, reload_s=60, underway=Underway(place=1, ready_s=100))
PAIR = [a_vehicle(reloads=1, reload_s=60), a_vehicle(id="W")]
DRIVEN = {"V": Driven(visits=1, place=1, ready_s=105)}


def with_trips(problem, orders, reload_before):
    """The plan of these orders in which V loads ahead of those positions."""
    plan = planned(problem, orders)
    stops = [problem.stop(stop) for stop in orders["V"]]
    route = schedule_route(problem, problem.vehicle("V"), stops, reload_before)
    return dataclasses.replace(plan, routes=(route, *plan.routes[1:]))


class Gathering(Still):
    """A solver that puts all that V may serve on V, in the order of the places, and keeps what it was asked."""

    def solve(self, problem, options, *, on_progress, cancelled):
        self.asked = problem
        able = [stop for stop in problem.stops if problem.may_serve(problem.vehicle("V"), stop)]
        orders = {"V": sorted(able, key=lambda stop: stop.place)}
        return closed_plan(problem, orders, self.name, 0.0, 1)


def test_what_lies_at_the_depot_may_go_on_a_later_trip_and_what_is_aboard_stays():
    problem = problem_of(*STOPS[:3], a_stop("F", place=2), vehicles=PAIR)
    current = with_trips(problem, {"V": "ABC", "W": "F"}, [2])
    solver, new = Gathering(), a_stop("N", place=3)

    found = again(problem_of(*problem.stops, new, vehicles=PAIR), current, underway=DRIVEN, solver=solver)

    # A is delivered, B aboard: at 205, depot at 410, loaded at 470. The other vehicle can stay at home.
    (route,) = found.plan.routes
    assert [visit.stop for visit in route.visits] == ["B", "F", "C", "N"]
    assert ([reload.before for reload in route.reloads], route.reloads[0].departure_s) == ([1], 470)
    assert StopMoved(stop="F", before="W", after="V", position=2, start_s=670) in found.changes
    assert found.level == 1
    assert {stop.id for stop in solver.asked.stops} == {"C", "F", "N"}
    assert solver.asked.vehicle("V").shift == TimeWindow(start_s=470, end_s=10_000)


class Moving(Still):
    """A solver that has W serve everything it may."""

    def solve(self, problem, options, *, on_progress, cancelled):
        able = [stop for stop in problem.stops if problem.may_serve(problem.vehicle("W"), stop)]
        return closed_plan(problem, {"W": sorted(able, key=lambda stop: stop.place)}, self.name, 0.0, 1)


def test_a_later_trip_may_go_to_another_vehicle_and_then_nothing_is_loaded_for():
    problem = problem_of(*STOPS[:2], a_stop("C", place=2), vehicles=PAIR)
    current = with_trips(problem, {"V": "ABC"}, [2])

    found = again(
        problem_of(*problem.stops, a_stop("N", place=3, window=TimeWindow(start_s=0, end_s=320)), vehicles=PAIR),
        current,
        underway=DRIVEN,
        solver=Moving(),
    )

    # V is at the depot at 410: W must drive to N, passes C and spares V the second trip.
    assert served(found.plan) == {"V": ["B"], "W": ["C", "N"]}
    assert found.plan.routes[0].reloads == ()


def test_a_stop_aboard_is_not_asked_about_even_where_another_vehicle_is_nearer():
    problem = problem_of(*STOPS[:3], vehicles=PAIR)
    current = with_trips(problem, {"V": "ABC"}, [2])

    found = again(
        problem_of(*problem.stops, a_stop("N", place=2), vehicles=PAIR), current, underway=DRIVEN, solver=Moving()
    )

    assert served(found.plan)["V"][0] == "B"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"longest_s": 2_000}, {"shift": TimeWindow(start_s=265, end_s=2_100), "longest_s": None}),
        ({"longest_m": 12_000}, {"longest_m": 11_000}),
        ({"most_stops": 5}, {"most_stops": 4}),
        ({"fixed_cost": 99}, {"fixed_cost": 0}),
        # It rests where it stands, beside A, and once more later on.
        (
            {
                "breaks": (
                    Break(earliest_s=100, latest_s=190, duration_s=10),
                    Break(earliest_s=200, latest_s=900, duration_s=10),
                )
            },
            {"breaks": (Break(earliest_s=275, latest_s=900, duration_s=10),)},
        ),
        # It cannot wait until the goods are loaded, at 265: back at 205, it rests from 230 and loads from 240 to 300.
        (
            {"breaks": (Break(earliest_s=230, latest_s=264, duration_s=10),)},
            {"breaks": (), "shift": TimeWindow(start_s=300, end_s=10_000)},
        ),
        # It can, just.
        (
            {"breaks": (Break(earliest_s=230, latest_s=265, duration_s=10),)},
            {
                "breaks": (Break(earliest_s=265, latest_s=265, duration_s=10),),
                "shift": TimeWindow(start_s=265, end_s=10_000),
            },
        ),
    ],
)
def test_what_is_left_of_a_vehicle_when_it_has_loaded(changes, expected):
    vehicle = dataclasses.replace(OUT, **changes)
    problem = problem_of(*STOPS[:3], vehicles=[vehicle])
    route = schedule_route(problem, vehicle, list(problem.stops), [1, 2])

    trips = later_trips(problem, vehicle, route)

    # A at 100, served by 105, depot at 205, loaded at 265.
    begin = {
        "shift": TimeWindow(start_s=265 + 10 * ("breaks" in changes), end_s=10_000),
        "reloads": 1,
        "underway": None,
    }
    assert trips.vehicle == dataclasses.replace(vehicle, **{**begin, **expected})
    assert (trips.first, trips.order) == (("A",), Order(stops=("B", "C"), reload_before=(1,)))


def test_later_trips_hold_as_they_are_behind_what_is_aboard():
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw, followed = random.Random(seed), 0
    for _ in range(150):
        vehicle = dataclasses.replace(OUT, reload_s=draw.choice([0, 60, 300]), breaks=some_breaks(draw))
        problem = problem_of(*STOPS[:3], vehicles=[vehicle])
        whole = [problem.stop(name) for name in draw.sample("ABC", 3)]
        try:
            route = schedule_route(problem, vehicle, whole, [draw.randrange(3)])
        except InfeasibleRoute:
            continue
        trips = later_trips(problem, vehicle, route)
        stops = [problem.stop(name) for name in draw.sample(trips.order.stops, len(trips.order.stops))]
        part = part_of(problem, [trips.vehicle], stops)

        later = scheduled(part, trips.vehicle, Order(stops=tuple(stop.id for stop in stops)))
        together = scheduled(problem, vehicle, trips.whole(Order(stops=tuple(stop.id for stop in stops))))

        assert (later is None) == (together is None)
        assert later is None or later.return_s == together.return_s
        followed += later is not None
    assert followed > 20


def some_breaks(draw):
    """Up to three, most of them while the vehicle is at its depot, which it reaches at 205, 310 or 415."""
    breaks, clock_s = [], 0
    for _ in range(draw.randrange(4)):
        earliest_s = clock_s + draw.randrange(300)
        breaks.append(
            Break(earliest_s=earliest_s, latest_s=earliest_s + draw.randrange(60), duration_s=draw.randrange(1, 60))
        )
        clock_s = breaks[-1].latest_s + breaks[-1].duration_s
    return tuple(breaks)


def test_orders_are_put_together_again():
    problem = problem_of(*STOPS[:3], vehicles=[OUT])
    trips = later_trips(problem, OUT, schedule_route(problem, OUT, list(problem.stops), [1]))

    assert trips.whole(Order(stops=("C", "B"), reload_before=(1,))) == Order(
        stops=("A", "C", "B"), reload_before=(1, 2)
    )
    assert trips.whole(Order()) == Order(stops=("A",))


@pytest.mark.parametrize(("position", "counted"), [(1, None), (2, 1), (3, 2)])
def test_pinned_positions_are_counted_from_the_loading_on(position, counted):
    problem = problem_of(*STOPS[:3], vehicles=[OUT])
    trips = later_trips(problem, OUT, schedule_route(problem, OUT, list(problem.stops), [1]))

    here = trips.stop_here(a_stop(pinned_vehicle="V", pinned_position=position))

    assert (None if here is None else here.pinned_position) == counted
    assert trips.stop_here(a_stop("N")) == a_stop("N")


def test_only_a_vehicle_that_is_out_and_loads_has_later_trips():
    problem = problem_of(*STOPS[:3], vehicles=[OUT])

    with pytest.raises(AssertionError, match="vehicle 'V' is not out, or its route loads nothing"):
        later_trips(problem, OUT, schedule_route(problem, OUT, list(problem.stops)))
