"""Depots, vehicles and stops as benchmark files know them: one good, no packages, cost by distance."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.problem_file import COST_PER_KM_OF_ONE
from logistics.routing.engine.items import Depot, Stop, TimeWindow, Vehicle


def a_depot(depot_id: str, *, place: int, window: TimeWindow) -> Depot:
    """A depot that is open in a window."""
    return Depot(id=depot_id, place=place, opens_s=window.start_s, closes_s=window.end_s)


def a_stop(stop_id: str, *, place: int, demand: int, window: TimeWindow, service_s: int) -> Stop:
    """A customer; the file's unit of load counts as a gram, and any depot may serve it."""
    return Stop(
        id=stop_id,
        place=place,
        demand_g=demand,
        packages=0,
        window=window,
        service_s=service_s,
        depot=None,
    )


def all_day(matrix: NDArray[np.int32], service_s: Sequence[int]) -> TimeWindow:
    """Where a file has no windows: long enough for one vehicle to serve everybody, in the worst order."""
    return TimeWindow(start_s=0, end_s=int(matrix.max(axis=1).sum(dtype=np.int64)) + sum(service_s))


def a_fleet(rows: Iterable[tuple[int, Depot, int, int]], *, stop_count: int) -> list[Vehicle]:
    """Vehicles "1", "2", … from (capacity, depot, fixed cost, cost per unit of distance); those alike share a type."""
    types: dict[tuple[int, str, int, int], str] = {}
    fleet = []
    for number, (capacity, depot, fixed_cost, unit_cost) in enumerate(rows, start=1):
        kind = (capacity, depot.id, fixed_cost, unit_cost)
        fleet.append(
            Vehicle(
                id=str(number),
                type=types.setdefault(kind, f"type {len(types) + 1}"),
                depot=depot.id,
                capacity_g=capacity,
                capacity_packages=stop_count,
                shift=TimeWindow(start_s=depot.opens_s, end_s=depot.closes_s),
                fixed_cost=fixed_cost,
                cost_per_km=unit_cost * COST_PER_KM_OF_ONE,
                cost_per_h=0,
            )
        )
    return fleet
