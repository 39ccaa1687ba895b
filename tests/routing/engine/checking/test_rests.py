"""Breaks: taken where the route lists them or where it idles, in the time they may begin, and in nobody's work."""

import pytest

from logistics.routing.engine import Break, Reload, Rest, TimeWindow, Underway, check
from tests.routing.engine.builders import a_plan, a_problem, a_route, a_stop, a_vehicle, a_visit

NOON = Break(earliest_s=100, latest_s=200, duration_s=50)


def told(problem, plan):
    return [(violation.rule, violation.message) for violation in check(problem, plan)]


def a_day(*breaks, stop=None, **vehicle):
    return a_problem(stop or a_stop(), vehicles=[a_vehicle(breaks=breaks, **vehicle)])


def a_rest(start_s=105, end_s=155, *, before=1, on_arrival=False):
    return Rest(before=before, on_arrival=on_arrival, start_s=start_s, end_s=end_s)


def rested(*rests, return_s=255, visit=None):
    """Served from 100 to 105, rested until 155, home at 255: 255 + 200 cents."""
    return a_plan(a_route(visit or a_visit(), return_s=return_s, rests=rests), cost=return_s + 200)


def test_a_rest_after_service_is_the_break():
    assert told(a_day(NOON), rested(a_rest())) == []


def test_a_rest_on_arrival_is_the_break():
    visit = a_visit(start_s=150, departure_s=155)

    assert told(a_day(NOON), rested(a_rest(100, 150, before=0, on_arrival=True), visit=visit)) == []


def test_waiting_that_is_long_enough_is_a_break_too():
    visit = a_visit(start_s=150, departure_s=155)

    assert told(a_day(NOON), rested(visit=visit)) == []
    visit = a_visit(start_s=149, departure_s=154)
    assert told(a_day(NOON), rested(visit=visit, return_s=254)) == [
        ("every_break_is_taken", "vehicle 'V' has no 50 s of rest that begin from 100 to 200")
    ]


@pytest.mark.parametrize(("latest_s", "holds"), [(205, True), (204, False)])
def test_who_is_back_in_time_rests_at_home(latest_s, holds):
    found = told(a_day(Break(earliest_s=100, latest_s=latest_s, duration_s=50)), a_plan())

    message = "vehicle 'V' has no 50 s of rest that begin from 100 to 204"
    assert found == ([] if holds else [("every_break_is_taken", message)])


@pytest.mark.parametrize(("earliest_s", "holds"), [(-50, True), (-49, False)])
def test_who_leaves_late_enough_has_rested_at_home(earliest_s, holds):
    rest = Break(earliest_s=earliest_s, latest_s=90, duration_s=50)

    found = told(a_day(rest), a_plan())

    message = "vehicle 'V' has no 50 s of rest that begin from -49 to 90"
    assert found == ([] if holds else [("every_break_is_taken", message)])


def test_a_break_that_may_begin_only_when_the_vehicle_leaves_is_missed():
    # Served until 105, then driving: the only second at which it may begin is no pause.
    assert told(a_day(Break(earliest_s=105, latest_s=105, duration_s=50)), a_plan()) == [
        ("every_break_is_taken", "vehicle 'V' has no 50 s of rest that begin from 105 to 105")
    ]


def test_a_vehicle_underway_may_rest_before_its_first_leg():
    visit = a_visit(arrival_s=150, start_s=150, departure_s=155)
    plan = rested(a_rest(0, 50, before=0), visit=visit)
    rest = Break(earliest_s=0, latest_s=90, duration_s=50)

    assert told(a_day(rest, underway=Underway(place=0, ready_s=0)), plan) == []
    assert told(a_day(underway=Underway(place=0, ready_s=0)), plan) == [
        ("rests_are_breaks", "vehicle 'V' rests from 0 to 50, which is none of its breaks")
    ]


def test_a_rest_at_the_end_may_last_until_the_return():
    # The stop lies at the depot: home from 5 to 5, after a rest until 55.
    stop = a_stop(place=0)
    visit = a_visit(travel_s=0, travel_m=0, arrival_s=0, start_s=0, departure_s=5)
    route = a_route(visit, rests=(a_rest(5, 55),), return_s=55, return_travel_s=0, return_travel_m=0, distance_m=0)

    assert told(a_day(Break(earliest_s=0, latest_s=9, duration_s=50), stop=stop), a_plan(route, cost=55)) == []


def test_of_two_breaks_each_needs_its_own_rest():
    evening = Break(earliest_s=250, latest_s=254, duration_s=10)

    assert told(a_day(NOON, evening), rested(a_rest())) == [
        ("every_break_is_taken", "vehicle 'V' has no 10 s of rest that begin from 250 to 254")
    ]
    at_home = Break(earliest_s=250, latest_s=255, duration_s=10)
    assert told(a_day(NOON, at_home), rested(a_rest())) == []


