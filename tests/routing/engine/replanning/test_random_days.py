"""Whatever happens on the way: what was to stay stays, and the rest holds."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import Break, SolveOptions, TimeWindow, check
from logistics.routing.engine.replanning import Driven, StopDropped, StopMoved, replan
from logistics.routing.engine.solvers.closing import closed_plan, orders_of, plan_value, reloads_of
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.replanning.test_replan import Fresh, Still

OPTIONS = SolveOptions(time_limit_s=30)
WIDE = TimeWindow(start_s=0, end_s=9_000)


@st.composite
def days(draw):
    """A day of two or three vehicles and its plan, which inserts what fits."""
    breaks = st.integers(200, 900).map(lambda at: Break(earliest_s=at, latest_s=at + 300, duration_s=50))
    vehicles = [
        a_vehicle(
            id=name,
            capacity_packages=draw(st.integers(3, 6)),
            shift=TimeWindow(start_s=draw(st.integers(0, 200)), end_s=3_000),
            longest_s=draw(st.sampled_from([None, 1_500])),
            longest_m=draw(st.sampled_from([None, 12_000])),
            most_stops=draw(st.sampled_from([None, 3])),
            reloads=draw(st.sampled_from([0, 0, 1])),
            reload_s=30,
            breaks=tuple(draw(st.lists(breaks, max_size=1))),
            fixed_cost=draw(st.integers(0, 500)),
        )
        for name in "VWX"[: draw(st.integers(2, 3))]
    ]
    stops = []
    for number in range(draw(st.integers(4, 8))):
        start_s = draw(st.integers(0, 1_200))
        stops.append(
            a_stop(
                f"S{number}",
                place=draw(st.integers(1, 5)),
                packages=draw(st.integers(1, 3)),
                window=TimeWindow(start_s=start_s, end_s=start_s + draw(st.integers(100, 900))),
                service_s=draw(st.integers(0, 60)),
                released_s=draw(st.sampled_from([None, None, 150])),
                pinned_vehicle=draw(st.sampled_from([None, None, None, "V"])),
                together=draw(st.sampled_from([None, None, None, None, "g"])),
                drop_cost=draw(st.sampled_from([None, None, None, 300])),
            )
        )
    problem = a_problem(*stops, positions=(0, 60, 150, 210, 260, 330), vehicles=vehicles)
    return problem, closed(problem)


def closed(problem):
    """A plan into which nothing more fits: with others on the road, what was too dear may pay."""
    plan, before = closed_plan(problem, {}, "insertion", 0.0, 1), None
    while plan != before:
        before = plan
        plan = closed_plan(problem, orders_of(problem, plan), "insertion", 0.0, 1, reloads_of(plan))
    return plan


def gone_so_far(draw, problem, plan, late=False):
    """Some vehicles have driven some of their visits, on time or up to ten minutes late."""
    underway = {}
    for route in plan.routes:
        count = draw(st.integers(0, len(route.visits)))
        if count:
            last = route.visits[count - 1]
            delay_s = draw(st.sampled_from([0, 60, 600])) if late else 0
            place = problem.stop(last.stop).place
            underway[route.vehicle] = Driven(visits=count, place=place, ready_s=last.departure_s + delay_s)
    return underway


def tails(plan, underway):
    return {
        route.vehicle: tuple(visit.stop for visit in route.visits[underway[route.vehicle].visits :])
        if route.vehicle in underway
        else tuple(visit.stop for visit in route.visits)
        for route in plan.routes
    }


def orders(plan):
    return {route.vehicle: tuple(visit.stop for visit in route.visits) for route in plan.routes}


@settings(max_examples=120, deadline=None, print_blob=True)
@given(day=days(), data=st.data())
def test_when_nothing_happens_nothing_changes(day, data):
    problem, plan = day
    underway = gone_so_far(data.draw, problem, plan)

    found = replan(problem, plan, OPTIONS, underway=underway, solver=Fresh())

    assert (found.changes, found.level) == ((), 0)
    assert orders(found.plan) == {name: tail for name, tail in tails(plan, underway).items() if tail}
    assert set(found.kept) == {route.vehicle for route in plan.routes}
    assert check(found.problem, found.plan) == ()
    if not underway:
        assert (found.plan.routes, found.plan.cost) == (plan.routes, plan.cost)


def aboard(problem, plan, underway):
    """The stops of the trip each vehicle is on."""
    found = {}
    for route in plan.routes:
        if route.vehicle in underway:
            done = underway[route.vehicle].visits
            ends = [reload.before for reload in route.reloads if reload.before >= done]
            for visit in route.visits[done : min(ends, default=len(route.visits))]:
                found[visit.stop] = route.vehicle
    return found


@settings(max_examples=120, deadline=None, print_blob=True)
@given(day=days(), data=st.data())
def test_whatever_happens_what_must_stay_stays(day, data):
    problem, plan = day
    draw = data.draw
    underway = gone_so_far(draw, problem, plan, late=True)
    names = [vehicle.id for vehicle in problem.vehicles]
    broken = draw(st.frozensets(st.sampled_from(names), max_size=1))
    shut = draw(st.frozensets(st.sampled_from([stop.id for stop in problem.stops]), max_size=2))
    windows = [
        dataclasses.replace(stop, window=TimeWindow(start_s=0, end_s=400)) if stop.id in shut else stop
        for stop in problem.stops
    ]
    new = [a_stop(f"N{number}", place=draw(st.integers(1, 5)), packages=2) for number in range(draw(st.integers(0, 2)))]
    changed = dataclasses.replace(problem, stops=(*windows, *new))
    solver = draw(st.sampled_from([Still(), Fresh()]))

    found = replan(changed, plan, OPTIONS, underway=underway, broken=broken, solver=solver)

    assert check(found.problem, found.plan) == ()
    done = {name: plan_route(plan, name).visits[: state.visits] for name, state in underway.items()}
    assert found.driven == done
    served = {stop: name for name, order in orders(found.plan).items() for stop in order}
    dropped = {drop.stop for drop in found.plan.dropped}
    driven = {visit.stop for visits in done.values() for visit in visits}
    assert sorted([*served, *dropped, *driven]) == sorted(stop.id for stop in changed.stops)
    assert not broken & set(served.values())
    on_board = aboard(problem, plan, {name: state for name, state in underway.items() if name not in broken})
    for stop, vehicle in on_board.items():
        assert served.get(stop, vehicle) == vehicle
    for route in found.plan.routes:
        if route.vehicle in underway:
            first_trip = route.visits[: min((reload.before for reload in route.reloads), default=len(route.visits))]
            assert all(on_board.get(visit.stop) == route.vehicle for visit in first_trip)
    for stop in found.problem.stops:
        if stop.pinned_vehicle is not None:
            assert served.get(stop.id, stop.pinned_vehicle) == stop.pinned_vehicle
    assert_kept_and_told(plan, underway, found)


def plan_route(plan, name):
    return next(route for route in plan.routes if route.vehicle == name)


def assert_kept_and_told(plan, underway, found):
    """Kept routes are the old ones, and every stop that changes hands is told."""
    before, after = tails(plan, underway), orders(found.plan)
    assert all(before[name] == after.get(name, ()) for name in found.kept)
    was = {stop: name for name, order in before.items() for stop in order}
    now = {stop: name for name, order in after.items() for stop in order}
    moved = {(change.stop, change.before, change.after) for change in found.changes if isinstance(change, StopMoved)}
    assert moved == {(stop, was[stop], now[stop]) for stop in was if stop in now and was[stop] != now[stop]}
    lost = {change.stop for change in found.changes if isinstance(change, StopDropped) and change.vehicle is not None}
    assert lost == {stop for stop in was if stop not in now}


@settings(max_examples=60, deadline=None, print_blob=True)
@given(day=days(), data=st.data())
def test_at_level_0_only_routes_that_something_touches_change(day, data):
    problem, plan = day
    new = a_stop("N", place=data.draw(st.integers(1, 5)))
    changed = dataclasses.replace(problem, stops=(*problem.stops, new))

    found = replan(changed, plan, OPTIONS, keep_within_cents=10**9, solver=Fresh())

    hosts = {route.vehicle for route in found.plan.routes if "N" in {visit.stop for visit in route.visits}}
    if found.level == 0:
        for route in plan.routes:
            if route.vehicle not in hosts:
                assert route in found.plan.routes


@settings(max_examples=60, deadline=None, print_blob=True)
@given(day=days(), data=st.data(), bound=st.integers(0, 500))
def test_what_keeping_costs_is_within_the_bound(day, data, bound):
    problem, plan = day
    new = [a_stop(f"N{number}", place=data.draw(st.integers(1, 5))) for number in range(2)]
    changed = dataclasses.replace(problem, stops=(*problem.stops, *new))

    best = replan(changed, plan, OPTIONS, solver=Fresh())
    found = replan(changed, plan, OPTIONS, keep_within_cents=bound, solver=Fresh())

    value, least = plan_value(found.problem, found.plan), plan_value(best.problem, best.plan)
    assert value[0] == least[0]
    assert value[1] <= least[1] + bound * 18_000
    assert found.level <= best.level
