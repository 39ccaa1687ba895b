"""The draw, and what follows it: winners collect within their days, and whoever does not makes room for the next.

The supply is never lost nor given twice. Until the draw one reservation holds all of it; from then on each winner's own
reservation holds a share, and a share that is let go is taken by the next in the same transaction. The reservations run
a day longer than the winners' days, so that it is the ballot that ends them and not the ledger's own sweep.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.errors import BadTransition, NotFound
from logistics.inventory.ballots import drawing, errors, messages
from logistics.inventory.ballots.drawing import Entrant
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import HOLDS_SUPPLY, BallotOutcome, BallotState
from logistics.inventory.ballots.running import locked
from logistics.inventory.entitlement import service as entitlement
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.ledger import service as ledger

GRACE = timedelta(days=1)


def draw_ballot(
    session: Session, ballot_id: int, *, now: datetime, public_value: str = "", drawn_by_id: int | None = None
) -> None:
    """Draw a closed ballot: everybody gets a place, and the first as many as the supply serves are offered their share.
    Drawing a drawn one changes nothing.

    Raises:
        NotFound: no such ballot.
        BadTransition: it is not closed.
        NothingPublished: it waits for its public number.
        PublicValueUnasked: it named no source for one when it opened.
        OutOfStock: it was left undrawn for so long that its supply went elsewhere.
    """
    ballot = locked(session, ballot_id)
    if ballot.state in (BallotState.DRAWN, BallotState.DONE):
        return
    if ballot.state is not BallotState.CLOSED or ballot.list_sha256 is None or ballot.reservation_id is None:
        raise BadTransition(entity="ballot", key=ballot.code, state=ballot.state, wanted=BallotState.DRAWN)
    if ballot.public_source and not public_value:
        raise errors.NothingPublished(ballot=ballot.code, source=ballot.public_source)
    if public_value and not ballot.public_source:
        raise errors.PublicValueUnasked(ballot=ballot.code)
    seed = drawing.draw_seed(ballot.seed, ballot.list_sha256, public_value)
    rows = _registrations(session, ballot)
    placed = drawing.draw([Entrant(code=row.code, weight=row.weight or 1) for row in rows], seed=seed)
    ids = {row.code: row.id for row in rows}
    if placed:
        session.execute(
            update(BallotRegistration),
            [{"id": ids[p.code], "rank": p.rank, "ticket": p.ticket, "outcome": BallotOutcome.WAITING} for p in placed],
        )
    ballot.state, ballot.drawn_at, ballot.drawn_by_id = BallotState.DRAWN, now, drawn_by_id
    ballot.public_value = public_value
    session.flush()
    ledger.void(session, ballot.reservation_id, now=now)
    _offer_free_shares(session, ballot, now=now, moved_up=False)
    messages.tell_waiting(session, ballot, _registrations(session, ballot, BallotOutcome.WAITING), now=now)


def move_up(session: Session, ballot_id: int, *, now: datetime) -> int:
    """Let the offers lapse whose days are over, and offer their shares to the next. Returns how many lapsed; in a
    ballot that is not drawn, or is done, nothing happens.

    Raises:
        NotFound: no such ballot.
    """
    ballot = locked(session, ballot_id)
    if ballot.state is not BallotState.DRAWN:
        return 0
    lapsed = [row for row in _registrations(session, ballot, BallotOutcome.OFFERED) if not _in_time(row, now)]
    for row in lapsed:
        _let_go(session, row, BallotOutcome.LAPSED, now=now)
    session.flush()
    gone = [row for row in lapsed if row.outcome is BallotOutcome.LAPSED]
    messages.tell_lapsed(session, ballot, gone, now=now)
    _offer_free_shares(session, ballot, now=now, moved_up=True)
    return len(gone)


def collect(session: Session, registration_id: int, *, now: datetime, account_id: int | None = None) -> None:
    """Hand a winner its share; done again nothing happens.

    Raises:
        NotFound: no such registration.
        NotOffered: nothing is offered to it.
        TooLate: its days are over.
    """
    ballot, row = _locked_registration(session, registration_id)
    if row.outcome is BallotOutcome.COLLECTED:
        return
    _require_offered(row)
    if not _in_time(row, now):
        raise errors.TooLate(key=row.code, collect_by=row.collect_by)
    entitlement.hand_over(session, _draw_id(session, row), now=now, account_id=account_id)
    row.outcome, row.resolved_at = BallotOutcome.COLLECTED, now
    session.flush()
    _end_where_done(session, ballot, now=now)


def decline(session: Session, registration_id: int, *, now: datetime) -> None:
    """A winner needs nothing: the next moves up at once; done again nothing happens.

    Raises:
        NotFound: no such registration.
        NotOffered: nothing is offered to it.
    """
    ballot, row = _locked_registration(session, registration_id)
    if row.outcome is BallotOutcome.DECLINED:
        return
    _require_offered(row)
    _let_go(session, row, BallotOutcome.DECLINED, now=now)
    session.flush()
    messages.tell_lapsed(session, ballot, [row], now=now, declined=True)
    _offer_free_shares(session, ballot, now=now, moved_up=True)


def _offer_free_shares(session: Session, ballot: Ballot, *, now: datetime, moved_up: bool) -> None:
    """Offer every share that nobody holds to the next in line whose entitlement allows it."""
    collect_by = now + timedelta(days=ballot.collect_days)
    held = session.scalar(
        select(func.count()).where(
            BallotRegistration.ballot_id == ballot.id, BallotRegistration.outcome.in_(HOLDS_SUPPLY)
        )
    )
    free = ballot.supply // ballot.quantity - (held or 0)
    offered, passed_over = [], []
    for row in _registrations(session, ballot, BallotOutcome.WAITING):
        if not free:
            break
        if _offer(session, ballot, row, collect_by=collect_by, now=now):
            offered.append(row)
            free -= 1
        else:
            passed_over.append(row)
    session.flush()
    messages.tell_offered(session, ballot, offered, moved_up=moved_up, now=now)
    messages.tell_passed_over(session, ballot, passed_over, now=now)
    if offered:
        outbox.promise(
            session,
            key=f"move_up_ballot:{ballot.id}:{collect_by:%Y%m%dT%H%M%S.%f}",
            job="move_up_ballot",
            args={"ballot_id": ballot.id},
            due_at=collect_by,
        )
    _end_where_done(session, ballot, now=now)


def _offer(session: Session, ballot: Ballot, row: BallotRegistration, *, collect_by: datetime, now: datetime) -> bool:
    """Draw and reserve a share; False where the household's entitlement is used up by other channels."""
    take = entitlement.Take(
        key=_key(row),
        household_id=row.household_id,
        item_id=ballot.item_id,
        quantity=ballot.quantity,
        area_id=ballot.area_id,
        channel=DrawChannel.BALLOT,
        expires_at=collect_by + GRACE,
        account_id=ballot.drawn_by_id,
        told=False,
    )
    try:
        entitlement.take(session, take, now=now)
    except entitlement.EntitlementExceeded:
        row.outcome, row.resolved_at = BallotOutcome.PASSED_OVER, now
        return False
    row.outcome, row.offered_at, row.collect_by = BallotOutcome.OFFERED, now, collect_by
    return True


