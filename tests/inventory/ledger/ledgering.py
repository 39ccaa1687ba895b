"""Short words for the ledger's tests: one transaction per movement, and what the books say afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.inventory.ledger import service
from logistics.inventory.ledger.models import Balance, Holder, Item, Lot
from logistics.inventory.ledger.rules import HolderKind
from tests.builders import NOW, TownRef, a_town


def an_item(code: str = "mask", *, lent: bool = False, alarm_days: int | None = None) -> int:
    with transaction() as session:
        item = Item(code=code, name=code, unit="piece", pack_size=10, lent=lent, alarm_days=alarm_days)
        session.add(item)
        session.flush()
        return item.id


def a_town_there(**size: int) -> TownRef:
    with transaction() as session:
        return a_town(session, **size)


def done(verb: Any, command: Any, *, now: datetime = NOW) -> Any:
    """One verb in a transaction of its own."""
    with transaction() as session:
        return verb(session, command, now=now)


def received(
    item_id: int, area_id: int, quantity: int, *, key: str = "R1", hours: int = 0, expires_on: date | None = None
) -> int:
    receipt = service.Receipt(
        key=key, item_id=item_id, area_id=area_id, quantity=quantity, source="city", expires_on=expires_on
    )
    return int(done(service.receive, receipt, now=NOW + timedelta(hours=hours)))


def stock(kind: HolderKind = HolderKind.AREA) -> Mapping[int, int]:
    """Pieces by area of all holders of a kind, where there are any."""
    with reading() as session:
        rows = session.execute(
            select(Holder.area_id, Balance.on_hand)
            .join(Balance, Balance.holder_id == Holder.id)
            .where(Holder.kind == kind, Balance.on_hand != 0)
        ).all()
    sums: dict[int, int] = {}
    for area_id, on_hand in rows:
        sums[area_id] = sums.get(area_id, 0) + on_hand
    return sums


def by_expiry(area_id: int) -> Mapping[date | None, tuple[int, int]]:
    """What an area has on hand and promised, by the expiry of the lots."""
    with reading() as session:
        rows = session.execute(
            select(Lot.expires_on, Balance.on_hand, Balance.promised)
            .join(Balance, Balance.lot_id == Lot.id)
            .join(Holder, Holder.id == Balance.holder_id)
            .where(Holder.kind == HolderKind.AREA, Holder.area_id == area_id)
        ).all()
    return {expires_on: (on_hand, promised) for expires_on, on_hand, promised in rows}


def sound() -> bool:
    """Whether the ledger proves itself."""
    with reading() as session:
        return not service.verify(session).findings
