"""How batches become stops at a gate, how long a vehicle stands there, and when the gate lets it in."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.communities.rules import PointKind
from logistics.routing.rules import (
    PLAN_TRANSITIONS,
    BatchLoad,
    Capacity,
    GateStop,
    PlanState,
    StopKind,
    cents_per_km,
    open_window,
    service_s,
    stop_kind,
    stops_from_batches,
)
from tests.builders import AFTERNOON, MORNING

PICKUP, DOOR = StopKind.PICKUP, StopKind.DOOR


def load(
    batch_id: int,
    *,
    depot: str = "S1",
    place: str = "C1",
    kind: StopKind = PICKUP,
    window: tuple[datetime, datetime] = MORNING,
    weight_g: int = 100_000,
    packages: int = 10,
) -> BatchLoad:
    return BatchLoad(
        batch_id=batch_id,
        depot=depot,
        place=place,
        place_name=f"Compound {place}",
        kind=kind,
        window_start=window[0],
        window_end=window[1],
        weight_g=weight_g,
        volume_ml=2 * weight_g,
        package_count=packages,
    )


def stops(*loads: BatchLoad, weight_g_max: int = 1_000_000, packages_max: int = 200) -> list[GateStop]:
    return stops_from_batches(
        loads,
        fleets={depot: [Capacity(weight_g=weight_g_max, package_count=packages_max)] for depot in ("S1", "S2")},
    )


# service time


@pytest.mark.parametrize(
    ("kind", "packages", "seconds"),
    [
        (PICKUP, 1, 250),  # 240 + 10
        (PICKUP, 30, 540),  # 240 + 300
        (DOOR, 1, 300),  # 240 + 60
        (DOOR, 5, 540),  # 240 + 300
    ],
)
def test_a_vehicle_stands_a_fixed_time_and_a_time_per_package(kind: StopKind, packages: int, seconds: int) -> None:
    assert service_s(kind, packages) == seconds


def test_only_a_door_is_served_at_the_door() -> None:
    assert stop_kind(PointKind.DOOR) is DOOR
    assert {stop_kind(kind) for kind in PointKind if kind is not PointKind.DOOR} == {PICKUP}


def test_a_kilometre_costs_more_in_a_larger_vehicle() -> None:
    assert cents_per_km(1_200_000) == 128  # 80 + 40 × 1.2
    assert cents_per_km(4_000_000) == 240  # 80 + 40 × 4


# stops


def test_the_batches_of_one_gate_window_and_kind_are_one_stop() -> None:
    (stop,) = stops(load(7, weight_g=40_000, packages=4), load(3, weight_g=60_000, packages=5))

    assert (stop.code, stop.name, stop.place) == ("S1/C1/0800-1200/pickup", "Compound C1", "C1")
    assert (stop.weight_g, stop.volume_ml, stop.package_count) == (100_000, 200_000, 9)
    assert stop.service_s == 330  # 240 + 9 × 10
    assert stop.batch_ids == (3, 7)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (load(2, depot="S2"), "S2/C1/0800-1200/pickup"),
        (load(2, place="C2"), "S1/C2/0800-1200/pickup"),
        (load(2, window=AFTERNOON), "S1/C1/1200-1700/pickup"),
        (load(2, kind=DOOR), "S1/C1/0800-1200/door"),
    ],
    ids=["depot", "gate", "window", "kind"],
)
def test_another_depot_gate_window_or_kind_is_another_stop(other: BatchLoad, code: str) -> None:
    codes = [stop.code for stop in stops(load(1), other)]

    assert codes == sorted(["S1/C1/0800-1200/pickup", code])


def test_windows_that_begin_together_and_end_apart_are_two_stops_with_two_codes() -> None:
    whole_day = (MORNING[0], AFTERNOON[1])

    codes = [stop.code for stop in stops(load(1), load(2, window=whole_day))]

    assert codes == ["S1/C1/0800-1200/pickup", "S1/C1/0800-1700/pickup"]


def test_windows_of_two_days_at_the_same_hours_are_numbered() -> None:
    next_day = (MORNING[0] + timedelta(days=1), MORNING[1] + timedelta(days=1))

    codes = [stop.code for stop in stops(load(1), load(2, window=next_day))]

    assert codes == ["S1/C1/0800-1200/pickup/1", "S1/C1/0800-1200/pickup/2"]


# splitting what no vehicle can carry


def test_a_stop_as_heavy_as_the_largest_vehicle_carries_is_left_whole() -> None:
    assert len(stops(load(1), load(2), weight_g_max=200_000)) == 1


def test_a_gram_more_is_split_between_batches_in_order_of_id() -> None:
    parts = stops(load(3), load(1), load(2, weight_g=100_001), weight_g_max=200_000)

    # 100,000 + 100,001 is too heavy; 100,001 + 100,000 too
    assert [(stop.code, stop.batch_ids) for stop in parts] == [
        ("S1/C1/0800-1200/pickup/1", (1,)),
        ("S1/C1/0800-1200/pickup/2", (2,)),
        ("S1/C1/0800-1200/pickup/3", (3,)),
    ]


def test_packages_split_a_stop_as_weight_does() -> None:
    assert [stop.batch_ids for stop in stops(load(1), load(2), load(3), packages_max=20)] == [(1, 2), (3,)]
    assert [stop.batch_ids for stop in stops(load(1), load(2), load(3), packages_max=30)] == [(1, 2, 3)]


def test_a_part_fits_one_vehicle_and_not_the_weight_of_one_and_the_packages_of_another() -> None:
    heavy, many = Capacity(weight_g=1_000_000, package_count=10), Capacity(weight_g=100_000, package_count=100)
    ten = [load(n, weight_g=90_000, packages=9) for n in range(1, 11)]

    # together 900 kg in 90 packages: too many packages for the one, too heavy for the other, as any two of them are
    found = stops_from_batches(ten, fleets={"S1": [heavy, many]})

    assert [(stop.weight_g, stop.package_count) for stop in found] == [(90_000, 9)] * 10
    light = [load(1, weight_g=500_000, packages=5), load(2, weight_g=500_000, packages=5), load(3, packages=9)]
    parts = [stop.batch_ids for stop in stops_from_batches(light, fleets={"S1": [many, heavy]})]
    assert parts == [(1, 2), (3,)]  # 1,000 kg in 10 packages fill the first vehicle to the gram


@pytest.mark.parametrize(("packages", "parts"), [(28, [(1, 2)]), (29, [(1,), (2,)])])
def test_a_door_stop_takes_no_longer_than_its_window(packages: int, parts: list[tuple[int, ...]]) -> None:
    hour = (MORNING[0], MORNING[0] + timedelta(hours=1))
    loads = [load(1, kind=DOOR, window=hour, packages=28), load(2, kind=DOOR, window=hour, packages=packages)]

    # 240 s + 60 s for each of 56 packages are the 3,600 s of the hour; 57 are a minute too many
    assert [stop.batch_ids for stop in stops(*loads)] == parts


def test_one_batch_that_takes_longer_than_its_window_stays_a_stop() -> None:
    hour = (MORNING[0], MORNING[0] + timedelta(hours=1))

    (stop,) = stops(load(1, kind=DOOR, window=hour, packages=57))

    assert stop.service_s == 3_660


def test_one_batch_beyond_every_vehicle_stays_a_stop_to_be_named_as_dropped() -> None:
    (stop,) = stops(load(1, weight_g=5_000_000), weight_g_max=1_000_000)

    assert stop.weight_g == 5_000_000


def test_a_depot_without_vehicles_keeps_every_batch_as_a_stop() -> None:
    found = stops_from_batches([load(1), load(2)], fleets={})

    assert [stop.batch_ids for stop in found] == [(1,), (2,)]


loads = st.lists(
    st.builds(
        load,
        st.integers(1, 400),
        depot=st.sampled_from(["S1", "S2"]),
        place=st.sampled_from(["C1", "C1-a", "C10"]),
        kind=st.sampled_from(StopKind),
        window=st.sampled_from([MORNING, AFTERNOON, (MORNING[0], AFTERNOON[1])]),
        weight_g=st.integers(0, 500_000),
        packages=st.integers(1, 60),
    ),
    max_size=20,
    unique_by=lambda one: one.batch_id,
)


@given(loads=loads, weight_g_max=st.integers(1, 900_000), packages_max=st.integers(1, 90))
def test_every_batch_is_on_exactly_one_stop_and_no_split_is_needless(
    loads: list[BatchLoad], weight_g_max: int, packages_max: int
) -> None:
    found = stops(*loads, weight_g_max=weight_g_max, packages_max=packages_max)

    assert Counter(b for stop in found for b in stop.batch_ids) == Counter(one.batch_id for one in loads)
    assert sum(stop.weight_g for stop in found) == sum(one.weight_g for one in loads)
    assert [stop.code for stop in found] == sorted({stop.code for stop in found})
    for stop in found:
        fits = stop.weight_g <= weight_g_max and stop.package_count <= packages_max
        fits = fits and stop.service_s <= (stop.window_end - stop.window_start).total_seconds()
        assert fits or len(stop.batch_ids) == 1


@given(loads=loads)
def test_the_order_in_which_batches_are_read_decides_nothing(loads: list[BatchLoad]) -> None:
    assert stops(*loads[::-1], weight_g_max=300_000) == stops(*loads, weight_g_max=300_000)


# gates


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2020, 2, 19, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gate", "left"),
    [
        ((at(0), at(4)), (at(0), at(4))),  # open exactly as long as the window
        ((at(1), at(3)), (at(1), at(3))),  # opens later, closes earlier
        ((at(3, 59), at(9)), (at(3, 59), at(4))),  # a minute is left
        ((at(4), at(9)), None),  # opens when the window ends
        ((at(0) - timedelta(hours=3), at(0)), None),  # closes when it begins
        ((at(5), at(9)), None),
    ],
)
def test_a_window_is_cut_to_the_hours_of_its_gate(
    gate: tuple[datetime, datetime], left: tuple[datetime, datetime] | None
) -> None:
    assert open_window((at(0), at(4)), gate) == left


# states


def test_a_plan_that_is_over_stays_as_it_is_and_one_being_solved_may_be_solved_again() -> None:
    over = {state for state, after in PLAN_TRANSITIONS.items() if not after}

    assert over == {PlanState.READY, PlanState.FAILED, PlanState.CANCELLED}
    assert PlanState.SOLVING in PLAN_TRANSITIONS[PlanState.SOLVING]
    assert set(PLAN_TRANSITIONS) == set(PlanState)
