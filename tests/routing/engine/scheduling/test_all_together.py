"""Every feature at once: the schedule holds, nothing is back earlier, and nothing that is leaves later."""

import dataclasses

from hypothesis import given, settings

from logistics.routing.engine import InfeasibleRoute, Plan, Route, check, schedule_route
from logistics.routing.engine.costs import plan_cost
from logistics.routing.engine.scheduling.plain import is_plain, plain_route
from logistics.routing.engine.scheduling.stepwise import stepwise_route
from logistics.routing.engine.scheduling.trips import way_of
from tests.routing.engine.scheduling.random_routes import DAY_S, Case, cases, returns


def scheduled(case: Case) -> Route:
    return schedule_route(case.problem, case.vehicle, case.problem.stops, case.reload_before)


def departures(case: Case, since_s: int) -> range:
    """When the vehicle may leave: at once if it is underway, else when its hours begin and the first trip is packed."""
    start_s = case.problem.hours_of(case.vehicle).start_s
    if case.vehicle.underway is not None:
        return range(start_s, start_s + 1)
    until = min(case.reload_before, default=len(case.problem.stops))
    packed_s = [stop.released_s or 0 for stop in case.problem.stops[:until]]
    return range(max(start_s, since_s, *packed_s), DAY_S + 1)


@settings(max_examples=300, deadline=None)
@given(cases())
def test_a_schedule_passes_the_check(case):
    try:
        route = scheduled(case)
    except InfeasibleRoute:
        return
    plan = Plan(routes=(route,), dropped=(), cost=plan_cost(case.problem, [route]), solver="", seconds=0, solutions=1)
    assert check(case.problem, plan) == ()


@settings(max_examples=150, deadline=None)
@given(cases())
def test_nothing_is_back_earlier_and_nothing_that_is_leaves_later_or_is_less_late(case):
    try:
        route = scheduled(case)
    except InfeasibleRoute:
        assert not any(returns(case, depart_s=depart_s) for depart_s in departures(case, 0))
        return
    assert min(min(returns(case, depart_s=d), default=DAY_S) for d in departures(case, 0)) == route.return_s
    ends_s = {stop.id: stop.windows[-1].end_s for stop in case.problem.stops}
    starts_s = {visit.stop: max(visit.start_s, ends_s[visit.stop]) for visit in route.visits}
    assert route.return_s in returns(case, depart_s=route.depart_s, starts_by_s=starts_s)
    for depart_s in departures(case, route.depart_s + 1):
        assert depart_s <= route.depart_s or route.return_s not in returns(
            case, depart_s=depart_s, starts_by_s=starts_s
        )
    for stop, start_s in starts_s.items():
        # With breaks, one stop may be less late if another is later.
        if start_s > ends_s[stop] and not case.vehicle.breaks:
            sooner = {stop: start_s - 1}
            assert not any(route.return_s in returns(case, depart_s=d, starts_by_s=sooner) for d in departures(case, 0))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_closed_form_and_the_steps_agree_on_plain_routes(case):
    vehicle = dataclasses.replace(case.vehicle, breaks=())
    stops = tuple(dataclasses.replace(stop, further_windows=()) for stop in case.problem.stops)
    problem = dataclasses.replace(case.problem, vehicles=(vehicle,), stops=stops, speeds=())
    assert is_plain(problem, vehicle, stops)
    way = way_of(problem, vehicle, stops, ())
    try:
        expected = stepwise_route(problem, vehicle, stops, (), way)
    except InfeasibleRoute as error:
        expected = str(error)
    try:
        found = plain_route(problem, vehicle, stops, way)
    except InfeasibleRoute as error:
        found = str(error)
    assert found == expected
