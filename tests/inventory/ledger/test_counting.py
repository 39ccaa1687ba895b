"""Counts, write-offs and loans: what differs is written down with its reason, and what is lent comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.errors import NotFound
from logistics.inventory.ledger.errors import BadCount, PostMissing
from logistics.inventory.ledger.models import Balance, Holder, Lot, StockCount, Transfer
from logistics.inventory.ledger.rules import HolderKind
from logistics.inventory.ledger.service import (
    BadQuantity,
    Count,
    CountBelowPromised,
    Counted,
    GiveBack,
    KeyReused,
    Loan,
    NotLent,
    OutOfStock,
    ReasonMissing,
    Reserve,
    WriteOff,
    count,
    give_back,
    lend,
    reserve,
    write_off,
)
from tests.builders import NOW
from tests.inventory.ledger.ledgering import a_town_there, an_item, by_expiry, done, received, sound, stock

EARLY, LATE = date(2020, 2, 20), date(2020, 6, 30)


def counted(
    item_id: int, area_id: int, pieces: int, *, key: str = "C1", reason: str = "recounted", **more: int
) -> Counted:
    command = Count(key=key, item_id=item_id, area_id=area_id, counted=pieces, reason=reason, **more)
    result = done(count, command)
    assert isinstance(result, Counted)
    return result


def the_lot(expires_on: date | None) -> int:
    with reading() as session:
        return session.scalars(select(Lot.id).where(Lot.expires_on.is_not_distinct_from(expires_on))).one()


def test_a_count_that_agrees_moves_nothing_and_is_remembered(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)

    result = counted(item_id, town.office_id, 500, reason="")

    assert (result.expected, result.difference, result.transfer_id) == (500, 0, None)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Transfer)) == 1
        assert session.scalars(select(StockCount.counted_at)).all() == [NOW]


def test_fewer_pieces_than_expected_are_taken_from_what_expires_first(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 30, key="R2", expires_on=EARLY)

    result = counted(item_id, town.office_id, 95)

    assert (result.expected, result.difference) == (130, -35)
    assert by_expiry(town.office_id) == {EARLY: (0, 0), LATE: (95, 0)}  # 30 and 5
    assert stock(HolderKind.COUNT_DIFFERENCE) == {town.office_id: 35}
    assert sound()


def test_more_pieces_than_expected_are_put_to_what_expires_first(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 30, key="R2", expires_on=EARLY)

    assert counted(item_id, town.office_id, 133).difference == 3

    assert by_expiry(town.office_id) == {EARLY: (33, 0), LATE: (100, 0)}
    assert stock(HolderKind.COUNT_DIFFERENCE) == {town.office_id: -3}
    assert sound()


def test_one_lot_is_counted_alone(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 30, key="R2", expires_on=EARLY)

    fewer = counted(item_id, town.office_id, 98, key="C1", lot_id=the_lot(LATE))
    more = counted(item_id, town.office_id, 99, key="C2", lot_id=the_lot(LATE))

    assert (fewer.expected, fewer.difference, more.expected, more.difference) == (100, -2, 98, 1)
    assert by_expiry(town.office_id) == {EARLY: (30, 0), LATE: (99, 0)}
    with pytest.raises(NotFound, match="No lot 99"):
        counted(item_id, town.office_id, 1, key="C3", lot_id=99)


def test_goods_found_where_there_never_were_any_are_a_lot_of_which_nothing_is_said(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    assert counted(item_id, town.office_id, 7).difference == 7

    assert by_expiry(town.office_id) == {None: (7, 0)}
    assert sound()


def test_a_difference_needs_a_reason_and_nothing_promised_is_counted_away(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100)
    held = Reserve(key="Q1", item_id=item_id, area_id=town.office_id, quantity=60, expires_at=NOW + timedelta(days=1))
    done(reserve, held)

    with pytest.raises(ReasonMissing):
        counted(item_id, town.office_id, 99, reason=" ")
    with pytest.raises(CountBelowPromised, match="mask: 60 pieces are promised, so 59 cannot be what is left"):
        counted(item_id, town.office_id, 59)
    with pytest.raises(BadCount, match="A count of -1 pieces"):
        counted(item_id, town.office_id, -1)
    assert counted(item_id, town.office_id, 60).difference == -40
    assert by_expiry(town.office_id) == {None: (60, 60)}


def test_a_count_sent_twice_is_one_count(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100)

    first = counted(item_id, town.office_id, 90)

    assert counted(item_id, town.office_id, 90) == first  # and not: 90 of 90, no difference
    with pytest.raises(KeyReused):
        counted(item_id, town.office_id, 91)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(StockCount)) == 1


def test_a_key_of_a_movement_is_not_a_counts_even_where_the_count_agrees(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1")

    with pytest.raises(KeyReused):
        counted(item_id, town.office_id, 100, key="R1")
    with pytest.raises(KeyReused):
        counted(item_id, town.office_id, 99, key="R1")


def test_a_difference_that_nobody_could_move_is_a_typing_error(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    for n in range(22):  # of one lot, 2 200 000 000 pieces: more than an entry holds on PostgreSQL
        received(item_id, town.office_id, 100_000_000, key=f"R{n}")

    with pytest.raises(BadQuantity, match="A movement of 2200000000 pieces"):
        counted(item_id, town.office_id, 0)

    assert stock() == {town.office_id: 2_200_000_000}
    assert sound()


def written_off(item_id: int, area_id: int, quantity: int, *, key: str = "W1", **more: str | int) -> int:
    command = WriteOff(
        key=key,
        item_id=item_id,
        area_id=area_id,
        quantity=quantity,
        reason="mouldy",
        **more,  # type: ignore[arg-type]
    )
    return int(done(write_off, command))


def test_expired_pieces_are_written_off_first(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 30, key="R2", expires_on=date(2020, 1, 1))

    assert written_off(item_id, town.office_id, 31) == written_off(item_id, town.office_id, 31)

    assert by_expiry(town.office_id) == {date(2020, 1, 1): (0, 0), LATE: (99, 0)}
    assert stock(HolderKind.WRITTEN_OFF) == {town.office_id: 31}
    with pytest.raises(OutOfStock, match="100 pieces asked for, 99 available"):
        written_off(item_id, town.office_id, 100, key="W2")
    with pytest.raises(ReasonMissing):
        WriteOff(key="W3", item_id=item_id, area_id=town.office_id, quantity=1, reason="")
    assert sound()


def lent(item_id: int, area_id: int, quantity: int, *, post: str = "北门", key: str = "L1") -> int:
    return int(done(lend, Loan(key=key, item_id=item_id, area_id=area_id, post=post, quantity=quantity)))


def back(item_id: int, area_id: int, quantity: int, *, post: str = "北门", key: str = "B1") -> int:
    return int(done(give_back, GiveBack(key=key, item_id=item_id, area_id=area_id, post=post, quantity=quantity)))


def at_posts() -> dict[str, int]:
    with reading() as session:
        rows = session.execute(
            select(Holder.name, Balance.on_hand)
            .join(Balance, Balance.holder_id == Holder.id)
            .where(Holder.kind == HolderKind.LENT_OUT, Balance.on_hand > 0)
        )
        return {name: on_hand for name, on_hand in rows}


def test_devices_are_lent_to_posts_and_come_back(any_tables: Flask) -> None:
    item_id, town = an_item("thermometer", lent=True), a_town_there()
    received(item_id, town.community_id, 10)

    lent(item_id, town.community_id, 3, key="L1")
    lent(item_id, town.community_id, 2, post="南门", key="L2")
    assert lent(item_id, town.community_id, 3, key="L1") > 0  # the same click again
    assert at_posts() == {"北门": 3, "南门": 2}
    back(item_id, town.community_id, 1)
    written_off(item_id, town.community_id, 1, post="北门")

    assert at_posts() == {"北门": 1, "南门": 2}
    assert stock() == {town.community_id: 6}  # 10 - 3 - 2 + 1
    with pytest.raises(OutOfStock, match="thermometer: 2 pieces asked for, 1 available"):
        back(item_id, town.community_id, 2, key="B2")
    back(item_id, town.community_id, 1, post=" 北门\n", key="B3")
    assert at_posts() == {"南门": 2}
    assert sound()


def test_what_is_used_up_is_not_lent_and_a_post_has_a_name(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 10)

    with pytest.raises(NotLent, match="mask is not lent out"):
        lent(item_id, town.community_id, 1)
    with pytest.raises(PostMissing):
        lent(item_id, town.community_id, 1, post=" ")
