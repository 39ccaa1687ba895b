"""How long the ways inside a compound take on foot, from where the gate and the buildings are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.travel import UNREACHABLE, GreatCircleTravel, Point, TravelSource
from logistics.routing.engine.travel.foot import WALK_KMH

BUILDING_SPACING_M = 45
"""From the door of a building to the next one's, along a row or to the next row: slabs of flats 50 m long, 12 m deep
and nearly twice as far apart as they are high. An assumption, for compounds of which only the numbers are known."""


def walking_matrix(points: Sequence[Point], *, roads: TravelSource | None = None) -> NDArray[np.int32]:
    """Whole seconds on foot between the points, the gate first: `(n, n)`, row = from, ready for a `GateWalk`.

    Straight lines stretched, or along the footways of `roads` (a road file opened for walking). A pair that the roads
    do not join, or a point far from any, is taken straight: inside a compound people cross yards that are on no map.
    """
    straight = GreatCircleTravel.on_foot().matrix(points).seconds
    if roads is None:
        return straight
    seconds = roads.matrix(points).seconds.copy()
    np.fill_diagonal(seconds, 0)
    joined: NDArray[np.int32] = np.where(seconds == UNREACHABLE, straight, seconds)
    return joined


def numbered_matrix(numbers: Sequence[str], building_count: int) -> NDArray[np.int32]:
    """Whole seconds on foot between the gate and the buildings with these numbers, where nothing else is known.

    The compound is taken for rows of buildings `BUILDING_SPACING_M` apart, as many rows as a row has buildings,
    numbered along the rows from the gate, every second row backwards, the gate in front of the middle of the first row;
    one walks along the rows and across them. A building whose name is no number from 1 to `building_count` lies in the
    middle.
    """
    side = int(np.ceil(np.sqrt(max(1, building_count))))
    spots = [(side // 2, -1), *(_spot(number, building_count, side) for number in numbers)]
    at = np.array(spots, dtype=np.int64)
    blocks = np.abs(at[:, None, :] - at[None, :, :]).sum(axis=2)
    seconds: NDArray[np.int32] = np.rint(blocks * BUILDING_SPACING_M / (WALK_KMH / 3.6)).astype(np.int32)
    return seconds


def _spot(number: str, building_count: int, side: int) -> tuple[int, int]:
    if not (number.isdecimal() and 1 <= int(number) <= building_count):
        return side // 2, side // 2
    row, column = divmod(int(number) - 1, side)
    return (side - 1 - column if row % 2 else column), row
