"""Inserting where more than hours, loads and one hard window decide, and closing orders that do not hold."""

import dataclasses

import pytest

from logistics.routing.engine import TimeWindow, check
from logistics.routing.engine.items import Break, Underway
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, reloads_of
from logistics.routing.engine.solvers.insertion import OpenRoute, insert_all, open_routes
from logistics.routing.engine.travelling import SpeedSlot
from tests.routing.engine.builders import DAY, a_depot, a_problem, a_stop, a_vehicle

MONEY = 18_000  # fine units


def closed(problem, orders=None, reloads=None):
    """Each vehicle's stops in a plan that the check finds nothing against."""
    given = {vehicle: [problem.stop(stop) for stop in order] for vehicle, order in (orders or {}).items()}
    plan = closed_plan(problem, given, "by hand", 0.0, 0, reloads)
    assert check(problem, dataclasses.replace(plan, dropped=plan.dropped)) == ()
    return {vehicle: [stop.id for stop in order] for vehicle, order in orders_of(problem, plan).items()}, plan


@pytest.mark.parametrize(
    ("vehicle", "holds"),
    [
        ({"longest_s": 410}, True),  # 200 out, 2 × 5 of service, 200 back
        ({"longest_s": 409}, False),
        ({"longest_m": 4_000}, True),
        ({"longest_m": 3_999}, False),
        ({"most_stops": 2}, True),
        ({"most_stops": 1}, False),
        ({"breaks": (Break(earliest_s=0, latest_s=400, duration_s=9_590),)}, True),  # 410 + 9,590 = 10,000
        ({"breaks": (Break(earliest_s=0, latest_s=400, duration_s=9_591),)}, False),
        ({"end_depot": "E"}, True),
    ],
)
def test_a_vehicles_own_limits_are_kept(vehicle, holds):
    shift = TimeWindow(start_s=0, end_s=10_000)
    near, far = a_stop("N", place=1), a_stop("F", place=2)
    vehicles = [a_vehicle(shift=shift, **vehicle)]
    problem = a_problem(near, far, vehicles=vehicles, depots=[a_depot(), a_depot(id="E", place=3)])

    place = OpenRoute(problem, problem.vehicles[0], [far]).cheapest(near)

    assert (place is not None) is holds


def test_the_second_window_counts_what_waiting_costs():
    late = a_stop("L", window=TimeWindow(start_s=0, end_s=50), further_windows=(TimeWindow(start_s=150, end_s=160),))
    problem = a_problem(late)

    place = OpenRoute(problem, problem.vehicles[0]).cheapest(late)

    # It leaves at 60, to be there at 160 at the latest and not before 150: 205 s and 2,000 m.
    assert place.cost_fine == 405 * MONEY


def test_a_late_stop_is_inserted_at_the_price_of_being_late():
    stop = a_stop(window=TimeWindow(start_s=0, end_s=60), late_cents_per_h=7_200)
    problem = a_problem(stop)

    place = OpenRoute(problem, problem.vehicles[0]).cheapest(stop)

    # There at 100, 40 s late at 2 cents each.
    assert place.cost_fine == (405 + 80) * MONEY


def test_a_full_vehicle_comes_back_to_load_again():
    stops = [a_stop(f"S{k}", packages=6) for k in range(2)]
    twice = a_problem(*stops, vehicles=[a_vehicle(reloads=1, reload_s=60)])
    once = a_problem(*stops, vehicles=[a_vehicle()])

    orders, plan = closed(twice)
    assert len(orders["V"]) == 2
    assert reloads_of(plan) == {"V": [1]}
    # 4 legs of 100 s and 1,000 m, 2 × 5 s of service, 60 s of loading.
    assert plan.cost == 400 + 400 + 10 + 60

    assert len(closed(once)[0]["V"]) == 1


def test_stops_go_into_the_trip_that_has_room():
    stops = [a_stop("A", packages=6), a_stop("B", packages=9), a_stop("C", place=2, packages=4)]
    problem = a_problem(*stops, vehicles=[a_vehicle(reloads=1)])

    orders, plan = closed(problem, {"V": ["A", "B"]}, {"V": [1]})

    assert set(orders["V"][: plan.routes[0].reloads[0].before]) == {"A", "C"}


def test_speeds_that_rise_leave_a_place_that_the_matrix_would_not():
    stop = a_stop(window=TimeWindow(start_s=0, end_s=50))
    fast = a_problem(stop, speeds=(SpeedSlot(start_s=0, percent=200),))

    assert closed(fast)[0] == {"V": ["S"]}
    assert closed(a_problem(stop))[0] == {}