@pytest.mark.parametrize(
    ("rest", "breaks", "messages"),
    [
        ((105, 155), (Break(earliest_s=105, latest_s=105, duration_s=50),), []),
        ((105, 155), (Break(earliest_s=106, latest_s=300, duration_s=50),), [(105, 155)]),
        ((105, 155), (Break(earliest_s=0, latest_s=104, duration_s=2),), [(105, 155)]),
        ((105, 155), (Break(earliest_s=100, latest_s=300, duration_s=49),), [(105, 155)]),
        ((105, 155), (), [(105, 155)]),
    ],
)
def test_a_rest_that_is_no_break_is_told(rest, breaks, messages):
    found = [message for rule, message in told(a_day(*breaks), rested(a_rest(*rest))) if rule == "rests_are_breaks"]

    assert found == [f"vehicle 'V' rests from {a} to {b}, which is none of its breaks" for a, b in messages]


def test_a_break_is_listed_once():
    twice = Break(earliest_s=100, latest_s=200, duration_s=25)

    assert told(a_day(twice), rested(a_rest(105, 130), a_rest(130, 155))) == [
        ("rests_are_breaks", "vehicle 'V' rests from 130 to 155, which is none of its breaks")
    ]


@pytest.mark.parametrize(
    ("rest", "visit", "messages"),
    [
        # The first 5 s of the rest fall into service.
        (a_rest(100, 150), {}, ["rests from 100 to 150, but serves stop 'S' from 100 to 105"]),
        # The last second falls into the way home, which began at 155.
        (a_rest(106, 156), {}, ["rests from 106 to 156, but drives back from 155 to 255"]),
        # On arrival, into service.
        (
            a_rest(100, 150, before=0, on_arrival=True),
            {"start_s": 149, "departure_s": 154},
            ["rests from 100 to 150, but serves stop 'S' from 149 to 154"],
        ),
    ],
)
def test_a_rest_during_work_is_told(rest, visit, messages):
    plan = rested(rest, visit=a_visit(**visit))

    found = [message for rule, message in told(a_day(NOON), plan) if rule == "nobody_works_while_resting"]

    assert found == [f"vehicle 'V' {message}" for message in messages]


def test_a_rest_outside_the_route_is_told():
    early = Break(earliest_s=-60, latest_s=-50, duration_s=50)
    underway = Underway(place=0, ready_s=0)
    plan = a_plan(a_route(rests=(a_rest(-50, 0, before=0),)))

    assert told(a_day(early, underway=underway), plan) == [
        ("nobody_works_while_resting", "vehicle 'V' rests from -50 to 0, but is out from 0 to 205"),
        ("rests_are_where_they_are_listed", "vehicle 'V' rests from -50 to 0, listed where it stands from 0 to 100"),
    ]


def test_a_rest_listed_at_the_wrong_place_is_told():
    waiting = a_visit(start_s=150, departure_s=155)

    # It lies where the vehicle waits on arrival, but is listed after service.
    found = told(a_day(NOON), rested(a_rest(100, 150), visit=waiting))

    assert found == [
        (
            "rests_are_where_they_are_listed",
            "vehicle 'V' rests from 100 to 150, listed where it stands from 155 to 255",
        )
    ]


def test_loading_and_rest_share_the_time_at_the_depot():
    stops = a_stop("A", demand_g=600), a_stop("B", demand_g=600)
    lunch = Break(earliest_s=205, latest_s=215, duration_s=50)
    problem = a_problem(*stops, vehicles=[a_vehicle(reloads=1, reload_s=30, breaks=(lunch,))])

    def plan(rest, departure_s):
        """Back at 205; from then to the departure 80 s of loading and rest."""
        later_s = departure_s - 205
        back = Reload(before=1, travel_s=100, travel_m=1_000, arrival_s=205, departure_s=departure_s)
        second = a_visit("B", arrival_s=305 + later_s, start_s=305 + later_s, departure_s=310 + later_s)
        route = a_route(a_visit("A"), second, return_s=410 + later_s, distance_m=4_000, reloads=(back,), rests=(rest,))
        return a_plan(route, cost=810 + later_s)

    assert told(problem, plan(a_rest(205, 255), 285)) == []
    # 10 s are too short to load in before the rest, so it is done after it, until 295.
    assert told(problem, plan(a_rest(215, 265), 295)) == []
    assert told(problem, plan(a_rest(215, 265), 294)) == [
        (
            "loading_takes_its_time",
            "vehicle 'V' is back at 205 and loads for 30 s from 265, but leaves at 294",
        )
    ]


def test_service_of_no_time_still_ends_a_rest():
    stop = a_stop(service_s=0, window=TimeWindow(start_s=130, end_s=130))
    visit = a_visit(start_s=130, departure_s=130)
    rest = Break(earliest_s=100, latest_s=129, duration_s=50)

    # Idle from 100 to 150, but served at 130.
    assert told(a_day(rest, stop=stop), rested(visit=visit, return_s=230)) == [
        ("every_break_is_taken", "vehicle 'V' has no 50 s of rest that begin from 100 to 129")
    ]
