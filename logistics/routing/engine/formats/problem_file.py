"""What a reader hands back, and how a file says that it is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.items import BadProblem, Depot, Stop, Vehicle
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.travelling import Profile, SpeedSlot

COST_PER_KM_OF_ONE = 1_000
"""Cents a kilometre that make one unit of the `metres` matrix cost one cent, so that a plan's cost is its distance."""


class BadProblemFile(ValueError):
    """A file that cannot be read as a problem: `file`, the `line` or the `field` that is wrong, and what is right."""

    def __init__(self, message: str, *, file: str, line: int | None = None, field: str | None = None) -> None:
        self.file = file
        self.line = line
        self.field = field
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {message}" if field is None else f"{where}: {field}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadProblem:
    """A problem out of a file, with what its numbers mean.

    The problem holds whole numbers: distances and times of the file times a factor, rounded as its family does.
    `scale` is how many cents of `Plan.cost` are one unit of the family's published costs, and `factor` how many metres
    of the matrix are one unit of the file's distances.
    `coordinates` is `(n, 2)`, one row per place, x before y; None if the file has none. They are longitude and latitude
    in degrees if `geographic`, else in the plane.
    `convention` says all this in one line. `numbered_vehicles` means that vehicles differ, so that route 3 of a
    solution file is the route of vehicle "3". `start` is a plan to begin with that came in the same file, the stops of
    each vehicle in order, as `SolveOptions.start`, and `start_reloads` where they load again, as it does there.
    `walks` is what the file says of volunteers on foot behind its gates, by stop, as JSON has it: `walking.files` reads
    it, for walks stand above the formats. With it come `walking_cents_per_h` and `split_gates`, as in
    `plan_two_echelons`.
    """

    name: str
    format: str
    convention: str
    problem: Problem
    scale: int = 1
    factor: int = 1
    coordinates: NDArray[np.float64] | None = None
    geographic: bool = False
    numbered_vehicles: bool = False
    start: Mapping[str, Sequence[str]] | None = None
    start_reloads: Mapping[str, Sequence[int]] | None = None
    walks: Mapping[str, Any] | None = None
    walking_cents_per_h: int = 0
    split_gates: bool = False

    def objective(self, cost: int) -> Decimal:
        """A plan's cost in the unit of the family's published costs, exact."""
        return Decimal(cost) / self.scale

    def distance(self, plan: Plan) -> Decimal:
        """What all routes drive, in the unit of the file's distances, exact."""
        return Decimal(sum(route.distance_m for route in plan.routes)) / self.factor

    def gap_percent(self, cost: int, best_known: Decimal) -> float:
        """How much a cost lies above a published one, in percent of that."""
        return float((Fraction(self.objective(cost)) / Fraction(best_known) - 1) * 100)


def problem_of(
    file: str,
    *,
    depots: Sequence[Depot],
    vehicles: Sequence[Vehicle],
    stops: Sequence[Stop],
    seconds: NDArray[Any],
    metres: NDArray[Any],
    speeds: tuple[SpeedSlot, ...] = (),
    profiles: Mapping[str, Profile] = MappingProxyType({}),
    longest_route_cents_per_h: int = 0,
) -> Problem:
    """The problem of these parts.

    Raises:
        BadProblemFile: with every fault that the engine finds in them.
    """
    for kind, items in (("vehicles", vehicles), ("stops", stops)):
        if not items:
            raise BadProblemFile(f"there are no {kind}; at least one is needed", file=file)
    try:
        return Problem(
            depots=tuple(depots),
            vehicles=tuple(vehicles),
            stops=tuple(stops),
            seconds=seconds,
            metres=metres,
            speeds=speeds,
            profiles=profiles,
            longest_route_cents_per_h=longest_route_cents_per_h,
        )
    except BadProblem as error:
        raise BadProblemFile("; ".join(error.faults), file=file) from error
