"""Each rule: the plan that keeps it passes, the plan one second, gram or metre off is told so in numbers."""

import dataclasses

import pytest

from logistics.routing.engine import Dropped, DropReason, TimeWindow, check
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_depot, a_line, a_plan, a_problem, a_route, a_stop, a_vehicle, a_visit


def told(problem, plan):
    return [(violation.rule, violation.message) for violation in check(problem, plan)]


def test_a_plan_that_keeps_every_rule_has_no_violation():
    assert check(a_problem(a_stop()), a_plan()) == ()


def test_a_plan_of_nothing_for_nothing_holds():
    assert check(a_problem(), dataclasses.replace(a_plan(), routes=(), cost=0)) == ()


def test_an_unknown_vehicle_is_told():
    assert told(a_problem(a_stop()), a_plan(a_route(vehicle="W"))) == [
        ("everything_named_exists", "the plan uses vehicle 'W', which the problem does not have")
    ]


def test_unknown_stops_are_told():
    ghost = Dropped(stop="Y", reason=DropReason.FLEET_FULL, detail={})

    assert told(a_problem(a_stop()), a_plan(a_route(a_visit("X")), dropped=(ghost,))) == [
        ("everything_named_exists", "vehicle 'V' visits stop 'X', which the problem does not have"),
        ("everything_named_exists", "the plan drops stop 'Y', which the problem does not have"),
    ]


def test_an_empty_route_is_told():
    route = dataclasses.replace(a_route(), visits=())

    assert told(a_problem(), a_plan(route)) == [("no_route_is_empty", "vehicle 'V' has a route with 0 stops")]


def test_a_forgotten_stop_is_told():
    assert told(a_problem(a_stop(), a_stop("T")), a_plan()) == [
        (
            "every_stop_is_once_in_a_route_or_dropped",
            "stop 'T' is served 0 and dropped 0 times; it must be one of the two, once",
        )
    ]


def test_a_stop_both_served_and_dropped_is_told():
    dropped = (Dropped(stop="S", reason=DropReason.FLEET_FULL, detail={}),)

    assert told(a_problem(a_stop()), a_plan(dropped=dropped)) == [
        (
            "every_stop_is_once_in_a_route_or_dropped",
            "stop 'S' is served 1 and dropped 1 times; it must be one of the two, once",
        )
    ]


def test_a_vehicle_on_two_routes_is_told():
    problem = a_problem(a_stop(), a_stop("T"))

    # Twice 405 cents.
    assert told(problem, a_plan(a_route(), a_route(a_visit("T")), cost=810)) == [
        ("every_vehicle_drives_one_route", "vehicle 'V' has 2 routes; it can drive 1")
    ]


def test_a_drop_for_its_price_needs_a_price():
    dropped = (Dropped(stop="T", reason=DropReason.NOT_WORTH_IT, detail={}),)

    assert told(a_problem(a_stop(), a_stop("T")), a_plan(dropped=dropped)) == [
        ("a_priced_drop_has_a_price", "stop 'T' is dropped as not worth it, but has no drop_cost")
    ]
    assert told(a_problem(a_stop(), a_stop("T", drop_cost=0)), a_plan(dropped=dropped)) == []


def test_a_wrong_cost_is_told():
    assert told(a_problem(a_stop()), a_plan(cost=406)) == [
        ("the_cost_is_what_the_routes_cost", "the plan says it costs 406, its routes cost 405")
    ]


@pytest.mark.parametrize(("cost_per_km", "cents"), [(100, 1_405), (101, 1_407), (102, 1_409)])
def test_fixed_cost_kilometres_and_hours_add_up(cost_per_km, cents):
    # 1,000 fixed + 2 km × 100, 101 or 102 + 205 s × 1
    problem = a_problem(a_stop(), vehicles=[a_vehicle(fixed_cost=1_000, cost_per_km=cost_per_km)])

    assert told(problem, a_plan(cost=cents)) == []


@pytest.mark.parametrize(("cost_per_h", "cents"), [(8, 0), (9, 1), (26, 1), (27, 2)])
def test_half_cents_round_up_once(cost_per_h, cents):
    # 205 s at 8, 9, 26 and 27 cents an hour: 0.456, 0.513, 1.481 and 1.538 cents.
    problem = a_problem(a_stop(), vehicles=[a_vehicle(cost_per_km=0, cost_per_h=cost_per_h)])

    assert told(problem, a_plan(cost=cents)) == []


def test_goods_of_another_depot_are_told():
    problem = a_problem(a_stop(depot="E"), depots=[a_depot(), a_depot(id="E", place=3)])

    assert told(problem, a_plan()) == [
        ("goods_lie_at_the_vehicles_depot", "vehicle 'V' loads at 'D', but the goods of stop 'S' lie at 'E'")
    ]
    assert told(a_problem(a_stop(depot=None)), a_plan()) == []


