"""Every rule that PyVRP's model knows: the same answer as the schedule, and small problems with a known best."""

import random

import numpy as np
import pytest

from logistics.routing import engine
from logistics.routing.engine import InfeasibleRoute, SolveOptions, TimeWindow, schedule_route
from logistics.routing.engine.costs import route_cost_fine
from logistics.routing.engine.problem import UNREACHABLE, Profile
from logistics.routing.engine.solvers.pyvrp_model import RELOAD, build_model
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch
from tests.routing.engine.builders import DAY, a_depot, a_line, a_problem, a_stop, a_vehicle

FEW = SolveOptions(time_limit_s=60, iteration_limit=20)
SECONDS, METRES = a_line([0, 100, 200, 300])


def some_stop(draw, name):
    """A stop with rules that bind now and then."""
    first = draw.randrange(0, 1_500)
    second = first + draw.randrange(300, 900)
    return a_stop(
        name,
        place=draw.randrange(1, 6),
        packages=draw.randrange(1, 6),
        service_s=draw.randrange(0, 50),
        service_s_per_package=draw.randrange(0, 3),
        window=TimeWindow(start_s=first, end_s=first + draw.randrange(100, 900)) if draw.random() < 0.4 else DAY,
        further_windows=(TimeWindow(start_s=second + 900, end_s=second + 1_400),) if draw.random() < 0.3 else (),
        released_s=draw.choice([None, None, None, 100, 700]),
        skills=frozenset(draw.choice([""] * 9 + ["lift"]).split()),
        vehicles_forbidden=frozenset(draw.choice([[]] * 8 + [["V"], ["W"]])),
        depot=draw.choice([None] * 8 + ["D", "E"]),
        drop_cost=draw.choice([None, 50]),
        priority=draw.choice([0, 3]),
    )


def some_problem(draw):
    """Three different vehicles, two profiles, two depots, six places."""
    at = np.array([[draw.randrange(300), draw.randrange(300)] for _ in range(6)])
    seconds = np.abs(at[:, None] - at[None, :]).sum(axis=2)
    vehicles = [
        a_vehicle(
            id=name,
            depot=draw.choice("DE"),
            end_depot=draw.choice([None, "D", "E"]),
            profile=draw.choice(["", "bike"]),
            longest_s=draw.choice([None, None, 2_000]),
            longest_m=draw.choice([None, None, 20_000]),
            most_stops=draw.choice([None, 2, 3]) if name == "W" else None,
            reloads=2 if name == "V" else 0,
            skills=frozenset(draw.choice(["", "lift"]).split()),
            fixed_cost=draw.randrange(500),
            cost_per_km=100,
            cost_per_h=draw.choice([0, 1_800, 3_600]),
            shift=TimeWindow(start_s=draw.randrange(300), end_s=draw.randrange(2_000, 4_000)),
        )
        for name in "VWX"
    ]
    stops = [some_stop(draw, f"S{k}") for k in range(5)]
    return a_problem(
        *(stop if not stop.further_windows or stop.window != DAY else a_stop(stop.id) for stop in stops),
        depots=[a_depot(), a_depot(id="E", place=2, closes_s=3_000)],
        vehicles=vehicles,
        seconds=seconds,
        metres=seconds * 10,
        profiles={"bike": Profile(seconds=seconds * 2, metres=seconds * 8)},
    )


@pytest.mark.parametrize("seed", range(120))
def test_a_route_holds_and_costs_what_the_schedule_says(seed):
    draw = random.Random(seed)
    problem = some_problem(draw)
    vehicle = draw.choice([problem.vehicles[0], *problem.vehicles])
    order = draw.sample(problem.stops, draw.randrange(1, 5))
    reloads = sorted(draw.sample(range(1, len(order)), min(len(order) - 1, draw.randrange(vehicle.reloads + 1))))
    model = build_model(problem, problem.stops)
    try:
        route = schedule_route(problem, vehicle, order, reloads)
    except InfeasibleRoute:
        if not any(stop.further_windows for stop in order):
            assert not model.solution({vehicle.id: order}, {vehicle.id: reloads}).is_feasible()
        return

    found = model.solution({vehicle.id: order}, {vehicle.id: reloads})

    assert found.is_feasible()
    cost = found.fixed_vehicle_cost() + found.distance_cost() + found.duration_cost()
    assert cost * model.divisor == route_cost_fine(vehicle, route)
    routes = model.routes_of(found)
    assert list(model.orders(routes).values()) == [order]
    assert list(model.reloads(routes).values()) == [reloads]


def best(problem):
    """Who serves what, and the plan."""
    assert PyvrpSearch().can_express(problem) is None
    plan = engine.solve(problem, FEW, PyvrpSearch())
    return {route.vehicle: [visit.stop for visit in route.visits] for route in plan.routes}, plan


def test_a_stop_is_served_in_the_window_that_costs_less():
    # B is open first, and A then only in its second window; waiting for it costs less than a second vehicle.
    windows = {"window": TimeWindow(start_s=0, end_s=10), "further_windows": (TimeWindow(start_s=300, end_s=400),)}
    problem = a_problem(
        a_stop("A", place=1, **windows), a_stop("B", place=2, window=TimeWindow(start_s=200, end_s=200))
    )

    orders, plan = best(problem)

    assert orders == {"V": ["B", "A"]}
    assert plan.cost == 400 + 410  # 205 at B, A from 305 on


