"""Goods that households get: over the counter, or as they were promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.inventory.ledger import rules
from logistics.inventory.ledger.chain import Head, Movement, digest_of, known, lock_item, write
from logistics.inventory.ledger.errors import NoHousehold, OnlyLent, require_quantity
from logistics.inventory.ledger.holders import area_place, household_place, take
from logistics.inventory.ledger.moving import moves
from logistics.inventory.ledger.promises import item_of_reservation, read_promise, require_open, resolve
from logistics.inventory.ledger.rules import ReservationState, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Pieces that an area hands to a household, first expired first out, or of `lot_id` alone."""

    key: str
    item_id: int
    area_id: int
    household_id: int
    quantity: int
    lot_id: int | None = None
    reason: str = ""
    account_id: int | None = None

    def __post_init__(self) -> None:
        require_quantity(self.quantity)


def issue(session: Session, command: Issue, *, now: datetime) -> int:
    """Hand goods to a household. Returns the transfer's id.

    What a household may have in a time is not asked here: that is the entitlement's, which calls this.

    Raises:
        NotFound: no such item, area, household or lot.
        OnlyLent: the item is lent out and comes back.
        OutOfStock: fewer are on hand, good today and not promised.
        KeyReused: the key stands for another movement.
    """
    head, digest = lock_item(session, command.item_id), digest_of(command)
    done = known(session, head, key=command.key, digest=digest)
    if done is not None:
        return done
    _require_given_away(head)
    here = area_place(session, command.area_id)
    taken = take(session, head, here, quantity=command.quantity, good_on=local_date(now), lot_id=command.lot_id)
    movement = Movement(
        kind=TransferKind.ISSUE,
        key=command.key,
        digest=digest,
        moves=moves(taken, giver=here, taker=household_place(session, command.household_id)),
        reason=command.reason,
        account_id=command.account_id,
    )
    return write(session, head, movement, now=now)


def post(
    session: Session,
    reservation_id: int,
    *,
    now: datetime,
    household_id: int | None = None,
    account_id: int | None = None,
) -> int:
    """Hand out what a reservation promised, to its household or, where it is for none, to the one named. Returns the
    transfer's id; done again for the same household it is the same transfer.

    Raises:
        NotFound: no such reservation or household.
        BadTransition: it was voided, has expired, or was dispatched.
        ReservationOver: its time is over, though nobody has noted it yet.
        NoHousehold: nobody to give it to.
        OnlyLent: the item is lent out and comes back.
        KeyReused: it was handed to another household.
    """
    head = lock_item(session, item_of_reservation(session, reservation_id))
    promise = read_promise(session, reservation_id)
    taker_id = household_id if promise.household_id is None else promise.household_id
    key, digest = f"post:{promise.id}", rules.digest(["post", promise.id, taker_id])
    done = known(session, head, key=key, digest=digest)
    if done is not None:
        return done
    require_open(promise, wanted=ReservationState.POSTED, now=now)
    _require_given_away(head)
    if taker_id is None:
        raise NoHousehold()
    movement = Movement(
        kind=TransferKind.ISSUE,
        key=key,
        digest=digest,
        moves=moves(promise.parts, giver=promise.place, taker=household_place(session, taker_id), promised=True),
        reason="",
        account_id=account_id,
    )
    transfer_id = write(session, head, movement, now=now)
    resolve(session, promise, ReservationState.POSTED, now=now, transfer_id=transfer_id)
    return transfer_id


def _require_given_away(head: Head) -> None:
    if head.lent:
        raise OnlyLent(item=head.item_code)
