"""A small tree of offices with people in them, and short words for what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Item
from logistics.inventory.rounds import service
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.inventory.rounds.rules import RejectionReason, RoundState, Tier
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


def drafted(tree: Tree, area: str = "east", *, rule: str = "proportional", now: datetime = NOW, **terms: Any) -> int:
    """A draft by the clerk."""
    command = service.DraftRound(
        item_id=tree.item_id,
        area_id=tree[area],
        terms=service.Terms(rule=rule, **terms),
        drafted_by_id=tree.clerk_id,
    )
    return done(service.draft_round, command, now=now)


def seen(round_id: int) -> str:
    """The fingerprint of a round as it is."""
    with reading() as session:
        return session.get_one(AllocationRound, round_id).fingerprint


def approved(tree: Tree, round_id: int, *, now: datetime = NOW) -> None:
    """Approved by the chief, who looked at it now."""
    done(service.approve_round, round_id, account_id=tree.chief_id, fingerprint=seen(round_id), now=now)


def sent(tree: Tree, round_id: int, *, now: datetime = NOW) -> None:
    approved(tree, round_id, now=now)
    done(service.dispatch_round, round_id, account_id=tree.chief_id, now=now)


def cancelled(tree: Tree, round_id: int, *, reason: str = "the store is flooded") -> None:
    done(service.cancel_round, round_id, account_id=tree.clerk_id, reason=reason)


def arrives(
    tree: Tree, round_id: int, area: str, accepted: int, rejected: int = 0, reason: RejectionReason | None = None
) -> None:
    done(
        service.confirm_arrival,
        service.ConfirmArrival(
            round_id=round_id, area_id=tree[area], accepted=accepted, rejected=rejected, reason=reason
        ),
    )


def state(round_id: int) -> RoundState:
    with reading() as session:
        return session.get_one(AllocationRound, round_id).state


def given(round_id: int) -> dict[str, int]:
    """Pieces by place and area."""
    with reading() as session:
        rows = session.execute(
            select(RoundShare.place, RoundShare.allocated)
            .where(RoundShare.round_id == round_id)
            .order_by(RoundShare.place)
        ).all()
    return {place: allocated for place, allocated in rows}


def stock(tree: Tree) -> dict[str, tuple[int, int]]:
    """On hand and promised of every area that has or had some."""
    codes = {area_id: code for code, area_id in tree.areas.items()}
    with reading() as session:
        rows = ledger.stock_of_areas(session, None)
    return {codes[row.area_id]: (row.on_hand, row.promised) for row in rows}