def test_reloads_serve_what_one_trip_cannot():
    stops = [a_stop(f"S{k}", packages=6) for k in range(3)]
    problem = a_problem(*stops, vehicles=[a_vehicle(reloads=2, reload_s=40)])

    orders, plan = best(problem)

    assert len(orders["V"]) == 3
    assert [reload.before for reload in plan.routes[0].reloads] == [1, 2]
    assert plan.cost == 600 + 615 + 80  # 6 legs, 3 services, 2 times loading


def test_a_trip_leaves_when_its_goods_are_packed():
    stops = [a_stop("A", released_s=1_000), a_stop("B", window=TimeWindow(start_s=0, end_s=500))]
    apart = a_problem(*stops, vehicles=[a_vehicle(reloads=1)])

    orders, plan = best(apart)

    assert orders == {"V": ["B", "A"]}
    assert plan.routes[0].reloads[0].departure_s == 1_000
    assert len(best(a_problem(*stops))[1].dropped) == 1  # without loading again it can do only one


def test_the_skilled_and_the_named_vehicle_serve():
    stops = [
        a_stop("A", skills=frozenset({"lift"})),
        a_stop("B", pinned_vehicle="W"),
        a_stop("C", vehicles_forbidden=frozenset({"V", "W"})),
        a_stop("D", vehicles_allowed=frozenset({"V", "X"}), skills=frozenset({"lift"})),
    ]
    vehicles = [a_vehicle(skills=frozenset({"lift", "cold"})), a_vehicle(id="W"), a_vehicle(id="X")]

    orders, _ = best(a_problem(*stops, vehicles=vehicles))

    assert {vehicle: set(order) for vehicle, order in orders.items()} == {"V": {"A", "D"}, "W": {"B"}, "X": {"C"}}


def test_vehicles_are_alike_if_no_stop_tells_them_apart():
    vehicles = [a_vehicle(id=name, skills=frozenset({name})) for name in "VWX"]
    plain = a_problem(a_stop(), vehicles=vehicles)
    named = a_problem(a_stop("A", vehicles_forbidden=frozenset({"W"})), vehicles=vehicles)

    assert len(build_model(plain, plain.stops).fleet) == 1
    assert [len(kind) for kind in build_model(named, named.stops).fleet] == [2, 1]


def test_each_profile_has_its_own_ways():
    closed = SECONDS.copy()
    closed[0, 2] = closed[2, 0] = UNREACHABLE
    bike = Profile(seconds=SECONDS * 3, metres=METRES)
    vehicles = [a_vehicle(), a_vehicle(id="B", profile="bike", fixed_cost=50)]
    stops = [a_stop("near"), a_stop("far", place=2, window=TimeWindow(start_s=600, end_s=600))]
    problem = a_problem(*stops, vehicles=vehicles, seconds=closed, metres=METRES, profiles={"bike": bike})

    orders, _ = best(a_problem(stops[1], vehicles=vehicles, seconds=closed, metres=METRES, profiles={"bike": bike}))
    assert orders == {"B": ["far"]}
    # By van over "near": 100 + 5 + 100 s there, and the same way is closed back, so it is the bicycle all the same.
    assert "far" in best(problem)[0]["B"]


def test_routes_end_where_they_are_told_and_keep_their_limits():
    ends = [a_vehicle(end_depot="E", longest_s=310)]
    depots = [a_depot(), a_depot(id="E", place=3)]

    orders, plan = best(a_problem(a_stop("A"), a_stop("B", place=2), vehicles=ends, depots=depots))
    assert (orders, plan.cost) == ({"V": ["A", "B"]}, 300 + 310)

    shorter = [a_vehicle(end_depot="E", longest_s=309), a_vehicle(id="W", most_stops=1, longest_m=2_000)]
    orders, plan = best(a_problem(a_stop("A"), a_stop("B", place=2), vehicles=shorter, depots=depots))
    assert orders == {"V": ["B"], "W": ["A"]}


def test_of_two_stops_the_one_of_higher_priority_is_served():
    stops = [a_stop("A", packages=10, priority=1), a_stop("B", packages=6, priority=2), a_stop("C", packages=9)]

    # (10 + 10) × 2 against (10 + 6) × 3
    assert best(a_problem(*stops))[0] == {"V": ["B"]}


@pytest.mark.parametrize(
    ("vehicle", "stop", "said"),
    [
        ({"reloads": 1, "most_stops": 2}, {}, "has reloads and most_stops, which PyVRP counts for each trip"),
        ({"reloads": 1, "reload_s": 1}, {"released_s": 0}, "has reload_s and stops have released_s; PyVRP loads only"),
        ({}, {"together": "house"}, "stop 'S' has together, which PyVRP cannot express"),
        ({}, {"late_cents_per_h": 1}, "stop 'S' has late_cents_per_h, which PyVRP cannot express"),
    ],
)
def test_what_pyvrp_cannot_say_is_refused(vehicle, stop, said):
    assert said in PyvrpSearch().can_express(a_problem(a_stop(**stop), vehicles=[a_vehicle(**vehicle)]))


def test_the_marker_of_a_reload_is_no_stop():
    assert RELOAD < 0


def test_a_vehicle_loads_again_as_often_as_it_may_and_while_its_depot_is_open():
    stops = [a_stop("A"), a_stop("B")]

    def back_for_more(closes_s):
        depots = [a_depot(closes_s=closes_s), a_depot(id="E", place=0)]
        vehicle = a_vehicle(reloads=1, end_depot="E")
        problem = a_problem(*stops, vehicles=[vehicle], depots=depots)
        model = build_model(problem, stops)
        assert model.data.vehicle_type(0).max_reloads == 1
        return model.solution({"V": stops}, {"V": [1]}).is_feasible()

    assert back_for_more(205)
    assert not back_for_more(204)
