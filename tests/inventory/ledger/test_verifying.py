"""The ledger proves itself: whatever is changed behind the triggers' back is named, the first bad row first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from logistics.db import db, reading, transaction
from logistics.errors import NotFound
from logistics.inventory.ledger.rules import DiscrepancyPart, Outcome
from logistics.inventory.ledger.service import (
    Arrival,
    Dispatch,
    Fault,
    Finding,
    Issue,
    Loan,
    Reserve,
    Settlement,
    Verified,
    arrive,
    dispatch,
    issue,
    lend,
    reserve,
    settle,
    verify,
)
from tests.builders import NOW
from tests.inventory.ledger.ledgering import a_town_there, an_item, done, received


def a_busy_ledger() -> None:
    """Masks that came in two lots, went down, were promised and issued; thermometers at a gate. Six movements of
    masks with ids 1 to 6, two of thermometers."""
    masks, devices, town = an_item("mask"), an_item("thermometer", lent=True), a_town_there()
    office, community, home = town.office_id, town.community_id, town.households[0][0]
    received(masks, office, 100, key="R1", expires_on=date(2021, 1, 1))
    received(masks, office, 400, key="R2", expires_on=date(2022, 1, 1))
    shipment_id = done(
        dispatch, Dispatch(key="D1", item_id=masks, from_area_id=office, to_area_id=community, quantity=150)
    )
    done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=130, rejected=15, reason="wet"))
    done(issue, Issue(key="I1", item_id=masks, area_id=community, household_id=home, quantity=5))
    done(issue, Issue(key="I2", item_id=masks, area_id=community, household_id=home, quantity=3))
    until = NOW + timedelta(days=1)
    done(reserve, Reserve(key="Q1", item_id=masks, area_id=community, quantity=20, expires_at=until))
    received(devices, office, 10, key="R3")
    done(lend, Loan(key="L1", item_id=devices, area_id=office, post="gate", quantity=4))


def verified(item_code: str | None = None) -> Verified:
    with reading() as session:
        return verify(session, item_code=item_code)


def behind_the_back(*statements: str) -> None:
    """Change rows with the triggers gone and foreign keys off, as somebody with the database's own login could."""
    if db.engine.dialect.name == "postgresql":
        with transaction() as session:
            for statement in ("SET LOCAL session_replication_role = replica", *statements):
                session.execute(text(statement))
        return
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as file:
        for pragma in ("ignore_check_constraints = ON", "synchronous = OFF"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("BEGIN IMMEDIATE")
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        for statement in (*statements, "COMMIT"):
            file.execute(statement)


def first(findings: Verified) -> tuple[Fault, str, str]:
    found: Finding = findings.findings[0]
    return found.fault, found.table, found.row


def test_a_ledger_that_nobody_bent_is_sound(any_tables: Flask) -> None:
    a_busy_ledger()

    result = verified()

    assert result.findings == []
    assert [(chain.item, chain.transfer_count) for chain in result.chains] == [("mask", 6), ("thermometer", 2)]
    assert (result.transfer_count, result.entry_count) == (8, 20)  # 5 × 2 legs, 2 × 4 of two lots, 1 × 2
    assert all(len(chain.hash) == 64 for chain in result.chains)


@pytest.mark.parametrize(
    ("statement", "fault", "table", "row"),
    [
        ("UPDATE entries SET quantity = quantity + 1 WHERE id = 2", Fault.CONTENT, "transfers", "id=1"),
        ("UPDATE entries SET quantity = 2 * quantity WHERE transfer_id = 2", Fault.CONTENT, "transfers", "id=2"),
        ("UPDATE transfers SET reason = 'x' WHERE id = 5", Fault.CONTENT, "transfers", "id=5"),
        ("UPDATE transfers SET account_id = NULL, key = 'x' WHERE id = 5", Fault.CONTENT, "transfers", "id=5"),
        ("UPDATE lots SET expires_on = '2031-01-01' WHERE id = 1", Fault.CONTENT, "transfers", "id=1"),
        ("UPDATE lots SET fund_tag = 'mine' WHERE id = 2", Fault.CONTENT, "transfers", "id=2"),
        ("DELETE FROM entries WHERE transfer_id = 5", Fault.CONTENT, "transfers", "id=5"),
        ("UPDATE transfers SET previous_hash = hash WHERE id = 3", Fault.CHAIN, "transfers", "id=3"),
        ("UPDATE transfers SET sequence = 70 WHERE id = 6", Fault.GAP, "transfers", "id=6"),
        ("UPDATE ledger_heads SET sequence = 5 WHERE item_id = 1", Fault.HEAD, "ledger_heads", "item_id=1"),
        ("UPDATE ledger_heads SET hash = 'x' WHERE item_id = 1", Fault.HEAD, "ledger_heads", "item_id=1"),
        (
            "UPDATE balances SET on_hand = on_hand + 7 WHERE holder_id = 1 AND lot_id = 2",
            Fault.BALANCE,
            "balances",
            "holder_id=1 lot_id=2",
        ),
        ("UPDATE reservation_parts SET quantity = 19", Fault.PROMISED, "balances", None),
        ("UPDATE reservations SET quantity = 21", Fault.RESERVATION, "reservations", "id=1"),
        ("UPDATE shipment_lines SET in_transit = 0 WHERE lot_id = 2", Fault.SHIPMENT, "shipments", "id=1"),
        ("UPDATE shipments SET missing_open = 0", Fault.SHIPMENT, "shipments", "id=1"),
        # what only agrees with itself: 150 sent, 130 accepted, 15 rejected, 5 missing
        ("UPDATE shipments SET accepted = 129, rejected = 16", Fault.ACCEPTED, "shipments", "id=1"),
        ("UPDATE shipments SET quantity = 151", Fault.SENT, "shipments", "id=1"),
        ("UPDATE shipments SET to_area_id = 1", Fault.ENDS, "shipments", "id=1"),
        ("UPDATE shipments SET from_area_id = 1", Fault.ENDS, "shipments", "id=1"),
        (
            "UPDATE shipment_lines SET in_transit = CASE lot_id WHEN 1 THEN 5 ELSE 15 END",
            Fault.TRANSIT,
            "shipment_lines",
            "shipment_id=1 lot_id=1",
        ),
        (
            "UPDATE shipment_lines SET quantity = quantity + 1 WHERE lot_id = 2",
            Fault.SENT,
            "shipment_lines",
            "shipment_id=1 lot_id=2",
        ),
        # rows that others point to
        ("UPDATE lots SET item_id = 2 WHERE id = 1", Fault.LOT, "transfers", "id=1"),
        ("DELETE FROM lots WHERE id = 2", Fault.CONTENT, "transfers", "id=2"),
        ("DELETE FROM holders WHERE kind = 'household'", Fault.CONTENT, "transfers", "id=5"),
        ("DELETE FROM items WHERE id = 1", Fault.CONTENT, "transfers", "id=1"),
        ("DELETE FROM balances WHERE lot_id = 2", Fault.BALANCE, "balances", None),
        ("DELETE FROM ledger_heads WHERE item_id = 1", Fault.HEAD, "ledger_heads", "item_id=1"),
    ],
)
def test_what_was_changed_behind_the_triggers_is_named(
    any_tables: Flask, statement: str, fault: Fault, table: str, row: str | None
) -> None:
    a_busy_ledger()

    behind_the_back(statement)

    found = first(verified())
    assert found[:2] == (fault, table)
    assert row in (None, found[2])
    assert verified("thermometer").findings == []


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE entries SET quantity = 'seven' WHERE id = 3", "id=2"),
        ("UPDATE transfers SET kind = 'gift' WHERE id = 2", "id=2"),
        ("UPDATE transfers SET happened_at = 'yesterday' WHERE id = 2", "id=2"),
        ("UPDATE lots SET expires_on = 'never' WHERE id = 2", "id=2"),
        ("UPDATE lots SET source_kind = 'theft' WHERE id = 2", "id=2"),
        ("UPDATE holders SET kind = 'thief' WHERE kind = 'household'", "id=5"),
    ],
)
def test_what_sqlite_lets_anybody_write_into_a_column_is_named_and_stops_nothing(
    tables: Flask, statement: str, row: str
) -> None:
    a_busy_ledger()

    behind_the_back(statement)

    assert first(verified()) == (Fault.CONTENT, "transfers", row)
    assert verified("thermometer").findings == []


