"""What is read of the entitlement: the facts a decision needs, and what a viewer may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.scope import community_of, sees_household
from logistics.errors import NotFound
from logistics.inventory.entitlement import errors, rules
from logistics.inventory.entitlement.household_queries import facts, standing_draws
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementRule
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.entitlement.scope import binds_or_is_below, require_household
from logistics.inventory.entitlement.views import DrawView, RemainingView, RuleView
from logistics.inventory.ledger.models import Holder, Item, Reservation
from logistics.views import PAGE_SIZE, Rows, read, read_fields

_HANDED_OVER = (
    select(
        EntitlementDraw.household_id,
        Item.name.label("item"),
        Item.unit,
        EntitlementDraw.quantity,
        EntitlementDraw.channel,
        Area.name.label("place"),
    )
    .join(Item, Item.id == EntitlementDraw.item_id)
    .join(Reservation, Reservation.id == EntitlementDraw.reservation_id)
    .join(Holder, Holder.id == Reservation.holder_id)
    .join(Area, Area.id == Holder.area_id)
    .where(EntitlementDraw.id == bindparam("draw_id"))
)
_ITEM = select(Item.id, Item.code, Item.name, Item.unit).where(Item.id == bindparam("item_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemName:
    id: int
    code: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What a household was given of a draw, and whose stock it was."""

    household_id: int
    item: str
    unit: str
    quantity: int
    channel: DrawChannel
    place: str


def handed_over(session: Session, draw_id: int) -> HandedOver:
    """The facts of a draw whose goods were put aside. Raises NotFound."""
    row = session.execute(_HANDED_OVER, {"draw_id": draw_id}).mappings().one_or_none()
    if row is None:
        raise NotFound(kind="draw", key=draw_id)
    return HandedOver(**row)


def item_name(session: Session, item_id: int) -> ItemName:
    """Raises NotFound: no such item."""
    row = session.execute(_ITEM, {"item_id": item_id}).mappings().one_or_none()
    if row is None:
        raise NotFound(kind="item", key=item_id)
    return ItemName(**row)


def community_id(session: Session, household_id: int) -> int:
    """The community a household lives in. Raises NotFound."""
    found: int | None = session.scalar(select(community_of(household_id)))
    if found is None:
        raise NotFound(kind="household", key=household_id)
    return found


def remaining_of(session: Session, household_id: int, *, now: datetime) -> list[RemainingView]:
    """What a household may still draw of every item that is limited for it, by item code. For no viewer's eyes: the
    caller has checked whose household it is."""
    limited = facts(session, household_id).limits
    draws = standing_draws(session, household_id, limited, now=now)
    items = select(Item.id, Item.code, Item.name, Item.unit).where(Item.id.in_(limited)).order_by(Item.code)
    views = []
    for item in session.execute(items):
        found = rules.allowance(limited[item.id], draws.get(item.id, []), now=rules.to_the_second(now))
        assert found.limit is not None  # the item is limited
        views.append(
            RemainingView(
                item_id=item.id,
                item_code=item.code,
                item_name=item.name,
                unit=item.unit,
                limit=found.limit.quantity,
                days=found.limit.days,
                area_name=found.limit.area,
                drawn=found.drawn,
                available=found.available or 0,
                next_at=found.next_at,
                next_available=found.next_available,
            )
        )
    return views


def remaining(session: Session, viewer: Viewer, household_id: int, *, now: datetime) -> list[RemainingView]:
    """What a household of the viewer's may still draw. Raises NotFound."""
    require_household(session, viewer, household_id)
    return remaining_of(session, household_id, now=now)


