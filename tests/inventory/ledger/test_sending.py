"""Many shipments in one go are the same movements as one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.ledger import service
from logistics.inventory.ledger.models import Entry, Holder, Shipment, ShipmentLine, Transfer
from logistics.inventory.ledger.service import Dispatch, OutOfStock
from tests.builders import NOW
from tests.inventory.ledger.ledgering import an_item, done, received, stock
from tests.racing import race

SOON, LATER = date(2020, 3, 1), date(2020, 9, 1)


def areas(count: int) -> list[int]:
    """An office and communities."""
    with transaction() as session:
        rows = [Area(code=f"X{n}", name=f"X{n}", level=AreaLevel.COMMUNITY) for n in range(count)]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def stocked(item_id: int, office: int) -> None:
    """20 that expire soon, 30 later, 50 never, and 40 that are past their day."""
    past = NOW.date() - timedelta(days=1)
    for quantity, expires_on in ((50, None), (30, LATER), (20, SOON), (40, past)):
        received(item_id, office, quantity, key=f"R{item_id}-{quantity}", expires_on=expires_on)


def wanted(item_id: int, office: int, quantities: Sequence[int], to: Sequence[int]) -> list[Dispatch]:
    return [
        Dispatch(
            key=f"{item_id}:{area}", item_id=item_id, from_area_id=office, to_area_id=area, quantity=n, reason="round"
        )
        for area, n in zip(to, quantities, strict=True)
    ]


def books(item_id: int) -> list[tuple[object, ...]]:
    """Every dispatch of an item: its place in the chain, and what left and arrived, by area and expiry."""
    with reading() as session:
        rows = session.execute(
            select(Transfer.sequence, Transfer.kind, Transfer.reason, Holder.kind, Holder.area_id, Entry.quantity)
            .join(Entry, Entry.transfer_id == Transfer.id)
            .join(Holder, Holder.id == Entry.holder_id)
            .where(Transfer.item_id == item_id, Transfer.shipment_id.is_not(None))
            .order_by(Transfer.sequence, Entry.quantity, Holder.area_id)
        ).all()
    return [tuple(row) for row in rows]


def shipped(item_id: int) -> list[tuple[object, ...]]:
    with reading() as session:
        rows = session.execute(
            select(Shipment.to_area_id, Shipment.quantity, ShipmentLine.quantity, ShipmentLine.in_transit)
            .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
            .where(Shipment.item_id == item_id)
            .order_by(Shipment.id, ShipmentLine.lot_id)
        ).all()
    return [tuple(row) for row in rows]


def test_all_at_once_write_what_one_after_the_other_would(any_tables: Flask) -> None:
    office, *communities = areas(5)
    one, many = an_item("one"), an_item("many")
    for item_id in (one, many):
        stocked(item_id, office)
    quantities = (15, 25, 7, 50)

    singly = [done(service.dispatch, command) for command in wanted(one, office, quantities, communities)]
    together = done(service.dispatch_all, wanted(many, office, quantities, communities))

    # 15 of the first lot, then 5 of it and 20 of the second, 7 of the second, then 3 of it and 47 without a date
    assert [row[2] for row in shipped(many)] == [15, 20, 5, 7, 47, 3]
    assert (books(many), shipped(many)) == (books(one), shipped(one))
    assert len(singly) == len(together) == 4
    assert set(together) == set(communities)
    with reading() as session:
        assert not service.verify(session).findings


def test_each_of_them_arrives_by_itself(any_tables: Flask) -> None:
    office, *communities = areas(3)
    item_id = an_item()
    stocked(item_id, office)
    sent = done(service.dispatch_all, wanted(item_id, office, (30, 10), communities))

    arrival = service.Arrival(key="A", shipment_id=sent[communities[0]], accepted=28, rejected=2, reason="wet")
    done(service.arrive, arrival)

    assert stock() == {office: 100, communities[0]: 28}
    with reading() as session:
        assert not service.verify(session).findings


def test_what_was_sent_is_not_sent_again_and_a_key_stands_for_one_thing(any_tables: Flask) -> None:
    office, *communities = areas(4)
    item_id = an_item()
    stocked(item_id, office)
    first = wanted(item_id, office, (30, 10), communities[:2])

    sent = done(service.dispatch_all, first)
    more = done(service.dispatch_all, [*first, *wanted(item_id, office, (5,), communities[2:])])

    assert {area: more[area] for area in sent} == sent
    assert stock()[office] == 140 - 45
    other = Dispatch(
        key=first[0].key, item_id=item_id, from_area_id=office, to_area_id=communities[0], quantity=31, reason="round"
    )
    with pytest.raises(service.KeyReused):
        done(service.dispatch_all, [other])


def test_when_one_piece_is_missing_nothing_is_sent(any_tables: Flask) -> None:
    office, *communities = areas(3)
    item_id = an_item()
    stocked(item_id, office)

    with pytest.raises(OutOfStock) as refused:
        done(service.dispatch_all, wanted(item_id, office, (60, 41), communities))
    with pytest.raises(NotFound):
        done(service.dispatch_all, wanted(item_id, office, (1, 1), [communities[0], 99_999]))

    assert (refused.value.data["wanted"], refused.value.data["available"]) == (101, 100)
    assert (books(item_id), stock()) == ([], {office: 140})
    done(service.dispatch_all, wanted(item_id, office, (60, 40), communities))
    assert stock() == {office: 40}  # those that are past their day


def test_nothing_to_send_is_sent_nowhere(tables: Flask) -> None:
    assert done(service.dispatch_all, []) == {}


def test_a_key_of_another_items_movement_is_refused(any_tables: Flask) -> None:
    office, *communities = areas(3)
    mask, gel = an_item("mask"), an_item("gel")
    for item_id in (mask, gel):
        stocked(item_id, office)
    done(service.dispatch, replace(wanted(mask, office, (5,), communities[:1])[0], key="K"))
    first, second = wanted(gel, office, (5, 5), communities)

    with pytest.raises(service.KeyReused, match="The key K"):
        done(service.dispatch_all, [first, replace(second, key="K")])

    assert stock()[office] == 275


@pytest.mark.postgres
def test_two_items_sent_to_the_same_new_areas_do_not_wait_for_each_other_for_ever(postgres_tables: Flask) -> None:
    office, *communities = areas(101)
    items = [an_item("mask"), an_item("gel")]
    for item_id in items:
        stocked(item_id, office)

    for at in range(0, 100, 20):  # twenty new areas each time, in one order and in the other
        there = communities[at : at + 20]
        ways = zip(items, (there, there[::-1]), strict=True)
        sends = [partial(done, service.dispatch_all, wanted(item_id, office, [1] * 20, to)) for item_id, to in ways]
        answers = race(postgres_tables, sends)
        assert all(isinstance(answer, dict) for answer in answers), answers


@pytest.mark.postgres
def test_keys_that_another_item_takes_at_the_same_moment_are_refused(postgres_tables: Flask) -> None:
    office, *communities = areas(4)
    items = [an_item("mask"), an_item("gel")]
    for item_id in items:
        stocked(item_id, office)

    for n in range(5):
        sends = [
            partial(
                done,
                service.dispatch_all,
                [replace(one, key=f"{n}:{one.to_area_id}") for one in wanted(item_id, office, (1, 1), communities[:2])],
            )
            for item_id in items
        ]
        assert sorted(type(answer).__name__ for answer in race(postgres_tables, sends)) == ["KeyReused", "dict"]
    with reading() as session:
        assert not service.verify(session).findings


def test_two_who_send_all_at_once_share_what_there_is(any_tables: Flask) -> None:
    office, *communities = areas(4)
    item_id = an_item()
    stocked(item_id, office)
    left = wanted(item_id, office, (40, 20), communities[:2])
    right = [replace(one, key=f"right {one.key}") for one in wanted(item_id, office, (30, 20), communities[1:3])]

    answers = race(any_tables, [partial(done, service.dispatch_all, left), partial(done, service.dispatch_all, right)])

    assert sum(isinstance(answer, OutOfStock) for answer in answers) == 1  # 60 and 50 of 100
    assert stock()[office] in (80, 90)
    with reading() as session:
        assert not service.verify(session).findings
