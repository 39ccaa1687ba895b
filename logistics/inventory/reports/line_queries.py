"""The numbers of reports, computed from the entries of the ledger and from the rounds: nobody types one in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import CTE, ColumnElement, String, and_, case, cast, false, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from logistics.communities.models import Area
from logistics.db import UtcDateTime
from logistics.inventory.ledger.models import Balance, Entry, Holder, Item, Shipment, ShipmentLine, Transfer
from logistics.inventory.ledger.rules import HolderKind, TransferKind
from logistics.inventory.reports.rules import Span, StockLine
from logistics.inventory.rounds.models import AllocationRound, RoundShare, SupplyRequest
from logistics.inventory.rounds.rules import RequestState, RoundState
from logistics.views import Rows

Lines: TypeAlias = dict[int, StockLine]
"""Lines by item; what is not there is zero."""

_Reversed = aliased(Transfer)
_KIND = func.coalesce(_Reversed.kind, Transfer.kind)
"""What a movement is about: a reversal is about what it reverses, with the opposite sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchLines:
    """The lines of an area's own store, and of every area right below it with all that lies under that one."""

    own: Lines
    below: dict[int, Lines]

    @property
    def whole(self) -> Lines:
        """The own store and all below, added up."""
        added: Lines = {}
        for lines in (self.own, *self.below.values()):
            for item_id, line in lines.items():
                added[item_id] = added.get(item_id, StockLine()) + line
        return added


def branch_lines(session: Session, span: Span, *, area_id: int) -> BranchLines:
    """What an area and those below had and did in the span.

    The stock and its movements are read by one statement, so that they are of one moment.
    """
    branches = branches_of(area_id)
    found: dict[int, Lines] = defaultdict(dict)
    for row in session.execute(_movements(span, branches)).mappings():
        numbers = {name: int(value) for name, value in row.items() if name not in ("branch_id", "item_id")}
        numbers["lost"] -= numbers["written_off"]  # what was written off, less what was written off in the store
        found[row["branch_id"]][row["item_id"]] = StockLine(**numbers)
    for branch, item, requested, given in session.execute(_answered(span, branches)):
        _put(found[branch], item, requested=int(requested), given=int(given))
    for branch, item, waiting in session.execute(_waiting(span, branches)):
        _put(found[branch], item, waiting=int(waiting))
    own = found.pop(area_id, {})
    return BranchLines(own=own, below=dict(found))


def branches_of(area_id: int) -> CTE:
    """The area and every area below, each with the branch it lies in: the area right below through which it is
    reached, and for the area itself its own id."""
    tree = (
        select(Area.id.label("area_id"), Area.id.label("branch_id"))
        .where(Area.parent_id == area_id)
        .cte("below", recursive=True)
    )
    tree = tree.union_all(select(Area.id, tree.c.branch_id).join(tree, Area.parent_id == tree.c.area_id))
    itself = select(Area.id.label("area_id"), Area.id.label("branch_id")).where(Area.id == area_id)
    return union_all(itself, select(tree.c.area_id, tree.c.branch_id)).cte("branches")


def item_ids(session: Session) -> list[int]:
    """Every item, by code: a report names each, also where there is none of it."""
    return list(session.scalars(select(Item.id).order_by(Item.code)))


def _put(lines: Lines, item_id: int, **numbers: int) -> None:
    lines[item_id] = replace(lines.get(item_id, StockLine()), **numbers)


def _movements(span: Span, branches: CTE) -> Rows:
    """One row per branch and item with the numbers of a line.

    What was there at a cut-off is what is there now less what moved since: so only the movements after the report's
    beginning are read, however long the history is.
    """
    legs = union_all(*_there_now(branches), _moved_since(span.since, branches)).subquery()
    at, what, pieces = legs.c.at, legs.c.what, legs.c.pieces
    store, lent, under_way, written_off = (
        legs.c.holder == kind.value
        for kind in (HolderKind.AREA, HolderKind.LENT_OUT, HolderKind.IN_TRANSIT, HolderKind.WRITTEN_OFF)
    )
    standing, within, after = at.is_(None), and_(at.is_not(None), at <= span.cut_off_at), at > span.cut_off_at
    at_the_door = func.coalesce(legs.c.arrived_at <= span.cut_off_at, False)
    settled = what == TransferKind.SETTLEMENT.value
    arrived = or_(what == TransferKind.ARRIVAL.value, and_(settled, legs.c.receives))
    back = or_(what == TransferKind.REJECTION_RETURN.value, and_(settled, ~legs.c.receives))

    def total(name: str, condition: ColumnElement[bool], value: ColumnElement[int] = pieces) -> Any:
        return func.sum(case((condition, value), else_=0)).label(name)

    def moved(name: str, kind: TransferKind, value: ColumnElement[int] = pieces) -> Any:
        return total(name, and_(store, within, what == kind.value), value)

    def at_cut_off(name: str, condition: ColumnElement[bool]) -> Any:
        return func.sum(case((and_(condition, standing), pieces), (and_(condition, after), -pieces), else_=0)).label(
            name
        )

    statement = select(
        branches.c.branch_id,
        legs.c.item_id,
        func.sum(case((and_(store, standing), pieces), (store, -pieces), else_=0)).label("opening"),
        moved("received", TransferKind.RECEIPT),
        total("arrived", and_(store, within, arrived)),
        total("came_back", and_(store, within, back)),
        moved("returned", TransferKind.RETURN),
        moved("adjusted", TransferKind.COUNT),
        moved("sent", TransferKind.DISPATCH, -pieces),
        moved("issued", TransferKind.ISSUE, -pieces),
        moved("lent", TransferKind.LOAN, -pieces),
        moved("written_off", TransferKind.WRITE_OFF, -pieces),
        at_cut_off("closing", store),
        at_cut_off("on_loan", lent),
        at_cut_off("on_the_way", and_(under_way, ~at_the_door)),
        at_cut_off("discrepancy", and_(under_way, at_the_door)),
        total("lost", and_(written_off, within)),
    )
    in_branch = branches.c.area_id == legs.c.area_id
    return statement.join_from(branches, legs, in_branch).group_by(branches.c.branch_id, legs.c.item_id)


