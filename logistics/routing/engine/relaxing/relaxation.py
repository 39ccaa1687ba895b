"""What may be asked for so that a stop can be served, and how small a wish it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem


class RelaxationKind(StrEnum):
    """One thing that could be allowed; ties in effort are broken in this order."""

    SEARCH_LONGER = "search_longer"
    """Nothing: a further search found a plan that serves the stop too."""
    POSITION_LIFTED = "position_lifted"
    """It stays with the vehicle it is pinned to, at any position."""
    PIN_LIFTED = "pin_lifted"
    """Any vehicle that may serve it, at any position."""
    VEHICLE_ALLOWED = "vehicle_allowed"
    """One more vehicle may serve it."""
    DROP_COST = "drop_cost"
    """Leaving it out is priced higher."""
    RELEASE_EARLIER = "release_earlier"
    """Its goods are packed earlier."""
    WINDOW_LATER = "window_later"
    """Its last window ends later."""
    WINDOW_EARLIER = "window_earlier"
    """Its first window begins earlier."""
    MOST_STOPS = "most_stops"
    LONGEST_S = "longest_s"
    LONGEST_M = "longest_m"
    CAPACITY_G = "capacity_g"
    CAPACITY_PACKAGES = "capacity_packages"
    CAPACITY_ML = "capacity_ml"
    SHIFT_LATER = "shift_later"
    """The vehicle's shift ends later."""
    SHIFT_EARLIER = "shift_earlier"
    """The vehicle's shift begins earlier."""
    DEPOT_LATER = "depot_later"
    """The depot where vehicles end closes later."""
    DEPOT_EARLIER = "depot_earlier"
    """The depot opens earlier."""
    SKILL = "skill"
    """The vehicle gets the skills that it lacks."""
    ONE_MORE_VEHICLE = "one_more_vehicle"
    """Another vehicle like the one named, from a moment on."""


_SECONDS = "s"
UNITS = {
    RelaxationKind.SEARCH_LONGER: "",
    RelaxationKind.POSITION_LIFTED: "pins",
    RelaxationKind.PIN_LIFTED: "pins",
    RelaxationKind.VEHICLE_ALLOWED: "vehicles",
    RelaxationKind.DROP_COST: "cents",
    RelaxationKind.RELEASE_EARLIER: _SECONDS,
    RelaxationKind.WINDOW_LATER: _SECONDS,
    RelaxationKind.WINDOW_EARLIER: _SECONDS,
    RelaxationKind.MOST_STOPS: "stops",
    RelaxationKind.LONGEST_S: _SECONDS,
    RelaxationKind.LONGEST_M: "m",
    RelaxationKind.CAPACITY_G: "g",
    RelaxationKind.CAPACITY_PACKAGES: "packages",
    RelaxationKind.CAPACITY_ML: "ml",
    RelaxationKind.SHIFT_LATER: _SECONDS,
    RelaxationKind.SHIFT_EARLIER: _SECONDS,
    RelaxationKind.DEPOT_LATER: _SECONDS,
    RelaxationKind.DEPOT_EARLIER: _SECONDS,
    RelaxationKind.SKILL: "skills",
    RelaxationKind.ONE_MORE_VEHICLE: "vehicles",
}

# Points for one unit. A point is about what one minute of one person is: keeping a gate open a minute longer takes one
# keeper, a minute of shift a driver and his vehicle, a minute of depot hours all who work there.
_POINTS = {
    RelaxationKind.SEARCH_LONGER: 0.0,
    RelaxationKind.POSITION_LIFTED: 5.0,
    RelaxationKind.PIN_LIFTED: 10.0,
    RelaxationKind.VEHICLE_ALLOWED: 15.0,
    RelaxationKind.DROP_COST: 1 / 100,
    RelaxationKind.RELEASE_EARLIER: 1 / 60,
    RelaxationKind.WINDOW_LATER: 1 / 60,
    RelaxationKind.WINDOW_EARLIER: 1 / 60,
    RelaxationKind.MOST_STOPS: 5.0,
    RelaxationKind.LONGEST_S: 2 / 60,
    RelaxationKind.LONGEST_M: 1 / 1000,
    RelaxationKind.SHIFT_LATER: 2 / 60,
    RelaxationKind.SHIFT_EARLIER: 2 / 60,
    RelaxationKind.DEPOT_LATER: 6 / 60,
    RelaxationKind.DEPOT_EARLIER: 6 / 60,
    RelaxationKind.SKILL: 60.0,
    RelaxationKind.ONE_MORE_VEHICLE: 240.0,
}
POINTS_PER_PERCENT = 2.0
"""Of a vehicle's capacity: a tenth more is as much as twenty minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """The least `amount` (in `unit`) of one kind that lets the plan serve the stop, with its group if it has one.

    `vehicle` and `depot` are whose limit it is; for ONE_MORE_VEHICLE `vehicle` is the one that the new one is like, and
    `from_s` the latest moment from which it is needed. `cost_cents` is what the witness costs more than the plan.
    `witness` serves the stop and everything the plan serves, and holds for `apply(problem, relaxation)`.

    `effort` measures its smallness in points, a point being about a minute of one person: 1 a minute of a stop's window
    or packing, a kilometre or a yuan; 2 a minute of shift or a percent of capacity; 6 a minute of a depot's hours; 5 a
    stop more or a position, 10 a pin, 15 a vehicle allowed, 60 a skill, 240 another vehicle.

    Where no single kind was found to do, `also` is what must be granted with it, with the same cost and witness and an
    effort of its own; `effort` is then that of both.
    """

    kind: RelaxationKind
    stop: str
    vehicle: str | None = None
    depot: str | None = None
    amount: int
    unit: str
    from_s: int | None = None
    cost_cents: int
    effort: float
    witness: Plan = field(compare=False, repr=False)
    also: Relaxation | None = None

    def __str__(self) -> str:
        wishes = self._wish() if self.also is None else f"{self._wish()}, and {self.also._wish()}"
        return f"stop {self.stop!r}: {wishes}, for {self.cost_cents} cents more"

    def _wish(self) -> str:
        whose = "".join(
            f" of {what} {name!r}" for what, name in (("vehicle", self.vehicle), ("depot", self.depot)) if name
        )
        since = "" if self.from_s is None else f" from {self.from_s} s on"
        amount = f": {self.amount} {self.unit}" if self.unit else ""
        return f"{self.kind}{whose}{amount}{since}"


def effort_of(problem: Problem, kind: RelaxationKind, amount: int, vehicle_id: str | None) -> float:
    """The points of so much of a kind; the same order as `amount` within a kind and vehicle."""
    if kind in _POINTS:
        return _POINTS[kind] * amount
    capacity: int = getattr(problem.vehicle(str(vehicle_id)), kind.value)
    return POINTS_PER_PERCENT * 100 * amount / max(capacity, 1)
