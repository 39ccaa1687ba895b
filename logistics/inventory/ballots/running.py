"""A ballot from its draft to the day its list is closed: made, opened with a commitment, closed, or cancelled."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics import outbox
from logistics.errors import BadTransition, NotFound
from logistics.inventory.ballots import drawing, errors, messages, queries
from logistics.inventory.ballots.drawing import Entrant, Terms
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import BALLOT_TRANSITIONS, COLLECT_DAYS_MAX, BallotState, weight_after
from logistics.inventory.entitlement.rules import QUANTITY_MAX
from logistics.inventory.ledger import service as ledger

DRAWN_WITHIN = timedelta(days=30)
"""How long after its closing a ballot that nobody draws keeps its supply from others."""
SUPPLY_MAX = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBallot:
    """A ballot to be: `quantity` pieces a household of `supply` in all, from the stock of an area, for the households
    of that area. Winners have `collect_days` to collect.

    `public_source` may name a number that nobody can know before `closes_at`, such as the next lottery drawing; it is
    then entered with the draw, so that not even who can read the database could have chosen the list to fit the seed.
    """

    title: str
    item_id: int
    area_id: int
    quantity: int
    supply: int
    closes_at: datetime
    collect_days: int = 2
    public_source: str = ""
    created_by_id: int | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.quantity <= min(self.supply, QUANTITY_MAX) and self.supply <= SUPPLY_MAX):
            raise errors.BadTerms(quantity=self.quantity, supply=self.supply)
        if not 1 <= self.collect_days <= COLLECT_DAYS_MAX:
            raise errors.BadCollectDays(days=self.collect_days, maximum=COLLECT_DAYS_MAX)


def create_ballot(session: Session, command: NewBallot, *, now: datetime) -> int:
    """Draft a ballot, which nobody but its office sees. Its seed is drawn now and told to nobody. Returns its id.

    Raises:
        NotFound: no such item.
        BadSpan: registration would be over.
    """
    _require_to_come(command.closes_at, now=now)
    queries.item_code(session, command.item_id)
    ballot = Ballot(
        code=f"B{secrets.token_hex(4).upper()}",
        title=command.title,
        item_id=command.item_id,
        area_id=command.area_id,
        quantity=command.quantity,
        supply=command.supply,
        collect_days=command.collect_days,
        state=BallotState.DRAFT,
        closes_at=command.closes_at,
        public_source=command.public_source,
        seed=secrets.token_hex(drawing.SEED_LENGTH // 2),
        salt=secrets.token_hex(drawing.SALT_LENGTH // 2),
        created_by_id=command.created_by_id,
        created_at=now,
    )
    session.add(ballot)
    session.flush()
    return ballot.id


def open_ballot(session: Session, ballot_id: int, *, now: datetime) -> None:
    """Publish the commitment, promise the supply to the ballot and let households register until it closes.

    Raises:
        NotFound: no such ballot.
        BadTransition: it is no draft; opening an open one changes nothing.
        BadSpan: registration would be over.
        OutOfStock: the area has not so many pieces to give.
    """
    ballot = locked(session, ballot_id)
    if ballot.state is BallotState.OPEN:
        return
    _require_transition(ballot, BallotState.OPEN)
    _require_to_come(ballot.closes_at, now=now)
    ballot.reservation_id = ledger.reserve(
        session,
        ledger.Reserve(
            key=f"ballot:{ballot.id}",
            item_id=ballot.item_id,
            area_id=ballot.area_id,
            quantity=ballot.supply,
            expires_at=ballot.closes_at + DRAWN_WITHIN,
            purpose=f"ballot {ballot.code}",
        ),
        now=now,
    )
    ballot.commitment = drawing.commitment(ballot.seed, ballot.salt)
    ballot.state, ballot.opened_at = BallotState.OPEN, now
    outbox.promise(
        session,
        key=f"close_ballot:{ballot.id}",
        job="close_ballot",
        args={"ballot_id": ballot.id},
        due_at=ballot.closes_at,
    )
    session.flush()


def close_ballot(session: Session, ballot_id: int, *, now: datetime) -> None:
    """End the registration: every household's weight is fixed, and terms and list are published by their hash. Closing
    a closed one, or one cancelled meanwhile, changes nothing.

    Raises:
        NotFound: no such ballot.
        BadTransition: it was never opened.
    """
    ballot = locked(session, ballot_id)
    if ballot.state not in (BallotState.DRAFT, BallotState.OPEN):
        return
    _require_transition(ballot, BallotState.CLOSED)
    past = queries.past_draws(session, ballot_id=ballot.id, item_id=ballot.item_id)
    rows = session.execute(
        select(BallotRegistration.id, BallotRegistration.household_id, BallotRegistration.code).where(
            BallotRegistration.ballot_id == ballot.id
        )
    ).all()
    weights = {row.id: weight_after(past.get(row.household_id, ())) for row in rows}
    if rows:
        session.execute(
            update(BallotRegistration), [{"id": row_id, "weight": weight} for row_id, weight in weights.items()]
        )
    entrants = [Entrant(code=row.code, weight=weights[row.id]) for row in rows]
    ballot.list_sha256 = drawing.list_sha256(terms_of(session, ballot), entrants)
    ballot.state, ballot.closed_at = BallotState.CLOSED, now
    outbox.done_by_key(session, f"close_ballot:{ballot.id}", now=now)
    session.flush()


def cancel_ballot(session: Session, ballot_id: int, *, now: datetime) -> None:
    """Call a ballot off before its draw: its supply is free again, and who registered is told. Cancelling a cancelled
    one changes nothing.

    Raises:
        NotFound: no such ballot.
        BadTransition: it is drawn.
    """
    ballot = locked(session, ballot_id)
    if ballot.state is BallotState.CANCELLED:
        return
    _require_transition(ballot, BallotState.CANCELLED)
    if ballot.reservation_id is not None:
        ledger.void(session, ballot.reservation_id, now=now)
    ballot.state, ballot.ended_at = BallotState.CANCELLED, now
    outbox.done_by_key(session, f"close_ballot:{ballot.id}", now=now)
    households = session.scalars(
        select(BallotRegistration.household_id).where(BallotRegistration.ballot_id == ballot.id)
    )
    messages.tell_cancelled(session, ballot, households.all(), now=now)
    session.flush()


def locked(session: Session, ballot_id: int) -> Ballot:
    """The ballot, its row locked: before the item and the households, by everybody.

    Raises:
        NotFound: no such ballot.
    """
    ballot = session.scalar(select(Ballot).where(Ballot.id == ballot_id).with_for_update())
    if ballot is None:
        raise NotFound(kind="ballot", key=ballot_id)
    return ballot


def terms_of(session: Session, ballot: Ballot) -> Terms:
    """What the ballot draws for, as its list has it."""
    item = queries.item_code(session, ballot.item_id)
    return Terms(
        ballot=ballot.code,
        item=item,
        quantity=ballot.quantity,
        supply=ballot.supply,
        source=ballot.public_source,
    )


def _require_transition(ballot: Ballot, wanted: BallotState) -> None:
    if wanted not in BALLOT_TRANSITIONS[ballot.state]:
        raise BadTransition(entity="ballot", key=ballot.code, state=ballot.state, wanted=wanted)


def _require_to_come(closes_at: datetime, *, now: datetime) -> None:
    if closes_at <= now:
        raise errors.BadSpan(closes_at=closes_at)
