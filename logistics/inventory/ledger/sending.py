"""Many shipments of one item at once, as a round sends them: the same movements as one by one, in one go.

Every shipment is a transfer of its own in the item's chain, so that each can arrive, be settled or reversed by itself.
Only the statements are shared: a city of 7,500 communities takes a hundred of them, not a hundred thousand. Inserts ask
for something back because only then many rows go into one statement on both databases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.communities import service as communities
from logistics.db import chunks
from logistics.errors import NotFound
from logistics.inventory.ledger import rules
from logistics.inventory.ledger.chain import ADD, GIVE, Head, LotRef, Place, Taken, dialect, digest_of, lock_item
from logistics.inventory.ledger.errors import KeyReused, OutOfStock
from logistics.inventory.ledger.holders import area_place, take
from logistics.inventory.ledger.moving import Dispatch
from logistics.inventory.ledger.rules import HolderKind, Leg, ShipmentState, TransferKind, holder_label
from logistics.inventory.ledger.tables import (
    BALANCES,
    ENTRIES,
    HEADS,
    HOLDERS,
    SHIPMENT_LINES,
    SHIPMENTS,
    TRANSFERS,
)


def _of_free_keys(insert_into: Any, table: Any) -> Any:
    """Rows whose keys another item's movement may take at this very moment; those that are written come back."""
    return insert_into(table).on_conflict_do_nothing(index_elements=["key"]).returning(table.c.key, table.c.id)


