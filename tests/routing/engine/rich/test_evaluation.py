"""The search times and prices routes exactly as `schedule_route` and `costs` do."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.routing.engine import InfeasibleRoute, RouteRule, schedule_route
from logistics.routing.engine.costs import late_cost_fine, paid_s, route_cost_fine
from logistics.routing.engine.solvers.rich.evaluation import row_holds
from logistics.routing.engine.solvers.rich.holding import hold_state, hold_tables
from logistics.routing.engine.solvers.rich.layout import (
    OUT_DEPART,
    OUT_LOST,
    OUT_MONEY,
    OUT_PAID,
    OUT_RETURN,
)
from logistics.routing.engine.solvers.rich.states import new_state
from logistics.routing.engine.solvers.rich.tables import scale_of, tables_of
from tests.routing.engine.rich.made_problems import problems

REFUSED_BEFORE = (RouteRule.WRONG_DEPOT, RouteRule.NO_SKILL, RouteRule.NOT_ALLOWED)


def scheduled(problem, vehicle, order, reload_before):
    """The route, or the rule that forbids it."""
    try:
        return schedule_route(problem, vehicle, order, reload_before)
    except InfeasibleRoute as broken:
        return broken.rule


MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(problem=problems(), data=st.data())
def test_a_route_is_timed_and_priced_as_the_schedule_does(problem, data):
    assert_agreement(problem, data)


@MANY
@given(problem=problems(always={"breaks", "lateness"}), data=st.data())
def test_a_route_with_breaks_and_lateness_is_timed_and_priced_as_the_schedule_does(problem, data):
    assert_agreement(problem, data)


def assert_agreement(problem, data):
    tables = tables_of(problem)
    state = new_state(tables, 1)
    handles = hold_tables(tables), hold_state(state)
    row_of = {stop.id: row for row, stop in enumerate(problem.stops)}
    number = data.draw(st.integers(0, len(problem.vehicles) - 1))
    vehicle = problem.vehicles[number]
    order = data.draw(st.permutations(problem.stops))[: data.draw(st.integers(1, len(problem.stops)))]
    first = 0 if vehicle.underway else 1
    reload_before = [k for k in range(first, len(order)) if vehicle.reloads and data.draw(st.booleans())]
    row = []
    for index, stop in enumerate(order):
        row += [len(problem.stops)] * (index in reload_before) + [row_of[stop.id]]

    holds = row_holds(*handles, number, np.array(row), len(row))
    expected = scheduled(problem, vehicle, order, reload_before)

    assert scale_of(problem) == 1
    if expected in REFUSED_BEFORE:
        return  # who may serve whom is looked up, not timed
    if expected is RouteRule.WRONG_POSITION:
        assert holds
        assert state.out[OUT_LOST] > 0 or any(stop.drop_cost is not None for stop in order)
        return
    assert holds == (not isinstance(expected, RouteRule)), expected
    if not holds:
        return
    assert (state.out[OUT_DEPART], state.out[OUT_RETURN]) == (expected.depart_s, expected.return_s)
    assert state.out[OUT_PAID] == paid_s(expected)
    assert state.out[OUT_MONEY] == route_cost_fine(vehicle, expected) + late_cost_fine(problem, expected)
