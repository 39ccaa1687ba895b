"""What makes a walk sound: one sentence per mistake, with the item, the field and what is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from logistics.routing.engine.items import UNREACHABLE
from logistics.routing.engine.validation.values import amount_faults, number_faults, place_faults, whole

if TYPE_CHECKING:
    from logistics.routing.engine.walking.items import BuildingDrop, Volunteers
    from logistics.routing.engine.walking.walk import GateWalk

VOLUNTEERS_MAX = 200
"""More people than that at one gate are a crowd, or a typing mistake."""
BUILDINGS_MAX = 2_000
LOADS_MAX = 2_000
"""What the search looks through in a few seconds."""
LARGEST_WALK_S = 86_400
"""A leg on foot of more than a day is none; sums of such legs stay far inside 64 bits."""


def faults_of(walk: GateWalk) -> list[str]:
    """Every mistake in a walk, one sentence each; an empty list means it can be planned."""
    who = f"gate {walk.gate!r}" if walk.gate else "the gate"
    faults = list(_matrix_faults(who, walk))
    place_count = len(walk.seconds) if not faults else None
    faults += _volunteer_faults(who, walk.volunteers)
    faults += amount_faults(who, "unloading_s", walk.unloading_s, "seconds")
    if walk.place is not None:
        faults += amount_faults(who, "place", walk.place, "rows")
    if not 1 <= len(walk.buildings) <= BUILDINGS_MAX:
        faults.append(f"{who} has {len(walk.buildings)} buildings; it must have 1 to {BUILDINGS_MAX}")
    for name, count in Counter(building.id for building in walk.buildings).items():
        if count > 1:
            faults.append(f"building {name!r} is given {count} times; each building must be given once")
    for building in walk.buildings:
        faults += _building_faults(building, place_count)
    if not faults:  # what is carried is compared by the fields that have just been found sound
        for building in walk.buildings:
            faults += _carrying_faults(walk, building)
        faults += _load_faults(who, walk)
    return faults


def _matrix_faults(who: str, walk: GateWalk) -> Iterator[str]:
    matrix = walk.seconds
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        shape = matrix.shape if isinstance(matrix, np.ndarray) else type(matrix).__name__
        yield f"{who}: seconds has shape {shape}; it must be a square numpy array, row 0 the gate, then the buildings"
        return
    if not np.issubdtype(matrix.dtype, np.integer):
        yield f"{who}: seconds is {matrix.dtype}; it must hold whole seconds, {UNREACHABLE} for no way"
        return
    wrong = (matrix < 0) | ((matrix > LARGEST_WALK_S) & (matrix != UNREACHABLE))
    for origin, there in np.argwhere(wrong)[:5].tolist():
        yield (
            f"{who}: seconds[{origin}, {there}] is {matrix[origin, there]} s; "
            f"it must be from 0 to {LARGEST_WALK_S}, or {UNREACHABLE} for no way"
        )
    for place in np.flatnonzero(np.diagonal(matrix))[:5].tolist():
        yield f"{who}: seconds[{place}, {place}] is {matrix[place, place]} s; a place is 0 s from itself"


def _volunteer_faults(who: str, team: Volunteers) -> Iterator[str]:
    yield from number_faults(who, "volunteers.count", team.count, "people", VOLUNTEERS_MAX, least=1)
    yield from amount_faults(who, "volunteers.packages_each", team.packages_each, "packages", least=1)
    yield from amount_faults(who, "volunteers.grams_each", team.grams_each, "grams", least=1)
    for name in ("loading_s", "s_per_door", "s_per_package"):
        yield from number_faults(who, f"volunteers.{name}", getattr(team, name), "seconds", LARGEST_WALK_S)


def _building_faults(building: BuildingDrop, place_count: int | None) -> Iterator[str]:
    who = f"building {building.id!r}"
    if not isinstance(building.id, str) or not building.id:
        yield f"building id is {building.id!r}; it must be a text that is not empty"
    if not whole(building.place):
        yield from place_faults(who, building.place, place_count)
    elif place_count is not None and not 1 <= building.place < place_count:
        right = f"from 1 to {place_count - 1}" if place_count > 1 else "another row, but the matrix has none"
        yield f"{who}: place is {building.place}; it must be {right}, for row 0 is the gate"
    yield from amount_faults(who, "packages", building.packages, "packages", least=1)
    yield from amount_faults(who, "grams", building.grams, "grams")
    yield from amount_faults(who, "doors", building.doors, "doors", least=1)
    if whole(building.doors) and whole(building.packages) and building.doors > max(1, building.packages):
        yield f"{who}: doors is {building.doors} and packages {building.packages}; a door gets one package at least"


def _carrying_faults(walk: GateWalk, building: BuildingDrop) -> Iterator[str]:
    """The building is reached and left on foot, and one package of it is not too heavy for one pair of hands."""
    who = f"building {building.id!r}"
    for there, verb in ((walk.seconds[0, building.place], "to"), (walk.seconds[building.place, 0], "from")):
        if there == UNREACHABLE:
            yield f"{who}: there is no way on foot {verb} it; leave it out or serve it from another gate"
    heaviest = -(-building.grams // building.packages)
    if heaviest > walk.volunteers.grams_each:
        yield (
            f"{who}: a package weighs up to {heaviest} g and volunteers.grams_each is {walk.volunteers.grams_each}; "
            "a trolley would be right"
        )


def _load_faults(who: str, walk: GateWalk) -> Iterator[str]:
    team = walk.volunteers
    loads = sum(max(-(-one.packages // team.packages_each), -(-one.grams // team.grams_each)) for one in walk.buildings)
    if loads > LOADS_MAX:
        yield (
            f"{who}: at {team.packages_each} packages and {team.grams_each} g at once it takes {loads} loads to carry "
            f"everything; at most {LOADS_MAX} can be planned, so let a volunteer carry more at once"
        )