_ADD = {name: adding.returning(BALANCES.c.holder_id) for name, adding in ADD.items()}
_NEW_HOLDERS = {
    "postgresql": postgresql.insert(HOLDERS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(HOLDERS).on_conflict_do_nothing(),
}
_NEW_SHIPMENTS = {
    "postgresql": _of_free_keys(postgresql.insert, SHIPMENTS),
    "sqlite": _of_free_keys(sqlite.insert, SHIPMENTS),
}
_NEW_TRANSFERS = {
    "postgresql": _of_free_keys(postgresql.insert, TRANSFERS),
    "sqlite": _of_free_keys(sqlite.insert, TRANSFERS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One shipment with the lots that go into it."""

    command: Dispatch
    digest: str
    under_way: Place
    taken: Sequence[Taken]


def dispatch_all(
    session: Session, commands: Sequence[Dispatch], *, now: datetime, good_on: date | None = None
) -> dict[int, int]:
    """Send goods of one item from one area to many, in the order given, so that the first get what expires first, of
    lots good on `good_on` (None: today). Known keys are not sent again. Returns the shipments' ids by receiving area.

    Raises as `dispatch` does; then nothing is sent.
    """
    if not commands:
        return {}
    first = commands[0]
    assert all(
        (one.item_id, one.from_area_id, one.lot_id, one.reservation_id)
        == (first.item_id, first.from_area_id, None, None)
        for one in commands
    ), "one item from one area, of any lot"
    for several in ("key", "to_area_id"):
        assert len({getattr(one, several) for one in commands}) == len(commands), f"one {several} twice"
    head = lock_item(session, first.item_id)
    digests = {one.key: digest_of(one) for one in commands}
    known = _known(session, head, digests)
    new = [one for one in commands if one.key not in known]
    if new:
        here = area_place(session, first.from_area_id)
        places = _in_transit(session, [one.to_area_id for one in new])
        wanted = sum(one.quantity for one in new)
        pieces = take(session, head, here, quantity=wanted, good_on=good_on or local_date(now))
        parts = share_lots(pieces, [one.quantity for one in new])
        sendings = [
            Sending(command=one, digest=digests[one.key], under_way=places[one.to_area_id], taken=taken)
            for one, taken in zip(new, parts, strict=True)
        ]
        _give(session, head, here, pieces, now=now)
        known.update(_write(session, head, here, sendings, now=now))
    return {one.to_area_id: known[one.key] for one in commands}


def share_lots(taken: Sequence[Taken], quantities: Sequence[int]) -> list[list[Taken]]:
    """The lots of each quantity, one after the other through the lots as they are given."""
    shares, lots = [], [[part.lot, part.quantity] for part in taken]
    at = 0
    for quantity in quantities:
        share: list[Taken] = []
        while quantity:
            lot, left = lots[at]
            assert isinstance(lot, LotRef)
            assert isinstance(left, int)
            pieces = min(left, quantity)
            share.append(Taken(lot=lot, quantity=pieces))
            quantity -= pieces
            lots[at][1] = left - pieces
            at += lots[at][1] == 0
        shares.append(share)
    return shares


def _known(session: Session, head: Head, digests: Mapping[str, str]) -> dict[str, int]:
    """The shipments of the keys that were sent before."""
    found: dict[str, int] = {}
    for part in chunks(digests.keys()):
        rows = session.execute(
            select(TRANSFERS.c.key, TRANSFERS.c.digest, TRANSFERS.c.item_id, TRANSFERS.c.shipment_id).where(
                TRANSFERS.c.key.in_(part)
            )
        )
        for row in rows:
            if (row.digest, row.item_id) != (digests[row.key], head.item_id):
                raise KeyReused(key=row.key)
            found[row.key] = row.shipment_id
    return found


def _in_transit(session: Session, area_ids: Sequence[int]) -> dict[int, Place]:
    """Where the goods of each receiving area are while they are on their way.

    Raises:
        NotFound: no such area.
    """
    known = _holders(session, area_ids)
    missing = [area_id for area_id in area_ids if area_id not in known]
    if missing:
        areas = communities.area_names(session)
        for area_id in missing:
            if area_id not in areas:
                raise NotFound(kind="area", key=area_id)
        # two items may be sent to the same new areas at once, and would wait for each other in a circle
        rows = [{"kind": HolderKind.IN_TRANSIT, "name": "", "area_id": area_id} for area_id in sorted(missing)]
        session.execute(_NEW_HOLDERS[dialect(session)], rows)
        known = _holders(session, area_ids)
    return {
        area_id: Place(
            id=holder_id,
            label=holder_label(HolderKind.IN_TRANSIT, area_id=area_id, household_id=None, name=""),
            bounded=True,
        )
        for area_id, holder_id in known.items()
    }


def _holders(session: Session, area_ids: Sequence[int]) -> dict[int, int]:
    in_transit = select(HOLDERS.c.area_id, HOLDERS.c.id).where(HOLDERS.c.kind == HolderKind.IN_TRANSIT)
    found: dict[int, int] = {}
    for part in chunks(area_ids):
        rows = session.execute(in_transit.where(HOLDERS.c.area_id.in_(part)))
        found.update({area_id: holder_id for area_id, holder_id in rows})
    return found


def _give(session: Session, head: Head, here: Place, pieces: Sequence[Taken], *, now: datetime) -> None:
    for part in pieces:
        giving = {"at": here.id, "of": part.lot.id, "given": part.quantity, "released": 0, "now": now}
        if session.execute(GIVE, giving).rowcount != 1:  # type: ignore[attr-defined]
            raise OutOfStock(item=head.item_code, wanted=part.quantity, available=0)


def _write(session: Session, head: Head, here: Place, sendings: Sequence[Sending], *, now: datetime) -> dict[str, int]:
    """Write shipments, balances in transit, transfers and entries, and move the head to the last of them. Returns the
    shipments' ids by key."""
    shipments = _new_shipments(session, sendings, now=now)
    added: dict[tuple[int, int], int] = defaultdict(int)
    for one in sendings:
        for part in one.taken:
            added[one.under_way.id, part.lot.id] += part.quantity
    balance = {"item_id": head.item_id, "bounded": True, "promised": 0, "opened_at": now, "moved_at": now}
    session.execute(
        _ADD[dialect(session)],
        [{"holder_id": at, "lot_id": of, "on_hand": pieces, **balance} for (at, of), pieces in added.items()],
    )
    transfers, last = _transfers(head, here, sendings, shipments, now=now)
    ids = _written(session, _NEW_TRANSFERS, transfers)
    session.execute(
        insert(ENTRIES).returning(ENTRIES.c.id),
        [
            {"transfer_id": ids[one.command.key], "holder_id": holder_id, "lot_id": part.lot.id, "quantity": quantity}
            for one in sendings
            for part in one.taken
            for holder_id, quantity in ((here.id, -part.quantity), (one.under_way.id, part.quantity))
        ],
    )
    advanced = session.execute(
        update(HEADS)
        .where(HEADS.c.item_id == head.item_id, HEADS.c.sequence == head.sequence)
        .values(sequence=head.sequence + len(transfers), hash=last)
    )
    assert advanced.rowcount == 1, "the head was used twice"  # type: ignore[attr-defined]
    return shipments


def _new_shipments(session: Session, sendings: Sequence[Sending], *, now: datetime) -> dict[str, int]:
    rows = [
        {
            "key": one.command.key,
            "item_id": one.command.item_id,
            "from_area_id": one.command.from_area_id,
            "to_area_id": one.command.to_area_id,
            "quantity": one.command.quantity,
            "state": ShipmentState.DISPATCHED,
            "dispatched_at": now,
        }
        for one in sendings
    ]
    ids = _written(session, _NEW_SHIPMENTS, rows)
    lines = [
        {
            "shipment_id": ids[one.command.key],
            "lot_id": part.lot.id,
            "quantity": part.quantity,
            "in_transit": part.quantity,
        }
        for one in sendings
        for part in one.taken
    ]
    session.execute(insert(SHIPMENT_LINES).returning(SHIPMENT_LINES.c.lot_id), lines)
    return ids


def _written(session: Session, statement: Mapping[str, Any], rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write rows that have keys. Returns their ids by key.

    Raises:
        KeyReused: one of the keys was taken meanwhile.
    """
    ids = {key: row_id for key, row_id in session.execute(statement[dialect(session)], rows)}
    for row in rows:
        if row["key"] not in ids:
            raise KeyReused(key=row["key"])
    return ids


def _transfers(
    head: Head, here: Place, sendings: Sequence[Sending], shipments: Mapping[str, int], *, now: datetime
) -> tuple[list[dict[str, Any]], str]:
    """The transfers in the order of the chain, and the hash of the last one."""
    rows: list[dict[str, Any]] = []
    previous = head.hash
    for sequence, one in enumerate(sendings, head.sequence + 1):
        legs = [Leg(holder=here.label, lot=part.lot.label, quantity=-part.quantity) for part in one.taken]
        legs += [Leg(holder=one.under_way.label, lot=part.lot.label, quantity=part.quantity) for part in one.taken]
        new_hash = rules.chain_hash(
            item=head.item_code,
            sequence=sequence,
            previous=previous,
            key=one.command.key,
            kind=TransferKind.DISPATCH.value,
            happened_at=now,
            reason=one.command.reason,
            account_id=one.command.account_id,
            reverses=None,
            shipment_id=shipments[one.command.key],
            digest=one.digest,
            legs=legs,
        )
        rows.append(
            {
                "key": one.command.key,
                "kind": TransferKind.DISPATCH,
                "item_id": head.item_id,
                "reason": one.command.reason,
                "account_id": one.command.account_id,
                "happened_at": now,
                "reverses_id": None,
                "shipment_id": shipments[one.command.key],
                "digest": one.digest,
                "sequence": sequence,
                "previous_hash": previous,
                "hash": new_hash,
            }
        )
        previous = new_hash
    return rows, previous
