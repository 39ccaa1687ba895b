"""A mistake is mended by its opposite, once, and what it had set in motion is set back with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.ledger.models import Reservation, Shipment, ShipmentLine, Transfer
from logistics.inventory.ledger.rules import DiscrepancyPart, HolderKind, Outcome, ReservationState, ShipmentState
from logistics.inventory.ledger.service import (
    AlreadyReversed,
    Arrival,
    CannotReverse,
    Count,
    Dispatch,
    KeyReused,
    Loan,
    OutOfStock,
    ReasonMissing,
    Reserve,
    Reversal,
    Settlement,
    WriteOff,
    arrive,
    count,
    dispatch,
    lend,
    post,
    reserve,
    reverse,
    settle,
    write_off,
)
from tests.builders import NOW, TownRef
from tests.inventory.ledger.ledgering import a_town_there, an_item, by_expiry, done, received, sound, stock
from tests.racing import race


def reversed_(transfer_id: int, *, key: str = "X1") -> int:
    return int(done(reverse, Reversal(key=key, transfer_id=transfer_id, reason="typed twice")))


def last_transfer() -> int:
    with reading() as session:
        return session.scalars(select(Transfer.id).order_by(Transfer.id.desc()).limit(1)).one()


def a_shipment(item_id: int, town: TownRef, quantity: int) -> int:
    command = Dispatch(
        key="D1", item_id=item_id, from_area_id=town.office_id, to_area_id=town.community_id, quantity=quantity
    )
    return int(done(dispatch, command))


def the_shipment() -> tuple[ShipmentState, int, int, int]:
    with reading() as session:
        row = session.scalars(select(Shipment)).one()
        in_transit = session.scalars(select(ShipmentLine.in_transit)).one()
        return row.state, row.missing_open, row.rejected_open, in_transit


def test_a_receipt_is_reversed_by_its_opposite_and_stays_in_the_books(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    wrong = received(item_id, town.office_id, 5_000)

    reversed_(wrong)

    assert stock() == {}
    with reading() as session:
        rows = session.execute(select(Transfer.sequence, Transfer.reverses_id, Transfer.reason)).all()
    assert rows == [(1, None, ""), (2, wrong, "typed twice")]
    assert sound()


def test_a_movement_is_reversed_once(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    first = received(item_id, town.office_id, 500, key="R1")
    second = received(item_id, town.office_id, 500, key="R2")

    undone = reversed_(first)
    assert reversed_(first) == undone  # the same click again

    with pytest.raises(AlreadyReversed):
        reversed_(first, key="X2")
    with pytest.raises(CannotReverse, match=r"\(reversal\) cannot be reversed"):
        reversed_(undone, key="X2")
    with pytest.raises(KeyReused):
        reversed_(second, key="X1")
    with pytest.raises(NotFound, match="No transfer 999"):
        reversed_(999, key="X2")
    with pytest.raises(ReasonMissing):
        Reversal(key="X2", transfer_id=second, reason=" ")
    assert stock() == {town.office_id: 500}


def test_of_many_who_reverse_one_movement_at_once_one_does(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    wrong = received(item_id, town.office_id, 500, key="R1")
    received(item_id, town.office_id, 500, key="R2")

    answers = race(any_tables, [lambda n=n: reversed_(wrong, key=f"X{n}") for n in range(8)])

    assert sorted(type(answer).__name__ for answer in answers) == [*["AlreadyReversed"] * 7, "int"]
    assert stock() == {town.office_id: 500}
    assert sound()


def test_what_has_gone_on_since_cannot_be_taken_back(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    wrong = received(item_id, town.office_id, 500)
    a_shipment(item_id, town, 1)

    with pytest.raises(OutOfStock, match="mask: 500 pieces asked for, 499 available"):
        reversed_(wrong)


def test_a_reversed_dispatch_is_a_cancelled_shipment(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = a_shipment(item_id, town, 120)

    reversed_(last_transfer())

    assert stock() == {town.office_id: 500}
    assert the_shipment() == (ShipmentState.CANCELLED, 0, 0, 0)
    with pytest.raises(Exception, match="cancelled and cannot become received"):
        done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=1))
    assert sound()


def test_a_dispatch_that_has_arrived_is_not_reversed(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = a_shipment(item_id, town, 120)
    sent = last_transfer()
    done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=100))

    with pytest.raises(CannotReverse, match=r"This movement \(dispatch\) cannot be reversed now"):
        reversed_(sent)


def test_a_reversed_arrival_is_under_way_again_and_can_be_entered_anew(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = a_shipment(item_id, town, 120)
    done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=12))

    reversed_(last_transfer())
    assert the_shipment() == (ShipmentState.DISPATCHED, 0, 0, 120)
    assert sound()
    with pytest.raises(KeyReused):
        done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=12))
    done(arrive, Arrival(key="A2", shipment_id=shipment_id, accepted=120))

    assert stock() == {town.office_id: 380, town.community_id: 120}
    assert sound()


def test_a_reversed_settlement_is_open_again(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = a_shipment(item_id, town, 120)
    done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=100, rejected=5, reason="torn"))
    arrival = last_transfer()
    for key, part, quantity in (("S1", DiscrepancyPart.REJECTED, 5), ("S2", DiscrepancyPart.MISSING, 15)):
        command = Settlement(
            key=key, shipment_id=shipment_id, part=part, outcome=Outcome.RETURNED, quantity=quantity, reason="came back"
        )
        done(settle, command)
    assert the_shipment()[0] is ShipmentState.SETTLED
    with pytest.raises(CannotReverse, match=r"This movement \(arrival\) cannot be reversed now"):
        reversed_(arrival)

    reversed_(last_transfer())

    assert the_shipment() == (ShipmentState.RECEIVED, 15, 0, 15)
    assert stock() == {town.office_id: 385, town.community_id: 100}  # 380 + the 5 that stay returned
    assert sound()


def test_counts_write_offs_and_loans_are_reversed_too(any_tables: Flask) -> None:
    item_id, town = an_item("thermometer", lent=True), a_town_there()
    received(item_id, town.office_id, 100)
    more = done(count, Count(key="C1", item_id=item_id, area_id=town.office_id, counted=110, reason="found"))
    gone = done(write_off, WriteOff(key="W1", item_id=item_id, area_id=town.office_id, quantity=10, reason="broken"))
    loan = done(lend, Loan(key="L1", item_id=item_id, area_id=town.office_id, post="gate", quantity=20))

    for n, transfer_id in enumerate((more.transfer_id, gone, loan)):
        reversed_(transfer_id, key=f"X{n}")

    assert stock() == {town.office_id: 100}
    for kind in (HolderKind.COUNT_DIFFERENCE, HolderKind.WRITTEN_OFF, HolderKind.LENT_OUT):
        assert stock(kind) == {}
    assert sound()


def test_what_a_reservation_gave_comes_back_and_it_stays_posted(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.community_id, 50)
    command = Reserve(
        key="Q1",
        item_id=item_id,
        area_id=town.community_id,
        quantity=5,
        expires_at=NOW + timedelta(hours=1),
        household_id=town.households[0][0],
    )
    reservation_id = done(reserve, command)
    with transaction() as session:
        given = post(session, reservation_id, now=NOW)

    reversed_(given)

    assert by_expiry(town.community_id) == {None: (50, 0)}
    with reading() as session:
        assert session.scalars(select(Reservation.state)).all() == [ReservationState.POSTED]
    with transaction() as session:
        assert post(session, reservation_id, now=NOW) == given  # resolved once: it gives nothing again
    assert sound()
