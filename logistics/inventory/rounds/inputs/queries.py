"""What there is to know of a place that asks: its area, its households, its stock, and what it was left short of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Subquery, case, cast, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.scope import area_and_below
from logistics.errors import NotFound
from logistics.inventory.ledger import queries as ledger
from logistics.inventory.ledger.models import Balance, Holder, Item, Lot, Shipment
from logistics.inventory.ledger.rules import HolderKind, ShipmentState
from logistics.inventory.ledger.views import StockView
from logistics.inventory.rounds.models import AllocationRound, RoundShare, SupplyRequest
from logistics.inventory.rounds.rules import (
    REJECTED_AS,
    Arrived,
    Refusal,
    RequestState,
    RoundState,
    shortfall,
)

UNDER_WAY = (RoundState.DISPATCHED, RoundState.RECEIVED)
"""Rounds whose shares stand: what they left a place short of carries over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    id: int
    code: str
    name: str
    unit: str
    pack_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A standing request. `refusal` is set where the community wants nothing of it any more."""

    request_id: int
    request_code: str
    version: int
    area_id: int
    post: str
    quantity: int
    checkpoint_count: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What the last round of an item left a place short of, in pieces, and when that round was dispatched."""

    pieces: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Households of a community, and those of them with old people."""

    households: int
    elderly: int


def item_facts(session: Session, item_id: int) -> ItemFacts:
    """
    Raises:
        NotFound: no such item.
    """
    fields = (Item.id, Item.code, Item.name, Item.unit, Item.pack_size)
    row = session.execute(select(*fields).where(Item.id == item_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(kind="item", key=item_id)
    return ItemFacts(**row)


def available(session: Session, *, item_id: int, area_id: int, good_on: date) -> int:
    """Pieces of an item that an area has itself, good on a day and not promised."""
    free = (
        select(func.coalesce(func.sum(Balance.on_hand - Balance.promised), 0))
        .join(Holder, Holder.id == Balance.holder_id)
        .join(Lot, Lot.id == Balance.lot_id)
        .where(Balance.item_id == item_id, Holder.area_id == area_id, Holder.kind == HolderKind.AREA)
        .where(or_(Lot.expires_on.is_(None), Lot.expires_on >= good_on))
    )
    return int(session.scalar(free) or 0)


def standing_requests(session: Session, *, item_id: int, area_id: int) -> list[Wanted]:
    """The requests for an item from an area and those below that the next round takes, by community and post."""
    statement = (
        select(
            SupplyRequest.id.label("request_id"),
            SupplyRequest.code.label("request_code"),
            SupplyRequest.version,
            SupplyRequest.area_id,
            SupplyRequest.post,
            SupplyRequest.quantity,
            SupplyRequest.checkpoint_count,
            SupplyRequest.refusal,
        )
        .where(
            SupplyRequest.item_id == item_id,
            SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED)),
            SupplyRequest.area_id.in_(area_and_below(area_id)),
        )
        .order_by(SupplyRequest.area_id, SupplyRequest.post)
    )
    return [Wanted(**row) for row in session.execute(statement).mappings()]


def homes_below(session: Session, area_id: int) -> dict[int, Homes]:
    """Households of each community of an area, by community id: those on the register of its compounds, or those known
    one by one where that is more."""
    below = area_and_below(area_id)
    registered = (
        select(Compound.community_id, func.sum(Compound.household_count))
        .where(Compound.community_id.in_(below))
        .group_by(Compound.community_id)
    )
    known = (
        select(Compound.community_id, func.count(Household.id), func.sum(case((Household.elderly, 1), else_=0)))
        .join(Building, Building.compound_id == Compound.id)
        .join(Household, Household.building_id == Building.id)
        .where(Compound.community_id.in_(below))
        .group_by(Compound.community_id)
    )
    counts = {community_id: int(count) for community_id, count in session.execute(registered)}
    flats = {community_id: (int(count), int(elderly)) for community_id, count, elderly in session.execute(known)}
    return {
        community_id: Homes(
            households=max(counts.get(community_id, 0), flats.get(community_id, (0, 0))[0]),
            elderly=flats.get(community_id, (0, 0))[1],
        )
        for community_id in counts.keys() | flats.keys()
    }


def stock_below(
    session: Session, *, area_id: int, now: datetime, item_id: int | None = None
) -> dict[tuple[int, int], StockView]:
    """What each area has of an item (None: of every item), with its days of cover, as the office over them sees it; by
    item and area."""
    office = Viewer(account_id=0, username="", role=Role.STREET_OFFICE, area_id=area_id)
    rows = ledger.stock(session, office, now=now, item_id=item_id, limit=ledger.LOOKED_AT)
    return {(row.item_id, row.area_id): row for row in rows}


def owed_below(session: Session, *, area_id: int, item_id: int | None = None) -> dict[tuple[int, str], Owed]:
    """What the places of an area were left short of in their last round of an item (None: of every item), by item and
    place; whoever got everything, or wanted no more, is left out."""
    last = func.row_number().over(
        partition_by=(AllocationRound.item_id, RoundShare.place),
        order_by=(AllocationRound.dispatched_at.desc(), AllocationRound.id.desc()),
    )
    below = RoundShare.area_id.in_(area_and_below(area_id))
    asked = (
        select(RoundShare.id, AllocationRound.item_id, AllocationRound.dispatched_at, last.label("last"))
        .join(AllocationRound, AllocationRound.id == RoundShare.round_id)
        .where(AllocationRound.state.in_(UNDER_WAY))
        .where(RoundShare.request_id.is_not(None), below)
    )
    if item_id is not None:
        asked = asked.where(AllocationRound.item_id == item_id)
    latest, arrivals = asked.subquery(), arrivals_of_shares(below)
    statement = (
        select(
            latest.c.item_id,
            RoundShare.place,
            RoundShare.requested,
            RoundShare.allocated,
            RoundShare.refusal,
            arrivals.c.accepted,
            arrivals.c.rejected,
            arrivals.c.reason,
            latest.c.dispatched_at,
        )
        .join(latest, latest.c.id == RoundShare.id)
        .outerjoin(arrivals, arrivals.c.share_id == RoundShare.id)
        .where(latest.c.last == 1)
    )
    owed = {}
    for row in session.execute(statement):
        pieces = shortfall(
            requested=row.requested,
            allocated=row.allocated,
            refusal=row.refusal,
            arrived=arrived(row.accepted, row.rejected, row.reason),
        )
        if pieces:
            owed[row.item_id, row.place] = Owed(pieces=pieces, since=row.dispatched_at)
    return owed


def arrivals_of_shares(chosen: ColumnElement[bool]) -> Subquery:
    """What arrived of each of the chosen shares that was sent, where its shipment has arrived. Shares are chosen by
    round or community, since those of one shipment are counted together; without a choice the whole history would be.

    A community's shipment is for all its places. The pieces it accepted go to its places in order of their codes, each
    up to its share, then those it rejected; what is left is missing.
    """
    before = func.coalesce(
        func.sum(RoundShare.allocated).over(
            partition_by=RoundShare.shipment_id, order_by=RoundShare.place, rows=(None, -1)
        ),
        0,
    )
    over = (ShipmentState.RECEIVED, ShipmentState.SETTLED, ShipmentState.CANCELLED)
    parts = (
        select(
            RoundShare.id.label("share_id"),
            RoundShare.allocated,
            before.label("before"),
            Shipment.accepted,
            (Shipment.accepted + Shipment.rejected).label("found"),
            Shipment.reject_reason.label("reason"),
            func.coalesce(Shipment.arrived_at, Shipment.dispatched_at).label("arrived_at"),
        )
        .join(Shipment, Shipment.id == RoundShare.shipment_id)
        .where(chosen, RoundShare.request_id.is_not(None), RoundShare.allocated > 0, Shipment.state.in_(over))
        .subquery()
    )
    accepted = _within(parts.c.accepted - parts.c.before, parts.c.allocated)
    found = _within(parts.c.found - parts.c.before, parts.c.allocated)
    return select(
        parts.c.share_id,
        accepted.label("accepted"),
        (found - accepted).label("rejected"),
        parts.c.reason,
        parts.c.arrived_at,
    ).subquery()


def written_shares(session: Session, round_id: int) -> dict[str, tuple[RoundShare, str]]:
    """The shares of a round by place, each with the code of the area it is for."""
    statement = select(RoundShare, Area.code).join(Area, Area.id == RoundShare.area_id)
    rows = session.execute(statement.where(RoundShare.round_id == round_id))
    return {share.place: (share, code) for share, code in rows}


def shipment_key(round_id: int) -> str:
    """How the ledger's keys of a round's shipments begin; the community's id follows."""
    return f"round:{round_id}:"


