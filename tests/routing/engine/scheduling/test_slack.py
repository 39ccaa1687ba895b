"""What the clocks on both sides of a gap say is what scheduling the whole route says."""

import dataclasses

import pytest
from hypothesis import given, settings

from logistics.routing.engine import Break, InfeasibleRoute, TimeWindow, schedule_route
from logistics.routing.engine.scheduling.slack import Slack
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.scheduling.random_routes import cases


def holds(problem, nodes):
    """Whether an order holds; None stands for loading again."""
    stops = [node for node in nodes if node is not None]
    reloads = [sum(one is not None for one in nodes[:at]) for at, node in enumerate(nodes) if node is None]
    try:
        schedule_route(problem, problem.vehicles[0], stops, reloads)
    except InfeasibleRoute:
        return False
    return True


@pytest.mark.parametrize(("latest_s", "fits"), [(255, True), (254, False)])
def test_a_break_between_two_stops_needs_its_time(latest_s, fits):
    # A 100 to 105, then 50 s of rest, N at 255 after the rest ends at 155 and 100 s of driving, B 100 s on.
    rest = Break(earliest_s=100, latest_s=200, duration_s=50)
    first = a_stop("A", window=TimeWindow(start_s=0, end_s=100), service_s=5)
    new = a_stop("N", place=2, window=TimeWindow(start_s=205, end_s=latest_s), service_s=50)
    last = a_stop("B", place=3, window=TimeWindow(start_s=0, end_s=405))
    problem = a_problem(first, new, last, vehicles=[a_vehicle(breaks=(rest,))])

    assert Slack(problem, problem.vehicles[0], [first, last]).takes(1, [new]) is fits
    assert holds(problem, [first, new, last]) is fits


def test_a_route_that_misses_a_window_has_no_slack():
    late = a_stop(window=TimeWindow(start_s=0, end_s=99))
    problem = a_problem(late)

    with pytest.raises(InfeasibleRoute, match="window_missed"):
        Slack(problem, problem.vehicles[0], [late])


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_stop_fits_where_the_slack_says(case):
    stops = tuple(dataclasses.replace(stop, released_s=None) for stop in case.problem.stops)
    problem = dataclasses.replace(case.problem, stops=stops)
    *stops, new = stops
    nodes = []
    for index, stop in enumerate(stops):
        nodes += [None, stop] if index in case.reload_before else [stop]
    if nodes and not holds(problem, nodes):
        return

    slack = Slack(problem, case.vehicle, nodes)

    for gap in range(len(nodes) + 1):
        if gap > 0 and nodes[gap - 1] is None and nodes[gap] is None:
            continue
        assert slack.takes(gap, [new]) is holds(problem, [*nodes[:gap], new, *nodes[gap:]])
        if gap > 0 and nodes[gap - 1] is not None:
            assert slack.takes(gap, [None, new]) is holds(problem, [*nodes[:gap], None, new, *nodes[gap:]])
