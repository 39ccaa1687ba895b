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


def two_trips(*rests, back=(205, 285), second_starts=None, home_rest_s=0):
    """A from 100 to 105, back at the depot and gone again, B 100 s on, home 100 s after."""
    arrival_s, departure_s = back
    reload = Reload(before=1, travel_s=100, travel_m=1_000, arrival_s=arrival_s, departure_s=departure_s)
    start_s = second_starts or departure_s + 100
    second = a_visit("B", arrival_s=departure_s + 100, start_s=start_s, departure_s=start_s + 5)
    return_s = start_s + 105 + home_rest_s
    route = a_route(a_visit("A"), second, return_s=return_s, distance_m=4_000, reloads=(reload,), rests=rests)
    return a_plan(route, cost=400 + return_s)


def a_day_of_two_trips(earliest_s, latest_s=400):
    lunch = Break(earliest_s=earliest_s, latest_s=latest_s, duration_s=50)
    stops = a_stop("A", demand_g=600), a_stop("B", demand_g=600)
    return a_problem(*stops, vehicles=[a_vehicle(reloads=1, reload_s=30, breaks=(lunch,))])


@pytest.mark.parametrize(
    ("rest", "departure_s", "loads_from_s"),
    [
        ((205, 255), 285, 255),
        ((215, 265), 295, 265),  # 10 s are too short to load in before the rest
        ((234, 284), 314, 284),
        ((235, 285), 285, 205),  # loaded from 205 to 235, then the rest
    ],
)
def test_loading_and_rest_share_the_time_at_the_depot(rest, departure_s, loads_from_s):
    problem = a_day_of_two_trips(205)

    assert told(problem, two_trips(a_rest(*rest), back=(205, departure_s))) == []
    early = max(departure_s - 1, rest[1])
    found = told(problem, two_trips(a_rest(*rest), back=(205, early)))
    assert found == (
        []
        if early == departure_s
        else [
            (
                "loading_takes_its_time",
                f"vehicle 'V' is back at 205 and loads for 30 s from {loads_from_s}, but leaves at {early}",
            )
        ]
    )


@pytest.mark.parametrize(
    ("rest", "given"),
    [
        (a_rest(105, 155), {"back": (255, 285)}),  # at A, before driving back
        (a_rest(335, 385, on_arrival=True), {"back": (205, 235), "second_starts": 385}),
        (a_rest(340, 390, before=2), {"back": (205, 235), "home_rest_s": 50}),
    ],
)
def test_rests_elsewhere_do_not_keep_the_vehicle_from_loading(rest, given):
    assert told(a_day_of_two_trips(100), two_trips(rest, **given)) == []


def test_nobody_rests_while_loading():
    # 80 s at the depot, but the 30 s of loading begin when it is back, and 49 s are left after them.
    found = told(a_day_of_two_trips(205, 214), two_trips(back=(205, 284)))

    assert found == [("every_break_is_taken", "vehicle 'V' has no 50 s of rest that begin from 205 to 214")]


def test_a_leg_of_no_time_does_not_end_a_rest():
    # A and B are at one place: idle from 105, when A is left and B reached, to 155.
    second = a_visit("B", travel_s=0, travel_m=0, arrival_s=105, start_s=155, departure_s=160)
    route = a_route(a_visit("A", load_after_g=100), second, return_s=260)
    rest = Break(earliest_s=100, latest_s=200, duration_s=50)
    problem = a_problem(a_stop("A"), a_stop("B"), vehicles=[a_vehicle(breaks=(rest,))])

    assert told(problem, a_plan(route, cost=460)) == []


def test_service_of_no_time_still_ends_a_rest():
    stop = a_stop(service_s=0, window=TimeWindow(start_s=130, end_s=130))
    visit = a_visit(start_s=130, departure_s=130)
    rest = Break(earliest_s=100, latest_s=129, duration_s=50)

    # Idle from 100 to 150, but served at 130.
    assert told(a_day(rest, stop=stop), rested(visit=visit, return_s=230)) == [
        ("every_break_is_taken", "vehicle 'V' has no 50 s of rest that begin from 100 to 129")
    ]
