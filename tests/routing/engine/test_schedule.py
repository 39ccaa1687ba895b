import pytest

from logistics.routing.engine import InfeasibleRoute, RouteRule, TimeWindow, schedule_route
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle


def broken_rule(problem, *stop_ids):
    with pytest.raises(InfeasibleRoute) as caught:
        schedule_route(problem, problem.vehicles[0], [problem.stop(stop_id) for stop_id in stop_ids])
    return caught.value


def test_times_loads_and_metres_of_two_stops():
    problem = a_problem(a_stop("A"), a_stop("B", place=2, demand_g=250))

    route = schedule_route(problem, problem.vehicles[0], problem.stops)

    # Nothing waits, so the earliest return 0+100+5+100+5+200 = 410 needs the earliest departure.
    assert (route.depart_s, route.return_s) == (0, 410)
    assert [(v.arrival_s, v.start_s, v.departure_s) for v in route.visits] == [(100, 100, 105), (205, 205, 210)]
    assert [v.load_after_g for v in route.visits] == [250, 0]
    assert [v.travel_m for v in route.visits] == [1_000, 1_000]
    assert (route.return_travel_s, route.return_travel_m, route.distance_m) == (200, 2_000, 4_000)


def test_vehicle_leaves_as_late_as_the_first_window_lets_it():
    problem = a_problem(a_stop(window=TimeWindow(start_s=700, end_s=800)))

    route = schedule_route(problem, problem.vehicles[0], problem.stops)

    # Earliest return 700+5+100 = 805; leaving at 600 arrives at 700 and waits for nobody.
    assert (route.depart_s, route.return_s) == (600, 805)
    assert route.visits[0].arrival_s == route.visits[0].start_s == 700


def test_a_wait_that_an_earlier_window_forces_stays():
    early = a_stop("A", window=TimeWindow(start_s=0, end_s=150))
    late = a_stop("B", place=2, window=TimeWindow(start_s=700, end_s=800))
    problem = a_problem(early, late)

    route = schedule_route(problem, problem.vehicles[0], problem.stops)

    # A at its latest, 150, so departure 50; at B from 150+5+100 = 255, open at 700: 445 s of waiting.
    assert route.depart_s == 50
    assert (route.visits[1].arrival_s, route.visits[1].start_s) == (255, 700)
    assert route.return_s == 700 + 5 + 200


def test_later_departure_never_delays_the_return():
    flexible = a_stop("A")
    fixed = a_stop("B", place=2, window=TimeWindow(start_s=700, end_s=800))
    problem = a_problem(flexible, fixed)

    route = schedule_route(problem, problem.vehicles[0], problem.stops)

    # B at 700, so A at 700-100-5 = 595 and departure at 495; return 700+5+200 = 905 as with a departure at 0.
    assert (route.depart_s, route.visits[0].start_s, route.return_s) == (495, 595, 905)


@pytest.mark.parametrize(("end_s", "holds"), [(100, True), (99, False)])
def test_service_may_start_in_the_last_second_of_the_window(end_s, holds):
    problem = a_problem(a_stop(window=TimeWindow(start_s=0, end_s=end_s)))

    if holds:
        assert schedule_route(problem, problem.vehicles[0], problem.stops).visits[0].start_s == 100
    else:
        error = broken_rule(problem, "S")
        assert (error.rule, error.stop, error.value, error.limit) == (RouteRule.WINDOW_MISSED, "S", 100, 99)


@pytest.mark.parametrize(("end_s", "holds"), [(205, True), (204, False)])
def test_return_may_fall_on_the_last_second_of_the_shift(end_s, holds):
    problem = a_problem(a_stop(), vehicles=[a_vehicle(shift=TimeWindow(start_s=0, end_s=end_s))])

    if holds:
        assert schedule_route(problem, problem.vehicles[0], problem.stops).return_s == 205
    else:
        error = broken_rule(problem, "S")
        assert (error.rule, error.stop, error.value, error.limit) == (RouteRule.SHIFT_OVER, None, 205, 204)


def test_depot_hours_cut_the_shift():
    problem = a_problem(a_stop(), depots=[a_depot(opens_s=50, closes_s=255)])
    assert schedule_route(problem, problem.vehicles[0], problem.stops).depart_s == 50

    problem = a_problem(a_stop(), depots=[a_depot(opens_s=50, closes_s=254)])
    assert broken_rule(problem, "S").rule is RouteRule.SHIFT_OVER


@pytest.mark.parametrize(
    ("changes", "rule", "value", "limit"),
    [
        ({"demand_g": 501}, RouteRule.TOO_HEAVY, 1_002, 1_000),
        ({"packages": 6}, RouteRule.TOO_MANY_PACKAGES, 12, 10),
        ({"volume_ml": 51}, RouteRule.TOO_LARGE, 102, 100),
    ],
)
def test_two_stops_over_a_capacity_are_refused_with_the_numbers(changes, rule, value, limit):
    problem = a_problem(a_stop("A", **changes), a_stop("B", **changes), vehicles=[a_vehicle(capacity_ml=100)])

    error = broken_rule(problem, "A", "B")

    assert (error.rule, error.vehicle, error.value, error.limit) == (rule, "V", value, limit)


def test_two_stops_exactly_at_every_capacity_are_carried():
    full = {"demand_g": 500, "packages": 5, "volume_ml": 50}
    problem = a_problem(a_stop("A", **full), a_stop("B", **full), vehicles=[a_vehicle(capacity_ml=100)])

    assert schedule_route(problem, problem.vehicles[0], problem.stops).visits[0].load_after_g == 500


def test_goods_at_another_depot_are_refused():
    problem = a_problem(a_stop(depot="E"), depots=[a_depot(), a_depot(id="E", place=3)])

    assert broken_rule(problem, "S").rule is RouteRule.WRONG_DEPOT


@pytest.mark.parametrize("closed", ["seconds", "metres"])
@pytest.mark.parametrize("leg", [(0, 1), (1, 0)])
def test_a_leg_closed_in_either_matrix_is_refused(closed, leg):
    matrices = dict(zip(("seconds", "metres"), a_line([0, 100]), strict=True))
    matrices[closed][leg] = UNREACHABLE

    assert broken_rule(a_problem(a_stop(), **matrices), "S").rule is RouteRule.UNREACHABLE


def test_a_route_without_stops_is_the_callers_bug():
    problem = a_problem()

    with pytest.raises(AssertionError, match="at least one stop"):
        schedule_route(problem, problem.vehicles[0], [])
