"""What a viewer may read of requests and of the classes of communities: an office its area and below, a community
worker its community."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.communities.scope import area_and_below
from logistics.inventory.ledger.models import Item
from logistics.inventory.ledger.scope import owns_area
from logistics.inventory.rounds.models import CommunityTier, SupplyRequest
from logistics.inventory.rounds.places import place_code
from logistics.inventory.rounds.rules import RequestState
from logistics.inventory.rounds.views import AreaOption, ItemOption, RequestView, TierView
from logistics.views import PAGE_SIZE, Rows, read, read_fields


def requests(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    state: RequestState | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[RequestView]:
    """Requests of the viewer's area and below, newest first."""
    statement = _requests(viewer).order_by(SupplyRequest.requested_at.desc(), SupplyRequest.id.desc())
    if item_id is not None:
        statement = statement.where(SupplyRequest.item_id == item_id)
    if state is not None:
        statement = statement.where(SupplyRequest.state == state)
    return read(session, statement.limit(limit).offset(offset), RequestView)


def standing(session: Session, viewer: Viewer, *, area_id: int, item_id: int | None = None) -> list[RequestView]:
    """The requests below one of the viewer's areas that the next round takes, by item and the codes of their places."""
    statement = _requests(viewer).where(
        SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED)),
        SupplyRequest.area_id.in_(area_and_below(area_id)),
    )
    if item_id is not None:
        statement = statement.where(SupplyRequest.item_id == item_id)
    rows = read(session, statement, RequestView)
    return sorted(rows, key=lambda row: (row.item_code, place_code(row.area_code, row.post)))


def request(session: Session, viewer: Viewer, request_id: int) -> RequestView:
    """One request. Raises NotFound."""
    statement = _requests(viewer).where(SupplyRequest.id == request_id)
    return RequestView(**read_fields(session, statement, kind="request", key=request_id))


def tiers(
    session: Session, viewer: Viewer, *, area_id: int | None = None, limit: int = PAGE_SIZE, offset: int = 0
) -> list[TierView]:
    """How the viewer's communities were classed, the latest day first; with `area_id` the history of that one."""
    statement = _tiers(viewer).order_by(CommunityTier.starts_on.desc(), CommunityTier.id.desc())
    if area_id is not None:
        statement = statement.where(CommunityTier.area_id == area_id)
    return read(session, statement.limit(limit).offset(offset), TierView)


def tier(session: Session, viewer: Viewer, entry_id: int) -> TierView:
    """One entry in the history of a community's class. Raises NotFound."""
    statement = _tiers(viewer).where(CommunityTier.id == entry_id)
    return TierView(**read_fields(session, statement, kind="tier", key=entry_id))


def _tiers(viewer: Viewer) -> Rows:
    return (
        select(
            CommunityTier.id,
            CommunityTier.area_id,
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            CommunityTier.tier,
            CommunityTier.starts_on,
            CommunityTier.note,
            CommunityTier.set_at,
            func.coalesce(Account.username, "").label("set_by"),
        )
        .join(Area, Area.id == CommunityTier.area_id)
        .outerjoin(Account, Account.id == CommunityTier.set_by_id)
        .where(owns_area(viewer, CommunityTier.area_id))
    )


def items(session: Session) -> list[ItemOption]:
    """Every item there is, by code: what is scarce is no secret."""
    fields = (Item.id, Item.code, Item.name, Item.unit, Item.pack_size)
    return read(session, select(*fields).order_by(Item.code), ItemOption)


def area(session: Session, viewer: Viewer, area_id: int) -> AreaOption:
    """One area the viewer looks after. Raises NotFound."""
    statement = _areas(viewer).where(Area.id == area_id)
    return AreaOption(**read_fields(session, statement, kind="area", key=area_id))


def offices(session: Session, viewer: Viewer) -> list[AreaOption]:
    """The viewer's areas that have communities below them, from the top down."""
    above = _areas(viewer).where(Area.level != AreaLevel.COMMUNITY).order_by(Area.code)
    return read(session, above, AreaOption)


def communities(session: Session, viewer: Viewer) -> list[AreaOption]:
    """The viewer's communities, by code."""
    return read(session, _areas(viewer).where(Area.level == AreaLevel.COMMUNITY).order_by(Area.code), AreaOption)


def _areas(viewer: Viewer) -> Rows:
    return select(Area.id, Area.code, Area.name, Area.level).where(owns_area(viewer, Area.id))


def _requests(viewer: Viewer) -> Rows:
    return (
        select(
            SupplyRequest.id,
            SupplyRequest.code,
            SupplyRequest.item_id,
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Item.pack_size,
            SupplyRequest.area_id,
            Area.code.label("area_code"),
            Area.name.label("area_name"),
            SupplyRequest.post,
            SupplyRequest.quantity,
            SupplyRequest.checkpoint_count,
            SupplyRequest.note,
            SupplyRequest.state,
            SupplyRequest.refusal,
            SupplyRequest.version,
            SupplyRequest.requested_at,
            SupplyRequest.changed_at,
        )
        .join(Item, Item.id == SupplyRequest.item_id)
        .join(Area, Area.id == SupplyRequest.area_id)
        .where(owns_area(viewer, SupplyRequest.area_id))
    )
