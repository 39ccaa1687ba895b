"""Whether a campaign forms: what it needs at least, how much of it is there, and how its cut-off ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from logistics.orders.campaigns.rules import Fallback, Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the standing orders of a campaign come to. `amount_cents` is at the price for one, so that one more order
    never takes a campaign away from its minimum, as a cheaper tier would."""

    orders: int = 0
    households: int = 0
    units: int = 0
    amount_cents: int = 0
    units_of: Mapping[int, int] = field(default_factory=dict)
    """By offer."""

    def of(self, measure: Measure) -> int:
        return {
            Measure.ORDERS: self.orders,
            Measure.HOUSEHOLDS: self.households,
            Measure.UNITS: self.units,
            Measure.AMOUNT: self.amount_cents,
        }[measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One minimum and how much of it is there."""

    measure: Measure
    needed: int
    reached: int

    @property
    def met(self) -> bool:
        return self.reached >= self.needed

    @property
    def missing(self) -> int:
        return max(self.needed - self.reached, 0)

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(self.reached / self.needed, 1.0)


class Ending(StrEnum):
    """How a cut-off ends: the campaign forms or fails, goes on once more, or waits for its merchant's word."""

    FORM = "form"
    FAIL = "fail"
    EXTEND = "extend"
    WAIT = "wait"


def progress(needed: Mapping[Measure, int], totals: Totals) -> tuple[Reached, ...]:
    """Every minimum that was set (0 is none), with what is reached of it."""
    return tuple(
        Reached(measure=measure, needed=needed[measure], reached=totals.of(measure))
        for measure in Measure
        if needed.get(measure, 0) > 0
    )


def ending(
    needed: Mapping[Measure, int], totals: Totals, *, fallback: Fallback, extended_until: datetime | None, now: datetime
) -> Ending:
    """How the cut-off ends. All minimums must be met. `extended_until` is the later cut-off that was promised
    beforehand, None where there is none (any more); once that is over too there is nothing left to extend."""
    if all(part.met for part in progress(needed, totals)):
        return Ending.FORM
    if fallback is Fallback.NOTIFY:
        return Ending.WAIT
    if extended_until is not None and now < extended_until:
        return Ending.EXTEND
    return Ending.FAIL


def extended_until(
    *,
    fallback: Fallback,
    cut_off_at: datetime,
    extend_min: int | None,
    extended_at: datetime | None,
    full_at: datetime | None,
    now: datetime,
) -> datetime | None:
    """The later cut-off of a campaign that may be extended now: once, only when its cut-off has come by the clock, and
    not when it is full, since nobody could order more."""
    chosen = fallback is Fallback.EXTEND and extend_min is not None
    if not chosen or extended_at is not None or full_at is not None or now < cut_off_at:
        return None
    return cut_off_at + timedelta(minutes=extend_min or 0)
