"""From one area to another: what leaves is in transit, what arrives is counted, the difference stays until settled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.db import reading
from logistics.errors import BadTransition, NotFound
from logistics.inventory.ledger.errors import SameArea, WrongReservation
from logistics.inventory.ledger.models import Lot, Shipment, Transfer
from logistics.inventory.ledger.rules import DiscrepancyPart, HolderKind, Outcome, ShipmentState, TransferKind
from logistics.inventory.ledger.service import (
    Arrival,
    Arrived,
    BadArrival,
    Count,
    Dispatch,
    KeyReused,
    OutOfStock,
    ReasonMissing,
    Reserve,
    SettledTooMuch,
    Settlement,
    arrive,
    count,
    dispatch,
    reserve,
    settle,
)
from tests.builders import NOW, TownRef
from tests.inventory.ledger.ledgering import a_town_there, an_item, by_expiry, done, received, sound, stock
from tests.racing import race

MISSING, REJECTED = DiscrepancyPart.MISSING, DiscrepancyPart.REJECTED
EARLY, LATE = date(2020, 2, 20), date(2020, 6, 30)


def sent(item_id: int, town: TownRef, quantity: int, *, key: str = "D1", **more: int | None) -> int:
    command = Dispatch(
        key=key,
        item_id=item_id,
        from_area_id=town.office_id,
        to_area_id=town.community_id,
        quantity=quantity,
        **more,  # type: ignore[arg-type]
    )
    return int(done(dispatch, command))


def arrived(shipment_id: int, accepted: int, rejected: int = 0, *, key: str = "A1") -> Arrived:
    command = Arrival(key=key, shipment_id=shipment_id, accepted=accepted, rejected=rejected, reason="wet boxes")
    result = done(arrive, command, now=NOW + timedelta(hours=1))
    assert isinstance(result, Arrived)
    return result


def settled(shipment_id: int, part: DiscrepancyPart, outcome: Outcome, quantity: int, *, key: str = "S1") -> int:
    command = Settlement(
        key=key, shipment_id=shipment_id, part=part, outcome=outcome, quantity=quantity, reason="found the papers"
    )
    return int(done(settle, command))


def the_shipment() -> Shipment:
    with reading() as session:
        return session.scalars(select(Shipment)).one()


def kinds() -> list[TransferKind]:
    with reading() as session:
        return list(session.scalars(select(Transfer.kind).order_by(Transfer.id)))


def test_what_is_dispatched_is_in_transit_and_nowhere_else(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)

    sent(item_id, town, 120)

    assert stock() == {town.office_id: 380}
    assert stock(HolderKind.IN_TRANSIT) == {town.community_id: 120}
    assert the_shipment().state is ShipmentState.DISPATCHED
    assert sound()


def test_a_dispatch_takes_what_expires_first_and_leaves_what_is_expired(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 30, key="R2", expires_on=EARLY)
    received(item_id, town.office_id, 40, key="R3", expires_on=date(2020, 2, 17))  # yesterday
    received(item_id, town.office_id, 50, key="R4")

    sent(item_id, town, 140)

    # 30 of the early lot, 100 of the late one, 10 of the one without a date
    assert by_expiry(town.office_id) == {LATE: (0, 0), EARLY: (0, 0), date(2020, 2, 17): (40, 0), None: (40, 0)}
    with pytest.raises(OutOfStock, match="mask: 41 pieces asked for, 40 available"):
        sent(item_id, town, 41, key="D2")


def test_an_expired_lot_is_sent_back_by_its_name(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 40, key="R1", expires_on=date(2020, 2, 17))
    received(item_id, town.office_id, 40, key="R2", expires_on=LATE)
    with reading() as session:
        old = session.scalars(select(Lot.id).order_by(Lot.expires_on)).first()

    sent(item_id, town, 40, lot_id=old)

    assert by_expiry(town.office_id)[LATE] == (40, 0)
    assert stock(HolderKind.IN_TRANSIT) == {town.community_id: 40}
    with pytest.raises(NotFound, match="No lot 99"):
        sent(item_id, town, 1, key="D2", lot_id=99)


def test_all_of_a_shipment_is_accepted(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)

    assert arrived(shipment_id, 120) == Arrived(shipment_id=shipment_id, accepted=120, rejected=0, missing=0)

    assert stock() == {town.office_id: 380, town.community_id: 120}
    assert stock(HolderKind.IN_TRANSIT) == {}
    shipment = the_shipment()
    assert (shipment.state, shipment.arrived_at) == (ShipmentState.RECEIVED, NOW + timedelta(hours=1))
    assert sound()


def test_what_is_neither_accepted_nor_rejected_is_missing_and_stays_open(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)

    result = arrived(shipment_id, 90, 20)

    assert (result.accepted, result.rejected, result.missing) == (90, 20, 10)  # of 120
    shipment = the_shipment()
    assert (shipment.rejected_open, shipment.missing_open, shipment.reject_reason) == (20, 10, "wet boxes")
    assert stock(HolderKind.IN_TRANSIT) == {town.community_id: 30}
    assert sound()


def test_a_shipment_of_which_nothing_arrived_moves_nothing(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)

    assert arrived(shipment_id, 0).missing == 120

    assert kinds() == [TransferKind.RECEIPT, TransferKind.DISPATCH]
    assert arrived(shipment_id, 0).missing == 120  # again
    with pytest.raises(KeyReused):
        arrived(shipment_id, 1)
    assert sound()


def test_every_end_of_a_difference_is_a_movement(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)
    arrived(shipment_id, 90, 20)  # 10 are missing

    settled(shipment_id, REJECTED, Outcome.RETURNED, 15, key="S1")
    settled(shipment_id, REJECTED, Outcome.WRITTEN_OFF, 5, key="S2")
    settled(shipment_id, MISSING, Outcome.FOUND, 4, key="S3")
    assert the_shipment().state is ShipmentState.RECEIVED
    settled(shipment_id, MISSING, Outcome.WRITTEN_OFF, 6, key="S4")

    assert stock() == {town.office_id: 395, town.community_id: 94}  # 380 + 15, 90 + 4
    assert stock(HolderKind.WRITTEN_OFF) == {town.community_id: 11}  # 5 + 6
    assert stock(HolderKind.IN_TRANSIT) == {}
    assert kinds()[3:] == [TransferKind.REJECTION_RETURN, *[TransferKind.SETTLEMENT] * 3]
    shipment = the_shipment()
    assert (shipment.state, shipment.rejected_open, shipment.missing_open) == (ShipmentState.SETTLED, 0, 0)
    assert sound()


def test_no_more_is_settled_than_is_open(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)
    with pytest.raises(SettledTooMuch, match="0 pieces are open as missing; 1 cannot be settled"):
        settled(shipment_id, MISSING, Outcome.FOUND, 1)  # it is still under way
    arrived(shipment_id, 100)

    with pytest.raises(SettledTooMuch, match="20 pieces are open as missing; 21"):
        settled(shipment_id, MISSING, Outcome.RETURNED, 21)
    settled(shipment_id, MISSING, Outcome.RETURNED, 20)
    with pytest.raises(SettledTooMuch, match="0 pieces are open"):
        settled(shipment_id, MISSING, Outcome.RETURNED, 1, key="S2")
    assert settled(shipment_id, MISSING, Outcome.RETURNED, 20) > 0  # the same click again

    assert stock() == {town.office_id: 400, town.community_id: 100}


def test_an_arrival_that_does_not_fit_is_refused(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)

    with pytest.raises(BadArrival, match="120 accepted and 1 rejected do not fit: 120 pieces were shipped"):
        arrived(shipment_id, 120, 1)
    with pytest.raises(BadArrival):
        arrived(shipment_id, -1)
    with pytest.raises(ReasonMissing):
        Arrival(key="A", shipment_id=shipment_id, accepted=1, rejected=1, reason="  ")
    with pytest.raises(NotFound, match="No shipment 99"):
        arrived(99, 1)

    assert the_shipment().state is ShipmentState.DISPATCHED


def test_a_second_click_does_nothing_twice_and_another_arrival_is_refused(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)

    first, again = sent(item_id, town, 120), sent(item_id, town, 120)
    assert first == again
    assert arrived(first, 100) == arrived(first, 100)

    with pytest.raises(KeyReused, match="The key A1"):
        arrived(first, 99)
    with pytest.raises(BadTransition, match="shipment 1 is received and cannot become received"):
        arrived(first, 120, key="A2")
    with pytest.raises(KeyReused, match="The key D1"):
        sent(item_id, town, 121)
    assert stock() == {town.office_id: 380, town.community_id: 100}
    assert len(kinds()) == 3


def test_a_key_of_an_empty_arrival_is_used_once_too(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    first, second = sent(item_id, town, 10, key="D1"), sent(item_id, town, 10, key="D2")
    arrived(first, 0, key="A1")

    with pytest.raises(KeyReused):
        arrived(second, 0, key="A1")
    with pytest.raises(KeyReused):
        arrived(second, 0, key="D1")


def test_two_shipments_to_one_area_do_not_mix(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500, expires_on=LATE)
    first, second = sent(item_id, town, 50, key="D1"), sent(item_id, town, 70, key="D2")

    arrived(second, 60, key="A2")  # 10 of 70 missing
    arrived(first, 50, key="A1")
    settled(second, MISSING, Outcome.FOUND, 10)

    assert stock() == {town.office_id: 380, town.community_id: 120}
    assert sound()


def test_a_reservation_is_dispatched_as_it_was_promised(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, expires_on=LATE)
    command = Reserve(
        key="Q1", item_id=item_id, area_id=town.office_id, quantity=80, expires_at=NOW + timedelta(days=1)
    )
    reservation_id = done(reserve, command)
    with pytest.raises(OutOfStock, match="80 pieces asked for, 20 available"):
        sent(item_id, town, 80)  # they are promised
    with pytest.raises(WrongReservation):
        sent(item_id, town, 79, reservation_id=reservation_id)

    sent(item_id, town, 80, reservation_id=reservation_id)

    assert by_expiry(town.office_id) == {LATE: (20, 0)}
    with pytest.raises(BadTransition):
        sent(item_id, town, 80, key="D2", reservation_id=reservation_id)
    assert sound()


def test_a_dispatch_takes_no_households_promise_and_no_other_lots_than_it_names(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 50, key="R1", expires_on=EARLY)
    received(item_id, town.office_id, 50, key="R2", expires_on=LATE)
    held = {"item_id": item_id, "area_id": town.office_id, "expires_at": NOW + timedelta(days=1)}
    of_nobody = done(reserve, Reserve(key="Q1", quantity=50, **held))  # of the early lot
    of_home = done(reserve, Reserve(key="Q2", quantity=5, household_id=town.households[0][0], **held))
    early, late = (1, 2)

    with pytest.raises(WrongReservation, match="Q2 is a household's"):
        sent(item_id, town, 5, reservation_id=of_home)
    with pytest.raises(WrongReservation):
        sent(item_id, town, 50, reservation_id=of_nobody, lot_id=late)
    sent(item_id, town, 50, reservation_id=of_nobody, lot_id=early)

    assert by_expiry(town.office_id) == {EARLY: (0, 0), LATE: (50, 5)}


@pytest.mark.postgres
def test_one_key_for_two_items_at_the_same_moment_moves_one_of_them(postgres_tables: Flask) -> None:
    town, items = a_town_there(), [an_item("mask"), an_item("gel")]
    for item_id in items:
        received(item_id, town.office_id, 500, key=f"R{item_id}")

    for n in range(5):
        runners = [lambda item_id=item_id, n=n: sent(item_id, town, 1, key=f"D{n}") for item_id in items]
        assert sorted(type(answer).__name__ for answer in race(postgres_tables, runners)) == ["KeyReused", "int"]

    assert stock()[town.office_id] == 995
    assert sound()


@pytest.mark.postgres
def test_one_key_for_what_moves_nothing_of_two_items_is_used_once(postgres_tables: Flask) -> None:
    town, items = a_town_there(), [an_item("mask"), an_item("gel")]
    for item_id in items:
        received(item_id, town.office_id, 500, key=f"R{item_id}")
    at = {"area_id": town.office_id, "counted": 495}

    for n in range(5):
        shipments = [sent(item_id, town, 1, key=f"D{item_id}-{n}") for item_id in items]
        arrivals = [lambda s=s, n=n: arrived(s, 0, key=f"A{n}") for s in shipments]
        assert sorted(type(answer).__name__ for answer in race(postgres_tables, arrivals)) == ["Arrived", "KeyReused"]
    for n in range(5):
        counts = [lambda i=i, n=n: done(count, Count(key=f"C{n}", item_id=i, **at)) for i in items]
        assert sorted(type(answer).__name__ for answer in race(postgres_tables, counts)) == ["Counted", "KeyReused"]
    assert sound()


def test_goods_do_not_go_where_they_are_or_where_nothing_is(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)

    with pytest.raises(SameArea):
        Dispatch(key="D", item_id=item_id, from_area_id=1, to_area_id=1, quantity=1)
    with pytest.raises(NotFound, match="No area 999"):
        done(dispatch, Dispatch(key="D", item_id=item_id, from_area_id=town.office_id, to_area_id=999, quantity=1))
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Shipment)) == 0


def test_ten_clerks_dispatching_the_same_shipment_dispatch_it_once(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)

    answers = race(any_tables, [lambda: sent(item_id, town, 120)] * 10)

    assert len(set(answers)) == 1
    assert stock() == {town.office_id: 380}
    assert sound()


def test_of_two_clerks_who_enter_different_arrivals_one_is_refused(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500)
    shipment_id = sent(item_id, town, 120)

    answers = race(
        any_tables, [lambda: arrived(shipment_id, 120, key="A1"), lambda: arrived(shipment_id, 100, key="A2")]
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Arrived", "BadTransition"]
    assert sound()


def test_goods_that_cross_each_other_do_not_wait_for_each_other_for_ever(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 500, key="R1")
    received(item_id, town.community_id, 500, key="R2")

    def back(n: int) -> int:
        command = Dispatch(
            key=f"B{n}", item_id=item_id, from_area_id=town.community_id, to_area_id=town.office_id, quantity=1
        )
        return int(done(dispatch, command))

    there = [lambda n=n: sent(item_id, town, 1, key=f"D{n}") for n in range(6)]
    answers = race(any_tables, [*there, *(lambda n=n: back(n) for n in range(6))])

    assert all(isinstance(answer, int) for answer in answers), answers
    assert stock() == {town.office_id: 494, town.community_id: 494}
    assert sound()
