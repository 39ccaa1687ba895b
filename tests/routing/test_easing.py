"""What is kept beside the reason of a stop left out."""

import time

import pytest

from logistics.routing.easing import STOPS_MAX, eased
from logistics.routing.engine import TimeWindow
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.relaxing.plans import planned


def late_stops(count):
    """Nobody is at any of them before 100 s, and their windows end at 60."""
    stops = [a_stop(f"S{number}", window=TimeWindow(start_s=0, end_s=60)) for number in range(count)]
    return a_problem(*stops)


def test_the_first_stops_left_out_get_their_wishes():
    problem = late_stops(STOPS_MAX + 1)

    found = eased(problem, planned(problem, {}), search=False, stopped=lambda: False)

    assert list(found) == [f"S{number}" for number in range(STOPS_MAX)]
    (wish,) = found["S0"]
    assert (wish["kind"], wish["amount"], wish["cost_cents"]) == ("window_later", 40, 405)


@pytest.mark.parametrize("search", [True, False])
def test_no_stop_is_begun_when_the_time_is_over(search):
    problem = late_stops(2)
    plan = planned(problem, {})

    assert eased(problem, plan, search=search, stopped=lambda: False, seconds_max=0) == {}


def test_of_a_plan_that_is_to_be_the_same_again_half_an_answer_is_none():
    problem = late_stops(3)
    plan = planned(problem, {})
    asked = []

    def slow():
        """Takes its time while the second stop is looked at, when a wish for it has been found and not proven."""
        asked.append(None)
        if len(asked) == 2 * each - 1:
            time.sleep(0.8)
        return False

    def stops(seconds_max):
        asked.clear()
        return list(eased(problem, plan, search=False, stopped=slow, seconds_max=seconds_max))

    each = 0
    stops(60)
    each = len(asked) // 3

    assert stops(60) == ["S0", "S1", "S2"]
    assert stops(0.7) == ["S0"]


def test_wishes_end_when_told_to_between_stops_and_within_one():
    problem = late_stops(3)
    plan = planned(problem, {})
    asked = []

    def count():
        asked.append(None)
        return False

    eased(problem, plan, search=False, stopped=count)
    each = len(asked) // 3
    assert each > 2  # ahead of the stop, ahead of each limit, ahead of the proof

    for questions, stops in ((0, []), (each - 1, []), (each, ["S0"]), (2 * each - 1, ["S0"]), (2 * each, ["S0", "S1"])):
        asked.clear()
        found = eased(problem, plan, search=False, stopped=lambda most=questions: count() or len(asked) > most)
        assert list(found) == stops
