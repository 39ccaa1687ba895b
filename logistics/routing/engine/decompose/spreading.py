"""Which vehicles go to which part, and which stops: by what the parts need, then the nearest."""

from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np

from logistics.routing.engine.decompose.atlas import Atlas, Flags, Floats
from logistics.routing.engine.decompose.positions import Plane


def placed(
    atlas: Atlas,
    groups: Sequence[Sequence[int]],
    centres: Plane,
    vehicles: Sequence[Sequence[int]],
    *,
    wished: Iterable[int] | None = None,
) -> list[list[int]]:
    """The stops of each part: every group in the part it is wished in, or else in the nearest that can serve it.

    A part can serve a group if it has a vehicle that may serve all of it. A group that no part can serve is in none.
    """
    has = np.zeros((len(centres), len(atlas.problem.vehicles)), dtype=np.bool_)
    for part, mine in enumerate(vehicles):
        has[part, mine] = True
    parts_for: dict[bytes, list[int]] = {}
    stops: list[list[int]] = [[] for _ in centres]
    for group, wish in zip(groups, repeat(-1) if wished is None else wished, strict=wished is not None):
        able = atlas.able(group)
        key = able.tobytes()
        if key not in parts_for:
            parts_for[key] = np.flatnonzero((has & able).any(axis=1)).tolist()
        fitting = parts_for[key]
        if wish in fitting:
            stops[wish].extend(group)
        elif fitting:
            away = ((centres[fitting] - atlas.stops_at[group].mean(axis=0)) ** 2).sum(axis=1)
            stops[fitting[int(away.argmin())]].extend(group)
    return stops


class Spreading:
    """Vehicles given to parts one by one.

    `supplied` (parts,) is what the vehicles of each part can do; `vehicles[part]` are their numbers.
    """

    def __init__(self, atlas: Atlas, centres: Plane, free: Sequence[int]) -> None:
        self.supplied = np.zeros(len(centres))
        self.vehicles: list[list[int]] = [[] for _ in range(len(centres))]
        self._atlas = atlas
        self._centres = centres
        self._free = np.zeros(len(atlas.problem.vehicles), dtype=np.bool_)
        self._free[list(free)] = True

    def give(self, vehicle: int, part: int) -> None:
        """Gives the part this vehicle."""
        self._free[vehicle] = False
        self.supplied[part] += self._atlas.supply[vehicle]
        self.vehicles[part].append(vehicle)

    def cover(self, needs: Floats, able: Flags) -> None:
        """Gives away free vehicles that are able until every part has what it needs from such vehicles."""
        mine = self._supplied_by(able)
        left = np.flatnonzero(self._free & able).tolist()
        while left:
            part = int((needs - mine).argmax())
            if needs[part] <= mine[part]:
                return
            mine[part] += self._give_nearest(left, part)

    def share_out(self, needs: Floats) -> None:
        """Gives away all free vehicles, each to the part that has least for what it needs."""
        floor = max(1e-12, float(needs.sum()) * 1e-6)
        left = np.flatnonzero(self._free).tolist()
        while left:
            self._give_nearest(left, int((self.supplied / np.maximum(needs, floor)).argmin()))

    def _supplied_by(self, able: Flags) -> Floats:
        supply = np.where(able, self._atlas.supply, 0.0)
        return np.array([supply[given].sum() for given in self.vehicles])

    def _give_nearest(self, left: list[int], part: int) -> float:
        away = ((self._atlas.starts_at[left] - self._centres[part]) ** 2).sum(axis=1)
        vehicle = left.pop(int(away.argmin()))
        self.give(vehicle, part)
        return max(float(self._atlas.supply[vehicle]), 1e-12)
