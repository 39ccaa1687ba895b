"""Every rule that OR-Tools' model knows, on small problems with a known best."""

import pytest

from logistics.routing import engine
from logistics.routing.engine import OrToolsRouting, SolveOptions, TimeWindow
from logistics.routing.engine.items import Break, Underway
from logistics.routing.engine.problem import UNREACHABLE, Profile
from logistics.routing.engine.travelling import SpeedSlot
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle

FEW = SolveOptions(time_limit_s=60, iteration_limit=15)
SECONDS, METRES = a_line([0, 100, 200, 300])
TWO = [a_vehicle(), a_vehicle(id="W")]
ENDS = [a_depot(), a_depot(id="E", place=3)]


def best(problem):
    """Who serves what, and the plan."""
    assert OrToolsRouting().can_express(problem) is None
    plan = engine.solve(problem, FEW, OrToolsRouting())
    return {route.vehicle: [visit.stop for visit in route.visits] for route in plan.routes}, plan


def test_a_stop_is_served_in_the_window_that_costs_less():
    windows = {"window": TimeWindow(start_s=0, end_s=10), "further_windows": (TimeWindow(start_s=300, end_s=400),)}
    problem = a_problem(a_stop("A", **windows), a_stop("B", place=2, window=TimeWindow(start_s=200, end_s=200)))

    orders, plan = best(problem)

    assert (orders, plan.cost) == ({"V": ["B", "A"]}, 400 + 410)


@pytest.mark.parametrize(("price", "routes", "cost"), [(3_600, 1, 810 + 195), (10_800, 2, 405 + 805)])
def test_lateness_is_weighed_against_a_second_vehicle(price, routes, cost):
    # The leg from A to B is closed. By one vehicle: B at 200, A at 305, which is 195 s late, at 1 or 3 cents each.
    late = a_stop("A", window=TimeWindow(start_s=0, end_s=110), late_cents_per_h=price)
    closed = SECONDS.copy()
    closed[1, 2] = UNREACHABLE
    stops = [late, a_stop("B", place=2, window=TimeWindow(start_s=0, end_s=210))]

    orders, plan = best(a_problem(*stops, vehicles=TWO, seconds=closed, metres=METRES))

    assert (len(orders), plan.cost) == (routes, cost)


def test_a_vehicle_without_time_for_the_window_serves_late_at_its_price():
    stop = a_stop(window=TimeWindow(start_s=0, end_s=60), late_cents_per_h=36)

    # 40 s late at 0.01 cents: 0.4, rounded away
    assert best(a_problem(stop))[1].cost == 405


@pytest.mark.parametrize(
    ("limit", "held", "broken"),
    [("longest_s", 410, 409), ("longest_m", 4_000, 3_999), ("most_stops", 2, 1)],
)
def test_a_route_keeps_its_limits(limit, held, broken):
    stops = [a_stop("A"), a_stop("B", place=2)]

    def with_limit(value):
        vehicles = [a_vehicle(id=name, fixed_cost=10, **{limit: value}) for name in "VW"]
        return best(a_problem(*stops, positions=(200, 100, 300), vehicles=vehicles))[1]

    # 100 s to either side of the depot.
    assert (len(with_limit(held).routes), with_limit(held).cost) == (1, 10 + 810)
    assert (len(with_limit(broken).routes), with_limit(broken).cost) == (2, 20 + 810)


def test_routes_end_where_they_are_told():
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[a_vehicle(end_depot="E")], depots=ENDS)

    assert best(problem)[1].cost == 300 + 310


def test_a_vehicle_that_is_out_goes_on_from_where_it_stands():
    out = a_vehicle(underway=Underway(place=3, ready_s=1_000), fixed_cost=5_000)
    home = a_vehicle(id="W", fixed_cost=100)
    orders, plan = best(a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[out, home]))

    assert (orders, plan.cost, plan.routes[0].depart_s) == ({"V": ["B", "A"]}, 300 + 310, 1_000)


def test_a_vehicle_that_is_out_and_could_not_come_home_spoils_nothing():
    out = a_vehicle(underway=Underway(place=3, ready_s=9_900), id="W")

    assert best(a_problem(a_stop(), vehicles=[out, a_vehicle()]))[0] == {"V": ["S"]}


