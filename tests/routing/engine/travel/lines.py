"""Measures a drawn line, for comparison with the matrix."""

from __future__ import annotations

import math
from itertools import pairwise

from logistics.routing.engine.travel.model import EARTH_RADIUS_M


def length_m(line: list[tuple[float, float]]) -> float:
    """Metres along a line of (lng, lat), each step on the local plane."""
    total = 0.0
    for (lng_a, lat_a), (lng_b, lat_b) in pairwise(line):
        east = math.radians(lng_b - lng_a) * math.cos(math.radians((lat_a + lat_b) / 2))
        total += math.hypot(east, math.radians(lat_b - lat_a)) * EARTH_RADIUS_M
    return total
