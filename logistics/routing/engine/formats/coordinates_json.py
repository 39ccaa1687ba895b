"""Where places lie, as our own JSON says it: a point per place, in degrees (`lnglat`) or on a plane (`xy`)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.json_values import Value, longitude_latitude

POINTS = ("lnglat", "xy")
NOWHERE = (np.nan, np.nan)


def coordinates_of(value: Value, *, size: int | None = None) -> tuple[NDArray[np.float64] | None, bool]:
    """`(n, 2)` points, NaN for a place that is nowhere, and whether they are degrees; None if no place has one.

    Raises:
        BadProblemFile: if there are not `size` points (None: any number), one is none, or both fields are given.
    """
    given = [key for key in POINTS if value.has(key)]
    if len(given) > 1:
        value.get(given[1]).refuse(
            f"stands beside {given[0]}; places lie in degrees or on a plane, so give one of them"
        )
    for key in given:
        points = value.get(key).list()
        if size is not None and len(points) != size:
            value.get(key).refuse(f"has {len(points)} points; it must have {size}, one per place")
        pair = longitude_latitude if key == "lnglat" else _point
        found = [NOWHERE if point.value is None else pair(point) for point in points]
        known = any(point is not NOWHERE for point in found)
        return np.array(found, dtype=np.float64) if known else None, key == "lnglat"
    return None, False


def written_coordinates(coordinates: NDArray[np.float64] | None, *, geographic: bool) -> dict[str, list[Any]]:
    """The one field that holds the points, or none if there are none."""
    if coordinates is None:
        return {}
    points = [None if np.isnan(point).any() else point.tolist() for point in coordinates]
    return {"lnglat" if geographic else "xy": points}


def _point(value: Value) -> tuple[float, float]:
    pair = value.list()
    if len(pair) != 2:
        value.refuse(f"has {len(pair)} numbers; it must be [x, y]")
    return pair[0].number(), pair[1].number()
