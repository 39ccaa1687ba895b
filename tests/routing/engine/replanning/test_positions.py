"""A pinned position that has been passed, or that too few stops are left for, frees nobody of a promise."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import SolveOptions
from logistics.routing.engine.replanning import Driven, replan
from tests.routing.engine.builders import a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned
from tests.routing.engine.replanning.test_random_days import closed
from tests.routing.engine.replanning.test_replan import Fresh, again, problem_of, served
from tests.routing.engine.rich.made_problems import FEATURES, made_problem

LOADING = [a_vehicle(reloads=1, reload_s=60)]
THREE = [a_stop("A", place=1), a_stop("B", place=2), a_stop("C", place=3)]


@pytest.mark.parametrize("position", [1, 2])
def test_a_stop_left_out_stays_out_when_its_position_has_been_passed(position):
    stops = [*THREE, a_stop("S", pinned_vehicle="V", pinned_position=position)]
    problem = problem_of(*stops, vehicles=LOADING)
    current = planned(problem, {"V": ["A", "B", "C"]})

    found = again(problem, current, underway={"V": Driven(visits=2, place=2, ready_s=210)}, solver=Fresh())

    # V will load once more and could serve S then, as its second visit from here; it was to be the first or second.
    assert (found.changes, found.level, served(found.plan)) == ((), 0, {"V": ["C"]})
    (dropped,) = found.plan.dropped
    assert dropped.detail["skills_missing"] == "served at the position it is pinned to"


def test_a_position_still_ahead_counts_from_here_on():
    stops = [*THREE, a_stop("S", pinned_vehicle="V", pinned_position=4)]
    problem = problem_of(*stops, vehicles=LOADING)
    current = planned(problem, {"V": ["A", "B", "C"]})

    found = again(problem, current, underway={"V": Driven(visits=2, place=2, ready_s=210)})

    assert found.problem.stop("S").pinned_position == 2
    assert served(found.plan) == {"V": ["C", "S"]}


def test_a_stop_left_out_stays_out_when_too_few_stops_are_left_for_its_position():
    stops = [*THREE, a_stop("S", pinned_vehicle="W", pinned_position=3)]
    problem = problem_of(*stops)
    current = planned(problem, {"V": ["A", "B", "C"]})

    found = again(problem, current, underway={"V": Driven(visits=2, place=2, ready_s=210)}, solver=Fresh())

    # C and S are left, and the third visit of W would be a third.
    assert (found.changes, served(found.plan)) == ((), {"V": ["C"]})


def test_a_stop_that_the_plan_serves_is_served_without_a_position_that_is_passed():
    problem = problem_of(*THREE, vehicles=[a_vehicle(reloads=1, reload_s=60)])
    current = planned(problem, {"V": ["A", "B", "C"]})
    late = dataclasses.replace(THREE[2], pinned_vehicle="V", pinned_position=1)

    found = again(
        problem_of(*THREE[:2], late, vehicles=LOADING), current, underway={"V": Driven(visits=2, place=2, ready_s=210)}
    )

    assert (found.changes, served(found.plan)) == ((), {"V": ["C"]})
    assert found.problem.stop("C").pinned_position is None


def positioned_day(seed):
    """A made problem with stops pinned to positions, its plan, and how far its vehicles are; None without a route."""
    random = np.random.default_rng(seed)
    on = {feature for feature in FEATURES if random.random() < 0.5} - {"underway"} | {"pins", "positions"}
    on -= {"together", "skills"} if seed % 2 else set()
    problem = made_problem(on, random, int(random.integers(3, 8)), int(random.integers(1, 4)))
    stops = list(problem.stops)
    for index, stop in enumerate(stops):
        position = int(random.integers(1, 4))
        taken = {(other.pinned_vehicle, other.pinned_position) for other in stops}
        if stop.pinned_vehicle is None or (stop.pinned_vehicle, position) in taken or random.random() < 0.5:
            continue
        most = problem.vehicle(stop.pinned_vehicle).most_stops
        if position <= min(len(stops), len(stops) if most is None else most):
            stops[index] = dataclasses.replace(stop, pinned_position=position)
    problem = dataclasses.replace(problem, stops=tuple(stops))
    plan, underway = closed(problem), {}
    for route in plan.routes:
        count = int(random.integers(0, len(route.visits) + 1))
        if count:
            last = route.visits[count - 1]
            place = problem.stop(last.stop).place
            underway[route.vehicle] = Driven(visits=count, place=place, ready_s=last.departure_s)
    return problem, plan, underway


def assert_undisturbed(seed):
    problem, plan, underway = positioned_day(seed)

    found = replan(problem, plan, SolveOptions(time_limit_s=30), underway=underway, solver=Fresh())

    assert (found.changes, found.level) == ((), 0)


# Each of these served a stop more as long as a passed position was void.
@pytest.mark.parametrize("seed", [74, 110, 185, 241, 262])
def test_days_on_which_nothing_happened_though_a_position_was_passed(seed):
    assert_undisturbed(seed)


@settings(max_examples=150, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_when_nothing_happens_positions_change_nothing(seed):
    assert_undisturbed(seed)
