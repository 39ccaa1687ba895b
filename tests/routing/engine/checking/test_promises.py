"""Who serves, in which position, with which others, within which limits, and what lateness and long routes cost."""

import pytest

from logistics.routing.engine import Dropped, DropReason, Profile, TimeWindow, Underway, check
from tests.routing.engine.builders import a_depot, a_line, a_plan, a_problem, a_route, a_stop, a_vehicle, a_visit


def told(problem, plan):
    return [(violation.rule, violation.message) for violation in check(problem, plan)]


def two_visits(first="S", second="T"):
    """The first from 100 to 105, the second at the same place to 110, back at 210: 210 + 200 cents."""
    last = a_visit(second, travel_s=0, travel_m=0, arrival_s=105, start_s=105, departure_s=110)
    return a_plan(a_route(a_visit(first, load_after_g=100), last, return_s=210), cost=410)


def test_a_missing_skill_is_told():
    asks = a_stop(skills=frozenset({"cold", "lift"}))

    assert told(a_problem(asks, vehicles=[a_vehicle(skills=frozenset({"lift", "cold", "frail"}))]), a_plan()) == []
    assert told(a_problem(asks, vehicles=[a_vehicle(skills=frozenset({"lift"}))]), a_plan()) == [
        ("vehicle_has_the_skills", "vehicle 'V' serves stop 'S' without 1 skills: ['cold']")
    ]


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"vehicles_allowed": frozenset({"V", "W"})}, []),
        (
            {"vehicles_allowed": frozenset({"W", "X"})},
            ["stop 'S' is served by vehicle 'V', not by one of ['W', 'X']"],
        ),
        ({"vehicles_forbidden": frozenset({"W"})}, []),
        (
            {"vehicles_forbidden": frozenset({"V", "W"})},
            ["stop 'S' is served by vehicle 'V', which is one of ['V', 'W'] that must not"],
        ),
        ({"pinned_vehicle": "V"}, []),
        ({"pinned_vehicle": "W"}, ["stop 'S' is served by vehicle 'V', not by vehicle 'W'"]),
    ],
)
def test_a_vehicle_the_stop_does_not_want_is_told(changes, messages):
    problem = a_problem(a_stop(**changes), vehicles=[a_vehicle(), a_vehicle(id="W"), a_vehicle(id="X")])

    assert told(problem, a_plan()) == [("stop_lets_the_vehicle_serve_it", message) for message in messages]


def test_a_wrong_position_is_told():
    pinned = a_stop("T", pinned_vehicle="V", pinned_position=2)

    assert told(a_problem(a_stop(), pinned), two_visits()) == []
    assert told(a_problem(a_stop(), pinned), two_visits("T", "S")) == [
        ("pinned_positions_are_kept", "stop 'T' is visit 1 of vehicle 'V', not visit 2")
    ]


@pytest.mark.parametrize(
    ("limit", "reached", "message"),
    [
        ("longest_s", 205, "vehicle 'V' is out for 205 s, 1 more than its 204 s"),
        ("longest_m", 2_000, "vehicle 'V' drives 2000 m, 1 more than its 1999 m"),
        ("most_stops", 1, "vehicle 'V' makes 1 stops, 1 more than its 0 stops"),
    ],
)
def test_a_route_over_a_limit_is_told_and_one_at_it_is_not(limit, reached, message):
    assert told(a_problem(a_stop(), vehicles=[a_vehicle(**{limit: reached})]), a_plan()) == []
    assert told(a_problem(a_stop(), vehicles=[a_vehicle(**{limit: reached - 1})]), a_plan()) == [
        ("route_is_within_the_vehicles_limits", message)
    ]


def test_time_is_paid_from_departure_on():
    # As ever, but 50 s later: still 205 s and 405 cents, and 205 for the longest route.
    visit = a_visit(arrival_s=150, start_s=150, departure_s=155)
    plan = a_plan(a_route(visit, depart_s=50, return_s=255), cost=610)

    assert told(a_problem(a_stop(), vehicles=[a_vehicle(longest_s=205)], longest_route_cents_per_h=3_600), plan) == []


def test_a_group_is_served_whole_or_not_at_all():
    problem = a_problem(a_stop(together="pair"), a_stop("T", together="pair"))
    left_out = {stop: Dropped(stop=stop, reason=DropReason.FLEET_FULL, detail={}) for stop in "ST"}

    assert told(problem, two_visits()) == []
    assert told(problem, a_plan(dropped=(left_out["S"], left_out["T"]), cost=0, routes=())) == []
    assert told(problem, a_plan(dropped=(left_out["T"],))) == [
        (
            "groups_stay_together",
            "of 2 stops together as 'pair' 1 are served, by 1 vehicles; it must be all or none, by 1",
        )
    ]


def test_a_group_on_two_vehicles_is_told():
    stops = a_stop(together="pair"), a_stop("T", together="pair")
    problem = a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W")])

    # Twice 405 cents.
    assert told(problem, a_plan(a_route(), a_route(a_visit("T"), vehicle="W"), cost=810)) == [
        (
            "groups_stay_together",
            "of 2 stops together as 'pair' 2 are served, by 2 vehicles; it must be all or none, by 1",
        )
    ]


