"""A town with an item and a rule over it, and draws in transactions of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from logistics.db import reading, transaction
from logistics.inventory.entitlement import queries
from logistics.inventory.entitlement.rules import DrawChannel, Per
from logistics.inventory.entitlement.service import (
    Draw,
    DrawReceipt,
    SetRule,
    Take,
    Taken,
    draw,
    set_rule,
    take,
)
from logistics.inventory.entitlement.views import RemainingView
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Item
from tests.builders import NOW, TownRef, a_town

_serial = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """`homes` are the households of the town, `item_id` a mask that is limited there."""

    ref: TownRef
    item_id: int
    homes: tuple[int, ...]


def an_item(code: str = "mask") -> int:
    with transaction() as session:
        item = Item(code=code, name=f"name of {code}", unit="piece", pack_size=10)
        session.add(item)
        session.flush()
        return item.id


def a_limited_town(*, quantity: int | None = 5, days: int = 7, per: Per = Per.HOUSEHOLD, flats: int = 3) -> Town:
    """A town whose street office allows `quantity` masks in `days` days; None: no rule."""
    item_id = an_item(f"mask-{next(_serial)}")
    with transaction() as session:
        ref = a_town(session, compounds=1, flats=flats)
    town = Town(ref=ref, item_id=item_id, homes=ref.households[0])
    if quantity is not None:
        rule(town, quantity=quantity, days=days, per=per)
    return town


def rule(
    town: Town,
    *,
    quantity: int,
    days: int = 7,
    per: Per = Per.HOUSEHOLD,
    area_id: int | None = None,
    now: datetime = NOW,
) -> int:
    """Set a rule; by the street office unless another area is named."""
    with transaction() as session:
        command = SetRule(
            item_id=town.item_id, area_id=area_id or town.ref.office_id, quantity=quantity, days=days, per=per
        )
        return set_rule(session, command, now=now)


def drawn(
    town: Town,
    quantity: int = 1,
    *,
    home: int = 0,
    key: str = "",
    channel: DrawChannel = DrawChannel.PICKUP,
    after: timedelta = timedelta(0),
) -> DrawReceipt:
    """A draw of a household, `after` NOW."""
    with transaction() as session:
        command = Draw(
            key=key or f"draw-{next(_serial)}",
            household_id=town.homes[home],
            item_id=town.item_id,
            quantity=quantity,
            channel=channel,
        )
        return draw(session, command, now=NOW + after)


def left(town: Town, *, home: int = 0, after: timedelta = timedelta(0)) -> RemainingView:
    """What the household may still draw of the town's item."""
    with reading() as session:
        (found,) = queries.remaining_of(session, town.homes[home], now=NOW + after)
        return found


def stocked(town: Town, quantity: int, *, area_id: int | None = None, now: datetime = NOW) -> None:
    """Pieces arrive; at the community unless another area is named."""
    with transaction() as session:
        receipt = ledger.Receipt(
            key=f"receipt-{next(_serial)}",
            item_id=town.item_id,
            area_id=area_id or town.ref.community_id,
            quantity=quantity,
            source="city",
        )
        ledger.receive(session, receipt, now=now)


def taken(
    town: Town,
    quantity: int = 1,
    *,
    home: int = 0,
    key: str = "",
    channel: DrawChannel = DrawChannel.PICKUP,
    area_id: int | None = None,
    after: timedelta = timedelta(0),
    days: int = 2,
) -> Taken:
    """A household takes from the community's stock, `after` NOW, and may collect for some days."""
    with transaction() as session:
        command = Take(
            key=key or f"take-{next(_serial)}",
            household_id=town.homes[home],
            item_id=town.item_id,
            quantity=quantity,
            area_id=area_id or town.ref.community_id,
            channel=channel,
            expires_at=NOW + after + timedelta(days=days),
        )
        return take(session, command, now=NOW + after)
