"""Whatever comes back serves the stop, and no less would have done in the same routes."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import Break, InfeasibleRoute, SolveOptions, TimeWindow, check, schedule_route
from logistics.routing.engine.relaxing import Relaxation, RelaxationKind, apply, relaxations
from logistics.routing.engine.solvers.closing import closed_plan
from logistics.routing.engine.solvers.insertion import OpenRoute, best_insertion
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle

Kind = RelaxationKind
IN_UNITS = {
    Kind.WINDOW_LATER,
    Kind.WINDOW_EARLIER,
    Kind.RELEASE_EARLIER,
    Kind.MOST_STOPS,
    Kind.LONGEST_S,
    Kind.LONGEST_M,
    Kind.CAPACITY_G,
    Kind.CAPACITY_PACKAGES,
    Kind.CAPACITY_ML,
    Kind.SHIFT_LATER,
    Kind.SHIFT_EARLIER,
    Kind.DEPOT_LATER,
    Kind.DEPOT_EARLIER,
    Kind.ONE_MORE_VEHICLE,
}


def maybe(strategy):
    return st.one_of(st.none(), strategy)


def spans(latest, shortest=0):
    return st.tuples(st.integers(0, latest), st.integers(shortest, shortest + 600)).map(
        lambda pair: TimeWindow(start_s=pair[0], end_s=sum(pair))
    )


@st.composite
def small_fleets(draw):
    """One or two vehicles with little of everything, five to seven stops along a line."""
    rest = st.integers(200, 900).map(lambda at: Break(earliest_s=at, latest_s=at + 300, duration_s=100))
    vehicles = [
        a_vehicle(
            id=name,
            capacity_g=draw(st.integers(200, 500)),
            capacity_packages=draw(st.integers(2, 6)),
            capacity_ml=draw(maybe(st.integers(20, 60))),
            shift=draw(spans(300, 900)),
            longest_s=draw(maybe(st.integers(300, 900))),
            longest_m=draw(maybe(st.integers(3_000, 9_000))),
            most_stops=draw(maybe(st.integers(1, 3))),
            skills=draw(st.frozensets(st.just("cold"))),
            reloads=draw(st.sampled_from([0, 0, 1])),
            reload_s=20,
            breaks=tuple(draw(st.lists(rest, max_size=1))),
            fixed_cost=draw(st.integers(0, 900)),
        )
        for name in ["V", "W"][: draw(st.integers(1, 2))]
    ]
    stops = [
        a_stop(
            f"S{number}",
            place=draw(st.integers(1, 5)),
            demand_g=draw(st.integers(50, 300)),
            packages=draw(st.integers(0, 3)),
            volume_ml=draw(st.integers(0, 30)),
            window=draw(spans(900)),
            service_s=draw(st.integers(0, 60)),
            released_s=draw(maybe(st.integers(0, 500))),
            skills=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"cold"})])),
            vehicles_forbidden=draw(st.sampled_from([frozenset(), frozenset(), frozenset("V")])),
            together=draw(st.sampled_from([None, None, None, "g"])),
            drop_cost=draw(st.sampled_from([None, None, None, 100])),
        )
        for number in range(draw(st.integers(5, 7)))
    ]
    depot = a_depot(opens_s=draw(st.integers(0, 200)), closes_s=draw(st.integers(1_000, 1_800)))
    return a_problem(*stops, positions=(0, 60, 150, 210, 260, 330), depots=[depot], vehicles=vehicles)


def served_by(plan):
    return {visit.stop for route in plan.routes for visit in route.visits}


def amount_less(problem, relaxation: Relaxation):
    """The relaxation with one unit less, or None if nothing is left of it."""
    if relaxation.kind is Kind.ONE_MORE_VEHICLE:
        later = relaxation.from_s + 1
        none_left = later > problem.vehicle(relaxation.vehicle).shift.end_s
        return None if none_left else dataclasses.replace(relaxation, from_s=later)
    return dataclasses.replace(relaxation, amount=relaxation.amount - 1) if relaxation.amount > 1 else None


def admits(problem, relaxation, stop_ids):
    """Whether the stops fit into the witness' routes without them, under this relaxation."""
    relaxed = problem if relaxation is None else apply(problem, relaxation)
    witness = relaxation.witness if relaxation is not None else None
    orders = {}
    for route in witness.routes:
        names = [visit.stop for visit in route.visits]
        kept = [index for index, name in enumerate(names) if name not in stop_ids]
        reloads = {sum(index < reload.before for index in kept) for reload in route.reloads}
        orders[route.vehicle] = (
            [relaxed.stop(names[index]) for index in kept],
            sorted(reload for reload in reloads if 0 < reload < len(kept)),
        )
    for vehicle in relaxed.vehicles:
        stops, reloads = orders.get(vehicle.id, ([], []))
        try:
            if stops:
                schedule_route(relaxed, vehicle, stops, reloads)
        except InfeasibleRoute:
            return False  # with less, not even the others can be driven so
    host = next(route.vehicle for route in witness.routes if stop_ids & {visit.stop for visit in route.visits})
    vehicle = relaxed.vehicle(host)
    route = OpenRoute(relaxed, vehicle, *orders.get(host, ([], [])))
    return best_insertion([route], relaxed.stop(min(stop_ids))) is not None


