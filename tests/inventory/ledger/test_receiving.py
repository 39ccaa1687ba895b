"""The ledger: receipts are transfers of two legs that sum to zero, entered once and never edited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.errors import NotFound
from logistics.inventory.ledger.models import Entry, Holder, Lot, Transfer
from logistics.inventory.ledger.rules import HolderKind, SourceKind, TransferKind
from logistics.inventory.ledger.service import BadQuantity, KeyReused, Receipt, StockRow, receive, stock_of_areas
from tests.builders import NOW
from tests.inventory.ledger.ledgering import a_town_there, an_item, done, received, sound
from tests.racing import race


def test_a_receipt_is_on_hand_where_it_arrived(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    received(item_id, town.office_id, 500)
    received(item_id, town.office_id, 250, key="R2", hours=1)
    received(item_id, town.community_id, 40, key="R3")

    with reading() as session:
        stock = stock_of_areas(session, None)
    # 500 + 250 at the street office, moved when the second came
    assert [(row.area_id, row.on_hand, row.moved_at) for row in stock] == [
        (town.office_id, 750, NOW + timedelta(hours=1)),
        (town.community_id, 40, NOW),
    ]


def test_stock_is_told_of_the_areas_asked_for_and_of_no_other(tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    received(item_id, town.community_id, 40, key="R2")

    with reading() as session:
        of_community = stock_of_areas(session, [town.community_id])
        of_nobody = stock_of_areas(session, [])

    assert [
        StockRow(
            item_code="mask",
            item_name="mask",
            unit="piece",
            area_id=town.community_id,
            area_name=of_community[0].area_name,
            on_hand=40,
            promised=0,
            moved_at=NOW,
        )
    ] == of_community
    assert of_nobody == []


def test_the_legs_of_every_transfer_sum_to_zero(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    for n, quantity in enumerate((1, 20, 300)):
        received(item_id, town.office_id, quantity, key=f"R{n}")

    with reading() as session:
        sums = session.execute(select(func.sum(Entry.quantity), func.count()).group_by(Entry.transfer_id)).all()
        supplier = session.scalar(
            select(func.sum(Entry.quantity)).join(Holder).where(Holder.kind == HolderKind.SUPPLIER)
        )
    assert sums == [(0, 2)] * 3
    assert supplier == -321  # what the areas hold came from outside: 1 + 20 + 300


def test_the_same_key_twice_is_one_receipt(tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    first, again = received(item_id, town.office_id, 500), received(item_id, town.office_id, 500)

    assert first == again
    with reading() as session:
        assert [row.on_hand for row in stock_of_areas(session, None)] == [500]


def test_a_receipt_of_less_than_one_piece_is_refused(tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    assert received(item_id, town.office_id, 1) > 0
    with pytest.raises(
        BadQuantity, match="A movement of 0 pieces cannot be entered; give a whole number from 1 to 100000000"
    ):
        received(item_id, town.office_id, 0, key="R2")
    with pytest.raises(BadQuantity, match="A movement of -5 pieces"):
        received(item_id, town.office_id, -5, key="R3")


def test_a_receipt_of_an_unknown_item_or_for_an_unknown_area_leaves_nothing_behind(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    with pytest.raises(NotFound, match="No item 999"):
        received(999, town.office_id, 1)
    with pytest.raises(NotFound, match="No area 999"):
        received(item_id, 999, 1)

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Transfer)) == 0


def test_ten_clerks_entering_the_same_receipt_at_once_enter_it_once(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    answers = race(any_tables, [lambda: received(item_id, town.office_id, 500)] * 10)

    assert len(set(answers)) == 1
    with reading() as session:
        assert [row.on_hand for row in stock_of_areas(session, None)] == [500]


def test_first_receipts_at_the_same_moment_share_one_supplier(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()

    answers = race(any_tables, [lambda n=n: received(item_id, town.office_id, 10, key=f"R{n}") for n in range(8)])

    assert len(set(answers)) == 8
    with reading() as session:
        kinds = session.scalars(select(Holder.kind).order_by(Holder.kind)).all()
        assert [row.on_hand for row in stock_of_areas(session, None)] == [80]
        assert session.scalars(select(Transfer.kind)).all() == [TransferKind.RECEIPT] * 8
    assert kinds == [HolderKind.AREA, HolderKind.SUPPLIER]


def test_what_is_said_of_a_lot_is_kept_and_said_again_it_is_the_same_lot(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    said = {
        "item_id": item_id,
        "area_id": town.office_id,
        "quantity": 100,
        "source": "Red Cross",
        "source_kind": SourceKind.DONATION,
        "fund_tag": "2020-07",
        "lot_number": "L-7",
        "expires_on": date(2022, 1, 31),
    }

    done(receive, Receipt(key="R1", **said))
    done(receive, Receipt(key="R2", **said))
    done(receive, Receipt(key="R3", **{**said, "expires_on": None}))
    done(receive, Receipt(key="R4", **{**said, "expires_on": None}))

    with reading() as session:
        lots = session.execute(select(Lot.number, Lot.expires_on, Lot.source_kind, Lot.source_name, Lot.fund_tag)).all()
    assert sorted(lots, key=str) == [
        ("L-7", None, SourceKind.DONATION, "Red Cross", "2020-07"),
        ("L-7", date(2022, 1, 31), SourceKind.DONATION, "Red Cross", "2020-07"),
    ]
    assert sound()


def test_a_key_used_for_another_receipt_is_refused(any_tables: Flask) -> None:
    item_id, other_id, town = an_item(), an_item("gel"), a_town_there()
    received(item_id, town.office_id, 500)

    with pytest.raises(KeyReused, match="The key R1 stands for another movement"):
        received(item_id, town.office_id, 501)
    with pytest.raises(KeyReused):
        received(item_id, town.community_id, 500)
    with pytest.raises(KeyReused):
        received(other_id, town.office_id, 500)

    with reading() as session:
        assert [row.on_hand for row in stock_of_areas(session, None)] == [500]
