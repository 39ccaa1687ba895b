import pytest

from logistics.routing.engine import DropReason, SolveOptions, TimeWindow, drop_reason, solve
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle


def reason(stop, **changes):
    dropped = drop_reason(a_problem(stop, **changes), stop)
    assert dropped is not None
    assert dropped.stop == stop.id
    return dropped.reason, dict(dropped.detail)


def test_a_stop_that_fits_alone_has_no_reason():
    stop = a_stop()

    assert drop_reason(a_problem(stop), stop) is None


def test_no_vehicle_at_its_depot():
    depots = [a_depot(), a_depot(id="E", place=3)]

    assert reason(a_stop(depot="E"), depots=depots) == (DropReason.NO_VEHICLE, {"depot": "E"})
    assert reason(a_stop(depot=None), vehicles=[]) == (DropReason.NO_VEHICLE, {"depot": "any"})


@pytest.mark.parametrize("leg", [(0, 1), (1, 0)])
def test_no_road_there_or_back(leg):
    seconds, metres = a_line([0, 100])
    seconds[leg] = UNREACHABLE

    assert reason(a_stop(), seconds=seconds, metres=metres) == (
        DropReason.UNREACHABLE,
        {"place": 1, "depots": "D"},
    )


@pytest.mark.parametrize(
    ("changes", "expected", "detail"),
    [
        ({"demand_g": 1_001}, DropReason.TOO_HEAVY, {"demand_g": 1_001, "largest_capacity_g": 1_000}),
        ({"packages": 11}, DropReason.TOO_MANY_PACKAGES, {"packages": 11, "largest_capacity_packages": 10}),
        ({"volume_ml": 501}, DropReason.TOO_LARGE, {"volume_ml": 501, "largest_capacity_ml": 500}),
    ],
)
def test_over_the_largest_capacity(changes, expected, detail):
    vehicles = [a_vehicle(capacity_ml=500), a_vehicle(id="W", capacity_g=1, capacity_packages=1, capacity_ml=1)]

    assert reason(a_stop(**changes), vehicles=vehicles) == (expected, detail)


def test_at_the_largest_capacity_there_is_no_reason():
    stop = a_stop(demand_g=1_000, packages=10, volume_ml=500)

    assert drop_reason(a_problem(stop, vehicles=[a_vehicle(capacity_ml=500)]), stop) is None
    assert drop_reason(a_problem(stop, vehicles=[a_vehicle(capacity_ml=None)]), stop) is None


def test_too_heavy_for_one_and_too_many_packages_for_the_other_names_the_last_rule():
    # W carries the weight but 4 packages only; V would carry the packages but not the weight.
    vehicles = [a_vehicle(), a_vehicle(id="W", capacity_g=9_000, capacity_packages=4)]

    assert reason(a_stop(demand_g=5_000, packages=6), vehicles=vehicles) == (
        DropReason.TOO_MANY_PACKAGES,
        {"packages": 6, "largest_capacity_packages": 4},
    )


def test_a_window_that_ends_before_anyone_can_be_there():
    stop = a_stop(window=TimeWindow(start_s=0, end_s=149))

    # Shift from 50, 100 s of road: 150 at the earliest, 150+5+100 = 255 back.
    assert reason(stop, vehicles=[a_vehicle(shift=TimeWindow(start_s=50, end_s=999))]) == (
        DropReason.WINDOW_UNREACHABLE,
        {"earliest_arrival_s": 150, "window_end_s": 149, "earliest_return_s": 255, "latest_return_s": 999},
    )


def test_a_window_so_late_that_nobody_is_back_in_time():
    stop = a_stop(window=TimeWindow(start_s=900, end_s=950))

    # 900+5+100 = 1005 back, depot closed at 1004; at 1005 it would do.
    assert reason(stop, depots=[a_depot(closes_s=1_004)]) == (
        DropReason.WINDOW_UNREACHABLE,
        {"earliest_arrival_s": 100, "window_end_s": 950, "earliest_return_s": 1_005, "latest_return_s": 1_004},
    )
    assert drop_reason(a_problem(stop, depots=[a_depot(closes_s=1_005)]), stop) is None


def test_a_full_fleet_is_told_with_the_room_left():
    # 1,000 g of capacity: A (700 g) and B (300 g) fill it, C (600 g) is left, for A and B are ten packages.
    stops = [
        a_stop("A", demand_g=700, packages=5),
        a_stop("B", demand_g=300, packages=5),
        a_stop("C", demand_g=600, packages=1),
    ]

    plan = solve(a_problem(*stops), SolveOptions(time_limit_s=30, iteration_limit=60))

    (dropped,) = plan.dropped
    assert (dropped.stop, dropped.reason) == ("C", DropReason.FLEET_FULL)
    assert dict(dropped.detail) == {
        "demand_g": 600,
        "free_g_max": 0,
        "packages": 1,
        "free_packages_max": 0,
        "vehicles_able": 1,
        "vehicles_unused": 0,
    }


@pytest.mark.parametrize(("drop_cost", "served"), [(404, False), (406, True)])
def test_a_stop_dearer_than_its_drop_cost_is_left_out_as_not_worth_it(drop_cost, served):
    # Out and back costs 2,000 m × 0.1 + 205 s × 1 = 405 cents.
    plan = solve(a_problem(a_stop(drop_cost=drop_cost)), SolveOptions(time_limit_s=30, iteration_limit=60))

    assert [route.vehicle for route in plan.routes] == (["V"] if served else [])
    assert [dropped.reason for dropped in plan.dropped] == ([] if served else [DropReason.NOT_WORTH_IT])
    assert plan.cost == (405 if served else 0)


def test_a_full_fleet_is_the_reason_even_if_the_stop_has_a_drop_cost():
    # Ten packages fit; A has all ten, and dropping it would cost more than dropping C.
    stops = [a_stop("A", packages=10), a_stop("C", drop_cost=10_000)]

    plan = solve(a_problem(*stops), SolveOptions(time_limit_s=30, iteration_limit=60))

    assert [(dropped.stop, dropped.reason) for dropped in plan.dropped] == [("C", DropReason.FLEET_FULL)]


def test_a_group_that_cannot_be_leaves_too_few_stops_for_a_position():
    # T is too heavy, so S of its group goes too, and P would be the second visit of a route that has one stop.
    problem = a_problem(
        a_stop("S", together="g"),
        a_stop("T", together="g", demand_g=1_001),
        a_stop("P", pinned_vehicle="V", pinned_position=2),
    )

    plan = solve(problem, SolveOptions(time_limit_s=1))

    assert {dropped.stop: dropped.reason for dropped in plan.dropped} == {
        "S": DropReason.TOGETHER,
        "T": DropReason.TOO_HEAVY,
        "P": DropReason.PIN_IMPOSSIBLE,
    }
