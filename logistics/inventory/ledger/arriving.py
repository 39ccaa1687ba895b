"""What the receiver found of a shipment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from logistics.errors import BadTransition
from logistics.inventory.ledger.chain import Head, Movement, digest_of, on, write
from logistics.inventory.ledger.errors import BadArrival, KeyReused, ReasonMissing
from logistics.inventory.ledger.holders import area_place
from logistics.inventory.ledger.keys import held, require_free_key
from logistics.inventory.ledger.models import Shipment
from logistics.inventory.ledger.moving import moves
from logistics.inventory.ledger.rules import HolderKind, ShipmentState, TransferKind
from logistics.inventory.ledger.tables import SHIPMENTS
from logistics.inventory.ledger.transit import leave_transit, lock_item_of

_SHIPMENT = select(SHIPMENTS).where(SHIPMENTS.c.id == bindparam("shipment_id"))
_ARRIVE = (
    update(SHIPMENTS)
    .where(SHIPMENTS.c.id == bindparam("of_shipment"), SHIPMENTS.c.state == ShipmentState.DISPATCHED)
    .values(
        state=ShipmentState.RECEIVED,
        accepted=bindparam("taken_in"),
        rejected=bindparam("refused"),
        reject_reason=bindparam("why"),
        rejected_open=bindparam("refused"),
        missing_open=bindparam("lacking"),
        arrived_at=bindparam("now"),
        arrived_by_id=bindparam("by"),
        arrival_key=bindparam("by_key"),
        arrival_digest=bindparam("asked"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the receiver found: pieces taken in, and pieces refused for `reason`. What is in neither is missing."""

    key: str
    shipment_id: int
    accepted: int
    rejected: int = 0
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        if self.rejected and not self.reason.strip():
            raise ReasonMissing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """accepted + rejected + missing = shipped; what was rejected or missing is open until somebody settles it."""

    shipment_id: int
    accepted: int
    rejected: int
    missing: int


def arrive(session: Session, command: Arrival, *, now: datetime) -> Arrived:
    """Enter what arrived of a shipment, once. What was accepted is the receiver's stock; the rest stays in transit.

    Raises:
        NotFound: no such shipment.
        BadArrival: more than was shipped, or less than nothing.
        BadTransition: it has arrived before, or its dispatch was reversed.
        KeyReused: the key stands for another arrival or movement.
    """
    head = lock_item_of(session, command.shipment_id)
    shipment = on(session).execute(_SHIPMENT, {"shipment_id": command.shipment_id}).one()
    digest = digest_of(command)
    if shipment.arrival_key == command.key:
        if shipment.arrival_digest != digest:
            raise KeyReused(key=command.key)
        return Arrived(
            shipment_id=shipment.id,
            accepted=shipment.accepted,
            rejected=shipment.rejected,
            missing=shipment.quantity - shipment.accepted - shipment.rejected,
        )
    if shipment.state is not ShipmentState.DISPATCHED:
        raise BadTransition(entity="shipment", key=shipment.id, state=shipment.state, wanted=ShipmentState.RECEIVED)
    accepted, rejected = command.accepted, command.rejected
    missing = shipment.quantity - accepted - rejected
    if accepted < 0 or rejected < 0 or missing < 0:
        raise BadArrival(accepted=accepted, rejected=rejected, shipped=shipment.quantity)
    require_free_key(session, command.key)
    if accepted:
        _take_in(session, head, shipment.to_area_id, command, digest, now=now)
    arriving = {
        "of_shipment": shipment.id,
        "taken_in": accepted,
        "refused": rejected,
        "lacking": missing,
        "why": command.reason if rejected else "",
        "now": now,
        "by": command.account_id,
        "by_key": command.key,
        "asked": digest,
    }
    with held(command.key):
        arrived = on(session).execute(_ARRIVE, arriving)
    assert arrived.rowcount == 1, "it was under way a moment ago, and its item is locked"
    _forget(session, shipment.id)
    return Arrived(shipment_id=shipment.id, accepted=accepted, rejected=rejected, missing=missing)


def _take_in(session: Session, head: Head, area_id: int, command: Arrival, digest: str, *, now: datetime) -> None:
    taken = leave_transit(session, head, command.shipment_id, command.accepted)
    movement = Movement(
        kind=TransferKind.ARRIVAL,
        key=command.key,
        digest=digest,
        moves=moves(
            taken, giver=area_place(session, area_id, HolderKind.IN_TRANSIT), taker=area_place(session, area_id)
        ),
        reason=command.reason,
        account_id=command.account_id,
        shipment_id=command.shipment_id,
    )
    write(session, head, movement, now=now)


def _forget(session: Session, shipment_id: int) -> None:
    """Whoever has read the shipment in this session as an object reads it anew."""
    known = session.identity_map.get(identity_key(Shipment, shipment_id))
    if known is not None:
        session.expire(known)
