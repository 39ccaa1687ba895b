"""An approved round is sent: one shipment per community, from the office's lots, first expired first out."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.errors import BadTransition
from logistics.inventory.ledger import service as ledger
from logistics.inventory.rounds import telling
from logistics.inventory.rounds.approving import approve_round
from logistics.inventory.rounds.drafting import in_short_statements, locked
from logistics.inventory.rounds.inputs.queries import link_shipments, open_shipments, shipment_key
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.inventory.rounds.rules import PROMISED, RoundState


def dispatch_round(session: Session, round_id: int, *, account_id: int, now: datetime) -> None:
    """Send an approved round; sent already, it stays so. What was promised is let go and sent in the same breath, so
    that nobody comes between. A round that gives nobody anything is over with this.

    Raises:
        NotFound: no such round.
        BadTransition: it is not approved, or cancelled.
        OutOfStock: the promise has run out, and the stock has gone elsewhere.
    """
    sent = session.execute(
        update(AllocationRound)
        .where(AllocationRound.id == round_id, AllocationRound.state == RoundState.APPROVED)
        .values(state=RoundState.DISPATCHED, dispatched_at=now, dispatched_by_id=account_id)
        .returning(AllocationRound.id)
        .execution_options(synchronize_session=False)
    ).first()
    row = locked(session, round_id)
    if sent is None:
        if row.state not in (RoundState.DISPATCHED, RoundState.RECEIVED):
            raise BadTransition(entity="round", key=row.code, state=row.state, wanted=RoundState.DISPATCHED)
        return
    in_short_statements(session)
    if row.reservation_id is not None:
        ledger.void(session, row.reservation_id, now=now)
    _ship(session, row, account_id=account_id, now=now)
    link_shipments(session, round_id)
    telling.tell_sent(session, row, now=now)
    finish_round(session, round_id, now=now)


def issue_round(session: Session, round_id: int, *, account_id: int, fingerprint: str, now: datetime) -> None:
    """Approve and send in one step, for an emergency: the same two checks, one after the other.

    Raises as `approve_round` and `dispatch_round` do; a round that is sent already stays so.
    """
    if locked(session, round_id).state not in (RoundState.DISPATCHED, RoundState.RECEIVED):
        approve_round(session, round_id, account_id=account_id, fingerprint=fingerprint, now=now)
    dispatch_round(session, round_id, account_id=account_id, now=now)


def finish_round(session: Session, round_id: int, *, now: datetime) -> bool:
    """Note that a round is over when every one of its shipments has arrived. Returns whether it was noted now. Its row
    must be locked: two who confirm at once would each take the other's for missing."""
    under_way = exists(open_shipments().where(RoundShare.round_id == round_id))
    finished = session.execute(
        update(AllocationRound)
        .where(AllocationRound.id == round_id, AllocationRound.state == RoundState.DISPATCHED, ~under_way)
        .values(state=RoundState.RECEIVED, received_at=now)
        .returning(AllocationRound.id)
        .execution_options(synchronize_session=False)
    ).first()
    return finished is not None


def _ship(session: Session, row: AllocationRound, *, account_id: int, now: datetime) -> None:
    """One shipment for every community that gets something, of lots as good as those that were promised to it: what
    expires today is not sent in their place."""
    assert row.approved_at is not None, "only an approved round is sent"
    pieces: dict[int, int] = defaultdict(int)
    shares = select(RoundShare.area_id, RoundShare.allocated).where(
        RoundShare.round_id == row.id, RoundShare.request_id.is_not(None), RoundShare.allocated > 0
    )
    for area_id, allocated in session.execute(shares.order_by(RoundShare.place)):
        pieces[area_id] += allocated
    ledger.dispatch_all(
        session,
        [
            ledger.Dispatch(
                key=f"{shipment_key(row.id)}{area_id}",
                item_id=row.item_id,
                from_area_id=row.area_id,
                to_area_id=area_id,
                quantity=quantity,
                reason=row.code,
                account_id=account_id,
            )
            for area_id, quantity in pieces.items()
        ],
        good_on=max(local_date(now), local_date(row.approved_at + PROMISED)),
        now=now,
    )