def test_each_profile_has_its_own_ways():
    bike = Profile(seconds=SECONDS * 3, metres=METRES)
    closed = SECONDS.copy()
    closed[:, 2] = UNREACHABLE
    closed[2, 2] = 0
    vehicles = [a_vehicle(), a_vehicle(id="B", profile="bike", fixed_cost=50)]
    stops = [a_stop("near"), a_stop("far", place=2)]
    problem = a_problem(*stops, vehicles=vehicles, seconds=closed, metres=METRES, profiles={"bike": bike})

    orders, plan = best(problem)

    # The bicycle passes near on its way: 50 fixed, 400 for metres, 1,200 s, 10 s. A van for near: 405 less 5 more.
    assert ({name: set(order) for name, order in orders.items()}, plan.cost) == ({"B": {"near", "far"}}, 1_660)


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


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_group_shares_a_vehicle(size):
    # Apart they would fit with the others; together they need a vehicle of their own.
    group = [a_stop(f"G{k}", packages=10 // size, place=1, together="house") for k in range(size)]
    others = [a_stop(f"S{k}", packages=2, place=1) for k in range(5)]
    orders, plan = best(a_problem(*group, *others, vehicles=TWO))

    assert plan.dropped == ()
    assert any({stop.id for stop in group} <= set(order) for order in orders.values())


def test_a_group_too_large_for_any_vehicle_is_left_out_whole():
    group = [a_stop(f"G{k}", packages=6, together="house") for k in range(2)]

    orders, _ = best(a_problem(*group, a_stop(), vehicles=TWO))

    assert list(orders.values()) == [["S"]]


def test_the_vehicle_leaves_when_its_goods_are_packed():
    stops = [a_stop("A", released_s=1_000), a_stop("B", window=TimeWindow(start_s=0, end_s=500))]

    orders, plan = best(a_problem(*stops, vehicles=TWO))
    assert (len(orders), plan.cost) == (2, 810)
    assert max(route.depart_s for route in plan.routes) >= 1_000

    assert len(best(a_problem(*stops))[1].dropped) == 1


def test_a_price_on_the_longest_route_evens_routes_out():
    vehicles = [a_vehicle(id=name, cost_per_km=0, cost_per_h=36) for name in "VW"]
    stops = [a_stop(f"S{k}", service_s=500) for k in range(4)]

    orders, plan = best(a_problem(*stops, vehicles=vehicles, longest_route_cents_per_h=3_600))

    # Two each: 1,200 s at 0.01 cents twice, and 1,200 s at 1 cent. By one alone 2,200 s at 1.01 cents.
    assert sorted(map(len, orders.values())) == [2, 2]
    assert plan.cost == 24 + 1_200


@pytest.mark.parametrize(("shift_s", "served"), [(470, {"A", "B"}), (469, {"A"})])
def test_a_break_is_taken_on_the_way(shift_s, served):
    rest = Break(earliest_s=100, latest_s=210, duration_s=60)
    shift = TimeWindow(start_s=0, end_s=shift_s)
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[a_vehicle(breaks=(rest,), shift=shift)])

    orders, plan = best(problem)

    # 410 s of work and 60 of rest fill the shift of 470.
    assert set(orders["V"]) == served
    assert len(plan.routes[0].rests) == len(served) - 1


def test_a_break_before_leaving_or_after_return_is_none_on_the_way():
    rests = Break(earliest_s=0, latest_s=300, duration_s=100), Break(earliest_s=500, latest_s=510, duration_s=9_000)
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[a_vehicle(breaks=rests)])

    _, plan = best(problem)

    # It leaves at 100 and is back at 510.
    assert (plan.cost, plan.routes[0].depart_s, plan.routes[0].rests) == (810, 100, ())


def test_a_full_vehicle_comes_back_to_load_again():
    stops = [a_stop(f"S{k}", packages=6) for k in range(3)]
    problem = a_problem(*stops, vehicles=[a_vehicle(reloads=2, reload_s=40)])

    orders, plan = best(problem)

    assert len(orders["V"]) == 3
    assert [reload.before for reload in plan.routes[0].reloads] == [1, 2]
    assert plan.cost == 600 + 615 + 80


def test_a_stop_is_where_it_is_pinned():
    stops = [a_stop("A"), a_stop("B", place=2, pinned_vehicle="V", pinned_position=2), a_stop("C", place=3)]

    orders, plan = best(a_problem(*stops))

    assert plan.dropped == ()
    assert orders["V"][1] == "B"


def test_of_two_stops_the_one_of_higher_priority_is_served():
    stops = [a_stop("A", packages=10, priority=1), a_stop("B", packages=6, priority=2), a_stop("C", packages=9)]

    assert best(a_problem(*stops))[0] == {"V": ["B"]}


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            a_problem(a_stop(), speeds=(SpeedSlot(start_s=0, percent=50),)),
            "vehicle 'V' has speeds, which OR-Tools' model cannot express",
        ),
        (
            a_problem(a_stop(released_s=0), vehicles=[a_vehicle(reloads=1)]),
            "vehicle 'V' has reloads and stops have released_s; OR-Tools' model knows one departure",
        ),
    ],
)
def test_what_it_cannot_say_is_refused(problem, said):
    assert OrToolsRouting().can_express(problem) == said
