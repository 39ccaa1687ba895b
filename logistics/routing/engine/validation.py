"""What makes a problem sound: a rule writes one sentence per mistake, with the item, the field and what is right."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.items import UNREACHABLE, Depot, Stop, TimeWindow, Vehicle

# Sums over 100,000 stops still fit into 64 bits; a billion grams is a thousand tonnes.
LARGEST_AMOUNT = 10**9
# Ten million yuan on one vehicle, kilometre or hour is a typing mistake.
LARGEST_MONEY = 10**9
# Times may count from 1970 (1.6e9 in 2020).
LARGEST_TIME_S = 10**11
MATRIX_FAULTS_SHOWN = 5


def faults_of(
    depots: Sequence[Depot],
    vehicles: Sequence[Vehicle],
    stops: Sequence[Stop],
    *,
    seconds: NDArray[Any],
    metres: NDArray[Any],
) -> list[str]:
    """Every mistake in a problem's parts, one sentence each; an empty list means it can be planned."""
    faults: list[str] = []
    place_count = _matrix_faults(faults, seconds=seconds, metres=metres)
    for kind, items in (("depot", depots), ("vehicle", vehicles), ("stop", stops)):
        faults.extend(_identity_faults(kind, items))
    depot_ids = {depot.id for depot in depots}
    for depot in depots:
        faults.extend(_depot_faults(depot, place_count))
    for vehicle in vehicles:
        faults.extend(_vehicle_faults(vehicle, depot_ids))
    for stop in stops:
        faults.extend(_stop_faults(stop, depot_ids, place_count))
    return faults


def frozen_matrix(matrix: NDArray[Any]) -> NDArray[np.int32]:
    """A read-only int32 copy of a matrix that has no faults."""
    copy = np.array(matrix, dtype=np.int32, order="C")
    copy.setflags(write=False)
    return copy


def _matrix_faults(faults: list[str], *, seconds: NDArray[Any], metres: NDArray[Any]) -> int | None:
    """Appends what is wrong with the matrices; returns the number of places, or None if that is not clear."""
    shapes = []
    for name, unit, matrix in (("seconds", "s", seconds), ("metres", "m", metres)):
        if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            shape = matrix.shape if isinstance(matrix, np.ndarray) else type(matrix).__name__
            faults.append(f"matrix {name} has shape {shape}; it must be a square numpy array, one row per place")
            continue
        shapes.append(matrix.shape[0])
        faults.extend(_entry_faults(name, unit, matrix))
    if len(shapes) < 2:
        return None
    if shapes[0] != shapes[1]:
        faults.append(f"matrix seconds has {shapes[0]} places and metres has {shapes[1]}; both must have the same")
        return None
    return int(shapes[0])


def _entry_faults(name: str, unit: str, matrix: NDArray[Any]) -> Iterator[str]:
    if not np.issubdtype(matrix.dtype, np.integer):
        nan_count = int(np.isnan(matrix).sum()) if np.issubdtype(matrix.dtype, np.floating) else 0
        nan = f" and holds NaN in {nan_count} legs" if nan_count else ""
        yield (
            f"matrix {name} is {matrix.dtype}{nan}; it must hold whole {name}, with {UNREACHABLE} where there is no way"
        )
        return
    for origin, destination in np.argwhere(matrix < 0)[:MATRIX_FAULTS_SHOWN]:
        leg = f"{name}[{origin}, {destination}]"
        yield f"matrix {leg} is {matrix[origin, destination]} {unit}; it must be 0 or more, {UNREACHABLE} for no way"
    for origin, destination in np.argwhere(matrix > UNREACHABLE)[:MATRIX_FAULTS_SHOWN]:
        leg = f"{name}[{origin}, {destination}]"
        yield f"matrix {leg} is {matrix[origin, destination]} {unit}; it must be at most {UNREACHABLE}"
    for place in np.flatnonzero(np.diagonal(matrix))[:MATRIX_FAULTS_SHOWN]:
        yield f"matrix {name}[{place}, {place}] is {matrix[place, place]} {unit}; a place is 0 {unit} from itself"


