"""Loading again: loads of each trip, its times, and goods that are packed later; stops 100 s and 200 s away."""

import pytest

from logistics.routing.engine import InfeasibleRoute, Reload, RouteRule, Underway, schedule_route
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle

NEAR = {"demand_g": 600}
FAR = {"demand_g": 600, "place": 2}


def scheduled(*stops, reload_before=(1,), depots=None, **vehicle):
    vehicle = a_vehicle(**{"reloads": 1, "reload_s": 30, **vehicle})
    problem = a_problem(*stops, vehicles=[vehicle], depots=depots)
    return schedule_route(problem, problem.vehicles[0], problem.stops, reload_before)


def broken(*stops, **given):
    with pytest.raises(InfeasibleRoute) as caught:
        scheduled(*stops, **given)
    return caught.value.rule, caught.value.value, caught.value.limit


def test_times_metres_and_loads_of_two_trips():
    route = scheduled(a_stop("A", **NEAR), a_stop("B", **FAR))

    # A 100 to 105, home 205, loaded 235, B 435 to 440, home 640.
    assert route.reloads == (Reload(before=1, travel_s=100, travel_m=1_000, arrival_s=205, departure_s=235),)
    assert [(v.arrival_s, v.departure_s, v.load_after_g) for v in route.visits] == [(100, 105, 0), (435, 440, 0)]
    assert (route.visits[1].travel_s, route.visits[1].travel_m) == (200, 2_000)
    assert (route.depart_s, route.return_s, route.distance_m) == (0, 640, 6_000)


def test_each_trip_is_weighed_alone_and_loaded_only_as_often_as_allowed():
    stops = a_stop("A", **NEAR), a_stop("B", **FAR)

    assert broken(*stops, reload_before=()) == (RouteRule.TOO_HEAVY, 1_200, 1_000)
    assert broken(*stops, reloads=0) == (RouteRule.TOO_MANY_RELOADS, 1, 0)
    assert broken(a_stop("A", demand_g=1_001), stops[1]) == (RouteRule.TOO_HEAVY, 1_001, 1_000)


@pytest.mark.parametrize(("released_s", "depart_s", "return_s"), [(235, 0, 640), (236, 1, 641), (300, 65, 705)])
def test_the_trip_that_carries_the_goods_waits_for_them(released_s, depart_s, return_s):
    # Loaded at 235; what it waits longer it leaves later, for A is open all day.
    route = scheduled(a_stop("A", **NEAR), a_stop("B", released_s=released_s, **FAR))

    assert (route.depart_s, route.return_s) == (depart_s, return_s)
    assert route.reloads[0].departure_s == released_s


def test_the_first_trip_waits_only_for_its_own_goods():
    route = scheduled(a_stop("A", released_s=40, **NEAR), a_stop("B", **FAR))

    assert (route.depart_s, route.return_s) == (40, 680)


def test_a_vehicle_underway_may_load_before_its_first_stop():
    route = scheduled(a_stop("A", released_s=340), reload_before=[0], underway=Underway(place=3, ready_s=40))

    # 300 s home, 30 s loading, 100 s to A; A's goods are packed when it comes.
    assert route.reloads == (Reload(before=0, travel_s=300, travel_m=3_000, arrival_s=340, departure_s=370),)
    assert (route.depart_s, route.visits[0].start_s, route.return_s) == (40, 470, 575)


def test_goods_aboard_a_vehicle_underway_need_no_release():
    stop = a_stop("A", released_s=5_000)

    assert scheduled(stop, reload_before=(), underway=Underway(place=3, ready_s=40)).return_s == 40 + 200 + 5 + 100


@pytest.mark.parametrize("closes_s", [205, 204])
def test_the_depot_must_be_open_to_load_though_the_route_ends_elsewhere(closes_s):
    depots = [a_depot(closes_s=closes_s), a_depot(id="E", place=3)]
    given = {"depots": depots, "end_depot": "E"}

    if closes_s == 205:
        assert scheduled(a_stop("A", **NEAR), a_stop("B", **FAR), **given).return_s == 540
    else:
        assert broken(a_stop("A", **NEAR), a_stop("B", **FAR), **given) == (RouteRule.SHIFT_OVER, 205, 204)


@pytest.mark.parametrize("reload_before", [[0], [2], [-1]])
def test_loading_before_no_stop_is_the_callers_bug(reload_before):
    with pytest.raises(AssertionError, match="cannot load before"):
        scheduled(a_stop("A"), a_stop("B"), reload_before=reload_before)
