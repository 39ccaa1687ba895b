"""Splitting anew by the routes that are driven now, every time along other lines.

Whole routes go to one part or another, so whatever a route keeps together stays together: groups, pins, positions.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator

from logistics.routing.engine.decompose.atlas import Atlas, Floats, Ints
from logistics.routing.engine.decompose.parts import Part, Reloads, Routes
from logistics.routing.engine.decompose.positions import Plane
from logistics.routing.engine.decompose.shapes import boxes, middles, patches, sums, wedges
from logistics.routing.engine.decompose.spreading import Spreading, placed

# A part with stops that are in no route wants more of the idle vehicles than its size alone says.
LEFT_OUT_WEIGHT = 5.0


def resplit(
    atlas: Atlas, routes: Routes, reloads: Reloads, *, part_count: int, turn: int, random: Generator
) -> list[Part]:
    """Parts with whole routes, about as many stops in each; `turn` says along which lines (they take turns).

    Idle vehicles are shared out. Stops in no route go to the nearest part with a vehicle that may serve them; one that
    no part can take is in none.
    """
    drivers = sorted(vehicle for vehicle, order in routes.items() if order)
    at = np.array([atlas.stops_at[list(routes[vehicle])].mean(axis=0) for vehicle in drivers]).reshape(-1, 2)
    sizes = np.array([len(routes[vehicle]) for vehicle in drivers], dtype=np.float64)
    label = _SHAPES[turn % len(_SHAPES)](atlas, at, sizes, part_count, float(random.uniform(0, 2 * np.pi)))
    centres = middles(at, label, part_count)
    idle = random.permutation(sorted(set(range(len(atlas.problem.vehicles))) - set(drivers))).tolist()
    spreading = Spreading(atlas, centres, idle)
    for vehicle, part in zip(drivers, label.tolist(), strict=True):
        spreading.give(vehicle, part)
    served = {stop for vehicle in drivers for stop in routes[vehicle]}
    waiting = atlas.groups(stop for stop in range(len(atlas.problem.stops)) if stop not in served)
    spreading.share_out(sums(sizes, label, part_count) + _wanting(atlas, waiting, centres))
    extra = placed(atlas, waiting, centres, spreading.vehicles)
    return [
        _part(atlas, vehicles, routes, reloads, more) for vehicles, more in zip(spreading.vehicles, extra, strict=True)
    ]


def _part(atlas: Atlas, vehicles: Sequence[int], routes: Routes, reloads: Reloads, waiting: Sequence[int]) -> Part:
    mine = {vehicle: tuple(routes[vehicle]) for vehicle in sorted(vehicles) if routes.get(vehicle)}
    served = [stop for order in mine.values() for stop in order]
    count = len(served) + len(waiting)
    # a part of fewer stops than the position is no problem that could be stated
    stated = [stop for stop in waiting if (atlas.problem.stops[stop].pinned_position or 0) <= count - len(waiting)]
    return Part(
        vehicles=tuple(sorted(vehicles)),
        stops=tuple(sorted([*served, *stated])),
        routes=mine,
        reloads={vehicle: tuple(reloads[vehicle]) for vehicle in mine if vehicle in reloads},
    )


def _wanting(atlas: Atlas, waiting: Sequence[Sequence[int]], centres: Plane) -> Floats:
    wanting = np.zeros(len(centres))
    for group in waiting:
        away = ((centres - atlas.stops_at[group].mean(axis=0)) ** 2).sum(axis=1)
        wanting[away.argmin()] += LEFT_OUT_WEIGHT * len(group)
    return wanting


def _in_boxes(atlas: Atlas, at: Plane, sizes: Floats, count: int, angle: float) -> Ints:
    return boxes(at, sizes, count, angle=angle)


def _in_wedges(atlas: Atlas, at: Plane, sizes: Floats, count: int, angle: float) -> Ints:
    return wedges(at, sizes, count, centre=atlas.starts_at.mean(axis=0), angle=angle)


def _in_patches(atlas: Atlas, at: Plane, sizes: Floats, count: int, angle: float) -> Ints:
    return patches(at, sizes, count, angle=angle)


_SHAPES: tuple[Callable[[Atlas, Plane, Floats, int, float], Ints], ...] = (_in_wedges, _in_boxes, _in_patches)
