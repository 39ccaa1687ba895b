"""Threads and processes solve the same parts alike, and a part that fails is simply not reported."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from logistics.routing.engine import Plan, Problem
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.decompose.processes import InProcesses
from logistics.routing.engine.decompose.tasks import PartRunner, PartSolver, PartTask, Stretch
from logistics.routing.engine.decompose.threads import InThreads
from tests.routing.engine.decompose.solvers import Dying, Failing, FirstFit
from tests.routing.engine.decompose.test_splits import split_first
from tests.routing.engine.decompose.towns import a_town

SOON_S = 120.0


@pytest.fixture(params=[InThreads, InProcesses])
def kind(request: pytest.FixtureRequest) -> type[InThreads | InProcesses]:
    found: type[InThreads | InProcesses] = request.param
    return found


@pytest.fixture(scope="module")
def processes() -> Iterator[InProcesses]:
    runner = InProcesses(FirstFit(), workers=2)
    yield runner
    runner.close()


def tasks_of(town: Problem, parts: list[Part], seconds: float = SOON_S) -> list[PartTask]:
    return [
        PartTask(whole=town, part=part, seed=number, seconds=seconds, iterations=None, stretch=Stretch())
        for number, part in enumerate(parts)
    ]


def run(runner: PartRunner, tasks: list[PartTask], *, end_s: float | None = None) -> dict[int, Plan]:
    found: dict[int, Plan] = {}
    runner.run(
        tasks,
        end_s=time.monotonic() + SOON_S if end_s is None else end_s,
        must_stop=lambda: False,
        done=found.__setitem__,
    )
    return found


def closed(kind: type[InThreads | InProcesses], solver: PartSolver, tasks: list[PartTask]) -> dict[int, Plan]:
    runner = kind(solver, workers=2)
    try:
        return run(runner, tasks)
    finally:
        runner.close()


def test_threads_and_processes_find_the_same_plans(processes: InProcesses) -> None:
    town = a_town(40, vehicles=8)
    tasks = tasks_of(town, split_first(town, 4))

    in_threads, in_processes = run(InThreads(FirstFit(), workers=2), tasks), run(processes, tasks)

    assert sorted(in_threads) == [0, 1, 2, 3]
    assert in_threads == in_processes


def test_a_part_that_fails_leaves_the_others_alone(
    kind: type[InThreads | InProcesses], caplog: pytest.LogCaptureFixture
) -> None:
    town = a_town(40)
    parts = split_first(town, 4)
    lost = parts[2].stops[0]

    found = closed(kind, Failing(f"S{lost}"), tasks_of(town, parts))

    assert sorted(found) == [0, 1, 3]
    assert "was not solved" in caplog.text


def test_a_part_that_cannot_be_stated_leaves_the_others_alone(kind: type[InThreads | InProcesses]) -> None:
    town = a_town(16, vehicles=2, changed={0: {"pinned_vehicle": "V0"}})
    wrong = Part(vehicles=(1,), stops=(0, 1), routes={})
    right = Part(vehicles=(0,), stops=(2, 3), routes={})

    found = closed(kind, FirstFit(), tasks_of(town, [wrong, right]))

    assert sorted(found) == [1]


def test_a_killed_process_loses_its_parts_and_no_others(caplog: pytest.LogCaptureFixture) -> None:
    town = a_town(40)
    parts = split_first(town, 4)
    runner = InProcesses(Dying(f"S{parts[0].stops[0]}"), workers=1)  # one at a time: the others wait

    try:
        found = run(runner, tasks_of(town, parts))
    finally:
        runner.close()

    assert sorted(found) == [1, 2, 3]
    assert "a process died" in caplog.text
    assert runner.process_ids() == []


def test_nothing_is_begun_when_the_time_is_up(processes: InProcesses) -> None:
    town = a_town(40)
    tasks = tasks_of(town, split_first(town, 4))

    assert run(InThreads(FirstFit(), workers=2), tasks, end_s=time.monotonic()) == {}
    assert run(processes, tasks, end_s=time.monotonic()) == {}


def test_a_wish_to_stop_is_passed_on(processes: InProcesses) -> None:
    town = a_town(40)
    tasks = tasks_of(town, split_first(town, 4))
    asked = []

    for runner in (InThreads(FirstFit(), workers=1), processes):
        found: dict[int, Plan] = {}
        runner.run(
            tasks * 50,
            end_s=time.monotonic() + SOON_S,
            must_stop=lambda: not asked.append(1),
            done=found.__setitem__,
        )
        assert len(found) < 200


def test_an_error_of_the_caller_ends_the_run_and_is_raised(kind: type[InThreads | InProcesses]) -> None:
    town = a_town(40)
    runner = kind(FirstFit(), workers=2)

    def done(number: int, plan: Plan) -> None:
        raise LookupError("the caller's own")

    try:
        with pytest.raises(LookupError, match="the caller's own"):
            runner.run(
                tasks_of(town, split_first(town, 4)),
                end_s=time.monotonic() + SOON_S,
                must_stop=lambda: False,
                done=done,
            )
    finally:
        runner.close()


class Leaving(FirstFit):
    """A solver that ends its thread."""

    def solve_part(self, *_: object) -> Plan:
        raise SystemExit("enough")


def test_what_ends_a_thread_is_raised_and_no_part_is_lost_in_silence() -> None:
    town = a_town(16)

    with pytest.raises(SystemExit, match="enough"):
        run(InThreads(Leaving(), workers=2), tasks_of(town, split_first(town, 2)))
