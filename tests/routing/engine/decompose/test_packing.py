"""What goes to another machine arrives as it was, and what is not ours is refused."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import Problem, Profile, SolveOptions, SpeedSlot, schedule_route
from logistics.routing.engine.decompose.packing import (
    TEXT,
    BadParcel,
    packed,
    packed_orders,
    plan_of_parcel,
    unpacked,
)
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.decompose.tasks import PartTask, Stretch
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_line, a_plan, a_problem, a_stop, a_vehicle
from tests.routing.engine.decompose.solvers import FirstFit
from tests.routing.engine.decompose.towns import mixed_towns
from tests.routing.engine.reloading import driven, waiting

OPTIONS = SolveOptions(
    time_limit_s=2.5, seed=7, iteration_limit=30, workers=1, start={"V": ("S",)}, start_reloads={"V": (0,)}
)
WHOLE_PART = Part(vehicles=(0,), stops=(0, 1), routes={})


def assert_same(problem: Problem, back: Problem) -> None:
    for field in dataclasses.fields(problem):
        if field.init and field.name not in ("seconds", "metres", "profiles"):
            assert getattr(back, field.name) == getattr(problem, field.name), field.name
    assert np.array_equal(back.seconds, problem.seconds)
    assert np.array_equal(back.metres, problem.metres)


@settings(max_examples=30)
@given(mixed_towns())
def test_a_parcel_arrives_as_it_was(problem: Problem) -> None:
    back, options, stretch = unpacked(packed(problem, OPTIONS, Stretch(begin=0.25, end=0.5)))

    assert_same(problem, back)
    assert (options.time_limit_s, options.seed, options.iteration_limit, options.workers) == (2.5, 7, 30, 1)
    assert (options.start, options.start_reloads) == ({"V": ["S"]}, {"V": [0]})
    assert stretch == Stretch(begin=0.25, end=0.5)


def test_closed_legs_long_legs_and_speeds_arrive_as_they_were() -> None:
    seconds, metres = a_line((0, 100, 200, 300))
    seconds[0, 3] = UNREACHABLE
    metres = metres * 1_000  # beyond 16 bits
    walk = Profile(seconds=seconds * 0 + metres, metres=metres, speeds=(SpeedSlot(start_s=5, percent=50),))
    problem = a_problem(a_stop(), seconds=seconds, metres=metres, profiles={"walk": walk})

    back, _, _ = unpacked(packed(problem, OPTIONS, Stretch()))

    assert_same(problem, back)
    assert back.seconds[0, 3] == UNREACHABLE
    assert np.array_equal(back.profiles["walk"].seconds, metres)
    assert back.profiles["walk"].speeds == walk.speeds


def test_without_a_start_none_arrives() -> None:
    bare = SolveOptions(time_limit_s=1, start_reloads={})

    _, options, _ = unpacked(packed(a_problem(a_stop()), bare, Stretch()))

    assert (options.start, options.start_reloads) == (None, {})


def lacking(parcel: bytes, name: str) -> bytes:
    """The parcel as a release wrote it that did not know this field."""
    with np.load(io.BytesIO(parcel)) as archive:
        arrays = {key: archive[key] for key in archive.files}
    text = json.loads(arrays[TEXT].tobytes())
    del text[name]
    arrays[TEXT] = np.frombuffer(json.dumps(text).encode(), dtype=np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def test_a_parcel_of_an_older_release_says_nothing_of_reloads() -> None:
    problem = a_problem(a_stop())

    back, options, stretch = unpacked(lacking(packed(problem, OPTIONS, Stretch(end=0.5)), "start_reloads"))

    assert_same(problem, back)
    assert (options.start, options.start_reloads) == ({"V": ["S"]}, None)
    assert (options.time_limit_s, options.seed, options.iteration_limit) == (2.5, 7, 30)
    assert stretch == Stretch(end=0.5)


@pytest.mark.parametrize("name", ["start", "seed", "stretch", "stops"])
def test_a_parcel_that_lacks_what_every_release_wrote_is_refused(name: str) -> None:
    parcel = packed(a_problem(a_stop()), OPTIONS, Stretch())

    with pytest.raises(BadParcel, match=name):
        unpacked(lacking(parcel, name))


def test_a_part_that_loads_again_in_time_goes_and_comes_back_as_it_was() -> None:
    problem = waiting()
    current = driven(problem, "A", "B", reload_before=(1,))
    part = Part(vehicles=(0,), stops=(0, 1), routes={0: (0, 1)}, reloads={0: (1,)})
    task = PartTask(whole=problem, part=part, seed=1, seconds=60, iterations=1, stretch=Stretch())

    there, options, stretch = unpacked(packed(task.problem(), task.options(seconds=60), task.stretch))
    answer = packed_orders(FirstFit().solve_part(there, options, stretch, lambda: False))

    assert plan_of_parcel(problem, part, answer, solver="x").routes == current.routes


def test_one_matrix_for_both_is_packed_once() -> None:
    seconds, _ = a_line((0, 100, 200, 300))
    seconds.setflags(write=False)
    problem = a_problem(a_stop(), seconds=seconds, metres=seconds)

    back, _, _ = unpacked(packed(problem, OPTIONS, Stretch()))

    assert back.seconds is back.metres


@given(st.integers(0, 2_000), st.binary(max_size=20))
def test_a_parcel_that_is_cut_off_or_not_ours_is_refused(length: int, rubbish: bytes) -> None:
    parcel = packed(a_problem(a_stop()), OPTIONS, Stretch())

    for wrong in (parcel[: min(length, len(parcel) - 1)], rubbish):
        with pytest.raises(BadParcel):
            unpacked(wrong)


def test_orders_come_back_as_a_plan_with_times_of_its_own() -> None:
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[a_vehicle(reloads=1, reload_s=60)])
    route = schedule_route(problem, problem.vehicles[0], list(problem.stops), [1])

    plan = plan_of_parcel(problem, WHOLE_PART, packed_orders(a_plan(route)), solver="x")

    assert plan.routes == (route,)
    assert plan.dropped == ()


def test_what_no_order_names_is_dropped() -> None:
    problem = a_problem(a_stop("A"), a_stop("B", place=2))

    plan = plan_of_parcel(problem, WHOLE_PART, b'{"V": [["B"], []]}', solver="x")

    assert [visit.stop for visit in plan.routes[0].visits] == ["B"]
    assert [dropped.stop for dropped in plan.dropped] == ["A"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[1]",
        b"\xff",
        json.dumps({"V": [["A", "A"], []]}).encode(),
        json.dumps({"V": [["A", "C"], []]}).encode(),
        json.dumps({"W": [["A"], []]}).encode(),
        json.dumps({"V": [[], []]}).encode(),
        json.dumps({"V": [["A"], [5]]}).encode(),
        json.dumps({"V": [["A"], ["x"]]}).encode(),
        json.dumps({"V": [["B", "A"], []]}).encode(),
    ],
)
def test_an_answer_that_no_plan_can_follow_is_refused(answer: bytes) -> None:
    heavy = a_stop("B", place=2, demand_g=950)  # with A's 100 g more than the 1,000 g of V
    problem = a_problem(a_stop("A"), heavy, a_stop("C"))

    with pytest.raises(BadParcel):
        plan_of_parcel(problem, WHOLE_PART, answer, solver="x")
