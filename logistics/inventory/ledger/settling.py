"""What is left in transit after an arrival is settled by somebody, with a reason: nothing disappears by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from logistics.inventory.ledger.chain import Movement, Place, digest_of, known, write
from logistics.inventory.ledger.errors import SettledTooMuch, require_quantity, require_reason
from logistics.inventory.ledger.holders import area_place
from logistics.inventory.ledger.models import Shipment
from logistics.inventory.ledger.moving import moves
from logistics.inventory.ledger.rules import DiscrepancyPart, HolderKind, Outcome, ShipmentState, TransferKind
from logistics.inventory.ledger.tables import SETTLEMENTS
from logistics.inventory.ledger.transit import leave_transit, locked_shipment

_SETTLED = insert(SETTLEMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How pieces that were missing or rejected ended: back at the sender, written off by the receiver, or at the
    receiver after all."""

    key: str
    shipment_id: int
    part: DiscrepancyPart
    outcome: Outcome
    quantity: int
    reason: str
    account_id: int | None = None

    def __post_init__(self) -> None:
        require_quantity(self.quantity)
        require_reason(self.reason)


def settle(session: Session, command: Settlement, *, now: datetime) -> int:
    """Settle some or all of a shipment's open discrepancy. Returns the transfer's id.

    Raises:
        NotFound: no such shipment.
        SettledTooMuch: fewer pieces are open.
        KeyReused: the key stands for another movement.
    """
    head, shipment = locked_shipment(session, command.shipment_id)
    digest = digest_of(command)
    done = known(session, head, key=command.key, digest=digest)
    if done is not None:
        return done
    missing = command.part is DiscrepancyPart.MISSING
    still_open = shipment.missing_open if missing else shipment.rejected_open
    if command.quantity > still_open:
        raise SettledTooMuch(open=still_open, wanted=command.quantity, part=command.part)
    taken = leave_transit(session, head, shipment.id, command.quantity)
    under_way = area_place(session, shipment.to_area_id, HolderKind.IN_TRANSIT)
    returned = command.outcome is Outcome.RETURNED and not missing
    movement = Movement(
        kind=TransferKind.REJECTION_RETURN if returned else TransferKind.SETTLEMENT,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=under_way, taker=_end(session, shipment, command.outcome)),
        reason=command.reason,
        account_id=command.account_id,
        shipment_id=shipment.id,
    )
    transfer_id = write(session, head, movement, now=now)
    session.execute(
        _SETTLED,
        {
            "transfer_id": transfer_id,
            "shipment_id": shipment.id,
            "part": command.part,
            "outcome": command.outcome,
            "quantity": command.quantity,
        },
    )
    change_open(shipment, command.part, -command.quantity)
    session.flush()
    return transfer_id


def change_open(shipment: Shipment, part: DiscrepancyPart, quantity: int) -> None:
    """Count pieces in or out of what is open of an arrived shipment."""
    if part is DiscrepancyPart.MISSING:
        shipment.missing_open += quantity
    else:
        shipment.rejected_open += quantity
    nothing_open = shipment.missing_open == shipment.rejected_open == 0
    shipment.state = ShipmentState.SETTLED if nothing_open else ShipmentState.RECEIVED


def _end(session: Session, shipment: Shipment, outcome: Outcome) -> Place:
    ends: Mapping[Outcome, tuple[int, HolderKind]] = {
        Outcome.RETURNED: (shipment.from_area_id, HolderKind.AREA),
        Outcome.WRITTEN_OFF: (shipment.to_area_id, HolderKind.WRITTEN_OFF),
        Outcome.FOUND: (shipment.to_area_id, HolderKind.AREA),
    }
    area_id, kind = ends[outcome]
    return area_place(session, area_id, kind)
