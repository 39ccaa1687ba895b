"""The first split, while there are no routes: stops that lie together, and for each part its share of the vehicles."""

from collections.abc import Sequence

import numpy as np

from logistics.routing.engine.decompose.atlas import Atlas, Flags, Floats, Ints
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.decompose.shapes import boxes, middles, sums
from logistics.routing.engine.decompose.spreading import Spreading, placed


def first_split(atlas: Atlas, *, part_count: int, angle: float) -> list[Part]:
    """Parts of about equal need, with every vehicle and every stop that a vehicle of some part may serve.

    Stops that must share a vehicle are in one part, with the vehicle they are pinned to. Vehicles that few stops can
    do with are given to where those stops lie first.
    """
    groups = atlas.groups(range(len(atlas.problem.stops)))
    at = np.array([atlas.stops_at[group].mean(axis=0) for group in groups]).reshape(-1, 2)
    need = np.array([atlas.need[group].sum() for group in groups])
    weight = need + max(float(need.sum()), 1.0) / max(1, len(groups)) * 1e-3  # stops of no need are stops, too
    part_of = boxes(at, weight, part_count, angle=angle)
    centres = middles(at, part_of, part_count)
    spreading = Spreading(atlas, centres, range(len(atlas.problem.vehicles)))
    _give_pinned(atlas, groups, part_of, spreading)
    _cover_classes(atlas, groups, need, part_of, spreading)
    spreading.share_out(sums(need, part_of, part_count))
    stops = placed(atlas, groups, centres, spreading.vehicles, wished=part_of)
    return [
        Part(vehicles=tuple(sorted(vehicles)), stops=tuple(sorted(mine)), routes={})
        for vehicles, mine in zip(spreading.vehicles, stops, strict=True)
    ]


def _give_pinned(atlas: Atlas, groups: Sequence[Sequence[int]], part_of: Ints, spreading: Spreading) -> None:
    stops = atlas.problem.stops
    given = set()
    for group, part in zip(groups, part_of.tolist(), strict=True):
        names = {stops[stop].pinned_vehicle for stop in group} - {None}
        for name in sorted(name for name in names if name is not None):
            if name not in given:
                given.add(name)
                spreading.give(atlas.number_of_vehicle[name], part)


def _cover_classes(
    atlas: Atlas, groups: Sequence[Sequence[int]], need: Floats, part_of: Ints, spreading: Spreading
) -> None:
    """The choosiest stops first."""
    count = len(spreading.vehicles)
    by_able: dict[bytes, tuple[Flags, list[int]]] = {}
    for index, group in enumerate(groups):
        able = atlas.able(group)
        by_able.setdefault(able.tobytes(), (able, []))[1].append(index)
    for able, members in sorted(by_able.values(), key=lambda one: int(one[0].sum())):
        if not able.all():
            spreading.cover(sums(need[members], part_of[members], count), able)
