"""Nobody is told the same thing twice, and a message lives and dies with the change it tells of."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from logistics.db import reading, transaction
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.notifications.service import Message, tell, tell_many
from tests.builders import NOW, a_town
from tests.racing import race


def a_household() -> int:
    with transaction() as session:
        return a_town(session).households[0][0]


def message(key: str, home: int, **data: object) -> Message:
    return Message(key=key, household_id=home, event=Event.DELIVERED, data=data)


def told(*messages: Message) -> int:
    with transaction() as session:
        return tell_many(session, messages, now=NOW)


def keys() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Notification.key).order_by(Notification.key)))


def test_a_message_keeps_what_it_tells(any_tables: Flask) -> None:
    home = a_household()

    with transaction() as session:
        tell(session, key="k", household_id=home, event=Event.DELIVERED, data={"order": "W1", "件": [1]}, now=NOW)

    with reading() as session:
        row = session.scalars(select(Notification)).one()
    assert (row.household_id, row.event, row.data, row.created_at) == (
        home,
        Event.DELIVERED,
        {"order": "W1", "件": [1]},
        NOW,
    )


def test_the_same_key_is_one_message_and_the_first_one_stands(any_tables: Flask) -> None:
    home = a_household()

    assert told(message("a", home, word="first"), message("b", home)) == 2
    assert told(message("a", home, word="second"), message("c", home)) == 1

    assert keys() == ["a", "b", "c"]
    with reading() as session:
        assert session.scalars(select(Notification.data).where(Notification.key == "a")).one() == {"word": "first"}


def test_the_same_key_twice_in_one_go_is_one_message_too(any_tables: Flask) -> None:
    home = a_household()

    assert told(message("a", home), message("a", home)) == 1

    assert keys() == ["a"]


def test_nothing_to_tell_is_told_to_nobody(tables: Flask) -> None:
    assert told() == 0


def test_a_whole_district_is_told_in_one_go(any_tables: Flask) -> None:
    home = a_household()

    assert told(*(message(f"k{n:04d}", home) for n in range(1_300))) == 1_300
    assert told(*(message(f"k{n:04d}", home) for n in range(1_301))) == 1


def test_a_message_goes_with_the_change_it_tells_of(tables: Flask) -> None:
    home = a_household()

    def tell_and_fail() -> None:
        with transaction() as session:
            tell_many(session, [message("a", home)], now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()

    assert keys() == []


def test_two_who_tell_the_same_at_once_tell_it_once(any_tables: Flask) -> None:
    home = a_household()

    answers = race(any_tables, [lambda: told(message("a", home), message("b", home))] * 8)

    assert sorted(answers) == [0] * 7 + [2]


def test_a_message_goes_to_one_household_or_to_one_area(any_tables: Flask) -> None:
    with transaction() as session:
        town = a_town(session)
    to_area = Message(key="a", area_id=town.community_id, event=Event.SHARE_SENT, data={"pieces": 5})

    assert [told(to_area), told(to_area)] == [1, 0]

    with reading() as session:
        row = session.scalars(select(Notification)).one()
    assert (row.household_id, row.area_id, row.data) == (None, town.community_id, {"pieces": 5})
    for recipients in ({}, {"area_id": town.community_id, "household_id": town.households[0][0]}):
        with pytest.raises(AssertionError, match="needs one recipient"):
            Message(key="b", event=Event.SHARE_SENT, data={}, **recipients)
        with pytest.raises(IntegrityError, match="recipient"), transaction() as session:
            session.add(Notification(key="b", event=Event.SHARE_SENT, data={}, created_at=NOW, **recipients))
