"""Takes the kinds of scarce goods in. Quantities are never taken in here: they are received, through the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from logistics.bulk import upsert
from logistics.inventory.ledger.models import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFact:
    """A scarce good counted in pieces, handed out in packs of `pack_size`. What is `lent` comes back; a stock that
    lasts fewer than `alarm_days` days raises the alarm."""

    code: str
    name: str
    unit: str
    pack_size: int
    lent: bool = False
    alarm_days: int | None = None


def take_items(session: Session, items: Iterable[ItemFact]) -> dict[str, int]:
    """Enter the items. Returns ids by code."""
    rows = [asdict(item) for item in items]
    return {code: row_id for (code,), row_id in upsert(session, Item, rows, key=("code",)).items()}
