"""Where a break goes: after service, on arrival, at home before or after; one stop 100 s away, 5 s of service."""

import pytest

from logistics.routing.engine import Break, InfeasibleRoute, Rest, RouteRule, TimeWindow, Underway, schedule_route
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle

REST = Break(earliest_s=100, latest_s=200, duration_s=50)


def scheduled(*stops, breaks=(REST,), reload_before=(), **vehicle):
    problem = a_problem(*stops, vehicles=[a_vehicle(breaks=breaks, **vehicle)])
    return schedule_route(problem, problem.vehicles[0], problem.stops, reload_before)


def test_of_two_ways_that_are_back_together_service_comes_before_the_break():
    route = scheduled(a_stop())

    # Without a rest 205, too late to rest at home. Rest from 100 or from 105: back at 100+5+50+100 = 255 both ways.
    assert (route.depart_s, route.return_s) == (0, 255)
    assert (route.visits[0].start_s, route.visits[0].departure_s) == (100, 105)
    assert route.rests == (Rest(before=1, on_arrival=False, start_s=105, end_s=155),)


@pytest.mark.parametrize(("latest_s", "return_s", "rests"), [(205, 205, 0), (204, 255, 1)])
def test_who_is_back_by_the_latest_start_rests_at_home(latest_s, return_s, rests):
    route = scheduled(a_stop(), breaks=(Break(earliest_s=100, latest_s=latest_s, duration_s=50),))

    assert (route.return_s, len(route.rests)) == (return_s, rests)


def test_waiting_for_a_window_is_used_for_the_break():
    route = scheduled(
        a_stop(window=TimeWindow(start_s=150, end_s=300)), breaks=(Break(earliest_s=100, latest_s=120, duration_s=50),)
    )

    # There at 100, rested until 150, when the window opens: the break costs nothing.
    assert (route.depart_s, route.return_s) == (0, 255)
    assert route.visits[0].arrival_s == 100
    assert route.rests == (Rest(before=0, on_arrival=True, start_s=100, end_s=150),)


@pytest.mark.parametrize(("opens_s", "depart_s", "rests"), [(250, 150, 0), (249, 99, 1)])
def test_who_leaves_when_the_break_can_be_over_has_rested_at_home(opens_s, depart_s, rests):
    window = TimeWindow(start_s=opens_s, end_s=opens_s)

    route = scheduled(a_stop(window=window))

    # 250: leaves at 150 = 100+50. 249: leaving at 149 is too early, so it is there by 199 to rest until 249.
    assert (route.depart_s, len(route.rests)) == (depart_s, rests)
    assert route.return_s == opens_s + 105


def test_a_break_before_departure_may_begin_before_the_shift():
    late_shift = TimeWindow(start_s=120, end_s=10_000)

    # The break may be over at 150; from 120 on the vehicle would only be out without need.
    route = scheduled(a_stop(window=TimeWindow(start_s=250, end_s=250)), shift=late_shift)

    assert (route.depart_s, route.rests) == (150, ())


@pytest.mark.parametrize(("duration_s", "holds"), [(40, True), (41, False)])
def test_a_break_that_no_pause_is_long_enough_for_is_missed(duration_s, holds):
    # On the road until 100, free until service at 140 at the latest, which ends too late for the break at 240.
    stop = a_stop(window=TimeWindow(start_s=0, end_s=140), service_s=100)
    breaks = (Break(earliest_s=100, latest_s=120, duration_s=duration_s),)

    if holds:
        assert scheduled(stop, breaks=breaks).return_s == 340
        return
    with pytest.raises(InfeasibleRoute) as caught:
        scheduled(stop, breaks=breaks)
    # Without the break it is back at 100 + 100 + 100 = 300.
    error = caught.value
    assert (error.rule, error.stop, error.value, error.limit) == (RouteRule.BREAK_MISSED, None, 300, 120)