def link_shipments(session: Session, round_id: int) -> None:
    """Write to the shares of a round which shipment they are in."""
    session.execute(
        update(RoundShare)
        .where(RoundShare.round_id == round_id, RoundShare.request_id.is_not(None), RoundShare.allocated > 0)
        .where(Shipment.key == literal(shipment_key(round_id)) + cast(RoundShare.area_id, String))
        .values(shipment_id=Shipment.id)
        .execution_options(synchronize_session=False)
    )


def open_shipments() -> Select[int]:
    """Shares whose shipment is still under way."""
    return (
        select(RoundShare.id)
        .join(Shipment, Shipment.id == RoundShare.shipment_id)
        .where(Shipment.state == ShipmentState.DISPATCHED)
    )


def all_arrived(session: Session) -> list[int]:
    """The dispatched rounds of which nothing is under way any more, by id."""
    under_way = exists(open_shipments().where(RoundShare.round_id == AllocationRound.id))
    return list(
        session.scalars(
            select(AllocationRound.id)
            .where(AllocationRound.state == RoundState.DISPATCHED, ~under_way)
            .order_by(AllocationRound.id)
        )
    )


def arrived(accepted: int | None, rejected: int | None, reason: str | None) -> Arrived | None:
    """The arrival of a share as `arrivals_of_shares` tells it; None while it is awaited."""
    if accepted is None:
        return None
    return Arrived(accepted=accepted, rejected=rejected or 0, reason=REJECTED_AS.get(reason or ""))


def _within(value: ColumnElement[int], high: ColumnElement[int]) -> ColumnElement[Any]:
    """`value`, but at least 0 and at most `high`: the databases call their own functions for it differently."""
    return case((value < 0, 0), (value > high, high), else_=value)
