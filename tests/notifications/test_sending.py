"""Messages find their channels, each once; claims, retries, leases and paces, to the second, on both databases."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from logistics.clock import SHANGHAI
from logistics.db import reading, transaction
from logistics.notifications import errors, sending
from logistics.notifications.models import Delivery, Notification, Pace, RecipientChannel
from logistics.notifications.pacing import QuietHours
from logistics.notifications.rules import ChannelKind, DeliveryState, Outcome
from logistics.notifications.sealing import Seal
from logistics.notifications.senders import SENT, Answer
from logistics.notifications.sending import LEASE, Claimed
from logistics.notifications.service import Message, send_again
from tests.builders import NOW
from tests.notifications.sending_world import (
    AWAKE,
    agree,
    attempts,
    deliveries,
    placed,
    sent_to_area,
    states,
    town,
    unaddressed,
    write,
)
from tests.racing import race

NIGHT = QuietHours(starts_min=22 * 60, ends_min=7 * 60)
FAILED = Answer(outcome=Outcome.FAILED, detail="HTTP 500")
UNCLEAR = Answer(outcome=Outcome.UNCLEAR, detail="TimeoutError")
SECOND = timedelta(seconds=1)


def addressed(at=NOW, quiet: QuietHours = AWAKE) -> int:
    with transaction() as session:
        return sending.address_new(session, quiet=quiet, now=at)


def claimed(at=NOW, *, quiet: QuietHours = AWAKE, limit: int = 100) -> list[Claimed]:
    with transaction() as session:
        return sending.claim(session, quiet=quiet, now=at, limit=limit)


def recorded(one: Claimed, answer: Answer, at=NOW, *, repeatable: bool = False) -> str:
    with transaction() as session:
        return sending.record(session, one, answer, repeatable=repeatable, jitter=0.5, now=at).value


def settled(at, *, repeatable: bool) -> int:
    with transaction() as session:
        return sending.settle_lost(session, repeatable=dict.fromkeys(ChannelKind, repeatable), now=at)


@pytest.fixture
def home(any_tables: Flask) -> int:
    """A household that has agreed to SMS."""
    found = town().households[0][0]
    agree(household_id=found)
    return found


def test_a_message_goes_to_who_agreed_and_to_nobody_else(any_tables: Flask) -> None:
    place = town()
    yes, no, page, later = place.households[0][:4]
    agree(household_id=yes)
    agree(household_id=page, kind=ChannelKind.PAGE)
    agree(household_id=later, at=NOW + SECOND)
    agree(area_id=place.community_id)
    write(*(placed(home, key=f"k{home}") for home in (yes, no, page, later)), sent_to_area(place.community_id))
    write(sent_to_area(place.office_id, key="office"))

    assert (addressed(), addressed(), unaddressed()) == (6, 0, 0)

    with reading() as session:
        rows = session.execute(
            select(RecipientChannel.household_id, RecipientChannel.area_id)
            .join(Delivery, Delivery.channel_id == RecipientChannel.id)
            .order_by(Delivery.id)
        ).all()
    assert [tuple(row) for row in rows] == [(yes, None), (None, place.community_id)]


def test_a_message_is_unique_by_its_channel(home: int) -> None:
    write(placed(home))
    addressed()
    row = deliveries()[0]
    again = {
        "notification_id": row.notification_id,
        "channel_id": row.channel_id,
        "state": DeliveryState.WAITING,
        "due_at": NOW,
        "allowed_count": 8,
    }

    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(insert(Delivery).values(**again))


def test_a_new_way_of_the_same_recipient_is_no_new_recipient(home: int) -> None:
    write(placed(home))
    addressed()
    recorded(claimed()[0], SENT)

    agree(household_id=home, kind=ChannelKind.ROBOT, at=NOW + SECOND)
    with transaction() as session:  # even where the message is new once more
        session.execute(update(Notification).values(addressed_at=None))
        session.execute(update(RecipientChannel).values(agreed_at=NOW - SECOND))
    with pytest.raises(IntegrityError):
        addressed()

    assert states() == ["sent"]


def test_two_workers_claim_each_message_once(home: int, any_tables: Flask) -> None:
    write(*(placed(home, key=f"k{n}") for n in range(40)))

    race(any_tables, [addressed] * 4)
    taken = race(any_tables, [lambda: [one.delivery_id for one in claimed(limit=10)]] * 8)

    counts = Counter(found for one in taken for found in one)
    assert len(deliveries()) == 40
    assert set(counts.values()) <= {1}
    rest = claimed(limit=100)
    assert len(counts) + len(rest) == 40
    assert not {one.delivery_id for one in rest} & set(counts)


def test_a_claim_says_what_is_to_be_sent(home: int) -> None:
    write(placed(home))
    addressed()

    (one,) = claimed()

    assert (one.key, one.number, one.kind, one.shown, one.area_name) == (
        f"message-{one.delivery_id}", 1, ChannelKind.SMS, "138****8000", "",
    )  # fmt: skip
    assert (one.data, states(), attempts()) == ({"order": "W1", "total_cents": 500}, ["sending"], [(1, None, "")])
    assert "138" not in repr(one).replace("138****8000", "")
    assert "W1" not in repr(one)
    assert claimed() == []


def test_a_failed_attempt_is_followed_by_another_after_half_a_minute(home: int) -> None:
    write(placed(home))
    addressed()

    assert recorded(claimed()[0], FAILED) == "waiting"

    assert claimed(NOW + timedelta(seconds=29)) == []
    (second,) = claimed(NOW + timedelta(seconds=30))
    assert second.number == 2
    assert recorded(second, SENT) == "sent"
    assert attempts() == [(1, "failed", "HTTP 500"), (2, "sent", "")]


def test_after_eight_attempts_it_is_given_up_and_an_office_may_have_it_sent_again(home: int) -> None:
    write(placed(home))
    addressed()
    at = NOW
    for _ in range(8):
        at += timedelta(hours=1)
        (one,) = claimed(at)
        recorded(one, FAILED, at)

    (given_up,) = deliveries()
    assert (given_up.state, given_up.attempt_count, given_up.detail, given_up.ended_at) == (
        DeliveryState.FAILED, 8, "HTTP 500", at,
    )  # fmt: skip
    with transaction() as session:
        send_again(session, given_up.id, now=at)
    (ninth,) = claimed(at)
    assert (ninth.number, ninth.allowed) == (9, 16)
    assert recorded(ninth, SENT, at) == "sent"
    with pytest.raises(errors.NotToSendAgain, match="sent"), transaction() as session:
        send_again(session, given_up.id, now=at)


def test_what_is_older_than_a_day_is_no_news_unless_somebody_asks_for_it(home: int) -> None:
    write(placed(home))
    addressed()

    assert claimed(NOW + timedelta(hours=24, seconds=1)) == []

    (row,) = deliveries()
    assert (row.state, row.detail) == (DeliveryState.FAILED, "older than a day")
    later = NOW + timedelta(days=3)
    with transaction() as session:
        send_again(session, row.id, now=later)
    assert len(claimed(later)) == 1


def test_who_wants_no_more_is_sent_no_more(home: int) -> None:
    write(placed(home))
    addressed()
    agree(household_id=home, kind=ChannelKind.PAGE)

    assert (claimed(), states()) == ([], ["called_off"])


def test_who_has_moved_is_sent_it_to_the_new_place(home: int) -> None:
    write(placed(home))
    addressed()
    agree(household_id=home, kind=ChannelKind.ROBOT)

    (one,) = claimed()

    assert (one.kind, one.shown) == (ChannelKind.ROBOT, "WeCom ****abcd")


def test_a_dead_workers_message_is_unclear_where_somebody_could_be_told_twice(home: int) -> None:
    write(placed(home))
    addressed()
    claimed()

    assert (settled(NOW + LEASE, repeatable=False), states()) == (0, ["sending"])
    assert settled(NOW + LEASE + SECOND, repeatable=False) == 1

    assert (states(), attempts()) == (["unclear"], [(1, "unclear", "the worker died while it was sending")])
    assert claimed(NOW + timedelta(hours=1)) == []


def test_a_dead_workers_message_is_sent_again_where_the_channel_drops_repeats(home: int) -> None:
    write(placed(home))
    addressed()
    (first,) = claimed()

    assert settled(NOW + LEASE + SECOND, repeatable=True) == 1

    (second,) = claimed(NOW + LEASE + SECOND)
    assert (second.number, second.key == first.key) == (2, True)


def test_an_answer_that_comes_after_the_lease_settles_what_was_unclear(home: int) -> None:
    write(placed(home), placed(home, key="k2"))
    addressed()
    one, two = claimed()
    late = NOW + LEASE + SECOND
    settled(late, repeatable=False)

    assert (recorded(one, SENT, late), recorded(two, FAILED, late)) == ("sent", "waiting")


def test_a_late_answer_leaves_alone_what_somebody_else_has_taken_on(home: int) -> None:
    write(placed(home))
    addressed()
    (first,) = claimed()
    late = NOW + LEASE + SECOND
    settled(late, repeatable=True)
    (second,) = claimed(late)

    assert recorded(first, FAILED, late, repeatable=True) == "sending"
    assert recorded(first, SENT, late, repeatable=True) == "sent"  # it has arrived, whoever says so
    assert recorded(second, UNCLEAR, late, repeatable=True) == "sent"


def test_a_robot_is_told_one_thing_at_a_time_and_at_most_nineteen_a_minute(any_tables: Flask) -> None:
    place = town()
    agree(area_id=place.community_id)
    agree(area_id=place.office_id)  # the same robot in another area's books
    write(*(sent_to_area(place.community_id, key=f"c{n}") for n in range(20)))
    write(*(sent_to_area(place.office_id, key=f"o{n}") for n in range(20)))
    addressed()
    at, sent = NOW, []
    while at < NOW + timedelta(minutes=2, seconds=20):
        for one in claimed(at):
            sent.append((at, one.delivery_id))
            recorded(one, SENT, at)
        at += timedelta(seconds=0.2)

    assert [found for _, found in sent] == [row.id for row in deliveries()]  # in the order they were written
    moments = [moment for moment, _ in sent]
    assert min(b - a for a, b in itertools.pairwise(moments)) >= timedelta(seconds=3.2)
    busiest = max(sum(start <= moment < start + timedelta(minutes=1) for moment in moments) for start in moments)
    assert busiest == 19  # 60 / 3.2 = 18.75


def test_a_robot_that_throttles_is_left_alone_with_all_its_messages(any_tables: Flask) -> None:
    place = town()
    agree(area_id=place.community_id)
    write(*(sent_to_area(place.community_id, key=f"c{n}") for n in range(3)))
    addressed()
    (first,) = claimed()

    recorded(first, Answer(outcome=Outcome.THROTTLED, detail="HTTP 429", retry_after_s=90))

    assert claimed(NOW + timedelta(seconds=89)) == []
    assert len(claimed(NOW + timedelta(seconds=90))) == 1


def test_while_a_letter_is_on_its_way_a_robot_gets_no_other(any_tables: Flask) -> None:
    place = town()
    agree(area_id=place.community_id)
    write(*(sent_to_area(place.community_id, key=f"c{n}") for n in range(2)))
    addressed()
    (first,) = claimed()

    assert claimed(NOW + timedelta(seconds=60)) == []
    recorded(first, SENT, NOW + timedelta(seconds=60))
    assert len(claimed(NOW + timedelta(seconds=64))) == 1
    with reading() as session:
        assert len(session.scalars(select(Pace)).all()) == 1


def test_phones_have_no_pace(any_tables: Flask) -> None:
    homes = town().households[0]
    for home in homes:
        agree(household_id=home)  # one number for three generations
    write(*(placed(home, key=f"k{home}") for home in homes))
    addressed()

    assert len(claimed()) == len(homes) == 6


def test_at_night_messages_wait_for_the_morning_unless_somebody_wants_them(any_tables: Flask) -> None:
    sleeper, owl = town().households[0][:2]
    agree(household_id=sleeper)
    agree(household_id=owl, at_night=True)
    night = NOW.astimezone(SHANGHAI).replace(hour=23).astimezone(UTC)
    write(placed(sleeper, key="a"), placed(owl, key="b"), at=night)

    addressed(night, NIGHT)

    assert [one.event.value for one in claimed(night, quiet=NIGHT)] == ["order_placed"]
    morning = (night + timedelta(hours=8)).astimezone(SHANGHAI)
    assert (morning.hour, [row.due_at for row in deliveries()]) == (7, [morning, night])


def test_a_retry_that_falls_into_the_night_waits_too(home: int) -> None:
    write(placed(home))
    addressed()
    recorded(claimed()[0], FAILED)
    night = NOW.astimezone(SHANGHAI).replace(hour=22).astimezone(UTC)

    assert claimed(night, quiet=NIGHT) == []
    assert deliveries()[0].due_at == night + timedelta(hours=9)


def test_when_there_is_something_to_do(home: int) -> None:
    def due() -> object:
        with reading() as session:
            return sending.next_due(session, now=NOW)

    assert due() is None
    write(placed(home))
    assert due() == NOW
    addressed()
    assert due() == NOW
    (one,) = claimed()
    assert due() == NOW + LEASE
    recorded(one, FAILED)
    assert due() == NOW + timedelta(seconds=30)
    with reading() as session:
        assert not sending.anything_due(session, NOW)
        assert sending.anything_due(session, NOW + timedelta(seconds=30))


def test_a_thousand_are_addressed_at_once_and_the_rest_after_them(tables: Flask) -> None:
    home = town().households[0][0]
    agree(household_id=home)
    write(*(Message(key=f"k{n}", household_id=home, event=placed(home).event, data={}) for n in range(1_001)))

    assert [addressed(), addressed(), addressed(), len(deliveries())] == [1_000, 1, 0, 1_001]


def test_a_seal_opens_with_its_own_key_alone() -> None:
    from logistics.notifications.sealing import Unreadable

    ours, theirs = Seal("a" * 40), Seal("b" * 40)
    sealed = ours.close("13800138000")

    assert ours.open(sealed) == "13800138000"
    assert "13800138000" not in sealed
    assert ours.close("13800138000") != sealed  # nobody sees that two are the same
    assert ours.fingerprint("x") == ours.fingerprint("x") != theirs.fingerprint("x")
    with pytest.raises(Unreadable):
        theirs.open(sealed)
