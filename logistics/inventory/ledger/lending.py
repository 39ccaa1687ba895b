"""Devices that are lent to a post and come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.inventory.ledger.chain import Movement, digest_of, known, lock_item, write
from logistics.inventory.ledger.errors import NotLent, PostMissing, require_quantity
from logistics.inventory.ledger.holders import area_place, take
from logistics.inventory.ledger.moving import moves
from logistics.inventory.ledger.rules import HolderKind, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """Devices that an area lends to a post, which is known by its name: "North gate"."""

    key: str
    item_id: int
    area_id: int
    post: str
    quantity: int
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "post", _require_post(self.post))
        require_quantity(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Devices that a post brings back to the area that lent them."""

    key: str
    item_id: int
    area_id: int
    post: str
    quantity: int
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "post", _require_post(self.post))
        require_quantity(self.quantity)


def lend(session: Session, command: Loan, *, now: datetime) -> int:
    """Lend devices to a post. Returns the transfer's id.

    Raises:
        NotFound: no such item or area.
        NotLent: the item does not come back.
        OutOfStock: the area has fewer that are not promised.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    done = known(session, head, key=command.key, digest=digest)
    if done is not None:
        return done
    if not head.lent:
        raise NotLent(item=head.item_code)
    here = area_place(session, command.area_id)
    post = area_place(session, command.area_id, HolderKind.LENT_OUT, post=command.post)
    taken = take(session, head, here, quantity=command.quantity, good_on=local_date(now))
    movement = Movement(
        kind=TransferKind.LOAN,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=here, taker=post),
        reason=command.reason,
        account_id=command.account_id,
    )
    return write(session, head, movement, now=now)


def give_back(session: Session, command: GiveBack, *, now: datetime) -> int:
    """Take lent devices back into the area's stock, all or some of them. Returns the transfer's id.

    Raises:
        NotFound: no such item or area.
        OutOfStock: the post has fewer.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    done = known(session, head, key=command.key, digest=digest)
    if done is not None:
        return done
    post = area_place(session, command.area_id, HolderKind.LENT_OUT, post=command.post)
    taken = take(session, head, post, quantity=command.quantity, good_on=None)
    movement = Movement(
        kind=TransferKind.RETURN,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=post, taker=area_place(session, command.area_id)),
        reason=command.reason,
        account_id=command.account_id,
    )
    return write(session, head, movement, now=now)


def post_name(said: str) -> str:
    """A post as its goods are kept under: a space too many is not another post, from which nothing would come back."""
    return " ".join(said.split())


def _require_post(said: str) -> str:
    name = post_name(said)
    if not name:
        raise PostMissing()
    return name