def test_a_vehicle_that_is_out_begins_where_it_stands_and_its_fixed_cost_is_spent():
    vehicle = a_vehicle(underway=Underway(place=2, ready_s=500), fixed_cost=700)
    problem = a_problem(a_stop(place=3), vehicles=[vehicle])

    place = OpenRoute(problem, vehicle).cheapest(problem.stops[0])

    # 100 s on and 300 s home, 5 s of service, 4,000 m.
    assert place.cost_fine == (400 + 405) * MONEY


def test_an_empty_route_saves_no_way_to_its_other_end():
    vehicle = a_vehicle(end_depot="E")
    problem = a_problem(a_stop(), vehicles=[vehicle], depots=[a_depot(), a_depot(id="E", place=3)])

    # 300 s to the other depot and 5 s of service; 3,000 m.
    assert OpenRoute(problem, vehicle).cheapest(problem.stops[0]).cost_fine == (300 + 305) * MONEY


@pytest.mark.parametrize(("packages", "served"), [(5, ["A", "B"]), (6, [])])
def test_a_group_is_inserted_whole_or_not_at_all(packages, served):
    stops = [a_stop("A", packages=5, together="house"), a_stop("B", packages=packages, together="house")]
    problem = a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W")])

    orders, _ = closed(problem)

    assert sorted(stop for order in orders.values() for stop in order) == served


@pytest.mark.parametrize(("price", "served"), [(210, True), (205, False)])
def test_a_group_is_worth_the_sum_of_its_drop_costs(price, served):
    # 405 cents for one, 5 more for the other.
    stops = [a_stop(name, together="house", drop_cost=price) for name in "AB"]

    assert bool(closed(a_problem(*stops))[0]) is served


def test_a_torn_group_is_put_on_one_vehicle():
    stops = [a_stop("A", together="house"), a_stop("B", together="house"), a_stop("C")]
    problem = a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W")])

    orders, _ = closed(problem, {"V": ["A", "C"], "W": ["B"]})

    assert {"A", "B"} <= set(orders["V"])


def test_a_route_that_does_not_hold_is_taken_apart():
    stops = [a_stop("A", window=TimeWindow(start_s=0, end_s=100)), a_stop("B", place=2)]
    problem = a_problem(*stops)

    assert closed(problem, {"V": ["B", "A"]})[0] == {"V": ["A", "B"]}


def test_a_pinned_position_is_filled_after_what_comes_ahead_of_it():
    stops = [a_stop("A"), a_stop("B", place=2, pinned_vehicle="V", pinned_position=1), a_stop("C", place=3)]

    assert closed(a_problem(*stops))[0]["V"][0] == "B"


def test_a_reload_without_a_trip_is_left_out():
    stops = [a_stop("A"), a_stop("B", together="house"), a_stop("C", together="house", packages=11)]
    problem = a_problem(*stops, vehicles=[a_vehicle(reloads=1)])

    orders, plan = closed(problem, {"V": ["A", "B"]}, {"V": [1]})

    assert (orders, plan.routes[0].reloads) == ({"V": ["A"]}, ())


def test_reloads_move_with_the_stops_that_stay():
    # The house is torn, and C is too much for any trip; A fills one with 6 of 10, D and E with 5 + 5 another.
    stops = [
        a_stop("A", packages=6),
        a_stop("B", together="house"),
        a_stop("C", together="house", packages=11),
        a_stop("D", packages=5),
        a_stop("E", packages=5),
    ]
    problem = a_problem(*stops, vehicles=[a_vehicle(reloads=2)])

    orders, plan = closed(problem, {"V": ["B", "A", "D", "E"]}, {"V": [1, 2]})

    assert (orders, reloads_of(plan)) == ({"V": ["A", "D", "E"]}, {"V": [1]})


def test_higher_priority_is_inserted_first():
    stops = [a_stop("A", packages=10), a_stop("B", packages=10, priority=1, window=DAY)]

    assert closed(a_problem(*stops))[0] == {"V": ["B"]}


def test_release_is_kept():
    stop = a_stop(released_s=9_795)
    problem = a_problem(stop)
    routes = open_routes(problem, {})
    insert_all(routes, [stop])
    assert routes[0].stops == [stop]

    later = a_stop(released_s=9_796)  # back at 10,001
    assert OpenRoute(a_problem(later), problem.vehicles[0]).cheapest(later) is None


def test_a_vehicle_that_is_out_loads_first_when_nothing_of_its_first_trip_is_left():
    stops = [a_stop("A", together="house"), a_stop("B"), a_stop("C", together="house", packages=11)]
    vehicle = a_vehicle(reloads=1, underway=Underway(place=1, ready_s=0))

    orders, plan = closed(a_problem(*stops, vehicles=[vehicle]), {"V": ["A", "B"]}, {"V": [1]})

    assert (orders, reloads_of(plan)) == ({"V": ["B"]}, {"V": [0]})
