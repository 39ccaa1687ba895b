"""What households are told of their ballots: facts, from which pages make sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event
from logistics.notifications.service import Message


def tell_registered(session: Session, ballot: Ballot, row: BallotRegistration, *, now: datetime) -> None:
    """With the commitment, so that the household can hold the draw against what was published before."""
    facts = {"closes_at": ballot.closes_at.isoformat(), "commitment": ballot.commitment}
    _tell(session, ballot, [row], Event.BALLOT_REGISTERED, now=now, **facts)


def tell_withdrawn(session: Session, ballot: Ballot, row: BallotRegistration, *, now: datetime) -> None:
    """Whoever took the household off the list: it learns of it while it can still register again."""
    _tell(session, ballot, [row], Event.BALLOT_WITHDRAWN, now=now)


def tell_offered(
    session: Session, ballot: Ballot, rows: Sequence[BallotRegistration], *, moved_up: bool, now: datetime
) -> None:
    """Won at the draw, or moved up to a share that somebody else let go."""
    if not rows:
        return
    place = communities.area_names(session)[ballot.area_id]
    facts = {"moved_up": moved_up, "quantity": ballot.quantity, "place": place}
    until = rows[0].collect_by
    assert until is not None
    _tell(session, ballot, rows, Event.BALLOT_OFFERED, now=now, collect_by=until.isoformat(), **facts)


def tell_waiting(session: Session, ballot: Ballot, rows: Sequence[BallotRegistration], *, now: datetime) -> None:
    _tell(session, ballot, rows, Event.BALLOT_WAITING, now=now)


def tell_lapsed(
    session: Session, ballot: Ballot, rows: Sequence[BallotRegistration], *, now: datetime, declined: bool = False
) -> None:
    """The share went on, because its days were over or somebody declined it in the household's name."""
    _tell(session, ballot, rows, Event.BALLOT_LAPSED, now=now, declined=declined)


def tell_passed_over(session: Session, ballot: Ballot, rows: Sequence[BallotRegistration], *, now: datetime) -> None:
    _tell(session, ballot, rows, Event.BALLOT_PASSED_OVER, now=now)


def tell_lost(session: Session, ballot: Ballot, rows: Sequence[BallotRegistration], *, now: datetime) -> None:
    _tell(session, ballot, rows, Event.BALLOT_LOST, now=now)


def tell_cancelled(session: Session, ballot: Ballot, households: Sequence[int], *, now: datetime) -> None:
    told = [
        Message(
            key=f"{Event.BALLOT_CANCELLED.value}:{ballot.id}:{household_id}",
            household_id=household_id,
            event=Event.BALLOT_CANCELLED,
            data=_facts(ballot),
        )
        for household_id in households
    ]
    notifications.tell_many(session, told, now=now)


def _tell(
    session: Session, ballot: Ballot, rows: Sequence[BallotRegistration], event: Event, *, now: datetime, **facts: Any
) -> None:
    told = [
        Message(
            key=f"{event.value}:{row.id}",
            household_id=row.household_id,
            event=event,
            data={**_facts(ballot), "code": row.code, "rank": row.rank, **facts},
        )
        for row in rows
    ]
    notifications.tell_many(session, told, now=now)


def _facts(ballot: Ballot) -> dict[str, Any]:
    return {"ballot": ballot.code, "ballot_id": ballot.id, "title": ballot.title}
