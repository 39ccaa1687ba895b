"""Windows, speeds, lateness, limits, ends and promises of a route; one stop 100 s and 1,000 m away, 5 s of service."""

import pytest

from logistics.routing.engine import (
    InfeasibleRoute,
    Profile,
    RouteRule,
    SpeedSlot,
    TimeWindow,
    Underway,
    schedule_route,
)
from logistics.routing.engine.costs import late_cost_fine
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle


def between(start_s, end_s):
    return TimeWindow(start_s=start_s, end_s=end_s)


def scheduled(*stops, depots=None, speeds=(), profiles=None, **vehicle):
    problem = a_problem(*stops, depots=depots, vehicles=[a_vehicle(**vehicle)], speeds=speeds, profiles=profiles or {})
    return schedule_route(problem, problem.vehicles[0], problem.stops)


def broken(*stops, **given):
    with pytest.raises(InfeasibleRoute) as caught:
        scheduled(*stops, **given)
    return caught.value.rule, caught.value.stop, caught.value.value, caught.value.limit


@pytest.mark.parametrize(("first_end_s", "depart_s", "start_s"), [(100, 0, 100), (99, 300, 400)])
def test_who_misses_the_first_window_waits_for_the_second(first_end_s, depart_s, start_s):
    stop = a_stop(window=between(0, first_end_s), further_windows=(between(400, 500),))

    route = scheduled(stop)

    assert (route.depart_s, route.visits[0].start_s, route.return_s) == (depart_s, start_s, start_s + 105)


@pytest.mark.parametrize(("opens_s", "depart_s"), [(595, 495), (596, 50)])
def test_departing_late_uses_the_second_window_if_it_opens_in_time(opens_s, depart_s):
    # B at 700 wants A by 700-100-5 = 595; from 596 on only A's first window is left, whose end is 150.
    first = a_stop("A", window=between(0, 150), further_windows=(between(opens_s, 690),))
    second = a_stop("B", place=2, window=between(700, 800))

    route = scheduled(first, second)

    assert (route.depart_s, route.return_s) == (depart_s, 905)


def test_after_the_last_window_nobody_is_served():
    stop = a_stop(window=between(0, 10), further_windows=(between(50, 99),))

    assert broken(stop) == (RouteRule.WINDOW_MISSED, "S", 100, 99)


def test_a_way_home_through_the_rush_takes_longer():
    rush = SpeedSlot(start_s=100, percent=50), SpeedSlot(start_s=200, percent=100)

    route = scheduled(a_stop(), speeds=rush)

    # Home from 105: 95 s at half speed are 47.5 of the 100 s, the other 52.5 take 53 from 200 on.
    assert (route.return_s, route.return_travel_s, route.return_travel_m) == (253, 148, 1_000)
    # Leaving service at 106 would still be back at 253, but the last second before 100 + 1 is driven at half speed.
    assert (route.depart_s, route.visits[0].travel_s) == (0, 100)


def test_leaving_after_the_rush_is_back_as_early_as_waiting_at_the_stop():
    rush = SpeedSlot(start_s=0, percent=50), SpeedSlot(start_s=200, percent=100)

    route = scheduled(a_stop(window=between(300, 400)), speeds=rush)

    # 100 s to 300 at full speed from 200 on, instead of 200 s from 0.
    assert (route.depart_s, route.visits[0].travel_s, route.return_s) == (200, 100, 405)


def test_a_late_stop_is_served_as_early_as_can_be_and_priced():
    problem = a_problem(a_stop(window=between(0, 90), late_cents_per_h=720))

    route = schedule_route(problem, problem.vehicles[0], problem.stops)

    # 10 s late at 0.2 cents a second are 2 cents.
    assert (route.depart_s, route.visits[0].start_s) == (0, 100)
    assert late_cost_fine(problem, route) == 2 * 18_000


def test_a_later_departure_does_not_make_a_stop_later():
    late = a_stop("A", window=between(0, 90), late_cents_per_h=1)
    fixed = a_stop("B", place=2, window=between(700, 800))

    # A at 100 is 10 s late; without a price on that it would leave at 495.
    assert scheduled(late, fixed).depart_s == 0
    assert scheduled(a_stop("A", window=between(0, 110), late_cents_per_h=1), fixed).depart_s == 10


