"""The facts of one household that a draw is decided by. Each draw asks for them, so the statements are built once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from logistics.communities.models import Area, Building, Compound, Household
from logistics.errors import NotFound
from logistics.inventory.entitlement import rules
from logistics.inventory.entitlement.models import EntitlementDraw, EntitlementRule
from logistics.inventory.entitlement.rules import Drawn, Limit
from logistics.inventory.ledger.models import Reservation, Transfer
from logistics.inventory.ledger.rules import ReservationState

STANDING = (ReservationState.PENDING, ReservationState.POSTED)
"""Of a reservation that was voided or has expired nothing was drawn; nor of goods that came back by a reversal."""

_HOME = (
    select(Area.id, Area.parent_id, Area.name, Household.person_count)
    .join(Compound, Compound.community_id == Area.id)
    .join(Building, Building.compound_id == Compound.id)
    .join(Household, Household.building_id == Building.id)
    .where(Household.id == bindparam("household_id"))
    .cte("above", recursive=True)
)
_ABOVE = _HOME.union_all(
    select(Area.id, Area.parent_id, Area.name, _HOME.c.person_count).join(_HOME, Area.id == _HOME.c.parent_id)
)
_IN_FORCE = (EntitlementRule.area_id == _ABOVE.c.id) & EntitlementRule.ended_at.is_(None)
_FACTS = select(
    _ABOVE.c.id.label("area_id"),
    _ABOVE.c.name.label("area"),
    _ABOVE.c.person_count,
    EntitlementRule.id.label("rule_id"),
    EntitlementRule.item_id,
    EntitlementRule.per,
    EntitlementRule.quantity,
    EntitlementRule.days,
).order_by(EntitlementRule.id)
_OF_ALL_ITEMS = _FACTS.select_from(_ABOVE).outerjoin(EntitlementRule, _IN_FORCE)
_OF_ONE_ITEM = _FACTS.select_from(_ABOVE).outerjoin(
    EntitlementRule, _IN_FORCE & (EntitlementRule.item_id == bindparam("item_id"))
)
_CAME_BACK = aliased(Transfer)
_DRAWS = (
    select(
        EntitlementDraw.item_id,
        EntitlementDraw.drawn_at,
        (EntitlementDraw.quantity - EntitlementDraw.given_back).label("quantity"),
    )
    .outerjoin(Reservation, Reservation.id == EntitlementDraw.reservation_id)
    .where(
        EntitlementDraw.household_id == bindparam("household_id"),
        EntitlementDraw.item_id.in_(bindparam("item_ids", expanding=True)),
        EntitlementDraw.drawn_at > bindparam("since", type_=EntitlementDraw.drawn_at.type),
        EntitlementDraw.given_back < EntitlementDraw.quantity,
        or_(Reservation.id.is_(None), Reservation.state.in_(STANDING)),
        ~select(_CAME_BACK.id).where(_CAME_BACK.reverses_id == Reservation.transfer_id).exists(),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFacts:
    """The names of the areas a household lives in, by id; and the rules that bind it, by item."""

    areas: Mapping[int, str]
    limits: Mapping[int, Sequence[Limit]]


def facts(session: Session, household_id: int, *, item_id: int | None = None) -> HouseholdFacts:
    """What binds a household: the rules in force of its community and of every area above, for one item or for all.

    Raises:
        NotFound: no such household.
    """
    asked = {"household_id": household_id} | ({} if item_id is None else {"item_id": item_id})
    rows = session.execute(_OF_ALL_ITEMS if item_id is None else _OF_ONE_ITEM, asked).all()
    if not rows:
        raise NotFound(kind="household", key=household_id)
    limits: dict[int, list[Limit]] = defaultdict(list)
    for row in rows:
        if row.rule_id is not None:
            quantity = rules.limit_quantity(row.quantity, per=row.per, person_count=row.person_count)
            limits[row.item_id].append(Limit(rule_id=row.rule_id, area=row.area, quantity=quantity, days=row.days))
    return HouseholdFacts(areas={row.area_id: row.area for row in rows}, limits=limits)


def standing_draws(
    session: Session, household_id: int, limits: Mapping[int, Sequence[Limit]], *, now: datetime
) -> dict[int, list[Drawn]]:
    """What a household has drawn of limited items that may count now or later, by item."""
    if not limits:
        return {}
    since = now - max(limit.span for of_item in limits.values() for limit in of_item)
    asked = {"household_id": household_id, "item_ids": sorted(limits), "since": since}
    found: dict[int, list[Drawn]] = defaultdict(list)
    for row in session.execute(_DRAWS, asked):
        found[row.item_id].append(Drawn(at=row.drawn_at, quantity=row.quantity))
    return found
