"""Matrices and speeds of every profile: shapes, types, entries."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.items import UNREACHABLE
from logistics.routing.engine.travelling import Profile, SpeedSlot
from logistics.routing.engine.validation.values import number_faults, time_faults

MATRIX_FAULTS_SHOWN = 5
# Rows are looked at so many entries at a time: the matrices of a city are gigabytes, and so would their masks be.
ENTRIES_AT_ONCE = 2**24
SPEED_PERCENT_MAX = 1_000

# Matrices found sound and read-only since: they cannot have changed, and looking again takes a second for a city.
_sound: WeakValueDictionary[int, NDArray[np.int32]] = WeakValueDictionary()


def matrix_faults(faults: list[str], travel: Mapping[str, Profile]) -> int | None:
    """Appends what is wrong with the profiles; returns the number of places, or None if that is not clear."""
    shapes: dict[str, int] = {}
    for profile_name, profile in travel.items():
        if not isinstance(profile_name, str):
            faults.append(f"profile {profile_name!r} must be named by a text")
            continue
        for name, unit, matrix in (("seconds", "s", profile.seconds), ("metres", "m", profile.metres)):
            full_name = f"{profile_name} {name}".strip()
            if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
                shape = matrix.shape if isinstance(matrix, np.ndarray) else type(matrix).__name__
                faults.append(
                    f"matrix {full_name} has shape {shape}; it must be a square numpy array, one row per place"
                )
                continue
            shapes[full_name] = matrix.shape[0]
            if not _is_sound(matrix):
                faults.extend(_entry_faults(full_name, unit, matrix))
        faults.extend(_speed_faults(profile_name, profile.speeds))
    if len(shapes) < 2 * len(travel):
        return None
    first, size = next(iter(shapes.items()))
    for name, other in shapes.items():
        if other != size:
            faults.append(f"matrix {first} has {size} places and {name} has {other}; both must have the same")
            return None
    return size


def sound_profiles(travel: Mapping[str, Profile]) -> dict[str, Profile]:
    """The profiles with read-only int32 matrices; those that are that already are shared, and so is one given twice."""
    held: dict[int, NDArray[np.int32]] = {}
    for profile in travel.values():
        for matrix in (profile.seconds, profile.metres):
            if id(matrix) not in held:
                held[id(matrix)] = _frozen(matrix)
    return {
        name: Profile(seconds=held[id(profile.seconds)], metres=held[id(profile.metres)], speeds=tuple(profile.speeds))
        for name, profile in travel.items()
    }


def _frozen(matrix: NDArray[Any]) -> NDArray[np.int32]:
    if matrix.dtype == np.int32 and matrix.flags.c_contiguous and not _can_change(matrix):
        frozen: NDArray[np.int32] = matrix
    else:
        frozen = np.array(matrix, dtype=np.int32, order="C")
        frozen.setflags(write=False)
    _sound[id(frozen)] = frozen
    return frozen


def _can_change(matrix: NDArray[Any]) -> bool:
    """Whether somebody may still write to it, himself or through the array it is a view of."""
    base = matrix.base
    return matrix.flags.writeable or (isinstance(base, np.ndarray) and _can_change(base))


def _is_sound(matrix: NDArray[Any]) -> bool:
    return _sound.get(id(matrix)) is matrix and not matrix.flags.writeable


def _entry_faults(name: str, unit: str, matrix: NDArray[Any]) -> Iterator[str]:
    if not np.issubdtype(matrix.dtype, np.integer):
        nan_count = int(np.isnan(matrix).sum()) if np.issubdtype(matrix.dtype, np.floating) else 0
        nan = f" and holds NaN in {nan_count} legs" if nan_count else ""
        yield (
            f"matrix {name} is {matrix.dtype}{nan}; it must hold whole {unit_name(unit)}, "
            f"with {UNREACHABLE} where there is no way"
        )
        return
    for origin, destination in _where(matrix, lambda block: block < 0):
        leg = f"{name}[{origin}, {destination}]"
        yield f"matrix {leg} is {matrix[origin, destination]} {unit}; it must be 0 or more, {UNREACHABLE} for no way"
    if matrix.dtype != np.int32:
        for origin, destination in _where(matrix, lambda block: block > UNREACHABLE):
            leg = f"{name}[{origin}, {destination}]"
            yield f"matrix {leg} is {matrix[origin, destination]} {unit}; it must be at most {UNREACHABLE}"
    for place in np.flatnonzero(np.diagonal(matrix))[:MATRIX_FAULTS_SHOWN]:
        yield f"matrix {name}[{place}, {place}] is {matrix[place, place]} {unit}; a place is 0 {unit} from itself"


def unit_name(unit: str) -> str:
    """The unit of a matrix in words."""
    return {"s": "seconds", "m": "metres"}[unit]


def _where(matrix: NDArray[Any], wrong: Any) -> list[tuple[int, int]]:
    """The first few entries that are wrong, as (row, column)."""
    rows = max(1, ENTRIES_AT_ONCE // max(1, matrix.shape[1]))
    found: list[tuple[int, int]] = []
    for first in range(0, len(matrix), rows):
        for row, column in np.argwhere(wrong(matrix[first : first + rows])):
            found.append((first + int(row), int(column)))
            if len(found) == MATRIX_FAULTS_SHOWN:
                return found
    return found


def _speed_faults(profile: str, speeds: tuple[SpeedSlot, ...]) -> Iterator[str]:
    who = f"profile {profile!r}" if profile else "the problem"
    found: list[str] = []
    for number, slot in enumerate(speeds):
        found += time_faults(who, f"speeds[{number}].start_s", slot.start_s)
        found += number_faults(who, f"speeds[{number}].percent", slot.percent, "percent", SPEED_PERCENT_MAX, least=1)
    yield from found
    if found:
        return
    for number, (before, after) in enumerate(pairwise(speeds), start=1):
        if after.start_s <= before.start_s:
            yield (
                f"{who}: speeds[{number}].start_s is {after.start_s}, not after {before.start_s}, "
                "where the slot ahead of it starts; slots must be in order"
            )