@pytest.mark.parametrize(
    ("limit", "rule", "reached"),
    [
        ("longest_s", RouteRule.TOO_LONG, 205),
        ("longest_m", RouteRule.TOO_FAR, 2_000),
        ("most_stops", RouteRule.TOO_MANY_STOPS, 1),
    ],
)
def test_a_route_may_reach_a_limit_and_not_pass_it(limit, rule, reached):
    assert scheduled(a_stop(), **{limit: reached}).return_s == 205
    assert broken(a_stop(), **{limit: reached - 1}) == (rule, None, reached, reached - 1)


def test_the_longest_time_counts_from_departure():
    # 600 to 805.
    assert scheduled(a_stop(window=between(700, 800)), longest_s=205).depart_s == 600
    assert broken(a_stop(window=between(700, 800)), longest_s=204) == (RouteRule.TOO_LONG, None, 205, 204)


def test_the_goods_packed_last_are_waited_for():
    assert scheduled(a_stop("A", released_s=40), a_stop("B", released_s=70), a_stop("C")).depart_s == 70


def test_seconds_for_each_package_are_served():
    assert scheduled(a_stop(packages=3, service_s_per_package=20)).visits[0].departure_s == 100 + 5 + 60


def test_a_route_may_end_at_another_depot():
    route = scheduled(a_stop(), depots=[a_depot(), a_depot(id="E", place=3, closes_s=305)], end_depot="E")

    assert (route.return_s, route.return_travel_m, route.distance_m) == (305, 2_000, 3_000)
    depots = [a_depot(), a_depot(id="E", place=3, closes_s=304)]
    assert broken(a_stop(), depots=depots, end_depot="E") == (RouteRule.SHIFT_OVER, None, 305, 304)


def test_a_vehicle_drives_by_its_own_matrices():
    seconds, metres = a_line([0, 10, 20, 30])
    profile = Profile(seconds=3 * seconds, metres=metres)

    route = scheduled(a_stop(), profiles={"foot": profile}, profile="foot")

    assert (route.return_s, route.distance_m) == (30 + 5 + 30, 200)


def test_a_vehicle_underway_leaves_at_once_and_waits_at_the_stop():
    route = scheduled(a_stop(window=between(700, 800)), underway=Underway(place=3, ready_s=50))

    # From place 3 it is 200 s; the depot's and the shift's beginning do not matter any more.
    assert (route.depart_s, route.visits[0].arrival_s, route.visits[0].start_s) == (50, 250, 700)
    assert (route.return_s, route.distance_m) == (805, 3_000)


@pytest.mark.parametrize(("released_s", "depart_s"), [(0, 0), (40, 40)])
def test_goods_are_packed_before_the_vehicle_leaves(released_s, depart_s):
    assert scheduled(a_stop(released_s=released_s)).depart_s == depart_s


@pytest.mark.parametrize(
    ("stop", "rule"),
    [
        ({"skills": frozenset({"cold"})}, RouteRule.NO_SKILL),
        ({"vehicles_allowed": frozenset({"W"})}, RouteRule.NOT_ALLOWED),
        ({"vehicles_forbidden": frozenset({"V"})}, RouteRule.NOT_ALLOWED),
        ({"pinned_vehicle": "W"}, RouteRule.NOT_ALLOWED),
    ],
)
def test_a_vehicle_that_must_not_serve_is_refused(stop, rule):
    problem = a_problem(a_stop(**stop), vehicles=[a_vehicle(), a_vehicle(id="W", skills=frozenset({"cold"}))])

    with pytest.raises(InfeasibleRoute) as caught:
        schedule_route(problem, problem.vehicles[0], problem.stops)
    assert (caught.value.rule, caught.value.stop) == (rule, "S")
    if "vehicles_forbidden" not in stop:
        assert schedule_route(problem, problem.vehicles[1], problem.stops).return_s == 205


def test_a_pinned_position_counts_from_one():
    pinned = {"pinned_vehicle": "V", "pinned_position": 2}

    assert scheduled(a_stop("A"), a_stop("B", **pinned)).return_s == 210
    assert broken(a_stop("A", **pinned), a_stop("B")) == (RouteRule.WRONG_POSITION, "A", 1, 2)
