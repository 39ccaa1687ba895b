"""What the model itself takes and refuses, without anybody who mends afterwards."""

import pytest

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.items import Break, Underway
from logistics.routing.engine.problem import UNREACHABLE
from logistics.routing.engine.solvers.ortools.reading import Order, index_rows, read_orders
from logistics.routing.engine.solvers.ortools.rules import build_model
from tests.routing.engine.builders import a_line, a_problem, a_stop, a_vehicle

TWO = [a_vehicle(), a_vehicle(id="W")]


def money(problem, **orders):
    """Cents that the model counts for these orders, stops left out not counted; None if it refuses them."""
    model = build_model(problem, problem.stops)
    given = {vehicle: Order(stops=[problem.stop(stop) for stop in order]) for vehicle, order in orders.items()}
    found = model.routing.ReadAssignmentFromRoutes(index_rows(model, given), True)
    if found is None:
        return None
    served = {stop.id for order in given.values() for stop in order.stops}
    prices = zip(model.stops, model.prices.drops, strict=True)
    dropped = sum(price for stop, price in prices if stop.id not in served)
    return (found.ObjectiveValue() - dropped) * model.prices.divisor / FINE_PER_CENT


def test_a_group_shares_a_vehicle_or_is_left_out():
    problem = a_problem(*(a_stop(name, together="house") for name in "ABC"), a_stop("D"), vehicles=TWO)

    assert money(problem, V=["A", "B", "C"]) == 415
    assert money(problem, V=["D"]) == 405
    assert money(problem, V=["A", "B"]) is None
    assert money(problem, V=["A", "B"], W=["C"]) is None


@pytest.mark.parametrize(("shift_s", "cost"), [(470, 400 + 470), (469, None)])
def test_a_break_takes_its_time(shift_s, cost):
    rest = Break(earliest_s=100, latest_s=210, duration_s=60)
    vehicle = a_vehicle(breaks=(rest,), shift=TimeWindow(start_s=0, end_s=shift_s))
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[vehicle])

    assert money(problem, V=["A", "B"]) == cost


def test_a_vehicle_that_is_out_with_no_way_home_need_not_drive():
    seconds, metres = a_line([0, 100, 200, 300])
    seconds[3, 0] = UNREACHABLE
    out = a_vehicle(id="W", underway=Underway(place=3, ready_s=500))
    problem = a_problem(a_stop("A"), a_stop("B", place=2), vehicles=[a_vehicle(), out], seconds=seconds, metres=metres)

    assert money(problem, V=["A"]) == 405
    assert money(problem, V=["A"], W=["B"]) == 405 + 300 + 305


@pytest.mark.parametrize(("released_s", "cost"), [(9_795, 405), (9_796, None)])
def test_goods_that_are_packed_too_late_are_not_taken(released_s, cost):
    assert money(a_problem(a_stop(released_s=released_s)), V=["S"]) == cost


@pytest.mark.parametrize(
    ("limit", "holds"),
    [
        ({"longest_s": 205}, True),
        ({"longest_s": 204}, False),
        ({"longest_m": 2_000}, True),
        ({"longest_m": 1_999}, False),
    ],
)
def test_a_route_keeps_its_limits(limit, holds):
    assert money(a_problem(a_stop(), vehicles=[a_vehicle(**limit)]), V=["S"]) == (405 if holds else None)


def test_of_vehicles_alike_the_model_has_not_more_than_stops():
    vehicles = [a_vehicle(id=f"{kind}{k}", capacity_g=kind) for kind in (500, 600) for k in range(9)]
    problem = a_problem(a_stop("A"), a_stop("B"), vehicles=vehicles)

    assert [vehicle.id for vehicle in build_model(problem, problem.stops).vehicles] == ["5000", "5001", "6000", "6001"]


def test_reloads_that_lead_nowhere_are_not_read():
    problem = a_problem(a_stop("A"), a_stop("B"), vehicles=[a_vehicle(reloads=2)])
    model = build_model(problem, problem.stops)
    stops, (first, second) = [model.index(k) for k in range(2)], model.reload_indices(0)

    def read(*row):
        order = read_orders(model, model.routing.ReadAssignmentFromRoutes([list(row)], True))["V"]
        return [stop.id for stop in order.stops], order.reload_before

    assert read(first, stops[0], second, stops[1]) == (["A", "B"], (1,))
    assert read(stops[0], first, second, stops[1]) == (["A", "B"], (1,))
    assert read(stops[0], stops[1], first) == (["A", "B"], ())
