"""What all peers share: one good, windows, distance and fixed costs; and what a peer hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem

Routes = list[tuple[str, list[str]]]

NOT_CHARGED_S = [0.0]
"""Seconds that a peer's own calibration took in this process."""


class CannotExpress(ValueError):
    """The solver cannot state this problem at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A solver in the table: `runs` processes at once, of which the best counts, use the same two cores."""

    label: str
    package: str
    runs: int
    routes: Callable[[ReadProblem, float, int], Routes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Vehicles alike; `unit` is what one metre of the matrix costs, in cents; no route lasts beyond `longest_s`."""

    ids: list[str]
    capacity: int
    home: int
    opens_s: int
    closes_s: int
    fixed: int
    unit: int
    longest_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A problem in the terms that all peers share: one good, windows, distance and fixed costs."""

    kinds: list[Kind]
    depots: list[int]
    stops: tuple[engine.Stop, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]


def plain(read: ReadProblem) -> Plain:
    """Raises CannotExpress if the problem has what no benchmark family has."""
    problem = read.problem
    for stop in problem.stops:
        if stop.packages or stop.volume_ml or stop.depot is not None or stop.drop_cost is not None:
            raise CannotExpress(f"stop {stop.id!r} has packages, a volume, a depot or a price")
    for vehicle in problem.vehicles:
        if vehicle.cost_per_h or vehicle.cost_per_km % 1_000:
            raise CannotExpress(f"vehicle {vehicle.id!r} is paid by the hour or by parts of a metre")
    kinds = []
    for _, group in groupby(problem.vehicles, key=lambda vehicle: vehicle.type):
        alike = list(group)
        first, hours = alike[0], problem.hours_of(alike[0])
        kinds.append(
            Kind(
                ids=[vehicle.id for vehicle in alike],
                capacity=first.capacity_g,
                home=problem.depot(first.depot).place,
                opens_s=hours.start_s,
                closes_s=hours.end_s,
                fixed=first.fixed_cost,
                unit=first.cost_per_km // 1_000,
                longest_s=first.longest_s,
            )
        )
    depots = [depot.place for depot in problem.depots]
    return Plain(kinds=kinds, depots=depots, stops=problem.stops, seconds=problem.seconds, metres=problem.metres)