def _let_go(session: Session, row: BallotRegistration, outcome: BallotOutcome, *, now: datetime) -> None:
    """Free the share of an offer. One that was handed out past the ballot is a collected one."""
    try:
        entitlement.void(session, _draw_id(session, row), now=now)
    except BadTransition:
        outcome = BallotOutcome.COLLECTED
    row.outcome, row.resolved_at = outcome, now


def _end_where_done(session: Session, ballot: Ballot, *, now: datetime) -> None:
    """With nobody left who may collect the ballot is done, and who still waits has lost."""
    if _registrations(session, ballot, BallotOutcome.OFFERED):
        return
    waiting = _registrations(session, ballot, BallotOutcome.WAITING)
    for row in waiting:
        row.outcome, row.resolved_at = BallotOutcome.LOST, now
    ballot.state, ballot.ended_at = BallotState.DONE, now
    session.flush()
    messages.tell_lost(session, ballot, waiting, now=now)


def _registrations(session: Session, ballot: Ballot, *outcomes: BallotOutcome) -> list[BallotRegistration]:
    """Registrations in the order of the draw; before it by code."""
    statement = select(BallotRegistration).where(BallotRegistration.ballot_id == ballot.id)
    if outcomes:
        statement = statement.where(BallotRegistration.outcome.in_(outcomes))
    ordered = statement.order_by(BallotRegistration.rank, BallotRegistration.code)
    return list(session.scalars(ordered.execution_options(populate_existing=True)))


def _locked_registration(session: Session, registration_id: int) -> tuple[Ballot, BallotRegistration]:
    of_ballot = select(BallotRegistration.ballot_id).where(BallotRegistration.id == registration_id)
    ballot_id = session.scalar(of_ballot)
    if ballot_id is None:
        raise NotFound(kind="registration", key=registration_id)
    ballot = locked(session, ballot_id)
    return ballot, session.get_one(BallotRegistration, registration_id, populate_existing=True)


def _require_offered(row: BallotRegistration) -> None:
    if row.outcome is not BallotOutcome.OFFERED:
        raise errors.NotOffered(key=row.code, outcome=row.outcome)


def _in_time(row: BallotRegistration, now: datetime) -> bool:
    return row.collect_by is not None and now < row.collect_by


def _draw_id(session: Session, row: BallotRegistration) -> int:
    draw_id = entitlement.draw_of(session, _key(row))
    assert draw_id is not None, "an offer is a take"
    return draw_id


def _key(row: BallotRegistration) -> str:
    return f"ballot:{row.ballot_id}:{row.id}"
