"""What is kept beside the reason of a stop left out."""

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


def test_searching_ends_in_time_and_without_a_search_no_clock_counts():
    problem = late_stops(2)
    plan = planned(problem, {})

    assert eased(problem, plan, search=True, stopped=lambda: False, search_s_max=0) == {}
    assert list(eased(problem, plan, search=False, stopped=lambda: False, search_s_max=0)) == ["S0", "S1"]


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