def entitlement_rules(
    session: Session,
    viewer: Viewer,
    *,
    item_id: int | None = None,
    area_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[RuleView]:
    """Rules in force of the viewer's area and below, and of the areas above, which bind it too; by item and area."""
    fields = (
        EntitlementRule.id, EntitlementRule.item_id, Item.code.label("item_code"), Item.name.label("item_name"),
        Item.unit, EntitlementRule.area_id, Area.code.label("area_code"), Area.name.label("area_name"), Area.level,
        EntitlementRule.per, EntitlementRule.quantity, EntitlementRule.days, EntitlementRule.starts_at,
    )  # fmt: skip
    statement = (
        select(*fields)
        .join(Item, Item.id == EntitlementRule.item_id)
        .join(Area, Area.id == EntitlementRule.area_id)
        .where(EntitlementRule.ended_at.is_(None), binds_or_is_below(viewer))
        .order_by(Item.code, Area.code)
        .limit(limit)
        .offset(offset)
    )
    if item_id is not None:
        statement = statement.where(EntitlementRule.item_id == item_id)
    if area_id is not None:
        statement = statement.where(EntitlementRule.area_id == area_id)
    return read(session, statement, RuleView)


def entitlement_rule(session: Session, viewer: Viewer, *, item_id: int, area_id: int) -> RuleView:
    """The rule in force of an area for an item. Raises NotFound."""
    found = entitlement_rules(session, viewer, item_id=item_id, area_id=area_id, limit=1)
    if not found:
        raise NotFound(kind="rule", key=item_id)
    return found[0]


def draws(
    session: Session,
    viewer: Viewer,
    *,
    household_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[DrawView]:
    """Draws of the viewer's households, newest first."""
    statement = _draws(viewer).order_by(EntitlementDraw.drawn_at.desc(), EntitlementDraw.id.desc())
    if household_id is not None:
        statement = statement.where(EntitlementDraw.household_id == household_id)
    return read(session, statement.limit(limit).offset(offset), DrawView)


def draw(session: Session, viewer: Viewer, draw_id: int) -> DrawView:
    """One draw. Raises NotFound."""
    return DrawView(
        **read_fields(session, _draws(viewer).where(EntitlementDraw.id == draw_id), kind="draw", key=draw_id)
    )


def require_own(session: Session, viewer: Viewer, draw_id: int) -> None:
    """Refuse a worker who would let go what a household, or another worker for it, has taken; and whoever would end
    here what was won in a ballot.

    Raises:
        NotFound: no such draw, or not the viewer's to see.
        NotYoursToVoid: somebody else took it.
        OfABallot: the ballot keeps it.
    """
    _require_no_ballot(draw(session, viewer, draw_id))
    taker = session.scalar(select(EntitlementDraw.account_id).where(EntitlementDraw.id == draw_id))
    if viewer.role is Role.COMMUNITY_WORKER and taker != viewer.account_id:
        raise errors.NotYoursToVoid()


def require_at_the_counter(session: Session, viewer: Viewer, draw_id: int) -> None:
    """Refuse what is not handed over as a plain take. Raises NotFound, OfABallot."""
    _require_no_ballot(draw(session, viewer, draw_id))


def _require_no_ballot(found: DrawView) -> None:
    if found.channel is DrawChannel.BALLOT:
        raise errors.OfABallot()


def _draws(viewer: Viewer) -> Rows:
    return (
        select(
            EntitlementDraw.id,
            EntitlementDraw.household_id,
            Household.code.label("household_code"),
            Compound.name.label("compound_name"),
            Building.number.label("building"),
            Household.unit,
            Household.flat,
            EntitlementDraw.item_id,
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit.label("item_unit"),
            EntitlementDraw.quantity,
            EntitlementDraw.given_back,
            EntitlementDraw.channel,
            EntitlementDraw.drawn_at,
            Reservation.state,
            Reservation.expires_at,
            Area.id.label("stock_area_id"),
            Area.name.label("stock_area_name"),
        )
        .join(Household, Household.id == EntitlementDraw.household_id)
        .join(Building, Building.id == Household.building_id)
        .join(Compound, Compound.id == Building.compound_id)
        .join(Item, Item.id == EntitlementDraw.item_id)
        .outerjoin(Reservation, Reservation.id == EntitlementDraw.reservation_id)
        .outerjoin(Holder, Holder.id == Reservation.holder_id)
        .outerjoin(Area, Area.id == Holder.area_id)
        .where(sees_household(viewer, EntitlementDraw.household_id))
    )