@pytest.mark.parametrize(
    ("field", "limit", "message"),
    [
        ("demand_g", 1_000, "vehicle 'V' carries 1001 g, 1 more than its 1000 g"),
        ("packages", 10, "vehicle 'V' carries 11 packages, 1 more than its 10 packages"),
        ("volume_ml", 500, "vehicle 'V' carries 501 ml, 1 more than its 500 ml"),
    ],
)
def test_a_load_over_capacity_is_told_and_one_at_capacity_is_not(field, limit, message):
    vehicles = [a_vehicle(capacity_ml=500)]

    assert told(a_problem(a_stop(**{field: limit}), vehicles=vehicles), a_plan()) == []
    assert told(a_problem(a_stop(**{field: limit + 1}), vehicles=vehicles), a_plan()) == [
        ("loads_stay_within_capacity", message)
    ]


def test_a_wrong_load_on_the_way_is_told():
    assert told(a_problem(a_stop()), a_plan(a_route(a_visit(load_after_g=100)))) == [
        ("remaining_loads_add_up", "vehicle 'V' has 100 g after stop 'S', the later stops take 0 g")
    ]


def test_a_leg_unlike_the_matrix_is_told():
    # 10 m saved on the way out: the sum and the cost follow (1,990 m × 0.1 + 205 = 404), the matrix does not.
    route = a_route(a_visit(travel_m=990), distance_m=1_990)

    assert told(a_problem(a_stop()), a_plan(route, cost=404)) == [
        (
            "legs_follow_the_matrices",
            "vehicle 'V' takes 100 s and 990 m to stop 'S', the matrices say 100 s and 1000 m",
        )
    ]


def test_a_last_leg_unlike_the_matrix_is_told():
    route = a_route(return_travel_s=99, return_s=204)

    assert told(a_problem(a_stop()), a_plan(route, cost=404)) == [
        ("legs_follow_the_matrices", "vehicle 'V' takes 99 s and 1000 m back, the matrices say 100 s and 1000 m")
    ]


def test_a_leg_without_a_way_is_told():
    seconds, metres = a_line([0, 100])
    metres[1, 0] = UNREACHABLE

    assert told(a_problem(a_stop(), seconds=seconds, metres=metres), a_plan()) == [
        ("legs_follow_the_matrices", "vehicle 'V' drives back from place 1 to 0, where there is no way")
    ]


def test_a_distance_that_forgets_the_last_leg_is_told():
    # 1,000 m × 0.1 + 205 = 305 cents
    assert told(a_problem(a_stop()), a_plan(a_route(distance_m=1_000), cost=305)) == [
        ("distance_is_the_sum_of_legs", "vehicle 'V' drives 1000 m, its legs add up to 2000 m")
    ]


@pytest.mark.parametrize(
    ("visit", "message"),
    [
        ({"arrival_s": 99}, "stop 'S' is reached at 99, not at 0 + 100"),
        ({"arrival_s": 100, "start_s": 98, "departure_s": 103}, "stop 'S' is served from 98, 2 s too early"),
        ({"departure_s": 104}, "stop 'S' is left at 104, not at 100 + 5"),
    ],
)
def test_times_that_do_not_follow_each_other_are_told(visit, message):
    changed = a_visit(**visit)
    return_s = changed.departure_s + 100

    found = told(a_problem(a_stop()), a_plan(a_route(changed, return_s=return_s), cost=200 + return_s))

    assert found == [("times_follow_each_other", message)]


def test_a_return_that_does_not_follow_is_told():
    # 200 + 204 s = 404 cents
    assert told(a_problem(a_stop()), a_plan(a_route(return_s=204), cost=404)) == [
        ("times_follow_each_other", "vehicle 'V' returns at 204, not at 105 + 100")
    ]


@pytest.mark.parametrize(
    ("window", "messages"),
    [
        ((100, 100), []),
        ((0, 99), ["stop 'S' is served at 100, outside 0 to 99"]),
        ((101, 200), ["stop 'S' is served at 100, outside 101 to 200"]),
    ],
)
def test_service_outside_the_window_is_told(window, messages):
    problem = a_problem(a_stop(window=TimeWindow(start_s=window[0], end_s=window[1])))

    assert told(problem, a_plan()) == [("service_starts_inside_the_window", message) for message in messages]


@pytest.mark.parametrize(
    ("shift", "messages"),
    [
        ((0, 205), []),
        ((1, 205), ["vehicle 'V' leaves at 0, its shift starts at 1"]),
        ((0, 204), ["vehicle 'V' returns at 205, its shift ends at 204"]),
    ],
)
def test_driving_outside_the_shift_is_told(shift, messages):
    problem = a_problem(a_stop(), vehicles=[a_vehicle(shift=TimeWindow(start_s=shift[0], end_s=shift[1]))])

    assert told(problem, a_plan()) == [("vehicle_is_out_only_in_its_shift", message) for message in messages]


@pytest.mark.parametrize(
    ("hours", "messages"),
    [
        ((0, 205), []),
        ((1, 205), ["vehicle 'V' leaves at 0, depot 'D' opens at 1"]),
        ((0, 204), ["vehicle 'V' returns at 205, depot 'D' closes at 204"]),
    ],
)
def test_leaving_or_returning_to_a_closed_depot_is_told(hours, messages):
    problem = a_problem(a_stop(), depots=[a_depot(opens_s=hours[0], closes_s=hours[1])])

    assert told(problem, a_plan()) == [("depot_is_open", message) for message in messages]
