"""A household registers for a ballot, or withdraws, while it is open."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.communities import service as communities
from logistics.errors import NotFound
from logistics.inventory.ballots import errors, messages
from logistics.inventory.ballots.drawing import CODE_ALPHABET, CODE_LENGTH
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import BallotOutcome, BallotState


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A household's place in a ballot. `code` stands for it on every published list; `known` says that it was
    registered before."""

    registration_id: int
    ballot_id: int
    household_id: int
    code: str
    known: bool


def register(
    session: Session, ballot_id: int, household_id: int, *, now: datetime, account_id: int | None = None
) -> Registered:
    """Register a household, once: done again it is the same registration. `account_id` is who entered it.

    The ballot's row is locked against its closing, so a registration is on the closed list or refused here.

    Raises:
        NotFound: no such ballot or household.
        NotOpen: it takes no registrations (any more).
        NotServed: the household lives outside the ballot's area.
    """
    ballot = _open(session, ballot_id, now=now)
    above = communities.areas_above(session, household_id)
    if not above:
        raise NotFound(kind="household", key=household_id)
    if ballot.area_id not in above:
        raise errors.NotServed(ballot=ballot.code, area=communities.area_names(session)[ballot.area_id])
    row = {
        "ballot_id": ballot_id,
        "household_id": household_id,
        "code": "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)),
        "outcome": BallotOutcome.REGISTERED,
        "registered_at": now,
        "account_id": account_id,
    }
    new = insert_new(session, BallotRegistration, [row], key=("ballot_id", "household_id"))
    registration = session.scalars(
        select(BallotRegistration).where(
            BallotRegistration.ballot_id == ballot_id, BallotRegistration.household_id == household_id
        )
    ).one()
    if new:
        messages.tell_registered(session, ballot, registration, now=now)
    return Registered(
        registration_id=registration.id,
        ballot_id=ballot_id,
        household_id=household_id,
        code=registration.code,
        known=not new,
    )


def withdraw(session: Session, ballot_id: int, household_id: int, *, now: datetime) -> None:
    """Take a household off the list while it is open; it is told.

    Raises:
        NotFound: no such ballot, or the household is not registered in it.
        NotOpen: the list is closed.
    """
    ballot = _open(session, ballot_id, now=now)
    row = session.scalar(
        select(BallotRegistration).where(
            BallotRegistration.ballot_id == ballot_id, BallotRegistration.household_id == household_id
        )
    )
    gone = row is not None and session.scalar(
        delete(BallotRegistration)
        .where(BallotRegistration.id == row.id)
        .returning(BallotRegistration.id)
        .execution_options(synchronize_session=False)
    )
    if row is None or gone is None:  # it has just been taken off by somebody else
        raise NotFound(kind="registration", key=household_id)
    messages.tell_withdrawn(session, ballot, row, now=now)


def _open(session: Session, ballot_id: int, *, now: datetime) -> Ballot:
    ballot = session.scalar(select(Ballot).where(Ballot.id == ballot_id).with_for_update(read=True))
    if ballot is None or ballot.state is BallotState.DRAFT:
        raise NotFound(kind="ballot", key=ballot_id)
    if ballot.state is not BallotState.OPEN or ballot.closes_at <= now:
        raise errors.NotOpen(ballot=ballot.code, state=ballot.state, closes_at=ballot.closes_at)
    return ballot
