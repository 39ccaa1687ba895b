"""Rounds and shares as a viewer may read them: an office its own rounds and those of offices below it; a community what
it was given, once that is approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.inventory.ledger.models import Item
from logistics.inventory.ledger.scope import owns_area
from logistics.inventory.rounds.drafting import changes_since
from logistics.inventory.rounds.inputs.queries import arrivals_of_shares, arrived, open_shipments
from logistics.inventory.rounds.inputs.record import read_inputs
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.inventory.rounds.overview.comparing import down_the_tree, fields_of, measures_of
from logistics.inventory.rounds.overview.sentences import Speaker, speaker
from logistics.inventory.rounds.rules import Changed, RoundState, shortfall
from logistics.inventory.rounds.views import AllocationRoundView, ChangedView, RoundDetail, ShareView, TermsView
from logistics.views import PAGE_SIZE, PAGE_SIZE_MAX, Rows, read, read_fields

STANDS = (RoundState.APPROVED, RoundState.DISPATCHED, RoundState.RECEIVED)
"""Rounds whose shares are decided: what communities are told of."""
OFFICES = frozenset({Role.ADMIN, Role.STREET_OFFICE})


def rounds(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    state: RoundState | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[AllocationRoundView]:
    """The viewer's rounds: emergencies that wait first, then the newest."""
    waits = AllocationRound.emergency & AllocationRound.state.in_((RoundState.DRAFT, RoundState.APPROVED))
    statement = _rounds(viewer).order_by(waits.desc(), AllocationRound.drafted_at.desc(), AllocationRound.id.desc())
    if item_id is not None:
        statement = statement.where(AllocationRound.item_id == item_id)
    if state is not None:
        statement = statement.where(AllocationRound.state == state)
    return read(session, statement.limit(limit).offset(offset), AllocationRoundView)


def round(session: Session, viewer: Viewer, round_id: int, *, now: datetime) -> RoundDetail:
    """One round with the share of every place and area, and for a draft what has changed under it. Raises NotFound."""
    statement = _rounds(viewer).where(AllocationRound.id == round_id)
    fields = dict(read_fields(session, statement, kind="round", key=round_id))
    row = session.get_one(AllocationRound, round_id)
    changed = changes_since(session, row, now=now) if row.state is RoundState.DRAFT else []
    rows = session.execute(_shares(RoundShare.round_id == round_id)).mappings()
    say = speaker()
    shares = down_the_tree([_share(share, say) for share in rows])
    return RoundDetail(
        **fields,
        fingerprint=row.fingerprint,
        terms=TermsView(**fields_of(read_inputs(row.inputs).terms)),
        measures=measures_of(shares),
        changes=tuple(_changed(one) for one in changed),
        shares=tuple(shares),
    )


def require_round(session: Session, viewer: Viewer, round_id: int) -> None:
    """
    Raises:
        NotFound: no such round, or another office's.
    """
    mine = select(AllocationRound.id).where(AllocationRound.id == round_id, _sees_round(viewer))
    read_fields(session, mine, kind="round", key=round_id)


