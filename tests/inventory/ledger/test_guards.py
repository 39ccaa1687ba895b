"""What the database refuses by itself, whoever asks: to change a row, to put another in its place, to add a leg to a
movement that is written, and to go on from legs that do not sum to zero."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from logistics.db import reading, transaction
from logistics.inventory.ledger.models import Entry, Holder, Lot, ShipmentSettlement, StockCount, Transfer
from logistics.inventory.ledger.rules import DiscrepancyPart, Outcome
from logistics.inventory.ledger.service import Arrival, Count, Dispatch, Settlement, arrive, count, dispatch, settle
from tests.inventory.ledger.ledgering import a_town_there, an_item, done, received, sound, stock

EDITS = (
    update(Entry).values(quantity=7),
    delete(Entry),
    update(Transfer).values(reason="nobody"),
    delete(Transfer),
    update(Lot).values(expires_on=date(2030, 1, 1)),
    delete(Lot),
    update(Holder).values(name="x"),
    delete(Holder),
    update(StockCount).values(counted=7),
    delete(StockCount),
    update(ShipmentSettlement).values(quantity=7),
    delete(ShipmentSettlement),
    text("UPDATE entries SET quantity = 7"),
    text("DELETE FROM transfers"),
    text("UPDATE lots SET fund_tag = 'x'"),
    text("DELETE FROM holders"),
    text("DELETE FROM ledger_heads"),
)

TRANSFER = "key, kind, item_id, reason, happened_at, digest, sequence, previous_hash, hash"
COUNT = "digest, holder_id, item_id, expected, counted, reason, counted_at"
REPLACED = {
    "an entry by its id": "entries (id, transfer_id, holder_id, lot_id, quantity)"
    " SELECT id, transfer_id, holder_id, lot_id, 7 FROM entries WHERE id = 2",
    "an entry by its transfer, holder and lot": "entries (transfer_id, holder_id, lot_id, quantity)"
    " SELECT transfer_id, holder_id, lot_id, 7 FROM entries WHERE id = 2",
    "a transfer by its id": "transfers (id, {transfer})"
    " SELECT id, 'X', kind, item_id, 'x', happened_at, digest, 99, previous_hash, hash FROM transfers WHERE id = 1",
    "a transfer by its key": "transfers ({transfer})"
    " SELECT key, kind, item_id, 'x', happened_at, digest, 99, previous_hash, hash FROM transfers WHERE id = 1",
    "a transfer by its place in the chain": "transfers ({transfer})"
    " SELECT 'X', kind, item_id, 'x', happened_at, digest, sequence, previous_hash, hash FROM transfers WHERE id = 1",
    "a lot by its id": "lots (id, item_id, number, source_kind, source_name, fund_tag, expires_on)"
    " SELECT id, item_id, 'x', source_kind, source_name, fund_tag, expires_on FROM lots WHERE id = 1",
    "a lot with a date by what is said of it": "lots"
    " (item_id, number, source_kind, source_name, fund_tag, expires_on)"
    " SELECT item_id, number, source_kind, source_name, fund_tag, expires_on FROM lots WHERE expires_on IS NOT NULL",
    "a lot without one by what is said of it": "lots (item_id, number, source_kind, source_name, fund_tag)"
    " SELECT item_id, number, source_kind, source_name, fund_tag FROM lots WHERE expires_on IS NULL",
    "a holder by its id": "holders (id, kind, name, area_id)"
    " SELECT id, kind, name, 1 FROM holders WHERE area_id IS NOT NULL LIMIT 1",
    "a holder by its area": "holders (kind, name, area_id)"
    " SELECT kind, name, area_id FROM holders WHERE area_id IS NOT NULL LIMIT 1",
    "the supplier": "holders (kind, name) VALUES ('supplier', 'supplier')",
    "a count by its id": "stock_counts (id, key, {count})"
    " SELECT id, 'X', digest, holder_id, item_id, expected, 7, reason, counted_at FROM stock_counts",
    "a count by its key": "stock_counts (key, {count})"
    " SELECT key, digest, holder_id, item_id, expected, 7, reason, counted_at FROM stock_counts",
    "a settlement": "shipment_settlements (transfer_id, shipment_id, part, outcome, quantity)"
    " SELECT transfer_id, shipment_id, part, outcome, 7 FROM shipment_settlements",
    "the head of a chain": "ledger_heads (item_id, sequence, hash) SELECT item_id, 0, hash FROM ledger_heads",
}


def a_ledger() -> None:
    """A bit of everything: two receipts, one of them with a date, a shipment with a settled difference, a count."""
    item_id, town = an_item(), a_town_there()
    received(item_id, town.office_id, 400, key="R1", expires_on=date(2021, 1, 1))
    received(item_id, town.office_id, 100, key="R2")
    sent = Dispatch(key="D1", item_id=item_id, from_area_id=town.office_id, to_area_id=town.community_id, quantity=50)
    shipment_id = done(dispatch, sent)
    done(arrive, Arrival(key="A1", shipment_id=shipment_id, accepted=45))
    missing, found = DiscrepancyPart.MISSING, Outcome.FOUND
    done(settle, Settlement(key="S1", shipment_id=shipment_id, part=missing, outcome=found, quantity=5, reason="here"))
    done(count, Count(key="C1", item_id=item_id, area_id=town.office_id, counted=449, reason="one torn"))


def refusal_of(statement: str) -> str:
    """Why the database refuses a statement; nothing where it does not."""
    try:
        carried_out(statement)
    except DBAPIError as refused:
        return str(refused.orig)
    return ""


@pytest.mark.postgres
def test_no_table_of_the_ledger_is_emptied(postgres_tables: Flask) -> None:
    a_ledger()

    for table in ("entries", "transfers CASCADE", "lots CASCADE", "holders CASCADE", "ledger_heads", "stock_counts"):
        with pytest.raises(DBAPIError, match="is append-only"):
            carried_out(f"TRUNCATE {table}")

    assert sound()


def carried_out(*statements: str) -> None:
    with transaction() as session:
        for statement in statements:
            session.execute(text(statement.format(transfer=TRANSFER, count=COUNT)))


def test_no_row_of_the_ledger_is_changed_or_deleted(any_tables: Flask) -> None:
    a_ledger()
    before = stock()

    for edit in EDITS:
        with pytest.raises(DBAPIError, match="is append-only"), transaction() as session:
            session.execute(edit)

    assert stock() == before
    assert sound()


def test_sqlite_puts_no_row_in_the_place_of_another(tables: Flask) -> None:
    a_ledger()

    answers = {name: refusal_of("INSERT OR REPLACE INTO " + statement) for name, statement in REPLACED.items()}

    assert {name: why for name, why in answers.items() if "is append-only" not in why} == {}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Transfer)) == 6
    assert sound()


def test_nobody_adds_a_leg_to_a_movement_that_is_written(any_tables: Flask) -> None:
    a_ledger()

    with pytest.raises(DBAPIError, match="the movement is closed"):
        carried_out(
            "INSERT INTO entries (transfer_id, holder_id, lot_id, quantity) "
            "SELECT 1, max(id), 1, 7 FROM holders WHERE kind = 'area'"
        )

    assert sound()


NEXT = (
    "INSERT INTO transfers ({transfer}) SELECT 'X', kind, item_id, 'x', happened_at, '', 7, hash, 'h'"
    " FROM transfers WHERE sequence = 6"
)
LEG = (
    "INSERT INTO entries (transfer_id, holder_id, lot_id, quantity)"
    " SELECT transfers.id, holders.id, 1, {quantity} FROM transfers, holders"
    " WHERE transfers.key = 'X' AND holders.kind = '{kind}'"
)
GO_ON = "UPDATE ledger_heads SET sequence = {sequence}, hash = '{hash}'"


def test_an_entry_of_no_pieces_is_refused(any_tables: Flask) -> None:
    a_ledger()

    with pytest.raises(DBAPIError, match="ck_entries_quantity"):
        carried_out(NEXT, LEG.format(kind="supplier", quantity=0))


def test_the_head_goes_on_to_movements_whose_legs_sum_to_zero_and_never_back(any_tables: Flask) -> None:
    a_ledger()
    out, back, more = (
        LEG.format(kind=kind, quantity=n) for kind, n in (("supplier", -7), ("count_difference", 7), ("supplier", 7))
    )
    on = GO_ON.format(sequence=7, hash="h")

    for wrong in (
        (NEXT, more, on),  # seven out of nothing
        (NEXT, out, back, GO_ON.format(sequence=7, hash="another")),
        (NEXT, out, back, GO_ON.format(sequence=8, hash="h")),
        (GO_ON.format(sequence=0, hash="0"),),
        (GO_ON.format(sequence=6, hash="h"),),
    ):
        with pytest.raises(DBAPIError, match="ledger_heads go on to movements whose legs sum to zero"):
            carried_out(*wrong)
    assert sound()

    carried_out(NEXT, out, back, on)  # which balances; what else is wrong with it is the chain's to find
    assert not sound()
