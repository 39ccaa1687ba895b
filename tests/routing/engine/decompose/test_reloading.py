"""Plans in which vehicles load again come through parts, processes and failures as they were."""

from __future__ import annotations

import pytest

from logistics.routing.engine import Problem, TimeWindow, check
from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.decomposed import Decomposed, Sizes
from logistics.routing.engine.decompose.part_solvers import EitherParts, RichParts
from logistics.routing.engine.decompose.processes import InProcesses
from logistics.routing.engine.decompose.starting import known_orders
from logistics.routing.engine.decompose.tasks import PartSolver
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.decompose.runs import SMALL, Recording, options
from tests.routing.engine.decompose.solvers import Failing, FirstFit
from tests.routing.engine.reloading import POSITIONS, a_loader, loads


def far_apart() -> Problem:
    """Seven days as in `waiting`, a vehicle each, and for V0 one as in `passing`."""
    early = TimeWindow(start_s=0, end_s=400)
    stops = [a_stop(f"A{k}", place=1, pinned_vehicle=f"V{k}", window=early) for k in range(8)]
    stops += [a_stop(f"B{k}", place=2, pinned_vehicle=f"V{k}", released_s=700 if k else None) for k in range(8)]
    stops.append(a_stop("M0", place=0, pinned_vehicle="V0"))
    vehicles = [a_loader(id=f"V{k}", capacity_packages=2) for k in range(8)]
    return a_problem(*stops, positions=POSITIONS, vehicles=vehicles)


def known_plan(problem: Problem) -> dict[str, object]:
    names = [vehicle.id for vehicle in problem.vehicles]
    return {
        "start": {name: [f"A{name[1:]}", *(["M0"] if name == "V0" else []), f"B{name[1:]}"] for name in names},
        "start_reloads": {name: [1] for name in names},
    }


def test_parts_begin_with_what_their_vehicles_load_in_every_round() -> None:
    problem, runner = far_apart(), Recording(answering=True)

    plan = Decomposed(solver=FirstFit(), sizes=Sizes(part_stops=4, rounds=4), runner=runner).solve(
        problem, options(**known_plan(problem))
    )

    assert [len(tasks) for tasks in runner.rounds] == [4, 4, 4, 4]
    for tasks in runner.rounds:
        begun = [task.options(seconds=1.0) for task in tasks]
        assert {name: list(at) for one in begun for name, at in (one.start_reloads or {}).items()} == {
            f"V{k}": [1] for k in range(8)
        }
        assert all((one.start or {}).keys() == (one.start_reloads or {}).keys() for one in begun)
    assert check(problem, plan) == ()
    assert loads(plan) == {f"V{k}": [1] for k in range(8)}


@pytest.mark.parametrize("solver", [FirstFit(), RichParts(), EitherParts()])
def test_a_plan_that_loads_again_comes_through_its_parts(solver: PartSolver) -> None:
    problem = far_apart()
    given = options(iterations=2, **known_plan(problem))

    plan = Decomposed(solver=solver, sizes=Sizes(part_stops=8, rounds=2)).solve(problem, given)

    assert check(problem, plan) == ()
    assert loads(plan) == {f"V{k}": [1] for k in range(8)}


def test_a_plan_that_loads_again_comes_through_processes() -> None:
    problem = far_apart()
    in_processes = InProcesses(FirstFit(), workers=2)

    try:
        plan = Decomposed(solver=FirstFit(), sizes=Sizes(part_stops=8, rounds=2), runner=in_processes).solve(
            problem, options(**known_plan(problem))
        )
    finally:
        in_processes.close()

    assert loads(plan) == {f"V{k}": [1] for k in range(8)}


def test_a_part_that_fails_keeps_where_its_start_loads_again() -> None:
    problem = far_apart()

    plan = Decomposed(solver=Failing("A0"), sizes=Sizes(part_stops=8, rounds=1)).solve(
        problem, options(**known_plan(problem))
    )

    assert loads(plan) == {f"V{k}": [1] for k in range(8)}


def test_who_cancels_gets_the_start_with_its_reloads() -> None:
    problem = far_apart()

    plan = Decomposed(solver=FirstFit(), sizes=SMALL).solve(
        problem, options(**known_plan(problem)), cancelled=lambda: True
    )

    assert (plan.dropped, loads(plan)) == ((), {f"V{k}": [1] for k in range(8)})


def test_where_a_start_loads_again_moves_with_the_stops_of_it_that_are_known() -> None:
    stops = [a_stop(name) for name in "ABC"] + [a_stop(name, together="pair") for name in ("pair 1", "pair 2")]
    vehicles = [a_vehicle(id=name, reloads=2, capacity_packages=2) for name in "VW"]
    atlas = Atlas(a_problem(*stops, vehicles=vehicles))
    start = {"V": ["gone", "pair 1", "A", "B"], "W": ["pair 2", "C"]}

    told = known_orders(atlas, options(start=start, start_reloads={"V": [2, 3]}))
    guessed = known_orders(atlas, options(start=start))

    assert (told.routes, told.reloads) == ({0: [0, 1], 1: [2]}, {0: (1,), 1: ()})
    assert guessed.reloads == {0: (1,), 1: ()}  # B was the third package
