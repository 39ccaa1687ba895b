"""The reasons one by one: what holds for the last vehicle that could, with its numbers."""

import pytest

from logistics.routing.engine import Break, DropReason, TimeWindow, Underway, drop_reason, drop_reasons
from logistics.routing.engine.explain import left_out_reasons
from logistics.routing.engine.problem import SpeedSlot
from tests.routing.engine.builders import a_depot, a_problem, a_route, a_stop, a_vehicle, a_visit


def reason(stop, **changes):
    dropped = drop_reason(a_problem(stop, **changes), stop)
    return None if dropped is None else (dropped.reason, dict(dropped.detail))


def test_nobody_is_allowed():
    vehicles = [a_vehicle(depot="E"), a_vehicle(id="W", depot="E")]
    depots = [a_depot(), a_depot(id="E")]

    assert reason(a_stop(vehicles_allowed=frozenset("VW")), vehicles=vehicles, depots=depots) == (
        DropReason.NO_VEHICLE,
        {"depot": "D", "vehicles_allowed": "V, W"},
    )
    assert reason(a_stop(vehicles_forbidden=frozenset("V"))) == (
        DropReason.NO_VEHICLE,
        {"depot": "D", "vehicles_forbidden": "V"},
    )
    assert reason(a_stop(vehicles_forbidden=frozenset("V")), vehicles=[a_vehicle(), a_vehicle(id="W")]) is None


def test_a_vehicle_that_may_make_no_stop_is_none():
    assert reason(a_stop(pinned_vehicle="V"), vehicles=[a_vehicle(most_stops=0), a_vehicle(id="W")]) == (
        DropReason.NO_VEHICLE,
        {"depot": "D", "pinned_vehicle": "V"},
    )
    assert reason(a_stop(pinned_vehicle="V"), vehicles=[a_vehicle(most_stops=1)]) is None


def test_nobody_has_the_skills():
    vehicles = [a_vehicle(skills=frozenset({"lift"})), a_vehicle(id="W")]
    stop = a_stop(skills=frozenset({"lift", "cold"}))

    # V lacks one of the two, W both.
    assert reason(stop, vehicles=vehicles) == (
        DropReason.NO_SKILL,
        {"skills": "cold, lift", "skills_missing": "cold", "vehicle": "V"},
    )
    assert reason(stop, vehicles=[a_vehicle(skills=frozenset({"lift", "cold", "more"}))]) is None


@pytest.mark.parametrize(("longest_m", "served"), [(1_999, False), (2_000, True)])
def test_there_and_back_is_too_far(longest_m, served):
    vehicles = [a_vehicle(longest_m=longest_m), a_vehicle(id="W", longest_m=5)]

    # 1,000 m there and 1,000 m back.
    expected = (DropReason.TOO_FAR, {"round_trip_m": 2_000, "longest_m": 1_999})
    assert reason(a_stop(), vehicles=vehicles) == (None if served else expected)


@pytest.mark.parametrize(("longest_s", "served"), [(204, False), (205, True)])
def test_there_and_back_takes_too_long(longest_s, served):
    expected = (DropReason.TOO_LONG, {"round_trip_s": 205, "longest_s": 204})
    stop = a_stop(window=TimeWindow(start_s=5_000, end_s=6_000))  # nobody need leave before it is time

    assert reason(stop, vehicles=[a_vehicle(longest_s=longest_s)]) == (None if served else expected)


def test_a_vehicle_underway_is_paid_for_waiting():
    stop = a_stop(window=TimeWindow(start_s=5_000, end_s=6_000))
    underway = Underway(place=2, ready_s=1_000)

    # Free at 1,000, served from 5,000 to 5,005, back at 5,105: 4,105 s.
    assert reason(stop, vehicles=[a_vehicle(longest_s=4_104, underway=underway)]) == (
        DropReason.TOO_LONG,
        {"round_trip_s": 4_105, "longest_s": 4_104},
    )
    assert reason(stop, vehicles=[a_vehicle(longest_s=4_105, underway=underway)]) is None


@pytest.mark.parametrize(("end_s", "served"), [(599, False), (600, True)])
def test_goods_that_are_packed_too_late_for_the_window(end_s, served):
    stop = a_stop(released_s=500, window=TimeWindow(start_s=0, end_s=end_s))
    expected = {
        "earliest_arrival_s": 600,
        "window_end_s": 599,
        "earliest_return_s": 705,
        "latest_return_s": 10_000,
        "released_s": 500,
    }

    assert reason(stop) == (None if served else (DropReason.WINDOW_UNREACHABLE, expected))


@pytest.mark.parametrize(("latest_s", "served"), [(155, True), (154, False)])
def test_a_break_that_leaves_no_time(latest_s, served):
    # 1,000 s of rest before service at 150 to 250 are too many; after it, at 150 + 5, they are not.
    stop = a_stop(window=TimeWindow(start_s=150, end_s=250))
    vehicle = a_vehicle(breaks=(Break(earliest_s=0, latest_s=latest_s, duration_s=1_000),))

    found = reason(stop, vehicles=[vehicle])

    assert (found is None) == served
    if found is not None:
        assert found[0] is DropReason.WINDOW_UNREACHABLE
        assert found[1]["breaks_s"] == 1_000


