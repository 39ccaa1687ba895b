"""A take is a draw and a reservation: both or neither, and they end together."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.communities.models import Area
from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.inventory.entitlement.errors import (
    DrawKeyReused,
    EntitlementExceeded,
    NothingReserved,
    NotItsStock,
)
from logistics.inventory.entitlement.models import EntitlementDraw
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.entitlement.service import hand_over, void
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Reservation, Transfer
from logistics.inventory.ledger.rules import ReservationState
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.builders import NOW, a_town
from tests.inventory.entitlement.giving import Town, a_limited_town, drawn, left, stocked, taken
from workers.jobs import JOBS

DAY = timedelta(days=1)


def a_stocked_town(stock: int = 10, *, quantity: int = 5) -> Town:
    town = a_limited_town(quantity=quantity)
    stocked(town, stock)
    return town


def stock_of(town: Town) -> tuple[int, int]:
    """On hand and promised at the community."""
    with reading() as session:
        (row,) = [r for r in ledger.stock_of_areas(session, [town.ref.community_id]) if r.item_code.startswith("mask")]
        return row.on_hand, row.promised


def voided(draw_id: int, *, after: timedelta = timedelta(0)) -> ReservationState:
    with transaction() as session:
        return void(session, draw_id, now=NOW + after)


def handed_over(draw_id: int, *, after: timedelta = timedelta(0)) -> int:
    with transaction() as session:
        return hand_over(session, draw_id, now=NOW + after)


def test_a_take_draws_and_promises(any_tables: Flask) -> None:
    town = a_stocked_town(10)

    receipt = taken(town, 3, channel=DrawChannel.PROXY)

    assert stock_of(town) == (10, 3)
    assert (left(town).drawn, left(town).available) == (3, 2)
    with reading() as session:
        draw = session.get_one(EntitlementDraw, receipt.draw_id)
        reservation = session.get_one(Reservation, receipt.reservation_id)
    assert (draw.channel, draw.reservation_id) == (DrawChannel.PROXY, reservation.id)
    assert (reservation.household_id, reservation.quantity, reservation.purpose) == (town.homes[0], 3, "proxy")
    assert reservation.expires_at == NOW + 2 * DAY


def test_without_stock_nothing_is_drawn_and_beyond_the_entitlement_nothing_is_promised(any_tables: Flask) -> None:
    town = a_stocked_town(2, quantity=5)

    with pytest.raises(ledger.OutOfStock):
        taken(town, 3)
    with pytest.raises(EntitlementExceeded):
        taken(town, 6)

    assert stock_of(town) == (2, 0)
    assert left(town).drawn == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Notification)) == 0


def test_the_same_key_twice_takes_once(any_tables: Flask) -> None:
    town = a_stocked_town(10)

    first, again = taken(town, 3, key="k"), taken(town, 3, key="k", after=DAY)

    assert (again.draw_id, again.reservation_id, again.replayed) == (first.draw_id, first.reservation_id, True)
    assert stock_of(town) == (10, 3)
    with pytest.raises(DrawKeyReused):
        taken(town, 2, key="k")
    drawn(town, 1, key="without goods")
    with pytest.raises(DrawKeyReused):
        taken(town, 1, key="without goods")


def test_voided_the_draw_is_given_back(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    receipt = taken(town, 5)

    assert voided(receipt.draw_id) is ReservationState.VOIDED
    assert voided(receipt.draw_id) is ReservationState.VOIDED

    assert stock_of(town) == (10, 0)
    assert left(town).available == 5
    assert taken(town, 5).quantity == 5


def test_expired_the_draw_is_given_back_whoever_notes_it(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    taken(town, 5, days=2)

    with transaction() as session:
        early = ledger.expire_due(session, now=NOW + 2 * DAY - timedelta(seconds=1))
        in_time = ledger.expire_due(session, now=NOW + 2 * DAY)

    assert (early, in_time) == (0, 1)
    assert left(town, after=2 * DAY).available == 5
    assert taken(town, 5, after=2 * DAY).quantity == 5


def test_handed_over_it_counts_for_its_days_and_cannot_be_voided(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    receipt = taken(town, 5)

    first, again = handed_over(receipt.draw_id, after=DAY), handed_over(receipt.draw_id, after=DAY)

    assert first == again
    assert stock_of(town) == (5, 0)
    assert left(town, after=6 * DAY).available == 0  # from the draw on, not from the handing over
    assert left(town, after=7 * DAY).available == 5
    with pytest.raises(BadTransition):
        voided(receipt.draw_id, after=DAY)
    with reading() as session:
        assert session.scalars(select(Transfer.kind)).all()[-1] == "issue"


def test_goods_that_come_back_by_a_reversal_may_be_drawn_again(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    transfer_id = handed_over(taken(town, 5).draw_id)

    with transaction() as session:
        ledger.reverse(
            session, ledger.Reversal(key="back", transfer_id=transfer_id, reason="returned unopened"), now=NOW + DAY
        )

    assert left(town, after=DAY).available == 5
    assert taken(town, 5, after=DAY).quantity == 5  # the database lets it through as well
    with pytest.raises(EntitlementExceeded):
        taken(town, 1, after=DAY)


def test_a_draw_without_goods_has_nothing_to_hand_over(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    receipt = drawn(town, 1)

    with pytest.raises(NothingReserved):
        handed_over(receipt.draw_id)
    with pytest.raises(NothingReserved):
        voided(receipt.draw_id)
    with pytest.raises(NotFound, match="No draw 999"):
        handed_over(999)


def test_a_household_is_served_by_its_own_areas_alone(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    with transaction() as session:
        elsewhere = a_town(session, compounds=1)
    stocked(town, 10, area_id=elsewhere.community_id)
    stocked(town, 10, area_id=town.ref.district_id)

    with pytest.raises(NotItsStock):
        taken(town, 1, area_id=elsewhere.community_id)

    assert taken(town, 1, area_id=town.ref.district_id).quantity == 1
    assert left(town).drawn == 1


def test_the_household_is_told_once_whoever_took_in_its_name(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    receipt = taken(town, 3, key="k", channel=DrawChannel.PROXY)
    taken(town, 3, key="k", channel=DrawChannel.PROXY)

    with reading() as session:
        (told,) = session.scalars(select(Notification)).all()
    assert (told.event, told.household_id) == (Event.ITEM_RESERVED, receipt.household_id)
    assert (told.data["quantity"], told.data["channel"]) == (3, "proxy")
    assert told.data["collect_by"] == (NOW + 2 * DAY).isoformat()


def test_the_household_is_told_once_of_what_was_handed_out_in_its_name(any_tables: Flask) -> None:
    town = a_stocked_town(10)
    receipt = taken(town, 3, key="k", channel=DrawChannel.PROXY)
    for _ in range(2):
        handed_over(receipt.draw_id)

    with reading() as session:
        (told,) = session.scalars(select(Notification).where(Notification.event == Event.ITEM_ISSUED)).all()
        place = session.get_one(Area, town.ref.community_id).name
    assert (told.key, told.household_id) == (f"item_issued:{receipt.draw_id}", receipt.household_id)
    assert (told.data["quantity"], told.data["channel"], told.data["place"]) == (3, "proxy", place)


def test_the_relays_job_lets_go_what_nobody_collected(any_app: Flask) -> None:
    town = a_stocked_town(10)
    receipt = taken(town, 5)
    with transaction() as session:
        promise_id = outbox.promise(session, key="k", job="expire_reservations", args={}, due_at=NOW)

    JOBS["expire_reservations"].run(promise_id)  # by the clock of today, years after the two days

    with reading() as session:
        assert session.get_one(Reservation, receipt.reservation_id).state is ReservationState.EXPIRED
        assert session.get_one(outbox.Promise, promise_id).done_at is not None
    assert left(town).available == 5


def test_what_the_relays_job_has_let_go_stays_so_when_it_is_killed(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = a_stocked_town(10)
    receipts = [taken(town, 1, key=f"k{number}") for number in range(3)]
    with transaction() as session:
        promise_id = outbox.promise(session, key="k", job="expire_reservations", args={}, due_at=NOW)
    one_by_one, calls = ledger.expire_due, 0

    def killed_before_the_third(session: Session, *, now: datetime) -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return one_by_one(session, now=now, limit=1)

    monkeypatch.setattr(ledger, "expire_due", killed_before_the_third)
    with pytest.raises(KeyboardInterrupt):
        JOBS["expire_reservations"].run(promise_id)

    with reading() as session:
        states = [session.get_one(Reservation, receipt.reservation_id).state for receipt in receipts]
        assert session.get_one(outbox.Promise, promise_id).done_at is None
    assert sorted(states) == [ReservationState.EXPIRED, ReservationState.EXPIRED, ReservationState.PENDING]
    monkeypatch.setattr(ledger, "expire_due", one_by_one)
    JOBS["expire_reservations"].run(promise_id)
    with reading() as session:
        states = [session.get_one(Reservation, receipt.reservation_id).state for receipt in receipts]
        assert session.get_one(outbox.Promise, promise_id).done_at is not None
    assert set(states) == {ReservationState.EXPIRED}
    assert (left(town).drawn, left(town).available) == (0, 5)
