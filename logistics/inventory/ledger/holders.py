"""Who takes part in a movement: holders and lots, entered when they are first named and never changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.db import chunks
from logistics.errors import NotFound
from logistics.inventory.ledger.chain import Head, LotRef, Place, Taken, dialect, on
from logistics.inventory.ledger.errors import OutOfStock
from logistics.inventory.ledger.rules import (
    UNBOUNDED,
    HolderKind,
    LotOnHand,
    SourceKind,
    first_out,
    holder_label,
    lot_label,
)
from logistics.inventory.ledger.tables import BALANCES, HOLDERS, LOTS

SUPPLIER_NAME = "supplier"

_SAID = (LOTS.c.number, LOTS.c.expires_on, LOTS.c.source_kind, LOTS.c.source_name, LOTS.c.fund_tag)

_OF_AREA = select(HOLDERS.c.id).where(
    HOLDERS.c.area_id == bindparam("area_id"), HOLDERS.c.kind == bindparam("kind"), HOLDERS.c.name == bindparam("name")
)
_OF_HOUSEHOLD = select(HOLDERS.c.id).where(HOLDERS.c.household_id == bindparam("household_id"))
_SUPPLIER = select(HOLDERS.c.id).where(HOLDERS.c.kind == HolderKind.SUPPLIER, HOLDERS.c.name == bindparam("name"))
_LOT = select(LOTS.c.id).where(
    LOTS.c.item_id == bindparam("item_id"),
    LOTS.c.number == bindparam("number"),
    LOTS.c.source_kind == bindparam("source_kind"),
    LOTS.c.source_name == bindparam("source_name"),
    LOTS.c.fund_tag == bindparam("fund_tag"),
)
_DATED = _LOT.where(LOTS.c.expires_on == bindparam("expires_on"))
_UNDATED = _LOT.where(LOTS.c.expires_on.is_(None))
_BY_ID = select(LOTS.c.id, *_SAID).where(
    LOTS.c.item_id == bindparam("item_id"), LOTS.c.id.in_(bindparam("ids", expanding=True))
)
_AVAILABLE = (
    select(BALANCES.c.lot_id, (BALANCES.c.on_hand - BALANCES.c.promised).label("available"), *_SAID)
    .join(LOTS, LOTS.c.id == BALANCES.c.lot_id)
    .where(
        BALANCES.c.item_id == bindparam("item_id"),
        BALANCES.c.holder_id == bindparam("holder_id"),
        BALANCES.c.on_hand > BALANCES.c.promised,
    )
)
_OF_LOT = _AVAILABLE.where(BALANCES.c.lot_id == bindparam("lot_id"))


def _if_missing(table: Any) -> dict[str, Executable]:
    """Whichever of its unique keys knows the row already."""
    return {
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(),
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
    }


_NEW_HOLDER, _NEW_LOT = _if_missing(HOLDERS), _if_missing(LOTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFacts:
    """What is said about a lot when it comes."""

    number: str = ""
    expires_on: date | None = None
    source_kind: SourceKind = SourceKind.UNSTATED
    source_name: str = ""
    fund_tag: str = ""


def area_place(session: Session, area_id: int, kind: HolderKind = HolderKind.AREA, *, post: str = "") -> Place:
    """The stock of an area, or its goods in transit, lent out to `post`, written off or found different.

    Raises:
        NotFound: no such area.
    """
    place = _place(session, _OF_AREA, kind, area_id=area_id, name=post)
    if place is None:
        if not communities.area_and_below(session, area_id):
            raise NotFound(kind="area", key=area_id)
        place = _new_place(session, _OF_AREA, kind, area_id=area_id, name=post)
    return place


def household_place(session: Session, household_id: int) -> Place:
    """What a household has been given.

    Raises:
        NotFound: no such household.
    """
    place = _place(session, _OF_HOUSEHOLD, HolderKind.HOUSEHOLD, household_id=household_id)
    if place is None:
        if not communities.areas_above(session, household_id):
            raise NotFound(kind="household", key=household_id)
        place = _new_place(session, _OF_HOUSEHOLD, HolderKind.HOUSEHOLD, household_id=household_id)
    return place


def supplier_place(session: Session) -> Place:
    """Everybody outside, of whom goods come. Who it was stands on the lot."""
    place = _place(session, _SUPPLIER, HolderKind.SUPPLIER, name=SUPPLIER_NAME)
    return place or _new_place(session, _SUPPLIER, HolderKind.SUPPLIER, name=SUPPLIER_NAME)


def _place(
    session: Session,
    statement: Executable,
    kind: HolderKind,
    *,
    area_id: int | None = None,
    household_id: int | None = None,
    name: str = "",
) -> Place | None:
    # every statement uses some of these; the others are ignored
    found = on(session).scalar(
        statement, {"area_id": area_id, "kind": kind, "name": name, "household_id": household_id}
    )
    if found is None:
        return None
    label = holder_label(kind, area_id=area_id, household_id=household_id, name=name)
    return Place(id=found, label=label, bounded=kind not in UNBOUNDED)


def _new_place(session: Session, statement: Executable, kind: HolderKind, **who: Any) -> Place:
    row = {"kind": kind, "name": "", "area_id": None, "household_id": None, **who}
    on(session).execute(_NEW_HOLDER[dialect(session)], row)
    place = _place(session, statement, kind, **who)
    assert place is not None, "it has just been entered"
    return place


def lot_of(session: Session, item_id: int, facts: LotFacts) -> LotRef:
    """The lot of which exactly this is said, entered where it is new."""
    row = {
        "item_id": item_id,
        "number": facts.number,
        "expires_on": facts.expires_on,
        "source_kind": facts.source_kind,
        "source_name": facts.source_name,
        "fund_tag": facts.fund_tag,
    }
    statement = _UNDATED if facts.expires_on is None else _DATED
    found = on(session).scalar(statement, row)
    if found is None:
        on(session).execute(_NEW_LOT[dialect(session)], row)
        found = on(session).scalar(statement, row)
    assert found is not None, "it has just been entered"
    return _ref(found, facts)


def lots_by_id(session: Session, item_id: int, lot_ids: Collection[int]) -> dict[int, LotRef]:
    """Lots of an item by id.

    Raises:
        NotFound: one of them is not a lot of this item.
    """
    found: dict[int, LotRef] = {}
    for part in chunks(lot_ids):
        rows = on(session).execute(_BY_ID, {"item_id": item_id, "ids": part})
        found.update((row.id, _ref(row.id, _facts(row))) for row in rows)
    for lot_id in lot_ids:
        if lot_id not in found:
            raise NotFound(kind="lot", key=lot_id)
    return found


def take(
    session: Session, head: Head, place: Place, *, quantity: int, good_on: date | None, lot_id: int | None = None
) -> list[Taken]:
    """Choose the lots that give `quantity` pieces, first expired first out: of those still good on `good_on` (None: of
    all), or of one lot alone.

    Raises:
        OutOfStock: fewer are on hand and not promised.
        NotFound: the lot is not one of this item.
    """
    if lot_id is None:
        rows = on(session).execute(_AVAILABLE, {"item_id": head.item_id, "holder_id": place.id}).all()
    else:
        lots_by_id(session, head.item_id, [lot_id])
        asked = {"item_id": head.item_id, "holder_id": place.id, "lot_id": lot_id}
        rows = on(session).execute(_OF_LOT, asked).all()
    lots = [LotOnHand(lot_id=row.lot_id, available=row.available, expires_on=row.expires_on) for row in rows]
    parts = first_out(lots, quantity=quantity, good_on=good_on)
    available = sum(part.quantity for part in parts)
    if available < quantity:
        raise OutOfStock(item=head.item_code, wanted=quantity, available=available)
    refs = {row.lot_id: _ref(row.lot_id, _facts(row)) for row in rows}
    return [Taken(lot=refs[part.lot_id], quantity=part.quantity) for part in parts]


def _facts(row: Any) -> LotFacts:
    return LotFacts(
        number=row.number,
        expires_on=row.expires_on,
        source_kind=row.source_kind,
        source_name=row.source_name,
        fund_tag=row.fund_tag,
    )


def _ref(lot_id: int, facts: LotFacts) -> LotRef:
    label = lot_label(
        lot_id,
        number=facts.number,
        expires_on=facts.expires_on,
        source_kind=facts.source_kind,
        source_name=facts.source_name,
        fund_tag=facts.fund_tag,
    )
    return LotRef(id=lot_id, label=label)
