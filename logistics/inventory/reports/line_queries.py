"""The numbers of reports, computed from the entries of the ledger and from the rounds: nobody types one in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from logistics.communities.models import Area
from logistics.communities.scope import area_and_below
from logistics.inventory.ledger.models import Entry, Holder, Item, Shipment, Transfer
from logistics.inventory.ledger.rules import HolderKind, TransferKind
from logistics.inventory.reports.rules import Span, StockLine, roll_up
from logistics.inventory.rounds.models import AllocationRound, RoundShare, SupplyRequest
from logistics.inventory.rounds.rules import RequestState, RoundState
from logistics.views import Rows

Lines: TypeAlias = dict[int, dict[int, StockLine]]
"""Lines by area and item; what is not there is zero."""

_Reversed = aliased(Transfer)
_KIND = func.coalesce(_Reversed.kind, Transfer.kind)
"""What a movement is about: a reversal is about what it reverses, with the opposite sign."""


def own_lines(session: Session, span: Span, *, area_id: int | None) -> Lines:
    """For an area and every area below (None: for all) what its own store had and did in the span.

    The stock and its movements are read by one statement, so that they are of one moment.
    """
    lines: Lines = defaultdict(dict)
    for row in session.execute(_movements(span, area_id)).mappings():
        numbers = {name: int(value) for name, value in row.items() if name not in ("area_id", "item_id")}
        numbers["lost"] -= numbers["written_off"]  # what was written off, less what was written off in the store
        lines[row["area_id"]][row["item_id"]] = StockLine(**numbers)
    for area, item, requested, given in session.execute(_answered(span, area_id)):
        _put(lines, area, item, requested=int(requested), given=int(given))
    for area, item, waiting in session.execute(_waiting(span, area_id)):
        _put(lines, area, item, waiting=int(waiting))
    return dict(lines)


def whole_lines(session: Session, span: Span, *, area_id: int | None) -> tuple[Lines, Lines]:
    """The own lines of an area and every area below, and the same with all below added up."""
    own = own_lines(session, span, area_id=area_id)
    return own, roll_up(own, parents_below(session, area_id))


def parents_below(session: Session, area_id: int | None) -> dict[int, int | None]:
    """The area above each area, from `area_id` (None: from the top) downwards; that of the first is left out."""
    statement = select(Area.id, Area.parent_id).where(_lies_in(Area.id, area_id)).order_by(Area.id)
    return {child: None if child == area_id else parent for child, parent in session.execute(statement)}


def item_ids(session: Session) -> list[int]:
    """Every item, by code: a report names each, also where there is none of it."""
    return list(session.scalars(select(Item.id).order_by(Item.code)))


def _put(lines: Lines, area_id: int, item_id: int, **numbers: int) -> None:
    lines.setdefault(area_id, {})[item_id] = replace(lines.get(area_id, {}).get(item_id, StockLine()), **numbers)


def _movements(span: Span, area_id: int | None) -> Rows:
    """Sums of entries per area and item, one column per number of a line."""
    at, pieces = Transfer.happened_at, Entry.quantity
    within = at > span.since
    store = Holder.kind == HolderKind.AREA
    settled = _KIND == TransferKind.SETTLEMENT
    arrived = or_(_KIND == TransferKind.ARRIVAL, and_(settled, Shipment.to_area_id == Holder.area_id))
    back = or_(_KIND == TransferKind.REJECTION_RETURN, and_(settled, Shipment.from_area_id == Holder.area_id))
    at_the_door = and_(Holder.kind == HolderKind.IN_TRANSIT, Shipment.arrived_at <= span.cut_off_at)

    def total(name: str, *conditions: ColumnElement[bool], sign: int = 1) -> Any:
        return func.sum(case((and_(*conditions), sign * pieces), else_=0)).label(name)

    def moved(name: str, *kinds: TransferKind, sign: int = 1) -> Any:
        return total(name, store, within, _KIND.in_(kinds), sign=sign)

    return (
        select(
            Holder.area_id,
            Transfer.item_id,
            total("opening", store, at <= span.since),
            moved("received", TransferKind.RECEIPT),
            total("arrived", store, within, arrived),
            total("came_back", store, within, back),
            moved("returned", TransferKind.RETURN),
            moved("adjusted", TransferKind.COUNT),
            moved("sent", TransferKind.DISPATCH, sign=-1),
            moved("issued", TransferKind.ISSUE, sign=-1),
            moved("lent", TransferKind.LOAN, sign=-1),
            moved("written_off", TransferKind.WRITE_OFF, sign=-1),
            total("closing", store),
            total("on_loan", Holder.kind == HolderKind.LENT_OUT),
            total("on_the_way", Holder.kind == HolderKind.IN_TRANSIT, ~func.coalesce(at_the_door, False)),
            total("discrepancy", at_the_door),
            total("lost", Holder.kind == HolderKind.WRITTEN_OFF, within),
        )
        .join(Entry, Entry.holder_id == Holder.id)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .outerjoin(_Reversed, _Reversed.id == Transfer.reverses_id)
        .outerjoin(Shipment, Shipment.id == Transfer.shipment_id)
        .where(Holder.area_id.is_not(None), _lies_in(Holder.area_id, area_id), at <= span.cut_off_at)
        .group_by(Holder.area_id, Transfer.item_id)
    )


def _answered(span: Span, area_id: int | None) -> Rows:
    """What places asked for and got in the rounds approved in the span. Who wanted nothing after all asked for
    nothing."""
    return (
        select(
            RoundShare.area_id,
            AllocationRound.item_id,
            func.sum(RoundShare.requested),
            func.sum(RoundShare.allocated),
        )
        .join(AllocationRound, AllocationRound.id == RoundShare.round_id)
        .where(
            AllocationRound.approved_at > span.since,
            AllocationRound.approved_at <= span.cut_off_at,
            AllocationRound.state != RoundState.CANCELLED,
            RoundShare.request_id.is_not(None),
            RoundShare.refusal.is_(None),
            _lies_in(RoundShare.area_id, area_id),
        )
        .group_by(RoundShare.area_id, AllocationRound.item_id)
    )


def _waiting(span: Span, area_id: int | None) -> Rows:
    """What stood asked for at the cut-off and no round had answered."""
    later: ColumnElement[datetime] | Any = SupplyRequest.changed_at > span.cut_off_at
    answered_later = and_(SupplyRequest.state == RequestState.ALLOCATED, AllocationRound.approved_at > span.cut_off_at)
    left_later = and_(SupplyRequest.state.in_((RequestState.DECLINED, RequestState.WITHDRAWN)), later)
    return (
        select(SupplyRequest.area_id, SupplyRequest.item_id, func.sum(SupplyRequest.quantity))
        .outerjoin(AllocationRound, AllocationRound.id == SupplyRequest.round_id)
        .where(
            SupplyRequest.requested_at <= span.cut_off_at,
            or_(SupplyRequest.state == RequestState.OPEN, answered_later, left_later),
            _lies_in(SupplyRequest.area_id, area_id),
        )
        .group_by(SupplyRequest.area_id, SupplyRequest.item_id)
    )


def _lies_in(column: Any, area_id: int | None) -> ColumnElement[bool]:
    return true() if area_id is None else column.in_(area_and_below(area_id))
