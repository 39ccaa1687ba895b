"""Goods that reach an area from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from logistics.inventory.ledger.chain import Move, Movement, digest_of, known, lock_item, write
from logistics.inventory.ledger.errors import require_quantity
from logistics.inventory.ledger.holders import LotFacts, area_place, lot_of, supplier_place
from logistics.inventory.ledger.rules import SourceKind, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Goods that reached an area from outside. `quantity` in pieces; `source` is who gave or sold them; `expires_on`
    is the last good day. The same `key` twice is one receipt."""

    key: str
    item_id: int
    area_id: int
    quantity: int
    source: str = ""
    source_kind: SourceKind = SourceKind.UNSTATED
    fund_tag: str = ""
    lot_number: str = ""
    expires_on: date | None = None
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        require_quantity(self.quantity)


def receive(session: Session, receipt: Receipt, *, now: datetime) -> int:
    """Enter a receipt. Returns the transfer's id.

    Raises:
        NotFound: no such item or area.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, receipt.item_id), digest_of(receipt)
    done = known(session, head, key=receipt.key, digest=digest)
    if done is not None:
        return done
    here = area_place(session, receipt.area_id)
    facts = LotFacts(
        number=receipt.lot_number,
        expires_on=receipt.expires_on,
        source_kind=receipt.source_kind,
        source_name=receipt.source,
        fund_tag=receipt.fund_tag,
    )
    lot = lot_of(session, head.item_id, facts)
    movement = Movement(
        kind=TransferKind.RECEIPT,
        key=receipt.key,
        digest=digest,
        moves=(
            Move(place=supplier_place(session), lot=lot, quantity=-receipt.quantity),
            Move(place=here, lot=lot, quantity=receipt.quantity),
        ),
        reason=receipt.reason,
        account_id=receipt.account_id,
    )
    return write(session, head, movement, now=now)
