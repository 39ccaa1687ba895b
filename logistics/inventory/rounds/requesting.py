"""Communities ask for supplies: a request stands until a round takes it, or its community takes it back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.errors import BadTransition, NotFound
from logistics.inventory.rounds.errors import BadRequestQuantity, RequestChanged, StandingRequest
from logistics.inventory.rounds.inputs.queries import item_facts
from logistics.inventory.rounds.models import STANDING, SupplyRequest
from logistics.inventory.rounds.places import require_community
from logistics.inventory.rounds.rules import REQUEST_TRANSITIONS, Refusal, RequestState

QUANTITY_MAX = 10_000_000
"""Pieces one place may ask for: more is a typing error."""
CHECKPOINTS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSupplies:
    """A request of a community, or of a `post` of it. `checkpoint_count` of the pieces' users are checkpoints."""

    item_id: int
    area_id: int
    quantity: int
    post: str = ""
    checkpoint_count: int = 0
    note: str = ""
    asked_by_id: int | None = None

    def __post_init__(self) -> None:
        _check_quantity(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """What a standing request shall say from now on; `version` is the one that was looked at."""

    request_id: int
    version: int
    quantity: int
    checkpoint_count: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        _check_quantity(self.quantity)


def ask(session: Session, command: AskSupplies, *, now: datetime) -> int:
    """Enter a request. Returns its id.

    Raises:
        NotFound, NotACommunity: no such item or community.
        StandingRequest: the place asks for this item already.
    """
    require_community(session, command.area_id)
    item_facts(session, command.item_id)
    code = f"Q{secrets.token_hex(5).upper()}"
    row = {
        "code": code,
        "item_id": command.item_id,
        "area_id": command.area_id,
        "post": command.post,
        "quantity": command.quantity,
        "checkpoint_count": command.checkpoint_count,
        "note": command.note,
        "state": RequestState.OPEN,
        "version": 1,
        "requested_at": now,
        "requested_by_id": command.asked_by_id,
        "changed_at": now,
    }
    entered = insert_new(session, SupplyRequest, [row], key=("item_id", "area_id", "post"), where=STANDING)
    if not entered:
        raise StandingRequest(request=_standing(session, command))
    return entered[command.item_id, command.area_id, command.post]


def change_request(session: Session, command: ChangeRequest, *, now: datetime) -> None:
    """Say something else in a standing request; one that was declined asks again.

    Raises:
        NotFound: no such request.
        RequestChanged: somebody changed it since it was looked at.
        BadTransition: a round has taken it, or it was withdrawn.
    """
    changed = session.execute(
        update(SupplyRequest)
        .where(
            SupplyRequest.id == command.request_id,
            SupplyRequest.version == command.version,
            SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED)),
        )
        .values(
            quantity=command.quantity,
            checkpoint_count=command.checkpoint_count,
            note=command.note,
            state=RequestState.OPEN,
            refusal=None,
            version=SupplyRequest.version + 1,
            changed_at=now,
        )
        .returning(SupplyRequest.id)
    ).first()
    if changed is None:
        _refuse(session, command.request_id, RequestState.OPEN, version=command.version)


def withdraw_request(session: Session, request_id: int, *, now: datetime) -> None:
    """Take a request back, as if it had never been made; withdrawing twice is withdrawing once.

    Raises:
        NotFound: no such request.
        BadTransition: a round has taken it, or it was declined.
    """
    _leave(session, request_id, RequestState.WITHDRAWN, refusal=None, now=now)


def decline_request(session: Session, request_id: int, refusal: Refusal, *, now: datetime) -> None:
    """Say that nothing is wanted of what was asked for, and why: the next round gives nothing, and owes nothing.

    Raises:
        NotFound: no such request.
        BadTransition: a round has taken it, or it was withdrawn.
    """
    _leave(session, request_id, RequestState.DECLINED, refusal=refusal, now=now)


def _standing(session: Session, command: AskSupplies) -> str:
    """The code of the request that stands in the way; empty where it has just gone."""
    code = session.scalar(
        select(SupplyRequest.code).where(
            SupplyRequest.item_id == command.item_id,
            SupplyRequest.area_id == command.area_id,
            SupplyRequest.post == command.post,
            SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED)),
        )
    )
    return code or ""


def _leave(session: Session, request_id: int, wanted: RequestState, *, refusal: Refusal | None, now: datetime) -> None:
    left = session.execute(
        update(SupplyRequest)
        .where(SupplyRequest.id == request_id, SupplyRequest.state == RequestState.OPEN)
        .values(state=wanted, refusal=refusal, version=SupplyRequest.version + 1, changed_at=now)
        .returning(SupplyRequest.id)
    ).first()
    if left is None:
        _refuse(session, request_id, wanted)


def _refuse(session: Session, request_id: int, wanted: RequestState, *, version: int | None = None) -> None:
    """Why a request did not change; nothing where it is already as it was wanted."""
    row = session.execute(
        select(SupplyRequest.code, SupplyRequest.state).where(SupplyRequest.id == request_id)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="request", key=request_id)
    standing = row.state in (RequestState.OPEN, RequestState.DECLINED)
    if version is not None and standing:
        raise RequestChanged(request=row.code)
    if row.state is not wanted and wanted not in REQUEST_TRANSITIONS[row.state]:
        raise BadTransition(entity="request", key=row.code, state=row.state, wanted=wanted)


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= QUANTITY_MAX:
        raise BadRequestQuantity(quantity=quantity, maximum=QUANTITY_MAX)
