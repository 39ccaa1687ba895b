"""Depots, vehicles and stops, each field on its own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from logistics.routing.engine.items import Depot, Stop, TimeWindow, Vehicle
from logistics.routing.engine.validation.values import (
    LARGEST_AMOUNT,
    LARGEST_MONEY,
    Known,
    amount_faults,
    number_faults,
    place_faults,
    skill_faults,
    some,
    span_faults,
    time_faults,
)

PRIORITY_MAX = 100


def identity_faults(kind: str, items: Sequence[Depot | Vehicle | Stop]) -> Iterator[str]:
    """Each item has a name of its own."""
    for item_id, count in Counter(item.id for item in items).items():
        if not isinstance(item_id, str) or not item_id:
            yield f"{kind} id is {item_id!r}; it must be a text that is not empty"
        elif count > 1:
            yield f"{kind} {item_id!r} is given {count} times; each id must be given once"


def depot_faults(depot: Depot, known: Known) -> Iterator[str]:
    """What is wrong with a depot."""
    who = f"depot {depot.id!r}"
    yield from place_faults(who, depot.place, known.place_count)
    yield from span_faults(who, ("opens_s", "closes_s"), TimeWindow(start_s=depot.opens_s, end_s=depot.closes_s))


def vehicle_faults(vehicle: Vehicle, known: Known) -> Iterator[str]:
    """What is wrong with a vehicle."""
    who = f"vehicle {vehicle.id!r}"
    if vehicle.depot not in known.depots:
        yield f"{who}: depot is {vehicle.depot!r}; it must be one of {some(known.depots)}"
    if vehicle.end_depot is not None and vehicle.end_depot not in known.depots:
        yield f"{who}: end_depot is {vehicle.end_depot!r}; it must be None (its depot) or one of {some(known.depots)}"
    if vehicle.profile not in known.profiles:
        yield f"{who}: profile is {vehicle.profile!r}; it must be {_profiles(known)}"
    yield from amount_faults(who, "capacity_g", vehicle.capacity_g, "grams")
    yield from amount_faults(who, "capacity_packages", vehicle.capacity_packages, "packages")
    for name, unit in (("capacity_ml", "millilitres"), ("longest_s", "seconds"), ("longest_m", "metres")):
        if getattr(vehicle, name) is not None:
            yield from amount_faults(who, name, getattr(vehicle, name), unit)
    if vehicle.most_stops is not None:
        yield from amount_faults(who, "most_stops", vehicle.most_stops, "stops")
    yield from amount_faults(who, "reloads", vehicle.reloads, "times")
    yield from amount_faults(who, "reload_s", vehicle.reload_s, "seconds")
    yield from span_faults(who, ("shift.start_s", "shift.end_s"), vehicle.shift)
    yield from _break_faults(who, vehicle)
    yield from skill_faults(who, vehicle.skills)
    if vehicle.underway is not None:
        yield from place_faults(who, vehicle.underway.place, known.place_count, name="underway.place")
        yield from time_faults(who, "underway.ready_s", vehicle.underway.ready_s)
    for name in ("fixed_cost", "cost_per_km", "cost_per_h"):
        yield from number_faults(who, name, getattr(vehicle, name), "cents", LARGEST_MONEY)


def _break_faults(who: str, vehicle: Vehicle) -> Iterator[str]:
    sound = True
    for number, rest in enumerate(vehicle.breaks):
        span = TimeWindow(start_s=rest.earliest_s, end_s=rest.latest_s)
        names = f"breaks[{number}].earliest_s", f"breaks[{number}].latest_s"
        found = [
            *span_faults(who, names, span),
            *number_faults(who, f"breaks[{number}].duration_s", rest.duration_s, "seconds", LARGEST_AMOUNT, least=1),
        ]
        sound = sound and not found
        yield from found
    if not sound:
        return
    for number, (before, after) in enumerate(pairwise(vehicle.breaks), start=1):
        over_s = before.latest_s + before.duration_s
        if after.earliest_s < over_s:
            yield (
                f"{who}: breaks[{number}].earliest_s is {after.earliest_s}, but the break ahead of it may last until "
                f"{over_s}; breaks must be in order and apart"
            )


def _profiles(known: Known) -> str:
    named = known.profiles - {""}
    return f"'' or one of {some(named)}" if named else "'', for no profiles are given"


def stop_faults(stop: Stop, known: Known) -> Iterator[str]:
    """What is wrong with a stop."""
    who = f"stop {stop.id!r}"
    yield from place_faults(who, stop.place, known.place_count)
    yield from amount_faults(who, "demand_g", stop.demand_g, "grams")
    yield from amount_faults(who, "packages", stop.packages, "packages")
    yield from amount_faults(who, "volume_ml", stop.volume_ml, "millilitres")
    yield from amount_faults(who, "service_s", stop.service_s, "seconds")
    yield from amount_faults(who, "service_s_per_package", stop.service_s_per_package, "seconds")
    yield from _duration_faults(who, stop)
    yield from _window_faults(who, stop)
    if stop.released_s is not None:
        yield from time_faults(who, "released_s", stop.released_s)
    if stop.depot is not None and stop.depot not in known.depots:
        yield f"{who}: depot is {stop.depot!r}; it must be None (any depot) or one of {some(known.depots)}"
    yield from skill_faults(who, stop.skills)
    yield from _naming_faults(who, stop, known)
    for name in ("drop_cost", "late_cents_per_h"):
        if getattr(stop, name) is not None:
            yield from number_faults(who, name, getattr(stop, name), "cents", LARGEST_MONEY)
    yield from number_faults(who, "priority", stop.priority, "points", PRIORITY_MAX)
    if stop.together is not None and (not isinstance(stop.together, str) or not stop.together):
        yield f"{who}: together is {stop.together!r}; it must be None or a text that is not empty"


def _duration_faults(who: str, stop: Stop) -> Iterator[str]:
    """Each number may be sound and their product not."""
    sound = not any(
        (
            *amount_faults(who, "packages", stop.packages, "packages"),
            *amount_faults(who, "service_s", stop.service_s, "seconds"),
            *amount_faults(who, "service_s_per_package", stop.service_s_per_package, "seconds"),
        )
    )
    if sound and stop.serving_s > LARGEST_AMOUNT:
        yield f"{who}: serving {stop.packages} packages takes {stop.serving_s} s; it must be at most {LARGEST_AMOUNT}"


def _window_faults(who: str, stop: Stop) -> Iterator[str]:
    found = list(span_faults(who, ("window.start_s", "window.end_s"), stop.window))
    for number, window in enumerate(stop.further_windows):
        name = f"further_windows[{number}]"
        found += span_faults(who, (f"{name}.start_s", f"{name}.end_s"), window)
    yield from found
    if found:
        return
    for number, (before, after) in enumerate(pairwise(stop.windows)):
        if after.start_s <= before.end_s:
            yield (
                f"{who}: further_windows[{number}].start_s is {after.start_s}, but the window ahead of it ends at "
                f"{before.end_s}; windows must be in order and apart"
            )


def _naming_faults(who: str, stop: Stop, known: Known) -> Iterator[str]:
    """Vehicles that a stop names exist."""
    for name in ("vehicles_allowed", "vehicles_forbidden"):
        named = getattr(stop, name)
        if named is None:
            continue
        if not isinstance(named, frozenset):
            yield f"{who}: {name} is {named!r}; it must be a frozenset of vehicle ids"
            continue
        for vehicle in sorted(named - known.vehicles, key=str):
            yield f"{who}: {name} names {vehicle!r}; it must be one of {some(known.vehicles)}"
    if stop.pinned_vehicle is not None and stop.pinned_vehicle not in known.vehicles:
        yield f"{who}: pinned_vehicle is {stop.pinned_vehicle!r}; it must be None or one of {some(known.vehicles)}"
    if stop.pinned_position is None:
        return
    yield from number_faults(who, "pinned_position", stop.pinned_position, "visits", LARGEST_AMOUNT, least=1)
    if stop.pinned_vehicle is None:
        yield f"{who}: pinned_position is {stop.pinned_position} without pinned_vehicle; a position needs a vehicle"
