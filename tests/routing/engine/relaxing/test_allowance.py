"""What is tried ends in time, when told to, and after so many insertions."""

import time

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.orders import orders_in
from logistics.routing.engine.relaxing import RelaxationKind, relaxations
from logistics.routing.engine.relaxing.allowance import Allowance
from logistics.routing.engine.relaxing.pairing import least_pairs
from logistics.routing.engine.solvers.closing import closed_plan
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.relaxing.plans import planned

Kind = RelaxationKind
LATE = TimeWindow(start_s=0, end_s=60)
PAIR = [(Kind.WINDOW_LATER, 40, Kind.CAPACITY_G, 140)]
"""Of `two_limits`: there at 100, 40 s late, and 140 g too heavy."""


def two_limits():
    return a_problem(a_stop(demand_g=1_140, window=LATE))


def pairs(problem, allowance):
    plan = planned(problem, {})
    found = least_pairs(problem, plan, problem.stop("S"), list(problem.vehicles), orders_in(plan), allowance)
    return [(one.kind, one.amount, one.also.kind, one.also.amount) for one in found]


class After:
    """Says stop from the given question on, and notes how many insertions the allowance had left at each."""

    def __init__(self, questions):
        self.questions, self.left = questions, []
        self.allowance = Allowance(insertions=1_000, stopped=self)

    def __call__(self):
        self.left.append(self.allowance.insertions)
        return len(self.left) > self.questions


def test_after_the_deadline_no_pair_is_tried():
    past = Allowance(deadline_s=time.monotonic(), insertions=1_000)
    ahead = Allowance(deadline_s=time.monotonic() + 3_600, insertions=1_000)

    assert (pairs(two_limits(), past), past.insertions) == ([], 1_000)
    assert pairs(two_limits(), ahead) == PAIR
    assert ahead.insertions < 1_000


def test_no_pair_is_tried_once_told_to_stop():
    never = After(1_000)
    assert pairs(two_limits(), never.allowance) == PAIR
    # It is asked ahead of the only vehicle and of each of the pairs of window, grams and packages, of the window and
    # another vehicle, and ahead of the proof.
    assert len(never.left) == 1 + 3 + 1 + 1

    for questions in range(6):
        told = After(questions)
        assert pairs(two_limits(), told.allowance) == []
        # Before the answer the same as when nobody stops it, and nothing after.
        assert told.left[: questions + 1] == never.left[: questions + 1]
        assert {*told.left[questions:]} == {told.allowance.insertions}


def test_pairs_end_after_so_many_insertions():
    # One for both limits as far as makes sense. What is begun with the second is finished.
    assert pairs(two_limits(), Allowance(insertions=0)) == []
    assert pairs(two_limits(), Allowance(insertions=1)) == []
    assert pairs(two_limits(), Allowance(insertions=2)) == PAIR


def test_single_kinds_end_in_time_or_when_told_to():
    late = a_problem(a_stop(window=LATE))
    plan = planned(late, {})

    def kinds(**limits):
        return [one.kind for one in relaxations(late, plan, "S", time_limit_s=0, **limits)]

    assert kinds(deadline_s=time.monotonic() + 3_600, stopped=lambda: False) == [Kind.WINDOW_LATER]
    assert kinds(deadline_s=time.monotonic()) == []
    assert kinds(stopped=lambda: True) == []


def test_what_fits_already_is_said_even_late():
    problem = a_problem(a_stop())

    (one,) = relaxations(problem, planned(problem, {}), "S", time_limit_s=30, deadline_s=time.monotonic())

    assert one.kind is Kind.SEARCH_LONGER


class Limits:
    """A solver that remembers how long it may search, and what it is told when it asks whether to stop; it serves
    nothing."""

    name = "limits"

    def __init__(self):
        self.limits_s, self.told = [], []

    def can_express(self, problem):
        return None

    def solve(self, problem, options, *, on_progress, cancelled):
        self.limits_s.append(options.time_limit_s)
        self.told.append(cancelled())
        return closed_plan(problem, {}, self.name, 0.0, 0, deadline_s=0.0)


def test_a_search_ends_with_the_deadline():
    problem, solver = two_limits(), Limits()
    plan = planned(problem, {})

    relaxations(problem, plan, "S", time_limit_s=3_600, solver=solver, deadline_s=time.monotonic() + 10)

    assert solver.limits_s
    assert max(solver.limits_s) <= 10


def test_a_search_is_told_to_stop_and_none_is_begun_after_that():
    late, solver = a_problem(a_stop(window=LATE)), Limits()
    plan = planned(late, {})

    assert relaxations(late, plan, "S", time_limit_s=3_600, solver=solver, stopped=lambda: bool(solver.limits_s)) == ()

    # The first was for the stop as it is; searches with the window open would have followed.
    assert solver.told == [True]
