"""What vehicles carry and who may serve what, as PyVRP's loads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import Stop
from logistics.routing.engine.solvers.pyvrp_fleet import Fleet, unforced_classes
from logistics.routing.engine.solvers.pyvrp_legs import Legs

# The largest vehicle holds at least this many units of each load.
UNITS_PER_LOAD = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """`demands`, (stops, loads), and the capacity of each kind of vehicle for each load."""

    demands: NDArray[np.int64]
    capacities: list[list[int]]


def loads_of(fleet: Fleet, stops: Sequence[Stop], legs: Legs) -> Loads:
    """Grams, packages, millilitres, numbers of stops, and belonging to a class; what cannot bind is left out.

    That a stop is only for certain kinds is a load too: they can carry all of it, the others nothing. (Legs of
    its own for each kind, closed to and from other stops, searched no better at 200 stops, and take a matrix each.)
    """
    ones = [vehicles[0] for vehicles in fleet.kinds]
    limits: list[tuple[list[int], list[int | None]]] = [
        ([stop.demand_g for stop in stops], [one.capacity_g for one in ones]),
        ([stop.packages for stop in stops], [one.capacity_packages for one in ones]),
        ([stop.volume_ml for stop in stops], [one.capacity_ml for one in ones]),
        ([1] * len(stops), [one.most_stops for one in ones]),
    ]
    limits += [
        ([int(own) for own in fleet.class_of == number], [None if may else 0 for may in fleet.may_serve[:, number]])
        for number in unforced_classes(fleet, legs.at_depots)
    ]
    columns: list[list[int]] = []
    capacities: list[list[int]] = [[] for _ in ones]
    for demands, given in limits:
        total = sum(demands)
        bounds = [total if capacity is None else min(capacity, total) for capacity in given]
        if min(bounds) == total:
            continue
        scale = max(1, UNITS_PER_LOAD // max(1, *bounds))
        columns.append([amount * scale for amount in demands])
        for capacity, bound in zip(capacities, bounds, strict=True):
            capacity.append(bound * scale)
    return Loads(demands=np.array(columns, dtype=np.int64).reshape(len(columns), len(stops)).T, capacities=capacities)
