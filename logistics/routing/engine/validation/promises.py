"""What contradicts itself though each field is sound: pins, allowed vehicles, stops that belong together."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from logistics.routing.engine.items import Stop, Vehicle


def promise_faults(vehicles: Sequence[Vehicle], stops: Sequence[Stop]) -> Iterator[str]:
    """One sentence for each promise that cannot be kept whatever the plan."""
    by_id = {vehicle.id: vehicle for vehicle in vehicles}
    for stop in stops:
        if stop.pinned_vehicle is not None:
            yield from _pin_faults(stop, by_id[stop.pinned_vehicle], len(stops))
        elif stop.vehicles_allowed is not None and stop.vehicles_allowed <= stop.vehicles_forbidden:
            yield (
                f"stop {stop.id!r}: vehicles_allowed leaves none that vehicles_forbidden does not name; "
                "at least one vehicle must be left"
            )
    yield from _position_faults(stops)
    yield from _together_faults(stops)


def _pin_faults(stop: Stop, vehicle: Vehicle, stop_count: int) -> Iterator[str]:
    who = f"stop {stop.id!r}: pinned_vehicle is {vehicle.id!r}, but"
    if stop.vehicles_allowed is not None and vehicle.id not in stop.vehicles_allowed:
        yield f"{who} vehicles_allowed does not name it; pin it to an allowed vehicle"
    if vehicle.id in stop.vehicles_forbidden:
        yield f"{who} vehicles_forbidden names it; pin it to an allowed vehicle"
    if stop.depot is not None and stop.depot != vehicle.depot:
        yield f"{who} that loads at {vehicle.depot!r} and the goods lie at {stop.depot!r}; both must be the same"
    missing = stop.skills - vehicle.skills
    if missing:
        yield f"{who} that lacks {', '.join(sorted(missing))}; pin it to a vehicle that has these skills"
    position = stop.pinned_position
    if position is not None and vehicle.most_stops is not None and position > vehicle.most_stops:
        yield f"{who} that makes at most {vehicle.most_stops} stops and pinned_position is {position}"
    elif position is not None and position > stop_count:
        yield f"stop {stop.id!r}: pinned_position is {position}, but there are only {stop_count} stops"


def _position_faults(stops: Sequence[Stop]) -> Iterator[str]:
    holders: dict[tuple[str | None, int], list[str]] = defaultdict(list)
    for stop in stops:
        if stop.pinned_position is not None:
            holders[stop.pinned_vehicle, stop.pinned_position].append(stop.id)
    for (vehicle, position), names in holders.items():
        if len(names) > 1:
            stated = ", ".join(repr(name) for name in names)
            where = f"position {position} of vehicle {vehicle!r}"
            yield f"stops {stated} are all pinned to {where}; one position holds one stop"


def _together_faults(stops: Sequence[Stop]) -> Iterator[str]:
    groups: dict[str, list[Stop]] = defaultdict(list)
    for stop in stops:
        if stop.together is not None:
            groups[stop.together].append(stop)
    for name, members in groups.items():
        for field in ("pinned_vehicle", "depot"):
            wanted = {getattr(stop, field): stop.id for stop in members if getattr(stop, field) is not None}
            if len(wanted) > 1:
                stated = ", ".join(f"{stop!r} {field} {value!r}" for value, stop in wanted.items())
                yield f"the stops together as {name!r} want different vehicles: {stated}; they must share one"