def _there_now(branches: CTE) -> tuple[Rows, Rows]:
    """What stores and posts have now, and what every shipment has in transit, as legs without a moment."""
    held = (
        select(
            Holder.area_id.label("area_id"),
            Balance.item_id.label("item_id"),
            cast(Holder.kind, String).label("holder"),
            null().label("what"),
            cast(null(), UtcDateTime).label("at"),
            Balance.on_hand.label("pieces"),
            cast(null(), UtcDateTime).label("arrived_at"),
            false().label("receives"),
        )
        .join(Balance, Balance.holder_id == Holder.id)
        .where(Holder.kind.in_((HolderKind.AREA, HolderKind.LENT_OUT)), _lies_in(Holder.area_id, branches))
    )
    under_way = (
        select(
            Shipment.to_area_id,
            Shipment.item_id,
            literal(HolderKind.IN_TRANSIT.value),
            null(),
            null(),
            ShipmentLine.in_transit,
            Shipment.arrived_at,
            false(),
        )
        .join(ShipmentLine, ShipmentLine.shipment_id == Shipment.id)
        .where(ShipmentLine.in_transit > 0, _lies_in(Shipment.to_area_id, branches))
    )
    return held, under_way


def _moved_since(since: datetime, branches: CTE) -> Rows:
    """Every leg of the areas after a moment. `receives` says that the area is the one its shipment goes to."""
    return (
        select(
            Holder.area_id,
            Transfer.item_id,
            cast(Holder.kind, String),
            cast(_KIND, String),
            Transfer.happened_at,
            Entry.quantity,
            Shipment.arrived_at,
            func.coalesce(Shipment.to_area_id == Holder.area_id, False),
        )
        .select_from(Item)
        .join(Transfer, Transfer.item_id == Item.id)  # by item, as the index of moments begins with it
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Holder, Holder.id == Entry.holder_id)
        .outerjoin(_Reversed, _Reversed.id == Transfer.reverses_id)
        .outerjoin(Shipment, Shipment.id == Transfer.shipment_id)
        .where(Holder.area_id.is_not(None), _lies_in(Holder.area_id, branches), Transfer.happened_at > since)
    )


def _answered(span: Span, branches: CTE) -> Rows:
    """What places asked for and got in the rounds approved in the span. Who wanted nothing after all asked for
    nothing."""
    return (
        select(
            branches.c.branch_id,
            AllocationRound.item_id,
            func.sum(RoundShare.requested),
            func.sum(RoundShare.allocated),
        )
        .join_from(branches, RoundShare, RoundShare.area_id == branches.c.area_id)
        .join(AllocationRound, AllocationRound.id == RoundShare.round_id)
        .where(
            AllocationRound.approved_at > span.since,
            AllocationRound.approved_at <= span.cut_off_at,
            AllocationRound.state != RoundState.CANCELLED,
            RoundShare.request_id.is_not(None),
            RoundShare.refusal.is_(None),
        )
        .group_by(branches.c.branch_id, AllocationRound.item_id)
    )


def _waiting(span: Span, branches: CTE) -> Rows:
    """What stood asked for at the cut-off and no round had answered."""
    later: ColumnElement[datetime] | Any = SupplyRequest.changed_at > span.cut_off_at
    answered_later = and_(SupplyRequest.state == RequestState.ALLOCATED, AllocationRound.approved_at > span.cut_off_at)
    left_later = and_(SupplyRequest.state.in_((RequestState.DECLINED, RequestState.WITHDRAWN)), later)
    return (
        select(branches.c.branch_id, SupplyRequest.item_id, func.sum(SupplyRequest.quantity))
        .join_from(branches, SupplyRequest, SupplyRequest.area_id == branches.c.area_id)
        .outerjoin(AllocationRound, AllocationRound.id == SupplyRequest.round_id)
        .where(
            SupplyRequest.requested_at <= span.cut_off_at,
            or_(SupplyRequest.state == RequestState.OPEN, answered_later, left_later),
        )
        .group_by(branches.c.branch_id, SupplyRequest.item_id)
    )


def _lies_in(column: Any, branches: CTE) -> ColumnElement[bool]:
    inside: ColumnElement[bool] = column.in_(select(branches.c.area_id))
    return inside
