"""What the engine promises of the plans of every solver behind the port, tried with each of them."""

from logistics.routing.engine import DropReason, TimeWindow, check
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle
from tests.routing.engine.towns import REPEATABLE


def test_no_stops_make_an_empty_plan(solve):
    plan = solve(a_problem(), REPEATABLE)

    assert (plan.routes, plan.dropped, plan.cost) == ((), (), 0)


def test_no_vehicles_drop_every_stop_with_that_reason(solve):
    plan = solve(a_problem(a_stop("A"), a_stop("B"), vehicles=[]), REPEATABLE)

    assert plan.routes == ()
    assert [(dropped.stop, dropped.reason) for dropped in plan.dropped] == [
        ("A", DropReason.NO_VEHICLE),
        ("B", DropReason.NO_VEHICLE),
    ]


def test_one_stop_is_driven_to_and_back(solve):
    plan = solve(a_problem(a_stop()), REPEATABLE)

    # 2,000 m × 0.1 + (100 + 5 + 100) s × 1 cents
    assert (plan.cost, plan.dropped) == (405, ())
    assert [visit.stop for visit in plan.routes[0].visits] == ["S"]


def test_a_vehicle_whose_shift_misses_the_depots_hours_stays_at_home(solve):
    night = a_vehicle(id="N", shift=TimeWindow(start_s=20_000, end_s=30_000))

    assert [
        route.vehicle for route in solve(a_problem(a_stop(), vehicles=[night, a_vehicle()]), REPEATABLE).routes
    ] == ["V"]
    assert solve(a_problem(a_stop(), vehicles=[night]), REPEATABLE).dropped[0].reason is DropReason.WINDOW_UNREACHABLE


def test_stops_at_one_place_are_different_stops(solve):
    plan = solve(a_problem(*(a_stop(f"S{k}") for k in range(5))), REPEATABLE)

    # One way out and back, five services: 2,000 m × 0.1 + (200 + 25) s × 1 cents.
    assert (len(plan.routes[0].visits), plan.cost) == (5, 425)


def test_goods_are_served_only_from_the_depot_where_they_lie(solve):
    depots = [a_depot(), a_depot(id="E", place=3)]
    vehicles = [a_vehicle(), a_vehicle(id="W", depot="E")]
    # A lies beside depot E but its goods lie at D, and the other way round; C may come from anywhere.
    stops = [a_stop("A", place=2, depot="D"), a_stop("B", place=1, depot="E"), a_stop("C", place=1, depot=None)]

    plan = solve(a_problem(*stops, depots=depots, vehicles=vehicles), REPEATABLE)

    served_by = {visit.stop: route.vehicle for route in plan.routes for visit in route.visits}
    assert (served_by["A"], served_by["B"]) == ("V", "W")
    assert plan.dropped == ()


def test_a_stop_bound_to_a_full_depot_is_dropped_rather_than_served_from_another(solve):
    depots = [a_depot(), a_depot(id="E", place=3)]
    vehicles = [a_vehicle(capacity_packages=1), a_vehicle(id="W", depot="E")]

    plan = solve(a_problem(a_stop("A"), a_stop("B"), depots=depots, vehicles=vehicles), REPEATABLE)

    assert [dropped.reason for dropped in plan.dropped] == [DropReason.FLEET_FULL]
    assert [route.vehicle for route in plan.routes] == ["V"]


def test_of_two_stops_the_one_with_fewer_packages_is_left_out(solve):
    stops = [a_stop("A", packages=4), a_stop("B", packages=7)]

    plan = solve(a_problem(*stops), REPEATABLE)

    assert [dropped.stop for dropped in plan.dropped] == ["A"]


def test_two_small_stops_are_served_rather_than_one_large(solve):
    stops = [a_stop("A", packages=5), a_stop("B", packages=5), a_stop("C", packages=10)]

    plan = solve(a_problem(*stops), REPEATABLE)

    assert [dropped.stop for dropped in plan.dropped] == ["C"]


