"""Draws over all channels, to the second, and what the database says to whoever does not ask the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from logistics.communities.models import Area, Household
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.entitlement import queries
from logistics.inventory.entitlement.errors import (
    BadDraw,
    BadRule,
    DrawKeyReused,
    EntitlementExceeded,
    MoreThanEntitled,
)
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementGuard, EntitlementRule
from logistics.inventory.entitlement.rules import DrawChannel, Per
from logistics.inventory.entitlement.service import SetRule, end_rule, give_back
from tests.builders import NOW, a_town
from tests.inventory.entitlement.giving import Town, a_limited_town, drawn, left, rule

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_every_channel_draws_from_one_entitlement(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)

    for channel, quantity in (("order", 1), ("pickup", 1), ("proxy", 1), ("ballot", 2)):
        drawn(town, quantity, channel=DrawChannel(channel))

    with pytest.raises(EntitlementExceeded) as refused:
        drawn(town, 1, after=DAY)
    assert refused.value.data == {
        "item": f"name of mask-{town_number(town)}",
        "limit": 5,
        "days": 7,
        "area": office(town),
        "drawn": 5,
        "wanted": 1,
        "next_at": NOW + WEEK,
    }


def town_number(town: Town) -> str:
    with reading() as session:
        return queries.item_name(session, town.item_id).code.removeprefix("mask-")


def office(town: Town) -> str:
    with reading() as session:
        return session.get_one(Area, town.ref.office_id).name


def test_a_draw_leaves_the_window_exactly_after_its_days(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    drawn(town, 5)

    with pytest.raises(EntitlementExceeded):
        drawn(town, 1, after=WEEK - SECOND)
    assert drawn(town, 5, after=WEEK).quantity == 5


def test_parts_of_a_second_are_neither_gained_nor_lost(any_tables: Flask) -> None:
    # kept to the second: drawn at .999999, free again at .000000 of the second seven days later
    town = a_limited_town(quantity=5)
    receipt = drawn(town, 5, after=timedelta(microseconds=999_999))

    with pytest.raises(EntitlementExceeded):
        drawn(town, 1, after=WEEK - timedelta(microseconds=1))
    assert receipt.drawn_at == NOW
    assert drawn(town, 1, after=WEEK).drawn_at == NOW + WEEK


def test_what_is_left_is_told_with_the_moment_it_becomes_more(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    drawn(town, 3)
    drawn(town, 1, after=DAY)

    now = left(town, after=2 * DAY)

    assert (now.limit, now.days, now.drawn, now.available) == (5, 7, 4, 1)
    assert (now.next_at, now.next_available) == (NOW + WEEK, 4)  # the 3 are out, the 1 is not
    assert left(town, after=WEEK).available == 4
    assert left(town, after=8 * DAY).next_at is None


def test_more_than_may_ever_be_drawn_is_said_to_be_that(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)

    with pytest.raises(MoreThanEntitled, match="6 asked for, but at most 5 may be drawn in 7 days"):
        drawn(town, 6)
    assert drawn(town, 5).quantity == 5


def test_neighbours_and_other_items_have_entitlements_of_their_own(any_tables: Flask) -> None:
    town, other = a_limited_town(quantity=2), a_limited_town(quantity=2)
    drawn(town, 2, home=0)

    assert drawn(town, 2, home=1).quantity == 2
    assert drawn(Town(ref=town.ref, item_id=other.item_id, homes=town.homes), 9).quantity == 9  # no rule there


def test_without_a_rule_a_draw_is_kept_and_counts_when_a_rule_comes(any_tables: Flask) -> None:
    town = a_limited_town(quantity=None)
    drawn(town, 4)

    rule(town, quantity=5, now=NOW + DAY)

    assert left(town, after=DAY).available == 1
    with pytest.raises(EntitlementExceeded):
        drawn(town, 2, after=DAY)


def test_every_area_above_binds_and_an_office_can_only_be_stricter(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    rule(town, quantity=50, area_id=town.ref.community_id)
    rule(town, quantity=4, days=2, area_id=town.ref.district_id)
    drawn(town, 4)

    with pytest.raises(EntitlementExceeded) as by_the_district:
        drawn(town, 1, after=DAY)
    with pytest.raises(EntitlementExceeded) as by_the_office:
        drawn(town, 2, after=2 * DAY)

    assert (by_the_district.value.data["limit"], by_the_district.value.data["days"]) == (4, 2)
    assert (by_the_office.value.data["limit"], by_the_office.value.data["days"]) == (5, 7)
    assert by_the_district.value.data["next_at"] == NOW + 2 * DAY
    assert drawn(town, 1, after=2 * DAY).quantity == 1


def test_a_rule_of_another_area_does_not_bind(any_tables: Flask) -> None:
    town = a_limited_town(quantity=None)
    with transaction() as session:
        elsewhere = a_town(session, compounds=1)
    rule(town, quantity=0, area_id=elsewhere.office_id)

    assert drawn(town, 9).quantity == 9


def test_a_changed_rule_counts_what_was_drawn_under_the_old_one(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    drawn(town, 4)

    rule(town, quantity=2, now=NOW + DAY)
    tightened = left(town, after=DAY)
    rule(town, quantity=10, days=1, now=NOW + DAY)
    loosened = left(town, after=DAY)

    assert (tightened.available, tightened.drawn, tightened.next_at) == (0, 4, NOW + WEEK)
    assert (loosened.available, loosened.drawn) == (10, 0)  # the day is over exactly now
    with reading() as session:
        rules = session.execute(select(EntitlementRule).order_by(EntitlementRule.id)).scalars().all()
    assert [(r.quantity, r.ended_at is None) for r in rules] == [(5, False), (2, False), (10, True)]


def test_setting_the_same_rule_again_changes_nothing(any_tables: Flask) -> None:
    town = a_limited_town(quantity=None)

    first, again = rule(town, quantity=5), rule(town, quantity=5, now=NOW + DAY)

    assert first == again
    with transaction() as session:
        assert end_rule(session, item_id=town.item_id, area_id=town.ref.office_id, now=NOW + DAY)
        assert not end_rule(session, item_id=town.item_id, area_id=town.ref.office_id, now=NOW + DAY)
    assert drawn(town, 99).quantity == 99


def test_a_rule_per_person_counts_persons_and_one_where_nobody_counted(any_tables: Flask) -> None:
    town = a_limited_town(quantity=2, per=Per.PERSON)
    with transaction() as session:
        session.get_one(Household, town.homes[0]).person_count = 3

    assert drawn(town, 6, home=0).quantity == 6  # 2 × 3
    with pytest.raises(EntitlementExceeded):
        drawn(town, 1, home=0)
    assert drawn(town, 2, home=1).quantity == 2  # 2 × 1
    with pytest.raises(EntitlementExceeded):
        drawn(town, 1, home=1)


def test_what_is_given_back_may_be_drawn_again(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    receipt = drawn(town, 5)

    with transaction() as session:
        give_back(session, receipt.draw_id, keep=2)
        give_back(session, receipt.draw_id, keep=4)  # more than is kept by now: nothing is taken again
    partly = left(town).available
    with transaction() as session:
        give_back(session, receipt.draw_id)
        give_back(session, receipt.draw_id)

    assert (partly, left(town).available) == (3, 5)
    with pytest.raises(NotFound, match="No draw 999"), transaction() as session:
        give_back(session, 999)


def test_the_same_key_twice_is_one_draw(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)

    first, again = drawn(town, 3, key="k"), drawn(town, 3, key="k", after=DAY)

    assert (first.replayed, again.replayed) == (False, True)
    assert (first.draw_id, again.drawn_at) == (again.draw_id, NOW)
    assert left(town).drawn == 3
    with pytest.raises(DrawKeyReused):
        drawn(town, 2, key="k")
    with pytest.raises(DrawKeyReused):
        drawn(town, 3, key="k", home=1)


def test_a_clock_that_was_set_back_frees_nothing(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    drawn(town, 3, after=3 * DAY)

    with pytest.raises(EntitlementExceeded) as refused:
        drawn(town, 3)
    # before the clock's old time: a span of seven days holds both
    assert drawn(town, 2).quantity == 2
    assert refused.value.data["next_at"] == NOW + 10 * DAY
    # four days before NOW lies exactly seven days before the later draw, and within seven days of the one now
    assert drawn(town, 3, after=-4 * DAY).quantity == 3
    with pytest.raises(EntitlementExceeded):
        drawn(town, 1, after=-4 * DAY)


def test_nonsense_is_refused(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)

    for quantity in (0, -1, 100_001):
        with pytest.raises(BadDraw):
            drawn(town, quantity)
    with pytest.raises(NotFound, match="No household 999"):
        drawn(Town(ref=town.ref, item_id=town.item_id, homes=(999,)), 1)
    with pytest.raises(NotFound, match="No item 999"):
        drawn(Town(ref=town.ref, item_id=999, homes=town.homes), 1)
    with pytest.raises(BadRule, match="At most 5 pieces in 0 days is no rule"):
        SetRule(item_id=1, area_id=1, quantity=5, days=0)
    with reading() as session:
        assert session.scalars(select(EntitlementGuard.household_id)).all() == []


# the second line: the database alone


def by_hand(town: Town, quantity: int, *, after: timedelta = timedelta(0), key: str = "by hand", home: int = 0) -> None:
    """A draw that nobody asked the service for."""
    row = {"key": key, "household_id": town.homes[home], "item_id": town.item_id, "quantity": quantity}
    with transaction() as session:
        session.execute(insert(EntitlementDraw).values(**row, channel=DrawChannel.ORDER, drawn_at=NOW + after))


def test_the_database_itself_refuses_a_draw_over_the_limit(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    drawn(town, 3)

    with pytest.raises(DBAPIError, match="entitlement exceeded"):
        by_hand(town, 3)
    with pytest.raises(DBAPIError, match="entitlement exceeded"):
        by_hand(town, 3, after=WEEK - SECOND)
    with pytest.raises(DBAPIError, match="entitlement exceeded"):
        by_hand(town, 3, after=-(WEEK - SECOND))  # before, where a clock was set back
    by_hand(town, 2)
    by_hand(town, 3, after=WEEK, key="a week later")

    assert left(town, after=WEEK).drawn == 3
    with reading() as session:
        assert session.scalars(select(EntitlementGuard.draw_count)).all() == [3]


def test_the_database_counts_persons_areas_and_what_was_given_back_as_the_service_does(any_tables: Flask) -> None:
    town = a_limited_town(quantity=2, per=Per.PERSON)
    rule(town, quantity=5, days=1, area_id=town.ref.district_id)
    with transaction() as session:
        session.get_one(Household, town.homes[0]).person_count = 3
    receipt = drawn(town, 5)

    with pytest.raises(DBAPIError, match="entitlement exceeded"):
        by_hand(town, 1)  # 5 of the district's 5 in a day
    with pytest.raises(DBAPIError, match="entitlement exceeded"):
        by_hand(town, 2, after=DAY)  # 5 of the office's 2 × 3 in a week
    with transaction() as session:
        give_back(session, receipt.draw_id, keep=4)
    by_hand(town, 2, after=DAY)

    assert left(town, after=DAY).available == 0


def test_a_tree_with_a_level_more_binds_the_same(any_tables: Flask) -> None:
    town = a_limited_town(quantity=None)
    with transaction() as session:
        city = Area(code="city", name="city", level=AreaLevel.DISTRICT)
        session.add(city)
        session.flush()
        session.execute(update(Area).where(Area.id == town.ref.district_id).values(parent_id=city.id))
        city_id = city.id
    rule(town, quantity=1, area_id=city_id)
    drawn(town, 1)

    with pytest.raises(EntitlementExceeded):
        drawn(town, 1)
    with pytest.raises(DBAPIError, match="entitlement exceeded"):
        by_hand(town, 1)


def test_a_draw_is_only_ever_given_back(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    receipt = drawn(town, 5)
    with transaction() as session:
        give_back(session, receipt.draw_id, keep=4)
    edits = (
        update(EntitlementDraw).values(quantity=1),
        update(EntitlementDraw).values(drawn_at=datetime(2019, 1, 1, tzinfo=UTC)),
        update(EntitlementDraw).values(given_back=0),
        update(EntitlementDraw).values(key="another"),
        update(EntitlementDraw).values(household_id=town.homes[1]),
        delete(EntitlementDraw),
    )

    for edit in edits:
        with pytest.raises(DBAPIError, match="only ever given back"), transaction() as session:
            session.execute(edit)

    assert left(town).available == 1


def test_more_cannot_be_given_back_than_was_drawn(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    drawn(town, 5)

    with pytest.raises(DBAPIError, match="given_back"), transaction() as session:
        session.execute(update(EntitlementDraw).values(given_back=6))


def test_one_area_has_one_rule_in_force_for_an_item(any_tables: Flask) -> None:
    town = a_limited_town(quantity=5)
    row = {"item_id": town.item_id, "area_id": town.ref.office_id, "quantity": 9, "days": 9, "per": Per.HOUSEHOLD}

    with pytest.raises(DBAPIError, match=r"UNIQUE|uq_entitlement_rules_in_force"), transaction() as session:
        session.execute(insert(EntitlementRule).values(**row, starts_at=NOW))


def test_the_draws_cannot_be_truncated(any_tables: Flask) -> None:
    with transaction() as session:
        if session.get_bind().dialect.name != "postgresql":
            return  # SQLite has no TRUNCATE

    with pytest.raises(DBAPIError, match="only ever given back"), transaction() as session:
        session.execute(text("TRUNCATE entitlement_draws"))