def test_two_breaks_are_taken_in_order():
    breaks = REST, Break(earliest_s=300, latest_s=320, duration_s=10)

    route = scheduled(a_stop("A"), a_stop("B", place=2), breaks=breaks)

    # From 0: A 100 to 105, rest to 155, B 255 to 260; home would be 460, so rest 300 to 310 at B first: home at 510.
    # The 40 s of waiting until 300 are spent at home: A 140 to 145, rest to 195, B 295 to 300.
    assert [(rest.before, rest.start_s, rest.end_s) for rest in route.rests] == [(1, 145, 195), (2, 300, 310)]
    assert (route.depart_s, route.return_s) == (40, 510)


def test_a_vehicle_underway_may_rest_where_it_stands():
    # At place 2, free at 60; the only stop closes at 170, so it must rest after service or before it leaves.
    stop = a_stop(window=TimeWindow(start_s=210, end_s=220), service_s=100)
    route = scheduled(
        stop,
        breaks=(Break(earliest_s=0, latest_s=70, duration_s=50),),
        underway=Underway(place=2, ready_s=60),
    )

    # What could be over at 50 is over by 60.
    assert (route.depart_s, route.rests) == (60, ())

    route = scheduled(
        stop,
        breaks=(Break(earliest_s=50, latest_s=70, duration_s=50),),
        underway=Underway(place=2, ready_s=60),
    )
    # Rest 60 to 110, driving 110 to 210.
    assert route.rests == (Rest(before=0, on_arrival=False, start_s=60, end_s=110),)
    assert (route.depart_s, route.visits[0].arrival_s, route.visits[0].start_s) == (60, 210, 210)


def test_the_way_home_may_be_what_needs_the_break_and_loading_may_wait_for_it():
    stops = a_stop("A", demand_g=600), a_stop("B", demand_g=600)
    breaks = (Break(earliest_s=200, latest_s=210, duration_s=50),)

    route = scheduled(*stops, breaks=breaks, reload_before=[1], reloads=1, reload_s=30)

    # A 100 to 105, home 205, rest to 255 (after loading it would be 235, too late), loaded at 285, B 385, home 490.
    assert route.rests == (Rest(before=1, on_arrival=False, start_s=205, end_s=255),)
    assert (route.reloads[0].arrival_s, route.reloads[0].departure_s) == (205, 285)
    assert route.return_s == 490


@pytest.mark.parametrize(("latest_s", "holds"), [(105, True), (104, False)])
def test_a_break_may_begin_in_its_last_second(latest_s, holds):
    # The window shuts at 100, so 105, after service, is the first pause in time; without the break it is back at 205.
    stop = a_stop(window=TimeWindow(start_s=0, end_s=100))
    breaks = (Break(earliest_s=101, latest_s=latest_s, duration_s=50),)

    if holds:
        assert scheduled(stop, breaks=breaks).rests == (Rest(before=1, on_arrival=False, start_s=105, end_s=155),)
    else:
        with pytest.raises(InfeasibleRoute, match="break_missed, 205 where at most 104"):
            scheduled(stop, breaks=breaks)


@pytest.mark.parametrize(("end_s", "holds"), [(255, True), (254, False)])
def test_a_break_too_may_fill_the_shift_to_its_last_second(end_s, holds):
    shift = TimeWindow(start_s=0, end_s=end_s)

    if holds:
        assert scheduled(a_stop(), shift=shift).return_s == 255
    else:
        with pytest.raises(InfeasibleRoute, match="shift_over, 255 where at most 254"):
            scheduled(a_stop(), shift=shift)


@pytest.mark.parametrize(("price", "depart_s"), [(None, 50), (1, 40)])
def test_a_break_does_not_make_a_late_stop_later(price, depart_s):
    # Packed at 40, so A is served at 140 and late by 50; on time it may wait until 150. B opens at 700 either way.
    window = TimeWindow(start_s=0, end_s=150 if price is None else 90)
    first = a_stop("A", window=window, late_cents_per_h=price, released_s=40)
    second = a_stop("B", place=2, window=TimeWindow(start_s=700, end_s=800))

    route = scheduled(first, second)

    assert (route.depart_s, route.visits[0].start_s, route.return_s) == (depart_s, depart_s + 100, 905)