def shares(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    round_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[ShareView]:
    """What the viewer's communities were given in rounds that are approved, whoever's, newest first."""
    statement = (
        _shares(owns_area(viewer, RoundShare.area_id))
        .where(RoundShare.request_id.is_not(None), AllocationRound.state.in_(STANDS))
        .order_by(AllocationRound.approved_at.desc(), AllocationRound.id.desc(), RoundShare.place)
    )
    if item_id is not None:
        statement = statement.where(AllocationRound.item_id == item_id)
    if round_id is not None:
        statement = statement.where(RoundShare.round_id == round_id)
    say = speaker()
    return [_share(row, say) for row in session.execute(statement.limit(limit).offset(offset)).mappings()]


def shares_of(session: Session, viewer: Viewer, *, round_id: int, area_id: int) -> list[ShareView]:
    """What the places of one of the viewer's communities were given in an approved round, by code."""
    chosen = (RoundShare.round_id == round_id) & (RoundShare.area_id == area_id) & owns_area(viewer, RoundShare.area_id)
    statement = _shares(chosen).where(RoundShare.request_id.is_not(None), AllocationRound.state.in_(STANDS))
    say = speaker()
    return [_share(row, say) for row in session.execute(statement.order_by(RoundShare.place)).mappings()]


def awaited_shares(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE_MAX) -> list[ShareView]:
    """Shares of the viewer's communities that are on their way and not confirmed, the oldest first."""
    statement = (
        _shares(owns_area(viewer, RoundShare.area_id))
        .where(RoundShare.id.in_(open_shipments()), RoundShare.allocated > 0)
        .order_by(AllocationRound.dispatched_at, RoundShare.round_id, RoundShare.place)
    )
    say = speaker()
    return [_share(row, say) for row in session.execute(statement.limit(limit)).mappings()]


def require_share(session: Session, viewer: Viewer, *, round_id: int, area_id: int) -> None:
    """
    Raises:
        NotFound: no such round, or nothing in it is for this community, or it is not the viewer's.
    """
    mine = select(RoundShare.round_id).where(
        RoundShare.round_id == round_id, RoundShare.area_id == area_id, RoundShare.request_id.is_not(None)
    )
    read_fields(session, mine.where(owns_area(viewer, RoundShare.area_id)).distinct(), kind="round", key=round_id)


def _sees_round(viewer: Viewer) -> ColumnElement[bool]:
    return owns_area(viewer, AllocationRound.area_id) if viewer.role in OFFICES else false()


def _rounds(viewer: Viewer) -> Rows:
    drafted, approved, cancelled = aliased(Account), aliased(Account), aliased(Account)
    of_places = (RoundShare.round_id == AllocationRound.id, RoundShare.request_id.is_not(None))
    requested = select(func.coalesce(func.sum(RoundShare.requested), 0)).where(*of_places).scalar_subquery()
    places = select(func.count(RoundShare.id)).where(*of_places).scalar_subquery()
    return (
        select(
            AllocationRound.id,
            AllocationRound.code,
            AllocationRound.item_id,
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Item.pack_size,
            AllocationRound.area_id,
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            AllocationRound.state,
            AllocationRound.emergency,
            AllocationRound.note,
            AllocationRound.rule,
            AllocationRound.supply,
            requested.label("requested"),
            AllocationRound.given,
            places.label("place_count"),
            AllocationRound.drafted_at,
            AllocationRound.drafted_by_id,
            drafted.username.label("drafted_by"),
            AllocationRound.approved_at,
            func.coalesce(approved.username, "").label("approved_by"),
            AllocationRound.dispatched_at,
            AllocationRound.received_at,
            AllocationRound.cancelled_at,
            func.coalesce(cancelled.username, "").label("cancelled_by"),
            AllocationRound.cancel_reason,
        )
        .join(Item, Item.id == AllocationRound.item_id)
        .join(Area, Area.id == AllocationRound.area_id)
        .join(drafted, drafted.id == AllocationRound.drafted_by_id)
        .outerjoin(approved, approved.id == AllocationRound.approved_by_id)
        .outerjoin(cancelled, cancelled.id == AllocationRound.cancelled_by_id)
        .where(_sees_round(viewer))
    )


def _shares(chosen: ColumnElement[bool]) -> Rows:
    """The chosen shares, by round or community, with what arrived of them."""
    arrivals, above = arrivals_of_shares(chosen), aliased(Area)
    return (
        select(
            RoundShare.id,
            RoundShare.round_id,
            AllocationRound.code.label("round_code"),
            AllocationRound.state.label("round_state"),
            AllocationRound.item_id,
            Item.name.label("item_name"),
            Item.unit,
            Item.pack_size,
            RoundShare.place,
            RoundShare.parent_place,
            func.coalesce(above.name, "").label("parent_name"),
            RoundShare.depth,
            RoundShare.area_id,
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            RoundShare.post,
            RoundShare.request_id,
            RoundShare.requested,
            RoundShare.tier,
            RoundShare.carry,
            RoundShare.allocated,
            RoundShare.refusal,
            RoundShare.explanation,
            RoundShare.shipment_id,
            arrivals.c.accepted,
            arrivals.c.rejected,
            arrivals.c.reason,
            arrivals.c.arrived_at,
        )
        .join(AllocationRound, AllocationRound.id == RoundShare.round_id)
        .join(Item, Item.id == AllocationRound.item_id)
        .join(Area, Area.id == RoundShare.area_id)
        .outerjoin(above, above.code == RoundShare.parent_place)
        .outerjoin(arrivals, arrivals.c.share_id == RoundShare.id)
        .where(chosen)
    )


def _share(row: Mapping[Any, Any], say: Speaker) -> ShareView:
    fields = dict(row)
    reasons, reason = fields.pop("explanation"), fields.pop("reason")
    came = arrived(fields["accepted"], fields["rejected"], reason)
    chinese, english = say(reasons, fields["parent_name"])
    return ShareView(
        **fields,
        missing=fields["allocated"] - came.accepted - came.rejected if came else None,
        rejection_reason=came.reason if came and came.rejected else None,
        shortfall=shortfall(
            requested=fields["requested"], allocated=fields["allocated"], refusal=fields["refusal"], arrived=came
        ),
        explanation_zh=chinese,
        explanation_en=english,
    )


def _changed(one: Changed) -> ChangedView:
    before, after = ("" if value is None else str(value) for value in (one.before, one.after))
    return ChangedView(what=one.what, place=one.place, before=before, after=after)
