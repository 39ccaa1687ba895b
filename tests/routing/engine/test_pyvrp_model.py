"""The model says of a plan what the engine says: what holds, and what it costs."""

import numpy as np
import pytest

from logistics.routing.engine import TimeWindow, schedule_route
from logistics.routing.engine.costs import FINE_PER_CENT, route_cost_fine
from logistics.routing.engine.problem import UNREACHABLE
from logistics.routing.engine.solvers.pyvrp_model import build_model
from tests.routing.engine.builders import DAY, a_depot, a_line, a_problem, a_stop, a_vehicle


def solution(problem, *orders, vehicle="V"):
    """PyVRP's solution of one order of stops, by their ids, of one vehicle."""
    model = build_model(problem, problem.stops)
    return model.solution({vehicle: [problem.stop(stop) for stop in orders]})


def test_a_route_costs_what_the_engine_says_waiting_included():
    late = a_stop("B", place=2, window=TimeWindow(start_s=1_000, end_s=2_000))
    problem = a_problem(a_stop("A"), late, vehicles=[a_vehicle(fixed_cost=300)])
    model = build_model(problem, problem.stops)

    found = solution(problem, "A", "B")

    # 4,000 m × 0.1 + 300 fixed. It leaves as late as A allows: at 890 from A for B at 1,000, so 2 × 200 + 5 + 5 s.
    cost = found.fixed_vehicle_cost() + found.distance_cost() + found.duration_cost()
    route = schedule_route(problem, problem.vehicles[0], problem.stops)
    assert cost * model.divisor == route_cost_fine(problem.vehicles[0], route) == (400 + 300 + 410) * FINE_PER_CENT


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ({"capacity_g": 200}, True),
        ({"capacity_g": 199}, False),
        ({"capacity_packages": 2}, True),
        ({"capacity_packages": 1}, False),
        ({"capacity_ml": 60}, True),
        ({"capacity_ml": 59}, False),
        ({"capacity_ml": None}, True),
    ],
)
def test_grams_packages_and_millilitres_are_loads(change, holds):
    problem = a_problem(a_stop("A", volume_ml=30), a_stop("B", volume_ml=30), vehicles=[a_vehicle(**change)])

    assert solution(problem, "A", "B").is_feasible() is holds


@pytest.mark.parametrize(("end_s", "holds"), [(100, True), (99, False)])
def test_service_starts_inside_the_window(end_s, holds):
    assert solution(a_problem(a_stop(window=TimeWindow(start_s=0, end_s=end_s))), "S").is_feasible() is holds


@pytest.mark.parametrize(("hours", "holds"), [((0, 205), True), ((0, 204), False), ((1, 205), False)])
def test_shift_and_depot_hours_bound_the_route(hours, holds):
    shift = TimeWindow(start_s=hours[0], end_s=hours[1])
    by_shift = a_problem(a_stop(), vehicles=[a_vehicle(shift=shift), a_vehicle(id="W")])
    by_depot = a_problem(a_stop(), depots=[a_depot(opens_s=hours[0], closes_s=hours[1])])

    assert solution(by_shift, "S").is_feasible() is holds
    assert solution(by_depot, "S").is_feasible() is holds


@pytest.mark.parametrize("matrix", ["seconds", "metres"])
def test_a_leg_closed_in_either_matrix_is_closed(matrix):
    legs = dict(zip(("seconds", "metres"), a_line([0, 100, 200, 300]), strict=True))
    legs[matrix][1, 0] = UNREACHABLE
    problem = a_problem(a_stop("A"), a_stop("B", place=2), **legs)

    assert solution(problem, "A", "B").is_feasible()  # back from place 2
    assert not solution(problem, "B", "A").is_feasible()


def test_goods_are_served_only_from_where_they_lie():
    depots = [a_depot(), a_depot(id="E", place=3)]
    vehicles = [a_vehicle(), a_vehicle(id="W", depot="E")]
    problem = a_problem(a_stop("A"), a_stop("B", depot="E"), a_stop("C", depot=None), depots=depots, vehicles=vehicles)

    assert solution(problem, "A", "C").is_feasible()
    assert solution(problem, "B", "C", vehicle="W").is_feasible()
    assert not solution(problem, "A", "B").is_feasible()
    assert not solution(problem, "A", vehicle="W").is_feasible()


