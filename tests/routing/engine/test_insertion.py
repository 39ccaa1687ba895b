import pytest

from logistics.routing.engine import TimeWindow, schedule_route
from logistics.routing.engine.solvers.insertion import OpenRoute, best_insertion, insert_all, open_routes
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle


def orders(routes):
    return {route.vehicle.id: [stop.id for stop in route.stops] for route in routes if route.stops}


def test_a_stop_goes_where_it_costs_least():
    near, far = a_stop("N", place=1), a_stop("F", place=3)
    middle = a_stop("M", place=2)
    problem = a_problem(near, far, middle)
    route = OpenRoute(problem, problem.vehicles[0], [near, far])

    place = route.cheapest(middle)

    # On the way from 100 to 300 nothing but the 5 s of service is added, at 5 fine units × 3,600 cents.
    assert (place.index, place.cost_fine) == (1, 5 * 3_600 * 5)


def test_opening_a_vehicle_costs_its_fixed_cost():
    stop = a_stop()
    problem = a_problem(stop, vehicles=[a_vehicle(fixed_cost=7)])

    place = OpenRoute(problem, problem.vehicles[0]).cheapest(stop)

    # 405 cents for the road and the time, 7 for the vehicle.
    assert place.cost_fine == 412 * 18_000


def test_an_insertion_that_would_push_a_later_stop_out_of_its_window_is_refused():
    tight = a_stop("T", place=2, window=TimeWindow(start_s=0, end_s=204))
    new = a_stop("N", place=1)
    problem = a_problem(tight, new)
    route = OpenRoute(problem, problem.vehicles[0], [tight])

    # Before T: 100 + 5 + 100 = 205, one second late. After T there is all day.
    assert route.cheapest(new).index == 1

    edge = a_stop("T", place=2, window=TimeWindow(start_s=0, end_s=205))
    problem = a_problem(edge, new)
    assert OpenRoute(problem, problem.vehicles[0], [edge]).cheapest(new).index == 0


def test_a_full_or_foreign_vehicle_takes_nothing():
    full, new = a_stop("F", demand_g=950), a_stop("N", demand_g=51)
    problem = a_problem(full, new)

    assert best_insertion(open_routes(problem, {"V": [full]}), new) is None


def test_everything_that_fits_is_inserted_and_the_routes_hold():
    stops = [
        a_stop(f"S{k}", place=1 + k % 3, window=TimeWindow(start_s=100 * k, end_s=100 * k + 600)) for k in range(9)
    ]
    problem = a_problem(*stops, vehicles=[a_vehicle(capacity_packages=3, id=f"V{k}") for k in range(3)])
    routes = open_routes(problem, {})

    insert_all(routes, stops)

    assert sorted(stop for order in orders(routes).values() for stop in order) == sorted(stop.id for stop in stops)
    for route in routes:
        schedule_route(problem, route.vehicle, route.stops)


def test_a_stop_with_a_drop_cost_is_inserted_only_below_it():
    problem = a_problem(a_stop(drop_cost=405))
    routes = open_routes(problem, {})
    insert_all(routes, problem.stops)
    assert orders(routes) == {}

    problem = a_problem(a_stop(drop_cost=406))
    routes = open_routes(problem, {})
    insert_all(routes, problem.stops)
    assert orders(routes) == {"V": ["S"]}


@pytest.mark.parametrize(("drop_cost", "served"), [(805, False), (806, True)])
def test_waiting_is_weighed_against_a_drop_cost(drop_cost, served):
    # A is served by 105 at the latest and S at 905, at the same place: 800 s of waiting and 5 s of service.
    first = a_stop("A", window=TimeWindow(start_s=0, end_s=100))
    stop = a_stop("S", window=TimeWindow(start_s=905, end_s=905), drop_cost=drop_cost)
    problem = a_problem(first, stop)
    routes = open_routes(problem, {"V": [first]})

    insert_all(routes, [stop])

    assert orders(routes) == {"V": ["A", "S"] if served else ["A"]}


def test_of_a_drop_cost_the_place_that_waits_least_is_paid_for():
    # Behind A on V it would wait from 105 to 905; alone on W it costs 405 cents and 10 for the vehicle.
    first = a_stop("A", window=TimeWindow(start_s=0, end_s=100))
    stop = a_stop("S", window=TimeWindow(start_s=905, end_s=905), drop_cost=416)
    problem = a_problem(first, stop, vehicles=[a_vehicle(), a_vehicle(id="W", fixed_cost=10)])
    routes = open_routes(problem, {"V": [first]})

    insert_all(routes, [stop])

    assert orders(routes) == {"V": ["A"], "W": ["S"]}


def test_waiting_that_is_saved_is_weighed_too():
    # V waits at B from 205 to 1,000 anyway: S at place 1 on the way to it takes 5 s of that.
    stops = [a_stop("A", window=TimeWindow(start_s=0, end_s=100))]
    stops.append(a_stop("B", place=2, window=TimeWindow(start_s=1_000, end_s=1_000)))
    new = a_stop("S", drop_cost=1)
    problem = a_problem(*stops, new)
    routes = open_routes(problem, {"V": stops})

    insert_all(routes, [new])

    assert orders(routes) == {"V": ["A", "S", "B"]}


@pytest.mark.parametrize(("drop_cost", "served"), [(405, False), (406, True)])
def test_waiting_for_a_group_is_weighed_against_its_drop_costs(drop_cost, served):
    # A by 105, then 800 s of waiting for both of the group, 2 × 5 s of service: 810 cents.
    first = a_stop("A", window=TimeWindow(start_s=0, end_s=100))
    late = TimeWindow(start_s=905, end_s=910)
    group = [a_stop(name, window=late, drop_cost=drop_cost, together="g") for name in "ST"]
    problem = a_problem(first, *group)
    routes = open_routes(problem, {"V": [first]})

    insert_all(routes, group)

    assert len(routes[0].stops) == (3 if served else 1)
