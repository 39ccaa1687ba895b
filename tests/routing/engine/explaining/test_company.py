"""What other stops on the route make possible, against every plan there is."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import Break, DropReason, SolveOptions, SpeedSlot, TimeWindow, check, drop_reasons, solve
from logistics.routing.engine.explain import never_served
from logistics.routing.engine.explaining.ways import Ways
from logistics.routing.engine.problem import UNREACHABLE
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from tests.routing.engine.builders import a_line, a_problem, a_stop, a_vehicle
from tests.routing.engine.explaining import test_whole_fleets
from tests.routing.engine.rich import made_problems
from tests.routing.engine.rich.brute_force import reloads_tried

OPTIONS = SolveOptions(time_limit_s=30, iteration_limit=5)


def in_some_plan(problem):
    """The stops of all routes that hold: each of these is a plan in which everything else is left out."""
    groups = {}
    for stop in problem.stops:
        groups.setdefault(stop.together or f" {stop.id}", set()).add(stop.id)
    found = set()
    for vehicle in problem.vehicles:
        for size in range(1, len(problem.stops) + 1):
            for order in itertools.permutations(problem.stops, size):
                names = {stop.id for stop in order}
                if names <= found or any(0 < len(names & group) < len(group) for group in groups.values()):
                    continue
                if any(drives(problem, vehicle, order, reloads) for reloads in reloads_tried(vehicle, size)):
                    found |= names
    return found


def drives(problem, vehicle, order, reloads=()):
    try:
        schedule_route(problem, vehicle, order, reloads)
    except InfeasibleRoute:
        return False
    return True


@settings(max_examples=400, deadline=None, print_blob=True)
@given(problem=test_whole_fleets.problems())
def test_what_is_called_impossible_is_in_no_plan_over_any_matrices(problem):
    assert not never_served(problem, drop_reasons(problem)) & in_some_plan(problem)


@settings(max_examples=300, deadline=None, print_blob=True)
@given(data=st.data())
def test_what_is_called_impossible_is_in_no_plan_by_any_rules(data):
    on = data.draw(st.sets(st.sampled_from(made_problems.FEATURES))) | {"breaks"}
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    problem = made_problems.made_problem(on, random, data.draw(st.integers(1, 4)), data.draw(st.integers(1, 2)))

    assert not never_served(problem, drop_reasons(problem)) & in_some_plan(problem)


def assert_served_in_company_only(problem, *stops):
    """The solver serves all of these, though each alone is impossible."""
    reasons = drop_reasons(problem)
    assert set(stops) <= set(reasons)
    assert not never_served(problem, reasons) & set(stops)

    plan = solve(problem, OPTIONS)

    assert check(problem, plan) == ()
    assert {visit.stop for route in plan.routes for visit in route.visits} >= set(stops)
    assert not {dropped.stop for dropped in plan.dropped} & set(stops)


# F is 300 s away. A rest begins from 150 to 299, when a vehicle without another stop is on the road.
LUNCH = Break(earliest_s=150, latest_s=299, duration_s=100)
FAR = a_stop("F", place=3, window=TimeWindow(start_s=0, end_s=420))


def test_a_stop_on_the_way_gives_a_place_to_rest():
    problem = a_problem(FAR, a_stop("A", place=1), vehicles=[a_vehicle(breaks=(LUNCH,))])

    # A from 100 to 105, rest from 150 to 250, F at 450 is too late; A at 200 would do.
    assert drop_reasons(problem).keys() == {"F"}
    assert never_served(problem, drop_reasons(problem)) == set()

    assert_served_in_company_only(a_problem(FAR, a_stop("B", place=2), vehicles=[a_vehicle(breaks=(LUNCH,))]), "F")


@pytest.mark.parametrize(("end_s", "never"), [(399, True), (400, False)])
def test_no_stop_on_the_way_makes_the_way_and_the_rest_shorter(end_s, never):
    # 300 s of road and 100 s of rest.
    late = a_stop("F", place=3, window=TimeWindow(start_s=0, end_s=end_s))
    problem = a_problem(late, a_stop("B", place=2), vehicles=[a_vehicle(breaks=(LUNCH,))])

    assert never_served(problem, drop_reasons(problem)) == ({"F"} if never else set())


def test_a_closed_leg_has_a_way_round():
    seconds, metres = a_line([0, 100, 200, 300])
    metres[0, 3] = UNREACHABLE

    assert_served_in_company_only(
        a_problem(a_stop("F", place=3), a_stop("B", place=2), seconds=seconds, metres=metres), "F"
    )


def test_a_place_without_any_way_is_impossible():
    seconds, metres = a_line([0, 100, 200, 300])
    seconds[3, :3] = UNREACHABLE
    problem = a_problem(a_stop("F", place=3), a_stop("B", place=2), seconds=seconds, metres=metres)

    assert never_served(problem, drop_reasons(problem)) == {"F"}
    assert [dropped.reason for dropped in solve(problem, OPTIONS).dropped] == [DropReason.UNREACHABLE]


@pytest.mark.parametrize(("longest_m", "never"), [(4_999, True), (5_000, False)])
def test_a_way_over_another_place_may_be_shorter_than_the_leg(longest_m, never):
    # The leg from the depot to F has 3,000 m, by way of B it has 1,000 + 1,000; 3,000 m home.
    seconds, metres = a_line([0, 100, 200, 300])
    metres[0, 2] = metres[2, 3] = 1_000
    problem = a_problem(
        a_stop("F", place=3),
        a_stop("B", place=2),
        seconds=seconds,
        metres=metres,
        vehicles=[a_vehicle(longest_m=longest_m)],
    )

    assert never_served(problem, drop_reasons(problem)) == ({"F"} if never else set())
    if not never:
        assert_served_in_company_only(problem, "F")


def test_a_group_may_need_another_stop():
    stops = [
        a_stop("F", place=3, together="g", window=FAR.window),
        a_stop("G", place=3, together="g"),
        a_stop("B", place=2),
    ]
    problem = a_problem(*stops, vehicles=[a_vehicle(breaks=(LUNCH,))])

    assert_served_in_company_only(problem, "F", "G")


@pytest.mark.parametrize(("longest_s", "never"), [(209, {"A", "B"}), (210, set())])
def test_a_group_that_is_too_long_is_impossible_where_company_is_no_help(longest_s, never):
    stops = [a_stop("A", together="g"), a_stop("B", together="g"), a_stop("C")]
    problem = a_problem(*stops, vehicles=[a_vehicle(longest_s=longest_s)])

    assert never_served(problem, drop_reasons(problem)) == never


def test_a_position_is_impossible_when_nothing_can_be_ahead_of_it():
    pinned = a_stop(pinned_vehicle="V", pinned_position=3)
    problem = a_problem(pinned, a_stop("A"), a_stop("B", demand_g=1_001))

    assert never_served(problem, drop_reasons(problem)) == {"S", "B"}


def test_what_no_vehicle_may_serve_is_impossible_without_looking_at_roads():
    problem = a_problem(a_stop(demand_g=1_001), a_stop("T", skills=frozenset({"lift"})))

    assert never_served(problem, drop_reasons(problem)) == {"S", "T"}
    assert never_served(a_problem(a_stop(), vehicles=[]), drop_reasons(a_problem(a_stop(), vehicles=[]))) == {"S"}


def test_slow_hours_are_slow_in_company_too():
    stop = a_stop(window=TimeWindow(start_s=0, end_s=199))
    slow = a_problem(stop, a_stop("A", place=2), speeds=(SpeedSlot(start_s=0, percent=50),))

    # 100 s at half speed are 200 s.
    assert never_served(slow, drop_reasons(slow)) == {"S"}


@pytest.mark.parametrize(
    ("legs_read_max", "there_s"), [(0, [100, 100]), (3, [100, 100]), (4, [110, 110]), (8, [210, 110])]
)
def test_what_is_not_read_makes_no_way_longer_than_it_is(legs_read_max, there_s):
    # 100 s to A, 10 on to B, 100 on to F; the legs that skip one are closed.
    seconds, metres = a_line([0, 100, 110, 210])
    seconds[0, 2:] = seconds[1, 3] = UNREACHABLE
    stops = [a_stop("F", place=3), a_stop("B", place=2)]
    problem = a_problem(*stops, a_stop("A"), seconds=seconds, metres=metres)

    *_, legs = Ways(problem, stops, legs_read_max=legs_read_max).legs(problem.vehicles[0], np.array([3, 2]))

    assert legs.there_s.tolist() == there_s
    assert legs.closed.tolist() == [False, False]
