"""The engines together: never worse than what OR-Tools constructs, and around what one of them cannot express."""

import dataclasses
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import (
    Break,
    DropReason,
    OrToolsRouting,
    SolveOptions,
    SpeedSlot,
    TimeWindow,
    Underway,
    check,
    solve,
)
from logistics.routing.engine.plan import Dropped
from logistics.routing.engine.solvers import recipes
from logistics.routing.engine.solvers.closing import plan_value
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.pyvrp_search import STOPS_MAX, PyvrpSearch
from logistics.routing.engine.solvers.ruin_recreate import RuinRecreate
from logistics.routing.engine.solvers.watching import Watch
from tests.routing.engine.builders import a_plan, a_problem, a_stop, a_vehicle
from tests.routing.engine.test_solve import a_small_problem, best_by_brute_force, problems
from tests.routing.engine.towns import a_town


def started(problem, seed=0):
    options = SolveOptions(time_limit_s=30, seed=seed)
    return OrToolsRouting(start_only=True).solve(problem, options, on_progress=None, cancelled=None)


@settings(max_examples=150, deadline=None, print_blob=True)
@given(problem=problems(), seed=st.integers(0, 2**31 - 1), solver=st.sampled_from([Portfolio, PyvrpSearch]))
def test_every_plan_holds_and_none_is_worse_than_its_start(problem, seed, solver):
    options = SolveOptions(time_limit_s=30, iteration_limit=5, seed=seed)

    plan = solver().solve(problem, options, on_progress=None, cancelled=None)

    assert check(problem, plan) == ()
    places = Counter(visit.stop for route in plan.routes for visit in route.visits)
    places.update(dropped.stop for dropped in plan.dropped)
    assert places == Counter(stop.id for stop in problem.stops)
    if solver is Portfolio:
        assert plan_value(problem, plan) <= plan_value(problem, started(problem, seed))


@pytest.mark.parametrize("seed", range(4))
def test_six_stops_are_solved_to_the_optimum(seed):
    problem = a_small_problem(seed + 100, stop_count=6)
    served, cost = best_by_brute_force(problem)

    plan = solve(problem, SolveOptions(time_limit_s=30, iteration_limit=40))

    assert (plan.solver, sum(len(route.visits) for route in plan.routes), plan.cost) == ("portfolio", served, cost)


def test_the_start_is_improved():
    problem = a_town(40)

    plan = solve(problem, SolveOptions(time_limit_s=60, iteration_limit=20))

    assert plan_value(problem, plan) < plan_value(problem, started(problem))


def test_a_small_town_is_back_before_its_time_is_up():
    plan = solve(a_town(10), SolveOptions(time_limit_s=60))

    assert plan.seconds < 20  # 600 steps in each thread take less than a second of an idle core


def with_reloads(problem):
    vehicles = tuple(dataclasses.replace(vehicle, reloads=1, reload_s=60) for vehicle in problem.vehicles)
    return dataclasses.replace(problem, vehicles=vehicles)


def test_what_the_kernel_cannot_hold_the_rich_search_plans_and_pyvrp_improves_if_it_can():
    problem = with_reloads(a_town(12))
    search = PyvrpSearch(stops_max=11)
    options = SolveOptions(time_limit_s=30, iteration_limit=5)

    assert RuinRecreate().can_express(problem) == "vehicle 'V0' has reloads, which ruin and recreate cannot express"
    assert search.can_express(problem) == "12 stops; PyVRP keeps to its time up to 11"
    plan = solve(problem, options, solver=Portfolio(improver=search))
    assert (plan.solver, plan.dropped) == ("rich-ruin-recreate", ())
    assert solve(problem, options, solver=Portfolio(improver=PyvrpSearch(stops_max=12))).solver == "portfolio"


def test_what_pyvrp_cannot_express_the_kernel_plans_alone():
    problem = a_town(12)
    options = SolveOptions(time_limit_s=30, iteration_limit=20)

    alone = solve(problem, options, solver=Portfolio(improver=PyvrpSearch(stops_max=11)))

    assert (alone.solver, alone.dropped) == ("portfolio", ())
    assert plan_value(problem, alone) == plan_value(problem, solve(problem, options))


@pytest.mark.parametrize("stop_count", [12, recipes.SIDE_BY_SIDE_STOPS + 1])
@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_threads_plans_the_same_again(stop_count, workers):
    problem = a_town(stop_count, vehicle_count=20)
    options = SolveOptions(time_limit_s=60, iteration_limit=3, workers=workers)

    first, second = solve(problem, options), solve(problem, options)

    assert first == second
    assert first.dropped == ()


def test_a_given_start_is_not_thrown_away():
    problem = a_town(40)
    good = solve(problem, SolveOptions(time_limit_s=60, iteration_limit=40))
    start = {route.vehicle: [visit.stop for visit in route.visits] for route in good.routes}

    again = solve(problem, SolveOptions(time_limit_s=60, iteration_limit=1, start=start))

    assert plan_value(problem, again) <= plan_value(problem, good)


def test_a_start_the_problem_does_not_know_is_used_as_far_as_it_holds():
    problem = a_town(12)
    start = {"V0": ["S1", "nobody", "S3"], "gone": ["S2"], "V1": ["S1", "S4"]}

    plan = solve(problem, SolveOptions(time_limit_s=60, iteration_limit=1, start=start))

    assert plan.dropped == ()


def test_everything_else_pyvrp_can_express():
    assert PyvrpSearch().can_express(a_town(30)) is None
    assert STOPS_MAX >= 1_000


