"""What a viewer reads of the ledger: own area and below, what is promised, expired and used, and how long it lasts."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from flask import Flask

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.db import reading
from logistics.errors import NotFound
from logistics.inventory.ledger import movement_queries, queries, scope
from logistics.inventory.ledger.errors import EndsElsewhere
from logistics.inventory.ledger.rules import HolderKind, Outcome, ShipmentState, TransferKind
from logistics.inventory.ledger.service import (
    Arrival,
    Count,
    Dispatch,
    GiveBack,
    Issue,
    Loan,
    Reserve,
    Reversal,
    arrive,
    count,
    dispatch,
    give_back,
    issue,
    lend,
    reserve,
    reverse,
)
from logistics.inventory.ledger.views import StockView
from tests.builders import NOW, TownRef
from tests.inventory.ledger.ledgering import a_town_there, an_item, done, received

ADMIN = Viewer(account_id=1, username="boss", role=Role.ADMIN)
LATE, OLD = date(2020, 6, 30), date(2020, 2, 17)


def office_of(town: TownRef) -> Viewer:
    return Viewer(account_id=2, username="street", role=Role.STREET_OFFICE, area_id=town.office_id)


def worker_of(town: TownRef) -> Viewer:
    return Viewer(account_id=3, username="worker", role=Role.COMMUNITY_WORKER, area_id=town.community_id)


def stock_of(viewer: Viewer, *, days: int = 0, **about: int) -> list[StockView]:
    with reading() as session:
        return queries.stock(session, viewer, now=NOW + timedelta(days=days), **about)


def issued(item_id: int, town: TownRef, quantity: int, *, key: str, days: int = 0) -> int:
    command = Issue(
        key=key,
        item_id=item_id,
        area_id=town.community_id,
        household_id=town.households[0][0],
        quantity=quantity,
    )
    return int(done(issue, command, now=NOW + timedelta(days=days)))


def test_stock_is_shown_with_what_is_promised_expired_and_available(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 40, key="R2", expires_on=OLD, hours=1)
    held = Reserve(key="Q", item_id=item_id, area_id=town.office_id, quantity=30, expires_at=NOW + timedelta(days=1))
    done(reserve, held)

    (row,) = stock_of(office_of(town))

    assert (row.on_hand, row.promised, row.expired, row.available) == (140, 30, 40, 70)  # 140 - 30 - 40
    assert (row.counted_at, row.moved_at) == (NOW, NOW + timedelta(hours=1))  # never counted: since it first came
    assert (row.used, row.cover_days, row.alarm) == (0, None, False)


def test_a_count_of_all_lots_sets_the_moment_and_one_of_a_lot_does_not(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100)
    at = {"item_id": item_id, "area_id": town.office_id, "counted": 100}

    done(count, Count(key="C1", **at), now=NOW + timedelta(days=1))
    done(count, Count(key="C2", lot_id=1, **at), now=NOW + timedelta(days=2))

    assert stock_of(ADMIN)[0].counted_at == NOW + timedelta(days=1)


def test_cover_is_what_is_left_at_the_pace_of_the_last_seven_days(any_tables: Flask) -> None:
    item_id, town = an_item(alarm_days=3), a_town_there()
    received(item_id, town.office_id, 1_000, key="R1")
    received(item_id, town.community_id, 200, key="R2")
    issued(item_id, town, 50, key="I1", days=8)  # more than a week before the look
    for day in (10, 12, 15):
        issued(item_id, town, 14, key=f"I{day}", days=day)
    wrong = issued(item_id, town, 28, key="I15-typed-twice", days=15)
    done(reverse, Reversal(key="X", transfer_id=wrong, reason="typed twice"))

    community, office = stock_of(ADMIN, days=16)  # in the order of the areas' codes

    # 42 in seven days is 6 a day; the community has 200 - 50 - 42 = 108, the office's 1,000 serve all below it
    assert (community.available, community.used, community.cover_days, community.alarm) == (108, 42, 18, False)
    assert (office.available, office.used, office.cover_days, office.alarm) == (1_000, 42, 166, False)


def test_an_alarm_is_raised_below_the_items_days_and_when_nothing_is_left(any_tables: Flask) -> None:
    item_id, town = an_item(alarm_days=3), a_town_there()
    received(item_id, town.community_id, 100)
    issued(item_id, town, 80, key="I1")

    (low,) = stock_of(ADMIN)
    issued(item_id, town, 20, key="I2")
    (empty,) = stock_of(ADMIN, days=30)

    # 80 on the first day: 20 last no day more
    assert (low.available, low.cover_days, low.alarm) == (20, 0, True)
    assert (empty.available, empty.cover_days, empty.alarm) == (0, None, True)
    with reading() as session:
        assert [row.area_id for row in queries.alarms(session, worker_of(town), now=NOW)] == [town.community_id]


def test_an_office_sees_its_area_and_below_and_a_worker_its_community(any_tables: Flask) -> None:
    item_id, ours, theirs = an_item(), a_town_there(), a_town_there()
    for n, area_id in enumerate((ours.district_id, ours.office_id, ours.community_id, theirs.community_id)):
        received(item_id, area_id, 10, key=f"R{n}")
    courier = Viewer(account_id=9, username="zhou", role=Role.COURIER)

    def areas(viewer: Viewer) -> list[int]:
        return [row.area_id for row in stock_of(viewer)]

    assert areas(office_of(ours)) == [ours.community_id, ours.office_id]
    assert areas(worker_of(ours)) == [ours.community_id]
    assert areas(courier) == []
    assert len(areas(ADMIN)) == 4
    assert [row.area_id for row in stock_of(ADMIN, area_id=theirs.community_id)] == [theirs.community_id]
    with reading() as session:
        assert [lot.area_id for lot in queries.lots(session, worker_of(ours), now=NOW)] == [ours.community_id]
        assert {row.id for row in queries.items(session)} == {item_id}


def a_delivery(item_id: int, town: TownRef) -> int:
    received(item_id, town.office_id, 100, expires_on=LATE)
    shipment_id = done(
        dispatch,
        Dispatch(key="D", item_id=item_id, from_area_id=town.office_id, to_area_id=town.community_id, quantity=40),
    )
    done(arrive, Arrival(key="A", shipment_id=shipment_id, accepted=30, rejected=4, reason="wet"))
    return int(shipment_id)


def test_movements_are_told_with_their_legs_latest_first(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    shipment_id = a_delivery(item_id, town)

    with reading() as session:
        arrival, sent, receipt = movement_queries.transfers(session, office_of(town), item_id=item_id)
        of_worker = movement_queries.transfers(session, worker_of(town))
        only = movement_queries.transfers(session, office_of(town), kind=TransferKind.DISPATCH, shipment_id=shipment_id)

    assert (arrival.kind, arrival.quantity, arrival.sequence) == (TransferKind.ARRIVAL, 30, 3)
    assert [(leg.holder_kind, leg.area_id, leg.quantity) for leg in sent.entries] == [
        (HolderKind.AREA, town.office_id, -40),
        (HolderKind.IN_TRANSIT, town.community_id, 40),
    ]
    supplier = receipt.entries[0]
    assert (supplier.holder_kind, supplier.holder, supplier.expires_on) == (HolderKind.SUPPLIER, "", LATE)
    assert (receipt.quantity, receipt.entries[0].source_name, receipt.reversed_by_id) == (100, "city", None)
    assert [row.id for row in of_worker] == [arrival.id, sent.id]  # the receipt is the office's alone
    assert [row.id for row in only] == [sent.id]


def test_open_discrepancies_are_told_to_both_ends(any_tables: Flask) -> None:
    item_id, town, theirs = an_item(), a_town_there(), a_town_there()
    shipment_id = a_delivery(item_id, town)

    with reading() as session:
        for viewer in (office_of(town), worker_of(town), ADMIN):
            (row,) = queries.discrepancies(session, viewer)
            assert (row.id, row.state, row.missing, row.rejected_open) == (shipment_id, ShipmentState.RECEIVED, 6, 4)
        assert queries.discrepancies(session, office_of(theirs)) == []
        with pytest.raises(NotFound, match=f"No shipment {shipment_id}"):
            queries.shipment(session, office_of(theirs), shipment_id)
        with pytest.raises(NotFound, match="No transfer 1"):
            movement_queries.transfer(session, worker_of(theirs), 1)


def test_loans_are_told_by_post(any_tables: Flask) -> None:
    item_id, town = an_item("thermometer", lent=True), a_town_there()
    received(item_id, town.community_id, 10)
    for n, (post, quantity) in enumerate((("北门", 2), ("南门", 1), ("北门", 1))):
        command = Loan(key=f"L{n}", item_id=item_id, area_id=town.community_id, post=post, quantity=quantity)
        done(lend, command, now=NOW + timedelta(hours=n))

    with reading() as session:
        rows = queries.loans(session, worker_of(town))

    assert [(row.post, row.quantity, row.since, row.moved_at) for row in rows] == [
        ("北门", 3, NOW, NOW + timedelta(hours=2)),
        ("南门", 1, NOW + timedelta(hours=1), NOW + timedelta(hours=1)),
    ]


def test_a_new_store_above_lasts_as_long_as_the_week_below_says(any_tables: Flask) -> None:
    item_id, town = an_item(alarm_days=3), a_town_there()
    received(item_id, town.community_id, 200, key="R1")
    for day in (1, 4, 6):
        issued(item_id, town, 14, key=f"I{day}", days=day)
    received(item_id, town.office_id, 60, key="R2", hours=24 * 7 - 1)  # an hour ago

    office = next(row for row in stock_of(ADMIN, days=7) if row.area_id == town.office_id)

    # 42 in seven days is 6 a day, and no 42 in the one day since the office has any: 60 last ten days
    assert (office.available, office.used, office.cover_days, office.alarm) == (60, 42, 10, False)


def test_a_loan_is_out_since_the_post_last_had_none(any_tables: Flask) -> None:
    item_id, town = an_item("thermometer", lent=True), a_town_there()
    received(item_id, town.community_id, 10)
    at = {"item_id": item_id, "area_id": town.community_id, "post": "北门"}
    for day, command in enumerate(
        (
            Loan(key="L1", quantity=2, **at),
            GiveBack(key="B1", quantity=2, **at),
            Loan(key="L2", quantity=3, **at),  # on the second day after
            GiveBack(key="B2", quantity=1, **at),
            Loan(key="L3", quantity=1, **at),
        )
    ):
        done(lend if isinstance(command, Loan) else give_back, command, now=NOW + timedelta(days=day))

    with reading() as session:
        (row,) = queries.loans(session, worker_of(town))

    assert (row.quantity, row.since, row.moved_at) == (3, NOW + timedelta(days=2), NOW + timedelta(days=4))


def test_lots_tell_what_of_them_is_available_and_when_they_were_counted(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 100, key="R1", expires_on=LATE)
    received(item_id, town.office_id, 40, key="R2", expires_on=OLD, hours=1)
    held = Reserve(key="Q", item_id=item_id, area_id=town.office_id, quantity=30, expires_at=NOW + timedelta(days=1))
    done(reserve, held)
    at = {"item_id": item_id, "area_id": town.office_id}
    done(count, Count(key="C1", lot_id=1, counted=100, **at), now=NOW + timedelta(hours=5))

    with reading() as session:
        lots = queries.lots(session, office_of(town), now=NOW)

    assert [(lot.expires_on, lot.on_hand, lot.promised, lot.available, lot.counted_at) for lot in lots] == [
        (OLD, 40, 0, 0, NOW + timedelta(hours=1)),  # expired; never counted: since it came
        (LATE, 100, 30, 70, NOW + timedelta(hours=5)),
    ]


def test_totals_and_alarms_are_of_all_areas_and_not_of_one_page(any_tables: Flask) -> None:
    item_id, other_id, towns = an_item(alarm_days=3), an_item("gel"), [a_town_there() for _ in range(3)]
    for n, town in enumerate(towns):
        received(item_id, town.community_id, 10 * (n + 1), key=f"R{n}")
        received(other_id, town.community_id, 1, key=f"G{n}")
    issued(item_id, towns[2], 30, key="I1")  # the last in the list

    with reading() as session:
        assert queries.on_hand_in_all(session, ADMIN, {item_id, other_id}) == {item_id: 30, other_id: 3}  # 10 + 20
        assert queries.on_hand_in_all(session, office_of(towns[1]), {item_id}) == {item_id: 20}
        assert [row.area_id for row in queries.alarms(session, ADMIN, now=NOW)] == [towns[2].community_id]
        assert queries.alarms(session, office_of(towns[0]), now=NOW) == []
        assert queries.open_count(session, ADMIN) == 0


def test_who_settles_is_who_the_pieces_end_with(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    shipment_id = a_delivery(item_id, town)  # from the office to the community
    up = Dispatch(key="U", item_id=item_id, from_area_id=town.office_id, to_area_id=town.district_id, quantity=10)
    upwards = done(dispatch, up)

    def may(viewer: Viewer, shipment: int) -> set[Outcome]:
        allowed = set()
        with reading() as session:
            for outcome in Outcome:
                with suppress(EndsElsewhere):
                    scope.require_outcome(session, viewer, shipment, outcome)
                    allowed.add(outcome)
        return allowed

    assert may(ADMIN, shipment_id) == may(office_of(town), shipment_id) == set(Outcome)
    assert may(worker_of(town), shipment_id) == {Outcome.WRITTEN_OFF, Outcome.FOUND}
    assert may(office_of(town), upwards) == {Outcome.RETURNED}
    with pytest.raises(NotFound, match=f"No shipment {upwards}"):
        may(worker_of(town), upwards)


def test_an_office_moves_its_own_goods_down_or_back_up_and_no_strangers(any_tables: Flask) -> None:
    ours, theirs = a_town_there(), a_town_there()
    viewer = office_of(ours)

    def may_send(giver: int, taker: int) -> bool:
        with reading() as session:
            try:
                scope.require_area(session, viewer, giver)
                scope.require_receiver(session, viewer, from_area_id=giver, to_area_id=taker)
            except NotFound:
                return False
            return True

    assert may_send(ours.office_id, ours.community_id)
    assert may_send(ours.community_id, ours.office_id)
    assert may_send(ours.office_id, ours.district_id)  # back up
    assert not may_send(ours.district_id, ours.office_id)  # not the office's to give
    assert not may_send(ours.office_id, theirs.office_id)
    assert not may_send(theirs.office_id, ours.office_id)


def test_only_who_owns_all_of_a_movement_undoes_it(any_tables: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    a_delivery(item_id, town)

    def may_undo(viewer: Viewer) -> list[int]:
        found = []
        with reading() as session:
            for transfer_id in (1, 2, 3):
                try:
                    scope.require_movement(session, viewer, transfer_id)
                    found.append(transfer_id)
                except NotFound:
                    pass
        return found

    with reading() as session:
        assert scope.own_movements(session, worker_of(town), [1, 2, 3, 99]) == {3}
        assert queries.open_count(session, office_of(town)) == queries.open_count(session, worker_of(town)) == 1
    assert may_undo(office_of(town)) == [1, 2, 3]
    assert may_undo(worker_of(town)) == [3]  # its own arrival; the dispatch was the office's