def test_goods_that_are_all_bound_are_served_only_from_where_they_lie():
    depots = [a_depot(), a_depot(id="E", place=3)]
    vehicles = [a_vehicle(), a_vehicle(id="W", depot="E")]
    problem = a_problem(a_stop("A"), a_stop("B", depot="E"), depots=depots, vehicles=vehicles)

    assert build_model(problem, problem.stops).data.num_load_dimensions == 0  # neither depot's nor any that binds
    assert solution(problem, "A").is_feasible()
    assert solution(problem, "B", vehicle="W").is_feasible()
    assert not solution(problem, "A", "B").is_feasible()
    assert not solution(problem, "A", vehicle="W").is_feasible()


def test_vehicles_that_differ_in_nothing_are_one_type_and_each_drives_once():
    vehicles = [a_vehicle(id="V1"), a_vehicle(id="X", capacity_g=999), a_vehicle(id="V2", type="bus")]
    night = a_vehicle(id="N", shift=TimeWindow(start_s=20_000, end_s=30_000))  # never inside the depot's hours
    problem = a_problem(a_stop("A"), a_stop("B"), a_stop("C"), vehicles=[*vehicles, night])
    model = build_model(problem, problem.stops)
    orders = {"V2": [problem.stop("A")], "X": [problem.stop("B")], "V1": [problem.stop("C")]}

    assert [[vehicle.id for vehicle in kind] for kind in model.fleet] == [["V1", "V2"], ["X"]]
    again = model.orders(model.routes_of(model.solution(orders)))
    assert {vehicle: [stop.id for stop in order] for vehicle, order in again.items()} == {
        "V1": ["A"],
        "X": ["B"],
        "V2": ["C"],
    }


def test_times_are_counted_from_the_earliest_hour():
    noon = 1_582_257_600
    hours = TimeWindow(start_s=noon, end_s=noon + 1_000)
    problem = a_problem(
        a_stop(window=TimeWindow(start_s=noon - 50, end_s=noon + 100)),
        depots=[a_depot(opens_s=noon - 9_999, closes_s=noon + 9_999)],
        vehicles=[a_vehicle(shift=hours)],
    )

    client = build_model(problem, problem.stops).data.client(0)
    assert (client.tw_early, client.tw_late) == (0, 100)
    assert solution(problem, "S").is_feasible()


def test_a_drop_cost_is_the_prize_and_without_one_more_packages_are_worth_more():
    problem = a_problem(a_stop("A", drop_cost=7), a_stop("B", packages=5), a_stop("C", packages=10))
    model = build_model(problem, problem.stops)
    priced, small, large = (client.prize for client in model.data.clients())

    # 15 and 20 packages' worth, being served counting ten; both worth more than a vehicle's whole day.
    assert priced * model.divisor == 7 * FINE_PER_CENT
    assert large / small == pytest.approx(20 / 15, rel=1e-4)
    assert small * model.divisor > 2 * (2 * 300 + 10_000) * FINE_PER_CENT


def test_prices_that_share_no_number_lose_a_thousandth_at_most():
    vehicle = a_vehicle(cost_per_km=137, cost_per_h=2_741, fixed_cost=9_999)
    problem = a_problem(a_stop(), vehicles=[vehicle])
    model = build_model(problem, problem.stops)
    kind = model.data.vehicle_type(0)

    assert kind.unit_distance_cost * model.divisor == pytest.approx(137 * 18, rel=0.001)
    assert kind.unit_duration_cost * model.divisor == pytest.approx(2_741 * 5, rel=0.001)
    assert kind.fixed_cost * model.divisor == pytest.approx(9_999 * FINE_PER_CENT, rel=0.001)


def test_one_package_too_many_is_a_large_part_of_a_vehicle():
    problem = a_problem(*(a_stop(f"S{k}") for k in range(3)), vehicles=[a_vehicle(capacity_packages=2)])

    # 2 packages are 10,000 units, and so one too many costs 5,000 times the price of a unit.
    assert solution(problem, "S0", "S1", "S2").excess_load() == [5_000]


def test_free_vehicles_and_stops_at_the_depot_make_a_model():
    free = a_vehicle(cost_per_km=0, cost_per_h=0, shift=DAY)
    nowhere = np.zeros((1, 1), dtype=np.int32)
    problem = a_problem(a_stop(place=0), vehicles=[free], seconds=nowhere, metres=nowhere)

    assert solution(problem, "S").is_feasible()
