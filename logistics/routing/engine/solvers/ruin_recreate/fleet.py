"""The kinds of vehicle and who may serve what, as the kernel's tables hold them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.solvers import pyvrp_fleet
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    CAPACITY_G,
    CAPACITY_ML,
    CAPACITY_PACKAGES,
    END_PLACE,
    FIRST_SLOT,
    FIXED,
    HOURS_END,
    HOURS_START,
    KIND_COLUMNS,
    LONGEST_M,
    LONGEST_S,
    MOST_STOPS,
    PER_METRE,
    PER_SECOND,
    SLOTS,
    START_PLACE,
    Int64s,
)

UNLIMITED = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The kinds of vehicle that have hours to work in.

    `kinds` are rows as in `layout`, `access[row, kind]` is 1 where the kind may serve the stops of that row, and
    `rows[k]` is the row of the k-th stop. `origin_s` is the second that the kernel calls 0.
    """

    vehicles: tuple[tuple[Vehicle, ...], ...]
    kinds: Int64s
    access: NDArray[np.uint8]
    rows: Int64s
    origin_s: int


def fleet_of(problem: Problem, stops: Sequence[Stop]) -> Fleet:
    """The fleet for these stops; there must be a vehicle with hours and a stop."""
    alike = pyvrp_fleet.fleet_of(problem, stops)
    kinds = np.array([_row(problem, group[0]) for group in alike.kinds], dtype=np.int64)
    origin_s = int(kinds[:, HOURS_START].min())
    kinds[:, HOURS_START] -= origin_s
    kinds[:, HOURS_END] -= origin_s
    kinds[:, SLOTS] = [min(len(group), len(stops)) for group in alike.kinds]
    kinds[:, FIRST_SLOT] = np.cumsum(kinds[:, SLOTS]) - kinds[:, SLOTS]
    return Fleet(
        vehicles=alike.kinds,
        kinds=kinds,
        access=alike.may_serve.T.astype(np.uint8),
        rows=alike.class_of.astype(np.int64),
        origin_s=origin_s,
    )


def _row(problem: Problem, vehicle: Vehicle) -> list[int]:
    """The vehicle's columns, hours as the problem counts them and slots still open."""
    hours = problem.hours_of(vehicle)
    row = [0] * KIND_COLUMNS
    row[PER_METRE] = vehicle.cost_per_km * FINE_PER_METRE
    row[PER_SECOND] = vehicle.cost_per_h * FINE_PER_SECOND
    row[FIXED] = vehicle.fixed_cost * FINE_PER_CENT
    row[CAPACITY_G] = vehicle.capacity_g
    row[CAPACITY_PACKAGES] = vehicle.capacity_packages
    row[CAPACITY_ML] = _limit(vehicle.capacity_ml)
    row[LONGEST_S] = _limit(vehicle.longest_s)
    row[LONGEST_M] = _limit(vehicle.longest_m)
    row[MOST_STOPS] = _limit(vehicle.most_stops)
    row[START_PLACE] = problem.start_place(vehicle)
    row[END_PLACE] = problem.end_place(vehicle)
    row[HOURS_START] = hours.start_s
    row[HOURS_END] = hours.end_s
    return row


def _limit(given: int | None) -> int:
    return UNLIMITED if given is None else given