def _identity_faults(kind: str, items: Sequence[Depot | Vehicle | Stop]) -> Iterator[str]:
    for item_id, count in Counter(item.id for item in items).items():
        if not isinstance(item_id, str) or not item_id:
            yield f"{kind} id is {item_id!r}; it must be a text that is not empty"
        elif count > 1:
            yield f"{kind} {item_id!r} is given {count} times; each id must be given once"


def _depot_faults(depot: Depot, place_count: int | None) -> Iterator[str]:
    who = f"depot {depot.id!r}"
    yield from _place_faults(who, depot.place, place_count)
    hours = TimeWindow(start_s=depot.opens_s, end_s=depot.closes_s)
    yield from _span_faults(who, ("opens_s", "closes_s"), hours)


def _vehicle_faults(vehicle: Vehicle, depot_ids: set[str]) -> Iterator[str]:
    who = f"vehicle {vehicle.id!r}"
    if vehicle.depot not in depot_ids:
        yield f"{who}: depot is {vehicle.depot!r}; it must be one of {_some(depot_ids)}"
    yield from _amount_faults(who, "capacity_g", vehicle.capacity_g, "grams")
    yield from _amount_faults(who, "capacity_packages", vehicle.capacity_packages, "packages")
    if vehicle.capacity_ml is not None:
        yield from _amount_faults(who, "capacity_ml", vehicle.capacity_ml, "millilitres")
    yield from _span_faults(who, ("shift.start_s", "shift.end_s"), vehicle.shift)
    for name in ("fixed_cost", "cost_per_km", "cost_per_h"):
        yield from _number_faults(who, name, getattr(vehicle, name), "cents", LARGEST_MONEY)


def _stop_faults(stop: Stop, depot_ids: set[str], place_count: int | None) -> Iterator[str]:
    who = f"stop {stop.id!r}"
    yield from _place_faults(who, stop.place, place_count)
    yield from _amount_faults(who, "demand_g", stop.demand_g, "grams")
    yield from _amount_faults(who, "packages", stop.packages, "packages")
    yield from _amount_faults(who, "volume_ml", stop.volume_ml, "millilitres")
    yield from _amount_faults(who, "service_s", stop.service_s, "seconds")
    yield from _span_faults(who, ("window.start_s", "window.end_s"), stop.window)
    if stop.depot is not None and stop.depot not in depot_ids:
        yield f"{who}: depot is {stop.depot!r}; it must be None (any depot) or one of {_some(depot_ids)}"
    if stop.drop_cost is not None:
        yield from _number_faults(who, "drop_cost", stop.drop_cost, "cents", LARGEST_MONEY)


def _amount_faults(who: str, name: str, value: object, unit: str) -> Iterator[str]:
    yield from _number_faults(who, name, value, unit, LARGEST_AMOUNT)


def _number_faults(who: str, name: str, value: object, unit: str, largest: int) -> Iterator[str]:
    if not _whole(value) or not 0 <= value <= largest:  # type: ignore[operator]
        yield f"{who}: {name} is {value!r}; it must be a whole number of {unit} from 0 to {largest}"


def _span_faults(who: str, names: tuple[str, str], span: TimeWindow) -> Iterator[str]:
    sound = True
    for name, value in zip(names, (span.start_s, span.end_s), strict=True):
        if not _whole(value) or abs(value) > LARGEST_TIME_S:
            sound = False
            yield f"{who}: {name} is {value!r}; it must be a whole number of seconds, at most {LARGEST_TIME_S}"
    if sound and span.end_s < span.start_s:
        yield f"{who}: {names[1]} is {span.end_s}, before {names[0]} {span.start_s}; it must not be earlier"


def _place_faults(who: str, place: object, place_count: int | None) -> Iterator[str]:
    if not _whole(place):
        yield f"{who}: place is {place!r}; it must be a row number of the matrices"
    elif place_count is not None and not 0 <= place < place_count:  # type: ignore[operator]
        right = f"from 0 to {place_count - 1}" if place_count else "a row, but the matrices have none"
        yield f"{who}: place is {place}; it must be {right}"


def _whole(value: object) -> bool:
    # A bool is an int to Python, and True packages is a mistake; numpy integers do not pass into the C++ solvers.
    return type(value) is int


def _some(ids: set[str]) -> str:
    shown = sorted(str(item) for item in ids)
    return ", ".join(repr(item) for item in shown[:5]) + (", …" if len(shown) > 5 else "") if shown else "none given"