def kinds_in(relaxation: Relaxation):
    return frozenset({relaxation.kind} if relaxation.also is None else {relaxation.kind, relaxation.also.kind})


def assert_they_serve(problem, plan, relaxed):
    for one in relaxed:
        assert check(apply(problem, one), one.witness) == ()
        assert served_by(plan) | {one.stop} <= served_by(one.witness)
        assert one.cost_cents == one.witness.cost - plan.cost
        group = {
            s.id
            for s in problem.stops
            if s.id == one.stop or (s.together and s.together == problem.stop(one.stop).together)
        }
        if one.kind in IN_UNITS and len(group) == 1:
            assert admits(problem, one, group)
            less = amount_less(problem, one)
            assert less is None or not admits(problem, less, group)


@settings(max_examples=150, deadline=None, print_blob=True)
@given(problem=small_fleets())
def test_every_relaxation_serves_the_stop_and_no_less_would(problem):
    plan = closed_plan(problem, {}, "insertion", 0.0, 1)

    for dropped in plan.dropped:
        relaxed = relaxations(problem, plan, dropped.stop, time_limit_s=0)

        assert_they_serve(problem, plan, relaxed)
        assert [one.effort for one in relaxed] == sorted(one.effort for one in relaxed)
        assert len({kinds_in(one) for one in relaxed}) == len(relaxed)


class TriesEveryVehicle:
    """A solver for tests: inserts the stops in several orders, from an empty plan, and keeps the best."""

    name = "tries"

    def can_express(self, problem):
        return None

    def solve(self, problem, options: SolveOptions, *, on_progress, cancelled):
        plans = []
        for turn in range(4):
            stops = problem.stops[turn:] + problem.stops[:turn]
            plans.append(closed_plan(dataclasses.replace(problem, stops=stops), {}, self.name, 0.0, 1))
        best = min(plans, key=lambda plan: (len(plan.dropped), plan.cost))
        return dataclasses.replace(best)


@settings(max_examples=60, deadline=None, print_blob=True)
@given(problem=small_fleets())
def test_what_a_search_makes_smaller_serves_the_stop_too(problem):
    plan = closed_plan(problem, {}, "insertion", 0.0, 1)

    for dropped in plan.dropped[:1]:
        by_insertion = relaxations(problem, plan, dropped.stop, time_limit_s=0)
        relaxed = relaxations(problem, plan, dropped.stop, time_limit_s=30, solver=TriesEveryVehicle())

        assert_they_serve(problem, plan, relaxed)
        efforts = {kinds_in(one): one.effort for one in relaxed}
        if frozenset({Kind.SEARCH_LONGER}) not in efforts and all(one.also is None for one in by_insertion):
            assert all(efforts[kinds_in(one)] <= one.effort for one in by_insertion)


def either_less(problem, pair: Relaxation):
    """The pair with one unit less of one of its halves, for those of its halves that have units."""
    if pair.kind in IN_UNITS and (less := amount_less(problem, pair)) is not None:
        yield less
    if pair.also.kind in IN_UNITS and (less := amount_less(problem, pair.also)) is not None:
        yield dataclasses.replace(pair, also=less)


@settings(max_examples=100, deadline=None, print_blob=True)
@given(problem=small_fleets(), late=st.integers(0, 200), heavy=st.integers(0, 600))
def test_every_pair_serves_the_stop_where_no_single_kind_does_and_no_less_of_either_would(problem, late, heavy):
    hard = a_stop("S", place=5, demand_g=500 + heavy, window=TimeWindow(start_s=0, end_s=late))
    problem = dataclasses.replace(problem, stops=(*problem.stops, hard))
    plan = closed_plan(problem, {}, "insertion", 0.0, 1)

    relaxed = relaxations(problem, plan, "S", time_limit_s=0)

    assert len(relaxed) <= 3 or relaxed[0].also is None
    for pair in relaxed:
        assert check(apply(problem, pair), pair.witness) == ()
        assert served_by(plan) | {"S"} <= served_by(pair.witness)
        if pair.also is not None:
            assert check(apply(problem, dataclasses.replace(pair, also=None)), pair.witness) != ()
            assert check(apply(problem, pair.also), pair.witness) != ()
            assert pair.effort >= pair.also.effort
            first = either_less(problem, pair)
            assert not any(admits(problem, less, {"S"}) for less in first)