@pytest.mark.parametrize(
    ("price", "cents"), [(0, 405), (359, 406), (360, 406), (180, 406), (179, 405), (3_600, 415), (36_000, 505)]
)
def test_lateness_has_its_price(price, cents):
    # 10 s late: a tenth of a cent a second at 360, so 1 cent; half a cent, rounded up, at 180.
    problem = a_problem(a_stop(window=TimeWindow(start_s=0, end_s=90), late_cents_per_h=price))

    assert told(problem, a_plan(cost=cents)) == []


def test_lateness_counts_from_the_last_window():
    last = TimeWindow(start_s=85, end_s=95)
    stop = a_stop(window=TimeWindow(start_s=0, end_s=80), further_windows=(last,), late_cents_per_h=3_600)

    assert told(a_problem(stop), a_plan(cost=410)) == []


def test_between_two_windows_lateness_cannot_be_bought():
    first, last = TimeWindow(start_s=0, end_s=80), TimeWindow(start_s=101, end_s=120)

    assert told(a_problem(a_stop(window=first, further_windows=(last,), late_cents_per_h=0)), a_plan()) == [
        ("service_starts_inside_the_window", "stop 'S' is served at 100, outside 0 to 80 and 101 to 120")
    ]


@pytest.mark.parametrize(("window", "holds"), [((100, 120), True), ((50, 100), True), ((101, 120), False)])
def test_any_window_will_do(window, holds):
    further = TimeWindow(start_s=window[0], end_s=window[1])
    problem = a_problem(a_stop(window=TimeWindow(start_s=0, end_s=40), further_windows=(further,)))

    assert (told(problem, a_plan()) == []) is holds


@pytest.mark.parametrize(("price", "cents"), [(0, 815), (3_600, 1_025)])
def test_only_the_longest_route_pays_for_balance(price, cents):
    problem = a_problem(
        a_stop(),
        a_stop("T", service_s=10),
        vehicles=[a_vehicle(), a_vehicle(id="W")],
        longest_route_cents_per_h=price,
    )
    longer = a_route(a_visit("T", departure_s=110), vehicle="W", return_s=210)

    # 405 + 410, and 210 s at 1 cent.
    assert told(problem, a_plan(a_route(), longer, cost=cents)) == []


def test_the_fixed_cost_of_a_vehicle_underway_is_spent():
    underway = a_vehicle(fixed_cost=1_000, underway=Underway(place=0, ready_s=0))

    assert told(a_problem(a_stop(), vehicles=[underway]), a_plan()) == []


@pytest.mark.parametrize("ready_s", [-1, 0, 1])
def test_a_vehicle_underway_starts_when_it_is_free(ready_s):
    late = TimeWindow(start_s=50, end_s=10_000)
    vehicle = a_vehicle(shift=late, underway=Underway(place=0, ready_s=ready_s))
    problem = a_problem(a_stop(released_s=90), vehicles=[vehicle], depots=[a_depot(opens_s=50)])

    message = f"vehicle 'V' starts at 0; it is underway and free at {ready_s}"
    assert told(problem, a_plan()) == ([("a_vehicle_underway_starts_when_it_is_free", message)] if ready_s else [])


def test_a_vehicle_underway_starts_where_it_stands():
    vehicle = a_vehicle(underway=Underway(place=2, ready_s=0))

    assert told(a_problem(a_stop(), positions=(0, 100, 200), vehicles=[vehicle]), a_plan()) == []
    assert told(a_problem(a_stop(), positions=(0, 100, 201), vehicles=[vehicle]), a_plan()) == [
        (
            "legs_follow_the_matrices",
            "vehicle 'V' takes 100 s and 1000 m to stop 'S', the matrices say 101 s and 1010 m",
        )
    ]


def test_a_route_ends_at_its_end_depot():
    depots = [a_depot(), a_depot(id="E", place=2, closes_s=205)]

    assert told(a_problem(a_stop(), depots=depots, vehicles=[a_vehicle(end_depot="E")]), a_plan()) == []
    depots = [a_depot(), a_depot(id="E", place=2, closes_s=204)]
    assert told(a_problem(a_stop(), depots=depots, vehicles=[a_vehicle(end_depot="E")]), a_plan()) == [
        ("depot_is_open", "vehicle 'V' returns at 205, depot 'E' closes at 204")
    ]


def test_legs_are_those_of_the_vehicles_profile():
    seconds, metres = a_line([0, 50, 100, 150])
    slow = {"slow": Profile(seconds=2 * seconds, metres=2 * metres)}
    problem = a_problem(a_stop(), positions=(0, 7, 8, 9), vehicles=[a_vehicle(profile="slow")], profiles=slow)

    assert told(problem, a_plan()) == []


def test_seconds_for_each_package_are_part_of_service():
    assert told(a_problem(a_stop(packages=2, service_s=1, service_s_per_package=2)), a_plan()) == []
    assert told(a_problem(a_stop(packages=2, service_s=1, service_s_per_package=3)), a_plan()) == [
        ("times_follow_each_other", "stop 'S' is left at 105, not at 100 + 7")
    ]


def test_goods_are_packed_before_the_vehicle_leaves():
    assert told(a_problem(a_stop(released_s=0)), a_plan()) == []
    assert told(a_problem(a_stop(released_s=1)), a_plan()) == [
        (
            "goods_are_packed_before_departure",
            "vehicle 'V' leaves at 0 with the goods of stop 'S', which are packed at 1",
        )
    ]