def test_a_stop_is_dropped_when_its_price_is_below_its_cost():
    # Alone it costs 405 cents.
    cheap, dear = (a_problem(a_stop(drop_cost=price)) for price in (404, 406))
    options = SolveOptions(time_limit_s=30, iteration_limit=5)

    assert [dropped.reason for dropped in solve(cheap, options).dropped] == [DropReason.NOT_WORTH_IT]
    assert solve(dear, options).dropped == ()


def test_serving_more_comes_before_money_and_a_price_is_money():
    problem = a_problem(a_stop(), a_stop("P", drop_cost=10), a_stop("T"), vehicles=[a_vehicle()])
    left_out = {name: Dropped(stop=name, reason=DropReason.FLEET_FULL, detail={}) for name in "SPT"}

    # 405 cents of 18,000 units; a stop of one package weighs 10 + 1.
    assert plan_value(problem, a_plan()) == (0, 405 * 18_000)
    assert plan_value(problem, a_plan(dropped=(left_out["P"],))) == (0, 415 * 18_000)
    assert plan_value(problem, a_plan(dropped=(left_out["T"], left_out["P"]))) == (11, 415 * 18_000)


VEHICLE_RULES = {
    "reloads": {"reloads": 1, "reload_s": 5},
    "breaks": {"breaks": (Break(earliest_s=0, latest_s=5_000, duration_s=10),)},
    "underway": {"underway": Underway(place=1, ready_s=5)},
}
STOP_RULES = {
    "released": {"released_s": 20},
    "two windows": {
        "window": TimeWindow(start_s=0, end_s=10),
        "further_windows": (TimeWindow(start_s=400, end_s=900),),
    },
    "late": {"window": TimeWindow(start_s=0, end_s=10), "late_cents_per_h": 10},
    "together": {"together": "pair"},
    "pinned": {"pinned_vehicle": "V", "pinned_position": 1},
}
PROBLEM_RULES = {
    "speeds": {"speeds": (SpeedSlot(start_s=0, percent=50),)},
    "balance": {"longest_route_cents_per_h": 100},
}


@pytest.mark.parametrize(
    ("vehicle", "stop", "problem"),
    [
        *(pytest.param(rule, {}, {}, id=name) for name, rule in VEHICLE_RULES.items()),
        *(pytest.param({}, rule, {}, id=name) for name, rule in STOP_RULES.items()),
        *(pytest.param({}, {}, rule, id=name) for name, rule in PROBLEM_RULES.items()),
        pytest.param(VEHICLE_RULES["reloads"], STOP_RULES["released"], PROBLEM_RULES["speeds"], id="several"),
    ],
)
def test_whatever_a_problem_asks_for_somebody_plans_it(vehicle, stop, problem):
    plan = solve(
        a_problem(a_stop("A", **stop), a_stop("B", place=2), vehicles=[a_vehicle(**vehicle)], **problem),
        SolveOptions(time_limit_s=60, iteration_limit=2),
    )

    assert plan.dropped == ()


class Traced(recipes.Recipe):
    """A recipe that tells which phases began, and when each was to end as a share of the time."""

    def __init__(self, problem, **options):
        options = SolveOptions(workers=2, **options)
        super().__init__(problem, options, Watch(problem, 0.0, None, None), name="traced", started_s=time.monotonic())
        self.phases = []

    def _anneal(self, until, *, workers, pooled):
        self.phases.append(("kernel", until))
        super()._anneal(until, workers=workers, pooled=pooled)

    def _recombine(self, until):
        self.phases.append(("recombined", until))
        super()._recombine(until)

    def _polish(self, after):
        self.phases.append(("polished", after))
        super()._polish(after)


def phases(problem, *, polished=True, **options):
    recipe = Traced(problem, **options)
    assert check(problem, recipe.run(polished=polished)) == ()
    return recipe.phases


def test_pyvrp_polishes_only_where_it_searches_for_longer_than_it_takes_to_begin():
    # 310 stops: 4e-7 × 310² = 0.03844 s to begin, and as long to search, in 0.14 of the time: 0.5492 s in all.
    problem = a_town(310, vehicle_count=40)
    polished = [("kernel", 0.86), ("recombined", 0.9), ("polished", 0.86)]

    assert phases(problem, time_limit_s=0.54) == [("kernel", 1.0), ("recombined", 1.0)]
    assert phases(problem, time_limit_s=0.56) == polished
    assert phases(problem, time_limit_s=0.54, iteration_limit=1) == polished  # the clock must not decide


def test_what_pyvrp_cannot_express_leaves_time_for_recombination():
    town = a_town(20)
    recombined = [("kernel", 0.96), ("recombined", 1.0)]

    assert phases(town, polished=False, time_limit_s=30, iteration_limit=2) == recombined
    # 0.04 of the time must be 0.1 s, and 20 stops a vehicle the most.
    assert phases(a_town(40), polished=False, time_limit_s=2.4) == [("kernel", 1.0), ("recombined", 1.0)]
    long = a_town(21, vehicle_count=1)
    assert phases(long, polished=False, time_limit_s=30, iteration_limit=2) == [("kernel", 1.0), ("recombined", 1.0)]


def test_what_closing_a_plan_took_is_kept_free_for_every_thread():
    recipe = Traced(a_town(20), time_limit_s=30.0)
    at_first = recipe._end_s - recipe._started_s
    assert at_first == pytest.approx(30 - 0.2 - 20 * 1e-4)

    recipe._spare(0.01)  # two threads and one more: less than what is kept free anyway
    assert recipe._end_s - recipe._started_s == pytest.approx(at_first)
    recipe._spare(2.0)
    assert recipe._end_s - recipe._started_s == pytest.approx(30 - 3 * 2.0)
    recipe._spare(20.0)  # never before now
    assert recipe._end_s == pytest.approx(time.monotonic(), abs=1.0)
