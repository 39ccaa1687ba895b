"""Reloads and speeds: the route of two trips that keeps every rule, and what is told when it does not."""

import dataclasses

import pytest

from logistics.routing.engine import Reload, Rest, SpeedSlot, check
from tests.routing.engine.builders import a_depot, a_plan, a_problem, a_route, a_stop, a_vehicle, a_visit

BACK = Reload(before=1, travel_s=100, travel_m=1_000, arrival_s=205, departure_s=235)


def told(problem, plan):
    return [(violation.rule, violation.message) for violation in check(problem, plan)]


def two_trips(reload=BACK, *, later_s=0, **changes):
    """A from 100 to 105, back at 205, loaded at 235, B from 335 to 340, home at 440: 440 + 400 cents."""
    second = a_visit("B", arrival_s=335 + later_s, start_s=335 + later_s, departure_s=340 + later_s)
    route = a_route(
        a_visit("A"), second, **{"return_s": 440 + later_s, "distance_m": 4_000, "reloads": (reload,), **changes}
    )
    return a_plan(route, cost=840 + later_s)


def two_stops(*, depots=None, second=(), **vehicle):
    stops = a_stop("A", demand_g=600), a_stop("B", **{"demand_g": 600, **dict(second)})
    return a_problem(*stops, vehicles=[a_vehicle(**{"reloads": 1, "reload_s": 30, **vehicle})], depots=depots)


def test_two_trips_that_keep_every_rule():
    assert told(two_stops(), two_trips()) == []


@pytest.mark.parametrize(("capacity_g", "messages"), [(600, []), (599, [1, 2])])
def test_each_trip_is_weighed_alone(capacity_g, messages):
    assert told(two_stops(capacity_g=capacity_g), two_trips()) == [
        ("loads_stay_within_capacity", f"vehicle 'V' carries 600 g on trip {trip}, 1 more than its 599 g")
        for trip in messages
    ]


def test_what_is_aboard_is_for_this_trip():
    route = two_trips().routes[0]
    wrong = dataclasses.replace(route, visits=(dataclasses.replace(route.visits[0], load_after_g=600), route.visits[1]))

    assert told(two_stops(), a_plan(wrong, cost=840)) == [
        ("remaining_loads_add_up", "vehicle 'V' has 600 g after stop 'A', the later stops take 0 g")
    ]


def test_one_reload_too_many_is_told():
    assert told(two_stops(reloads=0), two_trips()) == [
        ("vehicle_reloads_as_often_as_it_may", "vehicle 'V' loads again 1 times; it may 0 times")
    ]


@pytest.mark.parametrize("reload_s", [30, 31])
def test_loading_takes_its_time(reload_s):
    message = "vehicle 'V' is back at 205 and loads for 31 s from 205, but leaves at 235"

    found = told(two_stops(reload_s=reload_s), two_trips())

    assert found == ([("loading_takes_its_time", message)] if reload_s == 31 else [])


def test_goods_of_a_later_trip_are_packed_before_that_trip():
    assert told(two_stops(second={"released_s": 235}), two_trips()) == []
    assert told(two_stops(second={"released_s": 236}), two_trips()) == [
        (
            "goods_are_packed_before_departure",
            "vehicle 'V' leaves at 235 with the goods of stop 'B', which are packed at 236",
        )
    ]


def test_a_reload_that_does_not_follow_the_clock_is_told():
    late = dataclasses.replace(BACK, arrival_s=206, departure_s=236)

    assert told(two_stops(), two_trips(late, later_s=1)) == [
        ("reloads_follow_the_clock", "vehicle 'V' is back to load before stop 'B' at 206, not at 105 + 100")
    ]


def test_a_reload_unlike_the_matrix_is_told():
    short = dataclasses.replace(BACK, travel_m=999)

    assert told(two_stops(), two_trips(short, distance_m=4_000)) == [
        (
            "legs_follow_the_matrices",
            "vehicle 'V' takes 100 s and 999 m to load before stop 'B', the matrices say 100 s and 1000 m",
        ),
        ("distance_is_the_sum_of_legs", "vehicle 'V' drives 4000 m, its legs add up to 3999 m"),
    ]


@pytest.mark.parametrize(
    ("hours", "messages"),
    [
        ({"closes_s": 205}, []),
        ({"closes_s": 204}, ["vehicle 'V' returns at 205, depot 'D' closes at 204"]),
    ],
)
def test_a_closed_depot_loads_nothing(hours, messages):
    depots = [a_depot(**hours), a_depot(id="E", place=0)]

    assert told(two_stops(depots=depots, end_depot="E"), two_trips()) == [
        ("depot_is_open", message) for message in messages
    ]


@pytest.mark.parametrize(
    ("rests", "befores", "message"),
    [
        ((), (0,), "vehicle 'V' loads again before visits [0], counted from 0, of 2"),
        ((), (2,), "vehicle 'V' loads again before visits [2], counted from 0, of 2"),
        ((), (1, 1), "vehicle 'V' loads again before visits [1, 1], counted from 0, of 2"),
        (((3, False),), (), "vehicle 'V' rests before driving to visit 3, counted from 0, of 2"),
        (((2, True),), (), "vehicle 'V' rests on arrival at visit 2, counted from 0, of 2"),
        (((0, False),), (), "vehicle 'V' rests before driving to visit 0, counted from 0, of 2"),
    ],
)
def test_what_lies_at_no_visit_is_told_alone(rests, befores, message):
    plan = two_trips(
        reloads=tuple(dataclasses.replace(BACK, before=before) for before in befores),
        rests=tuple(Rest(before=before, on_arrival=at, start_s=0, end_s=1) for before, at in rests),
    )

    assert told(two_stops(), plan) == [("reloads_and_rests_lie_on_the_route", message)]


# Half speed from 100 on; from 105 the way home of 100 s takes 200.
SLOW = (SpeedSlot(start_s=100, percent=50),)


@pytest.mark.parametrize(("travel_s", "holds"), [(199, False), (200, True), (201, False)])
def test_a_leg_lasts_as_long_as_the_speed_of_the_hour_says(travel_s, holds):
    plan = a_plan(a_route(return_travel_s=travel_s, return_s=105 + travel_s), cost=305 + travel_s)

    message = (
        f"vehicle 'V' takes {travel_s} s and 1000 m back, the matrices say 100 s and 1000 m "
        "(leaving at 105, by the speeds of that hour)"
    )
    assert told(a_problem(a_stop(), speeds=SLOW), plan) == ([] if holds else [("legs_follow_the_matrices", message)])


@pytest.mark.parametrize(("percent", "travel_s"), [(51, 127), (49, 129), (300, 34)])
def test_the_last_second_of_a_leg_is_a_whole_one(percent, travel_s):
    # 55 s at this speed, then full speed: 51 % leaves 71.95 of 100 s, 49 % leaves 73.05, 300 % is there after 33.3 s.
    slots = SpeedSlot(start_s=100, percent=percent), SpeedSlot(start_s=160, percent=100)
    plan = a_plan(a_route(return_travel_s=travel_s, return_s=105 + travel_s), cost=305 + travel_s)

    assert told(a_problem(a_stop(), speeds=slots), plan) == []
