"""Distances between points as TSPLIB defines them, by EDGE_WEIGHT_TYPE (Reinelt 1995, "TSPLIB 95").

EUC_2D, EUC_3D, MAN_2D and MAX_2D are straight lines, the sum and the largest of the differences, rounded as the file's
family does; CEIL_2D and FLOOR_2D round up and down whatever the family does, and EXACT_2D is EUC_2D in thousandths,
rounded, as CVRPLIB's collection has it. GEO and ATT are whole numbers by definition: the first in kilometres between
latitudes and longitudes written as degrees and minutes, the second √(d² / 10) rounded up.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.numbers import Row
from logistics.routing.engine.formats.problem_file import BadProblemFile
from logistics.routing.engine.formats.rounding import BLOCK_ROWS, EPSILON, Rounding
from logistics.routing.engine.items import UNREACHABLE

EARTH_KM = 6_378.388
PI = 3.141592
"""TSPLIB's own, which its distances need to the digit."""

Floats = NDArray[np.float64]
Measure = Callable[[Floats, Floats], Floats]


def _straight(here: Floats, there: Floats) -> Floats:
    lines: Floats = np.sqrt(sum((here[:, None, axis] - there[None, :, axis]) ** 2 for axis in range(here.shape[1])))
    return lines


def _blocks(here: Floats, there: Floats) -> Floats:
    ways: Floats = np.abs(here[:, None, :] - there[None, :, :]).sum(axis=2)
    return ways


def _largest(here: Floats, there: Floats) -> Floats:
    ways: Floats = np.abs(here[:, None, :] - there[None, :, :]).max(axis=2)
    return ways


def _pseudo(here: Floats, there: Floats) -> Floats:
    ways: Floats = np.ceil(_straight(here, there) / np.sqrt(10.0) - EPSILON)
    return ways


def _great_circle(here: Floats, there: Floats) -> Floats:
    (lat, lng), (other_lat, other_lng) = (PI * degrees(points).T / 180.0 for points in (here, there))
    q1 = np.cos(lng[:, None] - other_lng[None, :])
    q2 = np.cos(lat[:, None] - other_lat[None, :])
    q3 = np.cos(lat[:, None] + other_lat[None, :])
    inner = np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0)
    ways: Floats = np.floor(EARTH_KM * np.arccos(inner) + 1.0)
    return ways


MEASURES: dict[str, tuple[Measure, int]] = {
    "EUC_2D": (_straight, 2),
    "CEIL_2D": (_straight, 2),
    "FLOOR_2D": (_straight, 2),
    "EXACT_2D": (_straight, 2),
    "MAN_2D": (_blocks, 2),
    "MAX_2D": (_largest, 2),
    "EUC_3D": (_straight, 3),
    "GEO": (_great_circle, 2),
    "ATT": (_pseudo, 2),
}
"""By EDGE_WEIGHT_TYPE: the measure, and the coordinates of a point."""
WHOLE = ("GEO", "ATT")


def degrees(points: Floats) -> Floats:
    """Degrees of GEO's DDD.MM: 16.47 is 16 degrees and 47 minutes."""
    whole = np.trunc(points)
    return whole + 5.0 * (points - whole) / 3.0


def refuse_off_the_globe(row: Row) -> None:
    """Refuses a node of GEO, the latitude first, that lies nowhere; if the two are swapped beyond doubt, saying so."""
    lat, lng = row.number(1, "the latitude"), row.number(2, "the longitude")
    stated = f"the node is at {row.words[1]} {row.words[2]}"
    if abs(lng) <= 90 < abs(lat) <= 180:
        raise row.refuse(
            f"{stated}, which is longitude before latitude; swapped it is right: {row.words[2]} {row.words[1]}"
        )
    if abs(lat) > 90 or abs(lng) > 180:
        raise row.refuse(f"{stated}; latitude must be from -90 to 90 and longitude from -180 to 180")


def distances(kind: str, points: Floats, rounding: Rounding, *, file: str) -> NDArray[np.int32]:
    """`(n, n)` distances between `(n, 2)` or `(n, 3)` points, `kind` being one of `MEASURES`.

    Raises:
        BadProblemFile: if the points lie so far apart that a distance is no 32-bit number.
    """
    if kind == "EUC_2D":
        return rounding.distances(points, file=file)
    if kind == "CEIL_2D":
        return rounding.distances(points, file=file, up=True)
    measure = MEASURES[kind][0]
    matrix = np.zeros((len(points), len(points)), dtype=np.int32)
    for first in range(0, len(points), BLOCK_ROWS):
        rows = slice(first, first + BLOCK_ROWS)
        block = _rounded(kind, measure(points[rows], points), rounding)
        if block.max() >= UNREACHABLE:
            raise BadProblemFile(
                f"two points lie {block.max() / rounding.factor:.6g} apart; "
                f"× {rounding.factor} that must stay below {UNREACHABLE}",
                file=file,
            )
        matrix[rows] = block
    np.fill_diagonal(matrix, 0)
    return matrix


def _rounded(kind: str, lines: Floats, rounding: Rounding) -> NDArray[Any]:
    if kind in WHOLE:
        return lines * rounding.factor
    if kind == "FLOOR_2D":
        return np.floor(lines * rounding.factor + EPSILON)
    return rounding.whole(lines)
