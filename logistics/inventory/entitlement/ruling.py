"""The offices' rules: set, changed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, text, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing
from logistics.inventory.entitlement import errors, queries
from logistics.inventory.entitlement.models import EntitlementRule
from logistics.inventory.entitlement.rules import DAYS_MAX, QUANTITY_MAX, Per


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRule:
    """At most `quantity` pieces of an item in any `days` days for every household, or person, of an area and below.
    Rules of several areas over a household all bind it: an office below can only be stricter."""

    item_id: int
    area_id: int
    quantity: int
    days: int
    per: Per = Per.HOUSEHOLD
    set_by_id: int | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.quantity <= QUANTITY_MAX and 1 <= self.days <= DAYS_MAX):
            raise errors.BadRule(quantity=self.quantity, days=self.days, quantity_max=QUANTITY_MAX, days_max=DAYS_MAX)


def set_rule(session: Session, command: SetRule, *, now: datetime) -> int:
    """Put a rule into force in place of the one before, and count what was drawn before against it too. The same rule
    again changes nothing. Returns the id of the rule in force.

    Raises:
        NotFound: no such item.
    """
    queries.item_name(session, command.item_id)
    standing = session.scalar(_in_force(command.item_id, command.area_id).with_for_update())
    wanted = (command.per, command.quantity, command.days)
    if standing is not None and (standing.per, standing.quantity, standing.days) == wanted:
        return standing.id
    end_rule(session, item_id=command.item_id, area_id=command.area_id, now=now)
    row = {
        "item_id": command.item_id,
        "area_id": command.area_id,
        "per": command.per,
        "quantity": command.quantity,
        "days": command.days,
        "starts_at": now,
        "set_by_id": command.set_by_id,
    }
    # where somebody else sets one at this very moment, theirs stays and the caller sees it
    insert_missing(session, EntitlementRule, [row], key=("item_id", "area_id"), where=text("ended_at IS NULL"))
    return session.scalars(_in_force(command.item_id, command.area_id)).one().id


def end_rule(session: Session, *, item_id: int, area_id: int, now: datetime) -> bool:
    """End the rule of an area for an item; False where there is none."""
    ended = session.scalars(
        update(EntitlementRule)
        .where(
            EntitlementRule.item_id == item_id, EntitlementRule.area_id == area_id, EntitlementRule.ended_at.is_(None)
        )
        .values(ended_at=now)
        .returning(EntitlementRule.id)
    )
    return ended.first() is not None


def _in_force(item_id: int, area_id: int) -> Select[EntitlementRule]:
    return select(EntitlementRule).where(
        EntitlementRule.item_id == item_id, EntitlementRule.area_id == area_id, EntitlementRule.ended_at.is_(None)
    )