def test_a_difference_that_was_made_to_look_settled_is_named(any_tables: Flask) -> None:
    a_busy_ledger()
    found = {"shipment_id": 1, "outcome": Outcome.FOUND, "quantity": 2, "reason": "in the lorry"}
    done(settle, Settlement(key="S1", part=DiscrepancyPart.MISSING, **found))

    # 3 missing and 15 rejected are open; the sum stays what is in transit
    behind_the_back("UPDATE shipments SET missing_open = 5, rejected_open = 13")

    findings = verified().findings
    assert [(one.fault, one.row, one.expected, one.found) for one in findings] == [
        (Fault.SETTLED, "id=1", 3, 5),
        (Fault.SETTLED, "id=1", 15, 13),
    ]


def test_a_movement_cut_out_of_the_middle_leaves_a_gap(any_tables: Flask) -> None:
    a_busy_ledger()

    behind_the_back("DELETE FROM entries WHERE transfer_id = 5", "DELETE FROM transfers WHERE id = 5")

    gap, chain = verified().findings[:2]
    assert (gap.fault, gap.row, gap.expected, gap.found) == (Fault.GAP, "id=6", 5, 6)
    assert (chain.fault, chain.row) == (Fault.CHAIN, "id=6")
    assert gap.told == "movement 5 is missing before it"


