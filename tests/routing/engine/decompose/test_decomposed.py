"""The rounds over all parts: plans that hold, that repeat, and that are never worse than what was known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from logistics.routing.engine import Problem, Progress, SolveOptions, check
from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.decomposed import Decomposed, Sizes
from logistics.routing.engine.decompose.part_solvers import EitherParts, KernelParts, RichParts
from logistics.routing.engine.decompose.parts import Routes
from logistics.routing.engine.decompose.processes import InProcesses
from logistics.routing.engine.decompose.starting import known_orders
from logistics.routing.engine.decompose.tasks import PartSolver, Stretch
from logistics.routing.engine.decompose.threads import InThreads
from logistics.routing.engine.solvers.portfolio import WHOLE_STOPS, Portfolio
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.decompose.runs import GENEROUS_S, SMALL, Recording, options
from tests.routing.engine.decompose.solvers import Failing, FirstFit
from tests.routing.engine.decompose.towns import a_town, mixed_towns


def test_every_stop_of_a_town_is_served() -> None:
    town = a_town(64)

    plan = Decomposed(solver=FirstFit(), sizes=SMALL).solve(town, options())

    assert check(town, plan) == ()
    assert plan.dropped == ()
    assert plan.solver == "decomposed"


@settings(max_examples=40)
@given(mixed_towns())
def test_plans_hold_whatever_ties_stops_and_vehicles(problem: Problem) -> None:
    plan = Decomposed(solver=FirstFit(), sizes=SMALL).solve(problem, options())

    assert check(problem, plan) == ()


def test_threads_and_processes_give_the_same_plan_again_and_again() -> None:
    town = a_town(48)
    in_processes = InProcesses(FirstFit(), workers=2)

    try:
        plans = [
            Decomposed(solver=FirstFit(), sizes=SMALL, runner=runner).solve(town, options(seed=5))
            for runner in (InThreads(FirstFit(), workers=2), InThreads(FirstFit(), workers=2), in_processes)
        ]
    finally:
        in_processes.close()

    assert plans[0] == plans[1] == plans[2]
    assert plans[0] != Decomposed(solver=FirstFit(), sizes=SMALL).solve(town, options(seed=6))


def test_a_part_that_fails_keeps_its_start() -> None:
    town = a_town(40, vehicles=8)
    whole = Decomposed(solver=FirstFit(), sizes=SMALL).solve(town, options())
    start = {route.vehicle: [visit.stop for visit in route.visits] for route in whole.routes}

    plan = Decomposed(solver=Failing("S0"), sizes=SMALL).solve(town, options(start=start))

    assert plan.dropped == ()
    assert plan.routes == whole.routes


def test_the_cooling_runs_over_all_rounds_and_iterations_are_shared_out() -> None:
    runner = Recording(answering=True)
    Decomposed(solver=FirstFit(), sizes=SMALL, runner=runner).solve(a_town(40), options(iterations=100))

    stretches = [tasks[0].stretch for tasks in runner.rounds]
    assert stretches == [Stretch(begin=k / 4, end=(k + 1) / 4) for k in range(4)]
    assert {task.iterations for tasks in runner.rounds for task in tasks} == {25}
    assert [len(tasks) for tasks in runner.rounds] == [4, 4, 4, 4]
    assert len({task.seed for tasks in runner.rounds for task in tasks}) == 16


def test_seconds_are_shared_by_turns() -> None:
    runner = Recording()

    Decomposed(solver=FirstFit(), sizes=SMALL, runner=runner).solve(a_town(40), options(iterations=None))

    assert len(runner.rounds) == 3  # of none a part came back
    first = runner.rounds[0]
    # 4 rounds of 4 parts, 2 side by side: 8 turns in what is left of the limit
    assert all(GENEROUS_S / 8 * 0.9 < task.seconds < GENEROUS_S / 8 for task in first)


def test_a_small_town_is_one_part() -> None:
    runner = Recording()

    Decomposed(solver=FirstFit(), sizes=SMALL, runner=runner).solve(a_town(9), options())

    assert {len(tasks) for tasks in runner.rounds} == {1}


def test_who_cancels_gets_the_start() -> None:
    town = a_town(20)
    asked: list[Progress] = []

    plan = Decomposed(solver=FirstFit(), sizes=SMALL).solve(
        town, options(start={"V0": ["S1", "S2"]}), on_progress=asked.append, cancelled=lambda: True
    )

    assert [(route.vehicle, [visit.stop for visit in route.visits]) for route in plan.routes] == [("V0", ["S1", "S2"])]
    assert len(plan.dropped) == 18
    assert check(town, plan) == ()


def test_what_no_part_could_take_is_inserted_at_the_end() -> None:
    town = a_town(16, vehicles=2)

    plan = Decomposed(solver=Failing("S0"), sizes=Sizes(part_stops=4, rounds=1)).solve(town, options())

    # 1,200 g a vehicle, 16 × 100 g: there is room for all, wherever the part that failed was
    assert plan.dropped == ()
    assert check(town, plan) == ()


@pytest.mark.parametrize("solver", [KernelParts(), RichParts(), EitherParts()])
def test_the_engines_own_searches_solve_parts(solver: PartSolver) -> None:
    town = a_town(24, vehicles=4)
    start = {"V0": ["S3", "S2", "S1"], "V1": ["S9", "S8"]}
    given = SolveOptions(time_limit_s=GENEROUS_S, seed=3, iteration_limit=1, workers=1, start=start)

    one, other = (solver.solve_part(town, given, Stretch(begin=0.5, end=1.0), lambda: False) for _ in range(2))

    assert one == other
    assert one.dropped == ()
    assert check(town, one) == ()


def test_rules_that_the_kernel_does_not_know_are_the_others_business() -> None:
    late = a_town(8, vehicles=2, changed={0: {"released_s": 500}})

    assert KernelParts().can_express(late) is not None
    assert EitherParts().can_express(late) is None
    plan = EitherParts().solve_part(late, options(iterations=1, workers=1), Stretch(), lambda: False)
    assert plan.solver == "rich-ruin-recreate"
    assert check(late, plan) == ()


def test_progress_is_told() -> None:
    told: list[Progress] = []

    plan = Decomposed(solver=FirstFit(), sizes=SMALL).solve(a_town(40), options(), on_progress=told.append)

    assert told
    assert told[-1].dropped >= len(plan.dropped)


def test_what_of_a_start_is_strange_is_left_out() -> None:
    vehicles = [a_vehicle(id="A"), a_vehicle(id="B")]
    stops = [
        a_stop("free", depot=None),
        a_stop("only A", vehicles_allowed=frozenset("A")),
        a_stop("pair 1", together="pair"),
        a_stop("pair 2", together="pair"),
    ]
    atlas = Atlas(a_problem(*stops, vehicles=vehicles))

    def known(start: dict[str, list[str]] | None) -> Routes:
        return known_orders(atlas, options(start=start)).routes

    assert known({"A": ["pair 1", "gone"], "B": ["only A", "free", "free", "pair 2"], "C": ["only A"]}) == {1: [0]}
    assert known({"A": ["pair 2", "only A", "pair 1"]}) == {0: [3, 1, 2]}
    assert known(None) == {}


def test_the_portfolio_splits_what_is_larger_than_a_town() -> None:
    def solver_of(stops: int) -> str:
        return Portfolio(parts=Recording()).solve(a_town(stops), options(), cancelled=lambda: True).solver

    assert solver_of(WHOLE_STOPS + 1) == "decomposed"
    assert solver_of(WHOLE_STOPS) == "portfolio"
