"""A few vehicles and stops of a problem as a problem of their own."""

import dataclasses
from collections.abc import Iterable, Sequence

from logistics.routing.engine.problem import Depot, Problem, Stop, Vehicle


def part_of(
    problem: Problem, vehicles: Sequence[Vehicle], stops: Iterable[Stop], *, depots: Sequence[Depot] | None = None
) -> Problem | None:
    """The problem of these vehicles and stops, over the same places; `depots` stand in for the problem's if given.

    What stops say about other vehicles is left out. None if a stop says that none of these may serve it, or is pinned
    to a position that so few stops cannot reach.
    """
    known = frozenset(vehicle.id for vehicle in vehicles)
    kept = []
    for stop in stops:
        left = _knowing_only(stop, known)
        if left is None:
            return None
        kept.append(left)
    most_stops = {vehicle.id: vehicle.most_stops for vehicle in vehicles}
    for stop in kept:
        if stop.pinned_position is not None and stop.pinned_vehicle is not None:
            most = most_stops[stop.pinned_vehicle]
            if stop.pinned_position > len(kept) or (most is not None and stop.pinned_position > most):
                return None
    return dataclasses.replace(
        problem,
        depots=problem.depots if depots is None else tuple(depots),
        vehicles=tuple(vehicles),
        stops=tuple(kept),
    )


def _knowing_only(stop: Stop, known: frozenset[str]) -> Stop | None:
    if stop.pinned_vehicle is not None and stop.pinned_vehicle not in known:
        return None
    allowed = stop.vehicles_allowed
    if allowed is not None and not (allowed & known) - stop.vehicles_forbidden:
        return None
    if (allowed is None or allowed <= known) and stop.vehicles_forbidden <= known:
        return stop
    return dataclasses.replace(
        stop,
        vehicles_allowed=None if allowed is None else allowed & known,
        vehicles_forbidden=stop.vehicles_forbidden & known,
    )