def test_a_movement_cut_off_the_end_is_missed_by_the_head(any_tables: Flask) -> None:
    a_busy_ledger()

    behind_the_back("DELETE FROM entries WHERE transfer_id = 6", "DELETE FROM transfers WHERE id = 6")

    result = verified()
    assert first(result) == (Fault.HEAD, "ledger_heads", "item_id=1")
    assert result.findings[0].told == "the chain ends at movement 5, the head says 6"
    assert {finding.fault for finding in result.findings} == {Fault.HEAD, Fault.BALANCE}


def test_goods_made_out_of_nothing_break_conservation(any_tables: Flask) -> None:
    a_busy_ledger()

    # the entry and the balance agree with each other, and a clever hand would do just that
    behind_the_back(
        "UPDATE entries SET quantity = quantity + 7 WHERE transfer_id = 1 AND quantity > 0",
        "UPDATE balances SET on_hand = on_hand + 7 WHERE lot_id = 1 AND holder_id = "
        "(SELECT holder_id FROM entries WHERE transfer_id = 1 AND quantity > 0)",
    )

    assert [(finding.fault, finding.found) for finding in verified().findings] == [
        (Fault.CONTENT, 0),
        (Fault.SUM, 7),
        (Fault.CONSERVATION, 7),
    ]


def test_a_holder_pointed_at_another_area_is_found(any_tables: Flask) -> None:
    a_busy_ledger()

    behind_the_back("UPDATE holders SET area_id = 1 WHERE kind = 'area' AND area_id = 3")

    assert first(verified()) == (Fault.CONTENT, "transfers", "id=4")


def test_a_stock_that_was_overdrawn_on_the_way_is_named(any_tables: Flask) -> None:
    a_busy_ledger()

    behind_the_back(
        "UPDATE entries SET quantity = -600 WHERE transfer_id = 3 AND lot_id = 2 AND quantity < 0",
        "UPDATE entries SET quantity = 600 WHERE transfer_id = 3 AND lot_id = 2 AND quantity > 0",
    )

    found = {(finding.fault, finding.row): finding.found for finding in verified().findings}
    assert found[Fault.OVERDRAWN, "id=3"] == -200  # 400 - 600


def test_an_item_that_is_not_there_is_said_to_be_unknown(any_tables: Flask) -> None:
    with pytest.raises(NotFound, match="No item rice"):
        verified("rice")
