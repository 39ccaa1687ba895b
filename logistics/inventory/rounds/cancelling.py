"""A round is called off before it is sent: its pieces are free again, and its requests stand for the next one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from logistics.errors import BadTransition
from logistics.inventory.ledger import service as ledger
from logistics.inventory.rounds import telling
from logistics.inventory.rounds.drafting import in_short_statements, locked
from logistics.inventory.rounds.errors import CancelReasonMissing
from logistics.inventory.rounds.models import AllocationRound, SupplyRequest
from logistics.inventory.rounds.rules import ROUND_TRANSITIONS, RequestState, RoundState

CANCEL_REASON_MAX = 200
TRIES = 5
"""Each is lost only where a place asks anew at this very moment, and each time it is another place."""


def cancel_round(session: Session, round_id: int, *, account_id: int, now: datetime, reason: str = "") -> None:
    """Cancel a draft or an approved round; cancelled already, it stays so.

    Nobody is given anything by it, so that one person is enough, whoever drafted or approved. A draft has promised
    nothing and told nobody. Of an approved round the promise is let go, the requests stand again as they were, and
    every community in it is told the `reason`. Where a place has asked anew meanwhile, its new request stands alone.

    Raises:
        NotFound: no such round.
        CancelReasonMissing: it is approved, and no reason is given.
        BadTransition: it is sent already.
    """
    row = locked(session, round_id)
    if row.state is RoundState.CANCELLED:
        return
    if RoundState.CANCELLED not in ROUND_TRANSITIONS[row.state]:
        raise BadTransition(entity="round", key=row.code, state=row.state, wanted=RoundState.CANCELLED)
    was_approved, told = row.state is RoundState.APPROVED, reason.strip()[:CANCEL_REASON_MAX]
    if was_approved and not told:
        raise CancelReasonMissing(round=row.code)
    session.execute(
        update(AllocationRound)
        .where(AllocationRound.id == round_id)
        .values(state=RoundState.CANCELLED, cancelled_at=now, cancelled_by_id=account_id, cancel_reason=told)
    )
    if was_approved:
        if row.reservation_id is not None:
            ledger.void(session, row.reservation_id, now=now)
        _set_requests_back(session, round_id, now=now)
        in_short_statements(session)
        telling.tell_cancelled(session, row, reason=told, now=now)


def _set_requests_back(session: Session, round_id: int, *, now: datetime) -> None:
    """Let the requests of a round stand again, but for those of places that have asked anew.

    A place that asks anew in a transaction not yet ended is not seen, and the key of standing requests is what stops
    both from standing. That waits for the other to end; then the place is seen.
    """
    for left in reversed(range(TRIES)):
        try:
            with session.begin_nested():
                _leave_superseded(session, round_id, now=now)
                _stand_again(session, round_id, now=now)
        except IntegrityError:
            if not left:
                raise
        else:
            return


def _leave_superseded(session: Session, round_id: int, *, now: datetime) -> None:
    newer = aliased(SupplyRequest)
    asked_anew = (
        select(newer.id)
        .where(
            newer.item_id == SupplyRequest.item_id,
            newer.area_id == SupplyRequest.area_id,
            newer.post == SupplyRequest.post,
            newer.state.in_((RequestState.OPEN, RequestState.DECLINED)),
        )
        .exists()
    )
    session.execute(
        update(SupplyRequest)
        .where(_taken_by(round_id), asked_anew)
        .values(state=RequestState.WITHDRAWN, round_id=null(), changed_at=now)
        .execution_options(synchronize_session=False)
    )


def _stand_again(session: Session, round_id: int, *, now: datetime) -> None:
    as_it_was = case((SupplyRequest.refusal.is_(None), RequestState.OPEN.value), else_=RequestState.DECLINED.value)
    session.execute(
        update(SupplyRequest)
        .where(_taken_by(round_id))
        .values(state=as_it_was, round_id=null(), changed_at=now)
        .execution_options(synchronize_session=False)
    )


def _taken_by(round_id: int) -> ColumnElement[bool]:
    return and_(SupplyRequest.round_id == round_id, SupplyRequest.state == RequestState.ALLOCATED)
