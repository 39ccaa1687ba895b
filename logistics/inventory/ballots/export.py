"""A ballot as the document that anybody can check: everything published of it, and no personal data.

A row is a code that its household alone was told, its weight, its place and its outcome. Where it lives, when it
registered and who entered it are left out, and rows come in the order of the draw, before it by code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.errors import NotFound
from logistics.inventory.ballots import drawing
from logistics.inventory.ballots.drawing import Entrant
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.queries import ballot as ballot_of
from logistics.inventory.ballots.queries import item_code
from logistics.inventory.ballots.verifying import FORMAT


def export(session: Session, viewer: Viewer, ballot_id: int) -> dict[str, Any]:
    """The published document of a ballot the viewer sees. Raises NotFound."""
    ballot_of(session, viewer, ballot_id)
    return document(session, ballot_id)


def document(session: Session, ballot_id: int) -> dict[str, Any]:
    """The published document; what is still secret or not yet decided is null.

    Raises:
        NotFound: no such ballot, or nothing of it was published.
    """
    ballot = session.get(Ballot, ballot_id)
    if ballot is None or ballot.commitment is None:
        raise NotFound(kind="ballot", key=ballot_id)
    drawn = ballot.drawn_at is not None
    rows = session.scalars(
        select(BallotRegistration)
        .where(BallotRegistration.ballot_id == ballot.id)
        .order_by(BallotRegistration.rank, BallotRegistration.code)
    )
    return {
        "format": FORMAT,
        "code": ballot.code,
        "title": ballot.title,
        "item": item_code(session, ballot.item_id),
        "quantity": ballot.quantity,
        "supply": ballot.supply,
        "state": ballot.state.value,
        "opened_at": _iso(ballot.opened_at),
        "closes_at": _iso(ballot.closes_at),
        "closed_at": _iso(ballot.closed_at),
        "drawn_at": _iso(ballot.drawn_at),
        "commitment": ballot.commitment,
        "list_sha256": ballot.list_sha256,
        "public_source": ballot.public_source,
        "public_value": ballot.public_value,
        "seed": ballot.seed if drawn else None,
        "salt": ballot.salt if drawn else None,
        "registrations": [_row(row) for row in rows],
    }


def _row(row: BallotRegistration) -> dict[str, Any]:
    check = drawing.row_sha256(Entrant(code=row.code, weight=row.weight)) if row.weight else None
    return {
        "rank": row.rank,
        "code": row.code,
        "weight": row.weight,
        "sha256": check,
        "ticket": row.ticket,
        "outcome": row.outcome.value,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
