"""What vehicles can still do when part of their route lies behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Break, Underway, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """How far a vehicle has come: so many `visits` of its route are done, the one being served included.

    It stands at `place`, or is bound for it, and is free from `ready_s` on. `loaded` says that it came back after these
    visits and has the next trip aboard.
    """

    visits: int
    place: int
    ready_s: int
    loaded: bool = False


def reloads_left(route: Route, state: Driven) -> list[int]:
    """The positions of the stops ahead of which the vehicle has still to load again."""
    return [
        reload.before
        for reload in route.reloads
        if reload.before > state.visits or (reload.before == state.visits and not state.loaded)
    ]


def loads(vehicle: Vehicle) -> bool:
    """Whether the vehicle is at its depot yet or will come back to it to load."""
    return vehicle.underway is None or vehicle.reloads > 0


def left_of(vehicle: Vehicle, route: Route | None, underway: Mapping[str, Driven], broken: Collection[str]) -> Vehicle:
    """The vehicle as it is now: what it has driven counts towards its limits, breaks it has taken are over."""
    if vehicle.id in broken:
        return dataclasses.replace(vehicle, most_stops=0)
    if vehicle.id not in underway:
        return vehicle
    state = underway[vehicle.id]
    out = Underway(place=state.place, ready_s=state.ready_s)
    if route is None:
        return dataclasses.replace(vehicle, underway=out, breaks=tuple(breaks_ahead(vehicle.breaks, state.ready_s)))
    left = reloads_left(route, state)
    done = [reload for reload in route.reloads if reload.before not in left]
    metres = sum(visit.travel_m for visit in route.visits[: state.visits]) + sum(reload.travel_m for reload in done)
    untaken = [rest for rest in vehicle.breaks if not _taken(rest, route, state)]
    return dataclasses.replace(
        vehicle,
        underway=out,
        reloads=max(0, vehicle.reloads - len(done)),
        longest_s=_less(vehicle.longest_s, state.ready_s - route.depart_s),
        longest_m=_less(vehicle.longest_m, metres),
        most_stops=_less(vehicle.most_stops, state.visits),
        breaks=tuple(breaks_ahead(untaken, state.ready_s)),
    )


def _less(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(0, limit - max(0, used))


def _taken(rest: Break, route: Route, state: Driven) -> bool:
    """Whether the break lay before the route's departure, or was taken on the way."""
    if route.depart_s >= rest.earliest_s + rest.duration_s:
        return True
    return any(
        rest.earliest_s <= taken.start_s <= rest.latest_s and taken.end_s <= state.ready_s for taken in route.rests
    )


def breaks_ahead(breaks: Collection[Break], ready_s: int) -> Iterator[Break]:
    """Breaks still to be taken: not before the vehicle is free, and at once where that is late already."""
    for rest in breaks:
        earliest_s = max(rest.earliest_s, ready_s)
        yield dataclasses.replace(rest, earliest_s=earliest_s, latest_s=max(rest.latest_s, earliest_s))
        ready_s = earliest_s + rest.duration_s
