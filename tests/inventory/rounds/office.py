"""A small tree of offices with people in them, and short words for what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Item
from logistics.inventory.rounds import service
from logistics.inventory.rounds.rules import Tier
from tests.builders import NOW

T = TypeVar("T")
TODAY = date(2020, 2, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Ids by code. `city` > `east`, `west`; `east` > `e1`, `e2`; `west` > `w1`; two communities under each office:
    `e1a`, `e1b`, and so on."""

    areas: Mapping[str, int]
    item_id: int
    clerk_id: int
    chief_id: int
    worker_id: int

    def __getitem__(self, code: str) -> int:
        return self.areas[code]


def an_account(session: Session, username: str, role: Role, area_id: int | None = None) -> int:
    row = Account(username=username, password_hash="-", role=role, area_id=area_id, created_at=NOW)
    session.add(row)
    session.flush()
    return row.id


def a_tree(*, pack: int = 1) -> Tree:
    """The tree with one item, two people at the district `east` and a worker at `e1a`."""
    offices = {"east": ("e1", "e2"), "west": ("w1",)}
    with transaction() as session:
        areas: dict[str, int] = {}

        def add(code: str, level: AreaLevel, parent: str = "") -> None:
            area = Area(code=code, name=code.upper(), level=level, parent_id=areas.get(parent))
            session.add(area)
            session.flush()
            areas[code] = area.id

        add("city", AreaLevel.CITY)
        for district, below in offices.items():
            add(district, AreaLevel.DISTRICT, "city")
            for office in below:
                add(office, AreaLevel.STREET_OFFICE, district)
                for letter in "ab":
                    add(office + letter, AreaLevel.COMMUNITY, office)
        item = Item(code="MASK", name="Mask", unit="piece", pack_size=pack)
        session.add(item)
        session.flush()
        return Tree(
            areas=areas,
            item_id=item.id,
            clerk_id=an_account(session, "clerk", Role.STREET_OFFICE, areas["east"]),
            chief_id=an_account(session, "chief", Role.STREET_OFFICE, areas["east"]),
            worker_id=an_account(session, "worker", Role.COMMUNITY_WORKER, areas["e1a"]),
        )


def done(verb: Callable[..., T], *arguments: Any, now: datetime = NOW, **named: Any) -> T:
    """One verb in a transaction of its own."""
    with transaction() as session:
        return verb(session, *arguments, now=now, **named)


def stocked(tree: Tree, area: str, quantity: int, *, key: str = "R1", expires_on: date | None = None) -> None:
    receipt = ledger.Receipt(
        key=key, item_id=tree.item_id, area_id=tree[area], quantity=quantity, source="city", expires_on=expires_on
    )
    done(ledger.receive, receipt)


def asked(tree: Tree, area: str, quantity: int, *, post: str = "", checkpoints: int = 0, now: datetime = NOW) -> int:
    return done(
        service.ask,
        service.AskSupplies(
            item_id=tree.item_id, area_id=tree[area], quantity=quantity, post=post, checkpoint_count=checkpoints
        ),
        now=now,
    )


def classed(tree: Tree, area: str, tier: Tier, *, starts_on: date = TODAY) -> None:
    done(service.set_tier, service.SetTier(area_id=tree[area], tier=tier, starts_on=starts_on), today=TODAY)