def test_later_windows_and_lateness_count():
    early = TimeWindow(start_s=0, end_s=50)

    assert reason(a_stop(window=early))[0] is DropReason.WINDOW_UNREACHABLE
    assert reason(a_stop(window=early, further_windows=(TimeWindow(start_s=99, end_s=100),))) is None
    assert reason(a_stop(window=early, late_cents_per_h=1)) is None


def test_slow_hours_count():
    slow = (SpeedSlot(start_s=0, percent=50),)
    stop = a_stop(window=TimeWindow(start_s=0, end_s=199))

    # 100 s at half speed are 200 s.
    assert reason(stop) is None
    assert reason(stop, speeds=slow)[1]["earliest_arrival_s"] == 200


def test_too_few_stops_for_a_position():
    pinned = a_stop(pinned_vehicle="V", pinned_position=3)
    free, elsewhere = a_stop("A"), a_stop("B", pinned_vehicle="W")
    vehicles = [a_vehicle(), a_vehicle(id="W")]

    reasons = drop_reasons(a_problem(pinned, free, elsewhere, vehicles=vehicles))

    assert {name: (drop.reason, dict(drop.detail)) for name, drop in reasons.items()} == {
        "S": (DropReason.PIN_IMPOSSIBLE, {"vehicle": "V", "position": 3, "others": 1})
    }
    assert drop_reasons(a_problem(pinned, free, a_stop("B"), vehicles=vehicles)) == {}


@pytest.mark.parametrize(("demand_g", "served"), [(500, True), (501, False)])
def test_a_position_behind_stops_that_are_too_heavy(demand_g, served):
    stops = [a_stop(demand_g=500, pinned_vehicle="V", pinned_position=2), a_stop("A", demand_g=demand_g)]

    reasons = drop_reasons(a_problem(*stops))

    assert (reasons == {}) == served
    if not served:
        expected = {"vehicle": "V", "position": 2, "others": 1, "others_g": 501, "free_g": 500}
        assert dict(reasons["S"].detail) == expected


@pytest.mark.parametrize(("end_s", "served"), [(305, True), (304, False)])
def test_a_position_behind_stops_that_take_too_long(end_s, served):
    # To A at 200 (5 s of service), back to S at 100: 200 + 5 + 100 = 305.
    pinned = a_stop(pinned_vehicle="V", pinned_position=2, window=TimeWindow(start_s=0, end_s=end_s))

    reasons = drop_reasons(a_problem(pinned, a_stop("A", place=2)))

    assert [drop.reason for drop in reasons.values()] == ([] if served else [DropReason.PIN_IMPOSSIBLE])


def test_a_group_loses_all_when_it_loses_one():
    heavy, light = a_stop("H", demand_g=1_001, together="g"), a_stop("L", together="g")

    reasons = drop_reasons(a_problem(heavy, light, a_stop()))

    assert {name: drop.reason for name, drop in reasons.items()} == {
        "H": DropReason.TOO_HEAVY,
        "L": DropReason.TOGETHER,
    }
    assert dict(reasons["L"].detail) == {"group": "g", "members": 2, "stop": "H", "because": "too_heavy"}


@pytest.mark.parametrize(
    ("changes", "vehicle", "detail"),
    [
        ({"demand_g": 501}, {}, {"group_g": 1_002, "largest_capacity_g": 1_000}),
        ({"packages": 6}, {}, {"group_packages": 12, "largest_capacity_packages": 10}),
        ({"volume_ml": 3}, {"capacity_ml": 5}, {"group_ml": 6, "largest_capacity_ml": 5}),
        ({}, {"most_stops": 1}, {"stops_over": 2}),
        # 205 s for each alone, 100 + 5 + 5 + 100 = 210 s for both.
        ({}, {"longest_s": 209}, {"vehicles_able": 1, "time": "short"}),
    ],
)
def test_a_group_that_fits_one_by_one_only(changes, vehicle, detail):
    stops = [a_stop("A", together="g", **changes), a_stop("B", together="g", **changes)]

    reasons = drop_reasons(a_problem(*stops, vehicles=[a_vehicle(**vehicle)]))

    expected = (DropReason.TOGETHER, {"group": "g", "members": 2, **detail})
    assert {name: (drop.reason, dict(drop.detail)) for name, drop in reasons.items()} == {"A": expected, "B": expected}


def test_a_group_whose_members_no_vehicle_may_serve_both():
    one = a_stop("A", together="g", vehicles_forbidden=frozenset("V"))
    other = a_stop("B", together="g", vehicles_forbidden=frozenset("W"))

    reasons = drop_reasons(a_problem(one, other, vehicles=[a_vehicle(), a_vehicle(id="W")]))

    assert dict(reasons["A"].detail) == {"group": "g", "members": 2, "vehicles_able": 0}


def test_a_group_at_its_limits_is_possible():
    stops = [a_stop("A", together="g", demand_g=500), a_stop("B", together="g", demand_g=500)]

    assert drop_reasons(a_problem(*stops, vehicles=[a_vehicle(longest_s=210, most_stops=2)])) == {}


def test_a_route_shorter_than_the_position_leaves_the_pin_unmet():
    pinned = a_stop(pinned_vehicle="V", pinned_position=3)
    problem = a_problem(pinned, a_stop("A"), a_stop("B"))

    (dropped,) = left_out_reasons(problem, [a_route(a_visit("A"))], [pinned])

    assert (dropped.reason, dict(dropped.detail)) == (DropReason.PIN_IMPOSSIBLE, {"position": 3, "visits": 1})
