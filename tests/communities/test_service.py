"""The tree, the dated statuses of its households, and where their goods go on a date."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from logistics.communities.models import Area, Building, DeliveryPoint, Household, HouseholdStatus
from logistics.communities.rules import AreaLevel, PointKind, StatusKind
from logistics.communities.service import (
    BadStatusDates,
    StatusTooFar,
    StatusTooLong,
    area_and_below,
    area_names,
    areas_above,
    delivery_targets,
    end_status,
    is_quarantined,
    point_places,
    purge_statuses,
    quarantined_among,
    set_status,
)
from logistics.db import reading, transaction
from logistics.errors import NotFound
from tests.builders import DELIVERY_DATE, TownRef, a_quarantine, a_town

QUARANTINED = StatusKind.QUARANTINED


def feb(day: int) -> date:
    return date(2020, 2, day)


def a_town_there(*, compounds: int = 2) -> TownRef:
    with transaction() as session:
        return a_town(session, compounds=compounds)


def quarantined_on(home: int, *days: int) -> list[bool]:
    with reading() as session:
        return [is_quarantined(session, home, feb(day)) for day in days]


def periods(home: int) -> list[tuple[int, int]]:
    """(first, last) day of February of every status of a household."""
    with reading() as session:
        rows = session.scalars(
            select(HouseholdStatus).where(HouseholdStatus.household_id == home).order_by(HouseholdStatus.starts_on)
        ).all()
    return [(row.starts_on.day, row.ends_on.day) for row in rows]


def with_status(home: int, first: int, last: int) -> None:
    with transaction() as session:
        set_status(session, home, QUARANTINED, feb(first), feb(last), today=feb(10))


# the tree


def test_below_an_area_is_the_area_itself_and_everything_under_it(any_tables: Flask) -> None:
    town, other = a_town_there(), a_town_there()

    with reading() as session:
        assert set(area_and_below(session, town.district_id)) == {town.district_id, town.office_id, town.community_id}
        assert set(area_and_below(session, town.office_id)) == {town.office_id, town.community_id}
        assert area_and_below(session, town.community_id) == [town.community_id]
        assert area_and_below(session, 999) == []
        assert len(area_names(session)) == 6  # both towns: three levels each
    assert other.district_id not in {town.district_id, town.office_id, town.community_id}


def test_above_a_household_are_its_community_street_office_and_district(any_tables: Flask) -> None:
    town = a_town_there()
    with transaction() as session:
        session.add(Area(code="N", name="N", level=AreaLevel.COMMUNITY, parent_id=town.office_id))

    with reading() as session:
        above = areas_above(session, town.households[1][0])
        assert set(above) == {town.community_id, town.office_id, town.district_id}
        assert areas_above(session, 999) == []


# statuses


def test_a_status_holds_from_its_first_to_its_last_day_both_included(any_tables: Flask) -> None:
    home = a_town_there().households[0][0]

    with_status(home, 10, 23)

    assert quarantined_on(home, 9, 10, 23, 24) == [False, True, True, False]


def test_a_status_may_be_of_one_day_but_not_of_none(tables: Flask) -> None:
    home = a_town_there().households[0][0]

    with_status(home, 10, 10)
    with pytest.raises(BadStatusDates, match="would end on 2020-02-09, before it starts on 2020-02-10"):
        with_status(home, 10, 9)

    assert quarantined_on(home, 9, 10, 11) == [False, True, False]


def test_a_status_that_starts_on_the_same_day_replaces_the_one_before(any_tables: Flask) -> None:
    home = a_town_there().households[0][0]

    with_status(home, 10, 23)
    with_status(home, 10, 12)

    assert periods(home) == [(10, 12)]


def test_a_status_of_an_unknown_household_is_refused(tables: Flask) -> None:
    with pytest.raises(NotFound, match="No household 999"):
        with_status(999, 10, 12)


def test_an_ended_status_does_not_hold_on_the_day_it_ends(tables: Flask) -> None:
    home = a_town_there().households[0][0]
    with_status(home, 10, 23)

    with transaction() as session:
        end_status(session, home, QUARANTINED, feb(15))

    assert quarantined_on(home, 14, 15, 16) == [True, False, False]


def test_a_status_ended_on_its_first_day_is_forgotten(tables: Flask) -> None:
    home = a_town_there().households[0][0]
    with_status(home, 10, 23)

    with transaction() as session:
        end_status(session, home, QUARANTINED, feb(10))

    assert periods(home) == []


def test_ending_leaves_what_was_over_and_other_households_alone(tables: Flask) -> None:
    town = a_town_there()
    home, neighbour = town.households[0][:2]
    with_status(home, 1, 5)
    with_status(home, 10, 23)
    with_status(neighbour, 10, 23)

    with transaction() as session:
        end_status(session, home, QUARANTINED, feb(15))

    assert periods(home) == [(1, 5), (10, 14)]
    assert periods(neighbour) == [(10, 23)]


def test_statuses_that_ended_are_purged_and_running_ones_are_kept(any_tables: Flask) -> None:
    homes = a_town_there().households[0]
    with_status(homes[0], 1, 9)
    with_status(homes[1], 1, 10)

    with transaction() as session:
        assert purge_statuses(session, before=feb(10), needed=[]) == 1

    assert (periods(homes[0]), periods(homes[1])) == ([], [(1, 10)])


def test_an_ended_status_stays_while_goods_of_its_days_are_not_in_a_batch(tables: Flask) -> None:
    homes = a_town_there().households[0]
    for home in homes[:3]:
        with_status(home, 1, 9)

    with transaction() as session:  # goods of its last day, of the day after it, and a neighbour's
        needed = [(homes[0], feb(9)), (homes[1], feb(10)), (homes[3], feb(9))]
        assert purge_statuses(session, before=feb(20), needed=needed) == 2

    assert [periods(home) for home in homes[:3]] == [[(1, 9)], [], []]


def test_quarantine_goes_with_its_household(any_tables: Flask) -> None:
    home = a_town_there().households[0][0]
    with_status(home, 1, 9)

    with transaction() as session:
        session.execute(delete(Household).where(Household.id == home))

    assert periods(home) == []


def test_more_households_than_a_statement_takes_are_looked_up(tables: Flask) -> None:
    town = a_town_there()
    with transaction() as session:
        building_id = session.scalars(select(Building.id)).first()
        homes = [Household(code=f"X{n}", building_id=building_id) for n in range(1_200)]
        session.add_all(homes)
        session.flush()
        ids = [home.id for home in homes]
        a_quarantine(session, ids[0])
        a_quarantine(session, ids[-1])

    with reading() as session:
        assert quarantined_among(session, ids, DELIVERY_DATE) == {ids[0], ids[-1]}
        assert len(delivery_targets(session, ids, on=DELIVERY_DATE)) == 1_200
        assert quarantined_among(session, [], DELIVERY_DATE) == set()
    assert town.compound_ids


# where the goods go


def test_the_quarantined_are_served_at_the_door_and_all_others_at_the_pickup_point(any_tables: Flask) -> None:
    town = a_town_there()
    ill, well = town.households[0][:2]
    with transaction() as session:
        a_quarantine(session, ill)

    with reading() as session:
        targets = delivery_targets(session, [ill, well], on=DELIVERY_DATE)
        day_after = delivery_targets(session, [ill], on=DELIVERY_DATE + timedelta(days=1))

    assert (targets[ill].kind, targets[well].kind) == (PointKind.DOOR, PointKind.PICKUP_POINT)
    assert day_after[ill].kind is PointKind.PICKUP_POINT


def test_a_household_goes_to_a_point_of_its_own_compound(tables: Flask) -> None:
    town = a_town_there()

    with reading() as session:
        targets = delivery_targets(session, [home for homes in town.households for home in homes], on=DELIVERY_DATE)
        places = point_places(session, {target.point_id for target in targets.values()})

    for compound_id, homes in zip(town.compound_ids, town.households, strict=True):
        assert {places[targets[home].point_id].compound_id for home in homes} == {compound_id}


def test_a_household_without_a_fitting_point_has_no_target(tables: Flask) -> None:
    town = a_town_there(compounds=1)
    ill, well = town.households[0][:2]
    with transaction() as session:
        a_quarantine(session, ill)
        session.execute(delete(DeliveryPoint).where(DeliveryPoint.kind == PointKind.DOOR))

    with reading() as session:
        targets = delivery_targets(session, [ill, well, 999], on=DELIVERY_DATE)

    assert set(targets) == {well}


def test_a_point_stands_at_the_gate_of_its_compound(tables: Flask) -> None:
    town = a_town_there()

    with reading() as session:
        points = session.scalars(
            select(DeliveryPoint.id).where(DeliveryPoint.compound_id == town.compound_ids[1])
        ).all()
        places = point_places(session, points)

    # compounds stand 0.01 degrees apart
    assert {(place.lng, place.lat, place.gate_opens_min, place.gate_closes_min) for place in places.values()} == {
        (117.01, 36.6, 0, 1440)
    }


@pytest.mark.parametrize(
    ("first", "last", "left"),
    [
        (8, 15, [(5, 7), (8, 15), (20, 25)]),  # the earlier one keeps the days before
        (5, 25, [(5, 25)]),  # one for all
        (11, 19, [(5, 10), (11, 19), (20, 25)]),  # between them: nothing overlaps
        (10, 20, [(5, 9), (10, 20)]),  # touches both by a day
    ],
)
def test_a_status_takes_the_place_of_those_it_overlaps_with(
    tables: Flask, first: int, last: int, left: list[tuple[int, int]]
) -> None:
    home = a_town_there().households[0][0]
    with_status(home, 5, 10)
    with_status(home, 20, 25)

    with_status(home, first, last)

    assert periods(home) == left


@pytest.mark.parametrize(("days", "refused"), [(60, False), (61, True), (10_000, True)])
def test_a_status_lasts_sixty_days_at_most(tables: Flask, days: int, refused: bool) -> None:
    home, today = a_town_there().households[0][0], feb(10)
    last = today + timedelta(days=days - 1)

    with transaction() as session, pytest.raises(StatusTooLong) if refused else nullcontext():
        set_status(session, home, QUARANTINED, today, last, today=today)


@pytest.mark.parametrize(("days", "refused"), [(366, False), (367, True), (-366, False), (-367, True)])
def test_a_status_starts_within_a_year_of_today(tables: Flask, days: int, refused: bool) -> None:
    home, today = a_town_there().households[0][0], feb(10)
    first = today + timedelta(days=days)

    with transaction() as session, pytest.raises(StatusTooFar) if refused else nullcontext():
        set_status(session, home, QUARANTINED, first, first, today=today)
