"""Two phases: stock is promised, and then given, let go, or its time runs out; once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.inventory.ledger.errors import BadExpiry, NoHousehold
from logistics.inventory.ledger.models import Entry, Holder, Reservation
from logistics.inventory.ledger.rules import HolderKind, ReservationState
from logistics.inventory.ledger.service import (
    Dispatch,
    Issue,
    KeyReused,
    OnlyLent,
    OutOfStock,
    ReservationOver,
    Reserve,
    dispatch,
    expire_due,
    issue,
    post,
    reserve,
    void,
)
from tests.builders import NOW
from tests.inventory.ledger.ledgering import a_town_there, an_item, by_expiry, done, received, sound, stock
from tests.racing import race

EARLY, LATE = date(2020, 2, 20), date(2020, 6, 30)
TOMORROW = NOW + timedelta(days=1)


def reserved(
    item_id: int,
    area_id: int,
    quantity: int,
    *,
    key: str = "Q1",
    household_id: int | None = None,
    until: datetime = TOMORROW,
) -> int:
    command = Reserve(
        key=key, item_id=item_id, area_id=area_id, quantity=quantity, expires_at=until, household_id=household_id
    )
    return int(done(reserve, command))


def posted(reservation_id: int, *, now: datetime = NOW, household_id: int | None = None) -> int:
    with transaction() as session:
        return post(session, reservation_id, now=now, household_id=household_id)


def voided(reservation_id: int, *, now: datetime = NOW) -> ReservationState:
    with transaction() as session:
        return void(session, reservation_id, now=now)


def swept(*, now: datetime, limit: int = 1_000) -> int:
    with transaction() as session:
        return expire_due(session, now=now, limit=limit)


def states() -> list[ReservationState]:
    with reading() as session:
        return list(session.scalars(select(Reservation.state).order_by(Reservation.id)))


def test_what_is_promised_is_on_hand_and_not_available(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)

    reserved(item_id, town.community_id, 30)

    assert by_expiry(town.community_id) == {None: (50, 30)}
    with pytest.raises(OutOfStock, match="mask: 21 pieces asked for, 20 available"):
        reserved(item_id, town.community_id, 21, key="Q2")
    assert reserved(item_id, town.community_id, 20, key="Q2") > 0
    assert sound()


def test_a_reservation_is_given_out_once(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    home = town.households[0][0]
    received(item_id, town.community_id, 50)
    reservation_id = reserved(item_id, town.community_id, 5, household_id=home)

    assert posted(reservation_id) == posted(reservation_id)

    assert by_expiry(town.community_id) == {None: (45, 0)}
    with reading() as session:
        given = session.execute(
            select(Holder.household_id, Entry.quantity).join(Entry).where(Entry.quantity == 5)
        ).all()
    assert given == [(home, 5)]
    assert states() == [ReservationState.POSTED]
    with pytest.raises(BadTransition, match="reservation Q1 is posted and cannot become voided"):
        voided(reservation_id)
    assert sound()


def test_a_reservation_let_go_frees_its_stock_once(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    reservation_id = reserved(item_id, town.community_id, 5, household_id=town.households[0][0])

    assert voided(reservation_id) is voided(reservation_id) is ReservationState.VOIDED

    assert by_expiry(town.community_id) == {None: (50, 0)}
    with pytest.raises(BadTransition, match="is voided and cannot become posted"):
        posted(reservation_id)
    assert sound()


def test_what_is_due_expires_and_the_rest_stays(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    for n, hours in enumerate((1, 2, 3)):
        reserved(item_id, town.community_id, 10, key=f"Q{n}", until=NOW + timedelta(hours=hours))

    assert swept(now=NOW + timedelta(hours=2)) == 2  # due at the moment itself
    assert swept(now=NOW + timedelta(hours=2)) == 0

    assert by_expiry(town.community_id) == {None: (50, 10)}
    assert states() == [ReservationState.EXPIRED, ReservationState.EXPIRED, ReservationState.PENDING]
    assert voided(1) is ReservationState.EXPIRED
    assert sound()


def test_more_than_one_sweep_may_be_needed(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    for n in range(5):
        reserved(item_id, town.community_id, 10, key=f"Q{n}")

    assert [swept(now=TOMORROW, limit=2) for _ in range(4)] == [2, 2, 1, 0]

    assert by_expiry(town.community_id) == {None: (50, 0)}


def test_a_promise_whose_time_is_over_is_not_kept_even_before_the_sweep(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    reservation_id = reserved(item_id, town.community_id, 5, household_id=town.households[0][0])

    with pytest.raises(ReservationOver, match="The reservation ended at 2020-02-19"):
        posted(reservation_id, now=TOMORROW)
    assert posted(reservation_id, now=TOMORROW - timedelta(microseconds=1)) > 0


def test_a_promise_holds_lots_that_are_good_as_long_as_it_lasts(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 10, key="R1", expires_on=EARLY)
    received(item_id, town.community_id, 10, key="R2", expires_on=LATE)

    reserved(item_id, town.community_id, 12, key="Q1", until=NOW + timedelta(days=1))
    reserved(item_id, town.community_id, 3, key="Q2", until=NOW + timedelta(days=7))  # past the early lot's last day

    assert by_expiry(town.community_id) == {EARLY: (10, 10), LATE: (10, 5)}
    assert sound()


def test_the_same_key_is_one_reservation_and_another_wish_under_it_is_refused(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)

    assert reserved(item_id, town.community_id, 5) == reserved(item_id, town.community_id, 5)

    with pytest.raises(KeyReused, match="The key Q1"):
        reserved(item_id, town.community_id, 6)
    voided(1)
    assert reserved(item_id, town.community_id, 5) == 1  # whatever became of it
    assert by_expiry(town.community_id) == {None: (50, 0)}


def test_a_reservation_for_nobody_needs_somebody_to_be_given_to(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    reservation_id = reserved(item_id, town.community_id, 5)

    with pytest.raises(NoHousehold):
        posted(reservation_id)
    assert posted(reservation_id, household_id=town.households[0][0]) > 0
    assert by_expiry(town.community_id) == {None: (45, 0)}


def test_a_reservation_that_cannot_be_is_refused(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    with pytest.raises(BadExpiry):
        reserved(item_id, town.community_id, 5, until=NOW)
    with pytest.raises(OutOfStock, match="5 pieces asked for, 0 available"):
        reserved(item_id, town.community_id, 5)
    with pytest.raises(NotFound, match="No area 999"):
        reserved(item_id, 999, 5)
    with pytest.raises(NotFound, match="No item 999"):
        reserved(999, town.community_id, 5)
    with pytest.raises(NotFound, match="No reservation 999"):
        posted(999)


def test_what_was_dispatched_or_given_to_another_household_is_not_given_again(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    home, neighbour = town.households[0][:2]
    received(item_id, town.community_id, 50)
    given = reserved(item_id, town.community_id, 5, key="Q1")
    gone = reserved(item_id, town.community_id, 6, key="Q2")
    posted(given, household_id=home)
    sent = Dispatch(
        key="D",
        item_id=item_id,
        from_area_id=town.community_id,
        to_area_id=town.office_id,
        quantity=6,
        reservation_id=gone,
    )
    done(dispatch, sent)

    with pytest.raises(KeyReused):
        posted(given, household_id=neighbour)
    with pytest.raises(BadTransition, match="Q2 is posted and cannot become posted"):
        posted(gone, household_id=home)
    assert stock(HolderKind.HOUSEHOLD) == {None: 5}
    assert sound()


@pytest.mark.postgres
def test_sweeps_in_one_transaction_lock_the_items_in_order(postgres_tables: Flask) -> None:
    first, second, town = an_item("a"), an_item("b"), a_town_there()
    for item_id in (first, second):
        received(item_id, town.community_id, 50, key=f"R{item_id}")
    # what ends first is of the item that everybody locks last
    reserved(second, town.community_id, 1, key="Q1", until=NOW + timedelta(hours=1))
    reserved(first, town.community_id, 1, key="Q2", until=NOW + timedelta(hours=2))

    with transaction() as session:
        assert expire_due(session, now=TOMORROW, limit=1) == 1
        ended = select(Reservation.item_id).where(Reservation.state == ReservationState.EXPIRED)
        assert session.scalars(ended).all() == [first]


def issued(item_id: int, area_id: int, household_id: int, quantity: int, *, key: str = "I1") -> int:
    command = Issue(key=key, item_id=item_id, area_id=area_id, household_id=household_id, quantity=quantity)
    return int(done(issue, command))


def test_goods_are_handed_over_the_counter_once(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    home = town.households[0][0]
    received(item_id, town.community_id, 50)
    reserved(item_id, town.community_id, 45)

    assert issued(item_id, town.community_id, home, 5) == issued(item_id, town.community_id, home, 5)

    assert by_expiry(town.community_id) == {None: (45, 45)}
    with pytest.raises(OutOfStock, match="1 pieces asked for, 0 available"):
        issued(item_id, town.community_id, home, 1, key="I2")
    with pytest.raises(KeyReused):
        issued(item_id, town.community_id, home, 4)
    assert sound()


def test_an_expired_lot_is_not_issued_even_by_its_name(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50, expires_on=date(2020, 2, 17))  # yesterday
    command = Issue(
        key="I1",
        item_id=item_id,
        area_id=town.community_id,
        household_id=town.households[0][0],
        quantity=1,
        lot_id=1,
    )

    with pytest.raises(OutOfStock, match="1 pieces asked for, 0 available"):
        done(issue, command)
    assert done(issue, command, now=NOW - timedelta(days=1)) > 0  # its last good day


def test_what_comes_back_is_not_issued_and_nobody_unknown_is_given_anything(any_tables: Flask) -> None:
    item_id, lent_id, town = an_item(), an_item("thermometer", lent=True), a_town_there()
    received(item_id, town.community_id, 50, key="R1")
    received(lent_id, town.community_id, 50, key="R2")

    with pytest.raises(OnlyLent, match="thermometer is lent to posts"):
        issued(lent_id, town.community_id, town.households[0][0], 1)
    with pytest.raises(NotFound, match="No household 999"):
        issued(item_id, town.community_id, 999, 1)
    assert stock() == {town.community_id: 100}
    assert stock(HolderKind.HOUSEHOLD) == {}


def test_a_promise_that_is_given_and_let_go_at_once_ends_one_way(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    for n in range(6):
        reservation_id = reserved(
            item_id, town.community_id, 1, key=f"Q{n}", household_id=town.households[0][0], until=TOMORROW
        )
        answers = race(
            any_tables,
            [
                lambda r=reservation_id: posted(r),
                lambda r=reservation_id: voided(r),
                lambda: swept(now=TOMORROW),
                lambda r=reservation_id: posted(r),
            ],
        )
        unexpected = [a for a in answers if isinstance(a, Exception) and not isinstance(a, BadTransition)]
        assert not unexpected, unexpected

    given = states().count(ReservationState.POSTED)
    assert by_expiry(town.community_id) == {None: (50 - given, 0)}
    assert sound()
