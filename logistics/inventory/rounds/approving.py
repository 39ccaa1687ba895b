"""A second person approves a round: its requests are taken, its pieces promised, and its shortfalls told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from logistics.errors import BadTransition
from logistics.inventory.ledger import service as ledger
from logistics.inventory.rounds import telling
from logistics.inventory.rounds.drafting import changes_since, in_short_statements, locked
from logistics.inventory.rounds.errors import FourEyes, NotWhatYouSaw, RoundStale
from logistics.inventory.rounds.models import AllocationRound, RoundShare, SupplyRequest
from logistics.inventory.rounds.rules import PROMISED, Change, Changed, RequestState, RoundState


def approve_round(session: Session, round_id: int, *, account_id: int, fingerprint: str, now: datetime) -> None:
    """Approve a draft as it was seen, which its `fingerprint` says. Approved already, it stays as it is.

    The update itself refuses whoever drafted it; a CHECK says the same again.

    Raises:
        NotFound: no such round.
        FourEyes: the same person drafted it.
        NotWhatYouSaw: it has been computed again since.
        RoundStale: stock or requests have changed since it was computed.
        BadTransition: it is cancelled, or dispatched already.
    """
    approved = session.execute(
        update(AllocationRound)
        .where(
            AllocationRound.id == round_id,
            AllocationRound.state == RoundState.DRAFT,
            AllocationRound.drafted_by_id != account_id,
            AllocationRound.fingerprint == fingerprint,
        )
        .values(state=RoundState.APPROVED, approved_at=now, approved_by_id=account_id)
        .returning(AllocationRound.id)
        .execution_options(synchronize_session=False)
    ).first()
    row = locked(session, round_id)
    if approved is None:
        _refuse(row, account_id=account_id, fingerprint=fingerprint)
        return
    ledger.lock_items(session, [row.item_id])  # from here on nobody moves the stock that is compared
    _require_fresh(session, row, now=now)
    _take_requests(session, row, now=now)
    if row.given:
        row.reservation_id = ledger.reserve(
            session,
            ledger.Reserve(
                key=f"round:{round_id}",
                item_id=row.item_id,
                area_id=row.area_id,
                quantity=row.given,
                expires_at=now + PROMISED,
                purpose=row.code,
            ),
            now=now,
        )
        session.flush()
    in_short_statements(session)
    telling.tell_shortfalls(session, row, now=now)


def _refuse(row: AllocationRound, *, account_id: int, fingerprint: str) -> None:
    """Why a round was not approved; nothing where it has been before."""
    if row.state is RoundState.APPROVED:
        return
    if row.state is not RoundState.DRAFT:
        raise BadTransition(entity="round", key=row.code, state=row.state, wanted=RoundState.APPROVED)
    if row.drafted_by_id == account_id:
        raise FourEyes(round=row.code)
    assert row.fingerprint != fingerprint, "nothing else keeps a draft from being approved"
    raise NotWhatYouSaw(round=row.code)


def _require_fresh(session: Session, row: AllocationRound, *, now: datetime) -> None:
    found = changes_since(session, row, now=now)
    if found:
        raise RoundStale(round=row.code, changes=_named(found))


def _take_requests(session: Session, row: AllocationRound, *, now: datetime) -> None:
    """Take the requests in the version that was shared out to; one changed a moment ago makes the round stale."""
    of_round = (RoundShare.round_id == row.id, RoundShare.request_id.is_not(None))
    same = exists(
        select(RoundShare.id).where(
            *of_round,
            RoundShare.request_id == SupplyRequest.id,
            RoundShare.request_version == SupplyRequest.version,
        )
    )
    taken = session.execute(
        update(SupplyRequest)
        .where(SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED)), same)
        .values(state=RequestState.ALLOCATED, round_id=row.id, changed_at=now)
        .returning(SupplyRequest.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(taken) != len(session.scalars(select(RoundShare.id).where(*of_round)).all()):
        raise RoundStale(round=row.code, changes=[Change.REQUESTED.value])


def _named(found: Sequence[Changed]) -> list[str]:
    """The kinds of change, each once, in the order in which they are declared."""
    kinds = {changed.what for changed in found}
    return [kind.value for kind in Change if kind in kinds]
