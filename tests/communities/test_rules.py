"""Which delivery point a household comes to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from logistics.communities.rules import PointKind, PointOption, choose_point

PICKUP, STATION, VENDING, DOOR = (
    PointKind.PICKUP_POINT,
    PointKind.COURIER_STATION,
    PointKind.VENDING_POINT,
    PointKind.DOOR,
)


def point(point_id: int, kind: PointKind, *, building: int | None = None) -> PointOption:
    return PointOption(point_id=point_id, kind=kind, building_id=building)


def chosen(*points: PointOption, building: int = 1, quarantined: bool = False) -> int | None:
    option = choose_point(points, building_id=building, quarantined=quarantined)
    return option.point_id if option else None


def test_the_pickup_point_of_the_building_goes_before_that_of_the_compound() -> None:
    assert chosen(point(1, PICKUP), point(2, PICKUP, building=1)) == 2


def test_the_pickup_point_of_the_compound_goes_before_any_courier_station() -> None:
    assert chosen(point(1, STATION), point(2, PICKUP)) == 2
    assert chosen(point(1, STATION, building=1), point(2, PICKUP)) == 2


def test_without_a_pickup_point_the_courier_station_serves() -> None:
    assert chosen(point(1, VENDING), point(2, DOOR), point(3, STATION)) == 3


def test_a_vending_point_or_a_door_alone_serves_nobody_who_can_walk() -> None:
    assert chosen(point(1, VENDING), point(2, DOOR)) is None
    assert chosen() is None


def test_a_point_of_another_building_serves_nobody_of_this_one() -> None:
    assert chosen(point(1, PICKUP, building=2)) is None
    assert chosen(point(1, PICKUP, building=2), point(2, STATION)) == 2
    assert chosen(point(1, DOOR, building=2), quarantined=True) is None


def test_a_quarantined_household_is_served_at_its_door_and_nowhere_else() -> None:
    assert chosen(point(1, PICKUP, building=1), point(2, DOOR), quarantined=True) == 2
    assert chosen(point(1, DOOR), point(2, DOOR, building=1), quarantined=True) == 2
    assert chosen(point(1, DOOR, building=2), point(2, DOOR), quarantined=True) == 2
    assert chosen(point(1, PICKUP, building=1), quarantined=True) is None


def test_between_equal_points_the_lowest_id_decides() -> None:
    assert chosen(point(9, PICKUP), point(3, PICKUP), point(5, PICKUP)) == 3


options = st.lists(
    st.builds(
        PointOption,
        point_id=st.integers(1, 99),
        kind=st.sampled_from(PointKind),
        building_id=st.sampled_from([None, 1, 2]),
    ),
    max_size=6,
    unique_by=lambda option: option.point_id,
)


@given(points=options, quarantined=st.booleans())
def test_the_order_in_which_points_are_listed_decides_nothing(points: list[PointOption], quarantined: bool) -> None:
    one = choose_point(points, building_id=1, quarantined=quarantined)

    assert choose_point(points[::-1], building_id=1, quarantined=quarantined) == one
    if one is not None:
        assert (one.kind is DOOR) == quarantined
        assert one.building_id in (None, 1)
