"""What many places ask for at once, as a sheet of an office says it: their standing requests are brought up to it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.db import chunks
from logistics.inventory.rounds.errors import BadRequestQuantity, NotACommunity
from logistics.inventory.rounds.models import STANDING, SupplyRequest
from logistics.inventory.rounds.requesting import QUANTITY_MAX
from logistics.inventory.rounds.rules import Refusal, RequestState
from logistics.inventory.rounds.standing_queries import no_community_among

_REQUESTS = SupplyRequest.__table__
_SAYS = (
    update(_REQUESTS)  # type: ignore[arg-type]
    .where(_REQUESTS.c.id == bindparam("request_id"))
    .values(
        quantity=bindparam("wanted"),
        note=bindparam("said"),
        state=RequestState.OPEN,
        refusal=None,
        version=_REQUESTS.c.version + 1,
        changed_at=bindparam("now"),
    )
)
_DECLINES = (
    update(_REQUESTS)  # type: ignore[arg-type]
    .where(_REQUESTS.c.id == bindparam("request_id"))
    .values(
        state=RequestState.DECLINED,
        refusal=Refusal.NO_NEED,
        version=_REQUESTS.c.version + 1,
        changed_at=bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The pieces of an item that a community asks for from now on; none says that it needs none."""

    item_id: int
    area_id: int
    quantity: int
    note: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.quantity <= QUANTITY_MAX:
            raise BadRequestQuantity(quantity=self.quantity, maximum=QUANTITY_MAX)

    @property
    def key(self) -> tuple[int, int]:
        return self.item_id, self.area_id


def bring_up_to_date(
    session: Session, wishes: Iterable[Wish], *, asked_by_id: int | None, now: datetime
) -> dict[tuple[int, int], int]:
    """Enter the requests, or change those that stand to what is asked for now; of a wish for nothing a standing request
    is declined, and none is entered. Requests of posts stay as they are.

    Returns ids of requests by item and area. Ten statements, however many places there are.

    Raises:
        NotACommunity: one of the areas is a street office or district.
    """
    wanted = {wish.key: wish for wish in sorted(wishes, key=lambda wish: wish.key)}
    wrong = no_community_among(session, {area_id for _, area_id in wanted})
    if wrong:
        raise NotACommunity(area=wrong)
    entered = _enter(session, [wish for wish in wanted.values() if wish.quantity], asked_by_id=asked_by_id, now=now)
    changed, declined, ids = [], [], dict(entered)
    for row in _standing(session, wanted.keys() - entered.keys()):
        wish = wanted[row.item_id, row.area_id]
        ids[wish.key] = row.id
        if wish.quantity and (wish.quantity != row.quantity or row.state is RequestState.DECLINED):
            changed.append({"request_id": row.id, "wanted": wish.quantity, "said": wish.note or row.note, "now": now})
        elif not wish.quantity and row.state is RequestState.OPEN:
            declined.append({"request_id": row.id, "now": now})
    for statement, rows in ((_SAYS, changed), (_DECLINES, declined)):
        if rows:
            session.connection().execute(statement, rows)
    return ids


def _enter(
    session: Session, wishes: Sequence[Wish], *, asked_by_id: int | None, now: datetime
) -> dict[tuple[int, int], int]:
    rows = [
        {
            "code": f"Q{secrets.token_hex(5).upper()}",
            "item_id": wish.item_id,
            "area_id": wish.area_id,
            "post": "",
            "quantity": wish.quantity,
            "checkpoint_count": 0,
            "note": wish.note,
            "state": RequestState.OPEN,
            "version": 1,
            "requested_at": now,
            "requested_by_id": asked_by_id,
            "changed_at": now,
        }
        for wish in wishes
    ]
    new = insert_new(session, SupplyRequest, rows, key=("item_id", "area_id", "post"), where=STANDING)
    return {(item_id, area_id): request_id for (item_id, area_id, _), request_id in new.items()}


def _standing(session: Session, keys: Iterable[tuple[int, int]]) -> list[SupplyRequest]:
    """The standing requests of the places, which nobody else changes until this transaction ends."""
    wanted = set(keys)
    found = []
    for part in chunks({area_id for _, area_id in wanted}):
        statement = (
            select(SupplyRequest)
            .where(
                SupplyRequest.area_id.in_(part),
                SupplyRequest.post == "",
                SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED)),
            )
            .order_by(SupplyRequest.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found += [row for row in session.scalars(statement) if (row.item_id, row.area_id) in wanted]
    return found