def test_impossible_stops_do_not_spoil_the_rest(solve):
    seconds, metres = a_line([0, 100, 200, 300])
    seconds[:3, 3] = UNREACHABLE
    stops = [
        a_stop("A"),
        a_stop("heavy", demand_g=1_001),
        a_stop("island", place=3),
        a_stop("early", window=TimeWindow(start_s=0, end_s=99)),
    ]

    plan = solve(a_problem(*stops, seconds=seconds, metres=metres), REPEATABLE)

    assert [visit.stop for route in plan.routes for visit in route.visits] == ["A"]
    assert {dropped.stop: dropped.reason for dropped in plan.dropped} == {
        "heavy": DropReason.TOO_HEAVY,
        "island": DropReason.UNREACHABLE,
        "early": DropReason.WINDOW_UNREACHABLE,
    }


def test_waiting_is_paid_so_a_second_vehicle_can_be_cheaper_than_an_idle_one(solve):
    stops = [
        a_stop("A", window=TimeWindow(start_s=0, end_s=100)),
        a_stop("B", window=TimeWindow(start_s=5_000, end_s=5_100)),
    ]

    # One vehicle: at A until 105, waits there for B at 5,000: 200 cents road + 5,105 s. Two: 2 × 405.
    plan = solve(a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W")]), REPEATABLE)
    assert (len(plan.routes), plan.cost) == (2, 810)

    dear = a_vehicle(id="W", fixed_cost=5_000)
    plan = solve(a_problem(*stops, vehicles=[a_vehicle(), dear]), REPEATABLE)
    assert (len(plan.routes), plan.cost) == (1, 200 + 5_105)


def test_waiting_that_windows_do_not_force_is_paid_too(solve):
    # All three at place 1. B and C are 1,900 s apart, and A may be anywhere in between.
    stops = [
        a_stop("A", window=TimeWindow(start_s=0, end_s=1_000)),
        a_stop("B", window=TimeWindow(start_s=0, end_s=100)),
        a_stop("C", window=TimeWindow(start_s=2_000, end_s=3_000)),
    ]

    plan = solve(a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W", fixed_cost=1_000)]), REPEATABLE)

    # One vehicle: 200 + 2,105 s = 2,305. Two: B, A for 200 + 210, C for 200 + 205, and 1,000 fixed: 1,815.
    assert (len(plan.routes), plan.cost) == (2, 1_815)


def test_times_may_count_from_1970(solve):
    noon = 1_582_257_600
    hours = TimeWindow(start_s=noon, end_s=noon + 1_000)
    problem = a_problem(
        a_stop(window=TimeWindow(start_s=noon + 500, end_s=noon + 600)),
        depots=[a_depot(opens_s=noon - 9_999, closes_s=noon + 9_999)],
        vehicles=[a_vehicle(shift=hours)],
    )

    assert solve(problem, REPEATABLE).routes[0].depart_s == noon + 400


def test_prices_near_the_limits_do_not_overflow(solve):
    vehicle = a_vehicle(cost_per_km=10**9, cost_per_h=10**9, fixed_cost=10**9)
    stops = [a_stop(f"S{k}", packages=1) for k in range(8)]

    plan = solve(a_problem(*stops, vehicles=[vehicle]), REPEATABLE)

    assert plan.dropped == ()


def test_the_solver_alone_copes_with_stops_nobody_can_serve(solver):
    stops = [a_stop("A"), a_stop("B", depot="E"), a_stop("C", window=TimeWindow(start_s=99_000, end_s=99_001))]
    problem = a_problem(*stops, depots=[a_depot(), a_depot(id="E", place=3)])

    plan = solver.solve(problem, REPEATABLE, on_progress=None, cancelled=None)

    assert check(problem, plan) == ()
    assert [dropped.stop for dropped in plan.dropped] == ["B", "C"]
