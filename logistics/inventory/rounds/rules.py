"""Pure rules of requests and rounds: states, tiers, what a place is short of, and what has changed under a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from logistics.inventory.allocation import Refusal, carry_after

__all__ = ["Refusal"]

PROMISED = timedelta(days=1)
"""How long an approved round's pieces are promised: a round is sent on the day it is approved. Lots that are not good
as long are not shared out by rounds."""


class Tier(StrEnum):
    """How a community is classed, which decides who comes first under the tiers rule."""

    TRANSMISSION = "transmission"
    CASES = "cases"
    NO_CASE = "no_case"


TIER_RANKS: Mapping[Tier, int] = {Tier.TRANSMISSION: 1, Tier.CASES: 2, Tier.NO_CASE: 3}
"""1 is served first. A community that nobody has classed counts as one without a case."""


class RequestState(StrEnum):
    OPEN = "open"
    ALLOCATED = "allocated"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RoundState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class RejectionReason(StrEnum):
    """Why a community sends goods back on arrival."""

    NO_ROOM = "no_room"
    NO_NEED = "no_need"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    WRONG_GOODS = "wrong_goods"


class Change(StrEnum):
    """What is no longer as it was when a round was drafted."""

    SUPPLY = "supply"
    ADDED = "added"
    GONE = "gone"
    REQUESTED = "requested"
    REFUSAL = "refusal"
    TIER = "tier"
    CARRY = "carry"
    WEIGHT = "weight"
    FLOOR = "floor"
    PARENT = "parent"
    TEXT = "text"


REQUEST_TRANSITIONS: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset({RequestState.ALLOCATED, RequestState.DECLINED, RequestState.WITHDRAWN}),
    RequestState.DECLINED: frozenset({RequestState.ALLOCATED, RequestState.OPEN}),  # taken with nothing, or asks again
    RequestState.ALLOCATED: frozenset(),  # until its round is cancelled, which sets it back
    RequestState.WITHDRAWN: frozenset(),
}

ROUND_TRANSITIONS: Mapping[RoundState, frozenset[RoundState]] = {
    RoundState.DRAFT: frozenset({RoundState.APPROVED, RoundState.CANCELLED}),
    RoundState.APPROVED: frozenset({RoundState.DISPATCHED, RoundState.CANCELLED}),
    RoundState.DISPATCHED: frozenset({RoundState.RECEIVED}),
    RoundState.RECEIVED: frozenset(),
    RoundState.CANCELLED: frozenset(),
}

REJECTED_AS: Mapping[str, RejectionReason] = {reason.value: reason for reason in RejectionReason}
"""Reasons as shipments keep them, in words."""

REFUSALS = frozenset(RejectionReason(refusal.value) for refusal in Refusal)
"""Reasons on arrival that are a refusal: the goods were sound, and the place did not want them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What a place says of its part of a shipment, in pieces."""

    accepted: int
    rejected: int = 0
    reason: RejectionReason | None = None

    @property
    def refused(self) -> bool:
        """Whether the place sent sound goods back because it had no room or no need for them."""
        return self.rejected > 0 and self.reason in REFUSALS


def shortfall(*, requested: int, allocated: int, refusal: Refusal | None, arrived: Arrived | None) -> int:
    """Pieces a place is short of after a round, which carry over into the next one of the item.

    Until the goods are confirmed it is what was not given; then what was not accepted, so that goods that never came or
    came broken are owed too. Who refuses for lack of room or of need is short of nothing, neither of what was sent
    back nor of what was never sent.
    """
    if arrived is None:
        return carry_after(requested=requested, allocated=allocated, refusal=refusal)
    refused = Refusal(arrived.reason.value) if arrived.refused and arrived.reason else refusal
    return carry_after(requested=requested, allocated=arrived.accepted, refusal=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the decision about one place rests on: its `request` in that `version`, and what it counts for.

    `carry` (from the round of the day `carried_from`) and `floor` in pieces, `weight` in parts of a million; `refusal`
    is empty unless the community declined.
    """

    place: str
    parent: str
    request: str
    version: int
    requested: int
    tier: int
    weight: int
    carry: int
    carried_from: str
    floor: int
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One thing that is not as it was. `place` is empty where it is about the supply; `before` and `after` are None
    where there was or is nothing."""

    what: Change
    place: str = ""
    before: int | str | None = None
    after: int | str | None = None


_FIELDS = (
    ("requested", Change.REQUESTED),
    ("refusal", Change.REFUSAL),
    ("tier", Change.TIER),
    ("carry", Change.CARRY),
    ("weight", Change.WEIGHT),
    ("floor", Change.FLOOR),
    ("parent", Change.PARENT),
)


def changes(
    before: Sequence[Standing], after: Sequence[Standing], *, supply_before: int, supply_after: int
) -> list[Changed]:
    """What is different between two sets of inputs: the supply first, then place by place."""
    found = []
    if supply_before != supply_after:
        found.append(Changed(what=Change.SUPPLY, before=supply_before, after=supply_after))
    old = {standing.place: standing for standing in before}
    new = {standing.place: standing for standing in after}
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place), new.get(place)
        if was is None:
            assert now is not None
            found.append(Changed(what=Change.ADDED, place=place, after=now.requested))
        elif now is None or now.request != was.request:
            found.append(Changed(what=Change.GONE, place=place, before=was.requested))
        else:
            found += _changes_of(was, now)
    return found


def _changes_of(was: Standing, now: Standing) -> list[Changed]:
    found = [
        Changed(what=what, place=was.place, before=getattr(was, name), after=getattr(now, name))
        for name, what in _FIELDS
        if getattr(was, name) != getattr(now, name)
    ]
    if not found and was.version != now.version:  # its words alone, which somebody who decides may want to read
        return [Changed(what=Change.TEXT, place=was.place, before=was.version, after=now.version)]
    return found
