"""Places in a plane, from the matrix alone: a problem has no coordinates, and near means near by road.

Landmark multidimensional scaling (de Silva & Tenenbaum 2004, "Sparse multidimensional scaling using landmark points",
Stanford technical report): only a few rows and columns of the matrix are read.
"""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import UNREACHABLE

LANDMARKS = 12

Plane = NDArray[np.float64]
"""(n, 2): one row per place; distances are about the matrix's, the mean of both directions."""


def positions(matrix: NDArray[np.int32]) -> Plane:
    """Where the places of a matrix lie, up to rotation and reflection; all at the origin if nothing is apart."""
    count = len(matrix)
    if count == 0:
        return np.zeros((0, 2))
    legs = _landmark_legs(matrix, min(LANDMARKS, count))
    chosen = np.array(sorted(legs))
    squares = np.array([legs[place] for place in chosen]) ** 2  # (landmarks, n)
    between = squares[:, chosen]
    between = (between + between.T) / 2
    centred = -(between - between.mean(axis=0) - between.mean(axis=1)[:, None] + between.mean()) / 2
    values, vectors = np.linalg.eigh(centred)
    plane = np.zeros((count, 2))
    for axis, column in enumerate(np.argsort(values)[::-1][:2]):
        if values[column] > 1e-9 * max(1.0, float(abs(values).max())):
            weights = vectors[:, column] / np.sqrt(values[column])
            plane[:, axis] = -weights @ (squares - between.mean(axis=1)[:, None]) / 2
    return plane


def _landmark_legs(matrix: NDArray[np.int32], count: int) -> dict[int, NDArray[np.float64]]:
    """Legs between each landmark and all places; the next landmark is the place farthest from those before it."""
    legs: dict[int, NDArray[np.float64]] = {}
    nearest = np.full(len(matrix), np.inf)
    place = 0
    while len(legs) < count:
        legs[place] = _both_ways(matrix, place)
        nearest = np.minimum(nearest, legs[place])
        nearest[list(legs)] = -1.0
        place = int(nearest.argmax())
    return legs


def _both_ways(matrix: NDArray[np.int32], place: int) -> NDArray[np.float64]:
    """The mean of there and back; where there is no way, twice the longest leg there is."""
    there, back = matrix[place].astype(np.float64), matrix[:, place].astype(np.float64)
    open_legs = [legs[legs < UNREACHABLE] for legs in (there, back)]
    far = 2.0 * max(float(legs.max(initial=0.0)) for legs in open_legs)
    return (np.where(there < UNREACHABLE, there, far) + np.where(back < UNREACHABLE, back, far)) / 2
