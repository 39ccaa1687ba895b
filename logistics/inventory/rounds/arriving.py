"""Communities confirm what arrived of a round; with the last of them the round is received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import BadTransition, NotFound
from logistics.inventory.ledger import service as ledger
from logistics.inventory.rounds.dispatching import finish_round
from logistics.inventory.rounds.drafting import locked
from logistics.inventory.rounds.errors import ArrivalConfirmed
from logistics.inventory.rounds.inputs.queries import all_arrived
from logistics.inventory.rounds.models import RoundShare
from logistics.inventory.rounds.rules import RejectionReason, RoundState


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmArrival:
    """What a community found of its shipment, in pieces, for all its places together. What is neither accepted nor
    rejected is missing."""

    round_id: int
    area_id: int
    accepted: int
    rejected: int = 0
    reason: RejectionReason | None = None
    account_id: int | None = None


def confirm_arrival(session: Session, command: ConfirmArrival, *, now: datetime) -> ledger.Arrived:
    """Enter an arrival; the same one twice is one.

    Raises:
        NotFound: the round sends nothing there.
        BadTransition: the round is not sent yet, or the arrival was entered elsewhere.
        BadArrival: more than was sent.
        ReasonMissing: something is rejected without a reason.
        ArrivalConfirmed: it was entered with other numbers.
    """
    row = locked(session, command.round_id)
    if row.state not in (RoundState.DISPATCHED, RoundState.RECEIVED):
        raise BadTransition(entity="round", key=row.code, state=row.state, wanted=RoundState.RECEIVED)
    shipment_id = session.scalar(
        select(RoundShare.shipment_id)
        .where(RoundShare.round_id == command.round_id, RoundShare.area_id == command.area_id)
        .where(RoundShare.shipment_id.is_not(None))
        .limit(1)
    )
    if shipment_id is None:
        raise NotFound(kind="shipment", key=command.area_id)
    try:
        found = ledger.arrive(
            session,
            ledger.Arrival(
                key=f"round:{command.round_id}:{command.area_id}:arrival",
                shipment_id=shipment_id,
                accepted=command.accepted,
                rejected=command.rejected,
                reason=command.reason.value if command.reason and command.rejected else "",
                account_id=command.account_id,
            ),
            now=now,
        )
    except ledger.KeyReused as used:
        raise ArrivalConfirmed(round=row.code) from used
    finish_round(session, command.round_id, now=now)
    return found


def finish_arrived(session: Session, *, now: datetime) -> int:
    """Finish the rounds whose shipments have all arrived, however that was entered. Returns how many."""
    return sum(
        finish_round(session, round_id, now=now)
        for round_id in all_arrived(session)
        if locked(session, round_id).state is RoundState.DISPATCHED
    )
