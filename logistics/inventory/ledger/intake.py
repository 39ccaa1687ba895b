"""Takes the kinds of scarce goods in. Quantities are never taken in here: they are received, through the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from logistics.bulk import upsert
from logistics.inventory.ledger.models import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFact:
    """A scarce good counted in pieces, handed out in packs of `pack_size`."""

    code: str
    name: str
    unit: str
    pack_size: int


def take_items(session: Session, items: Iterable[ItemFact]) -> dict[str, int]:
    """Enter the items. Returns ids by code."""
    rows = [{"code": item.code, "name": item.name, "unit": item.unit, "pack_size": item.pack_size} for item in items]
    return {code: row_id for (code,), row_id in upsert(session, Item, rows, key=("code",)).items()}
