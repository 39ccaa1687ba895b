"""Travel without roads: the straight line, stretched. For a city whose road file is not at hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .foot import WALK_KMH
from .model import Metric, Point, TravelMatrix, coordinates_of, haversine_m, ids_of

DETOUR = 1.35
"""Road ÷ straight line: the median measured in Jinan is 1.33 to 1.38."""
SPEED_KMH = 25
"""Door-to-door speed of a van in a city with its lights and turns; class speeds alone would be faster."""
WALK_DETOUR = 1.5
"""Way on foot ÷ straight line between buildings 150 to 400 m apart: the median is 1.48 in Helsinki and 1.61 in
Liechtenstein (OpenStreetMap footways and streets; 1.36 and 1.42 at 400 to 800 m)."""
BLOCK_ROWS = 512
"""Rows worked on at once: 512 × 5,000 float64 are 20 MB."""


class GreatCircleTravel:
    """Haversine × a detour at a speed (a van's: 1.35 at 25 km/h); every point is reachable, nothing ever unplaced."""

    def __init__(self, *, detour: float = DETOUR, speed_kmh: float = SPEED_KMH) -> None:
        self.detour = detour
        self.speed_kmh = speed_kmh
        self.metric = Metric(
            kind="great_circle",
            description=f"straight line × {detour} at {speed_kmh} km/h, no roads",
            source="",
            sha256="",
        )

    @classmethod
    def on_foot(cls) -> GreatCircleTravel:
        """A volunteer's way between the gate and the buildings of a compound: × 1.5 at 1.2 m/s."""
        return cls(detour=WALK_DETOUR, speed_kmh=WALK_KMH)

    def matrix(self, points: Sequence[Point]) -> TravelMatrix:
        """`(n, n)` whole seconds and metres, row = from. Raises ValueError if two points share an id."""
        ids = ids_of(points)
        lng, lat = coordinates_of(points).T
        seconds = np.zeros((len(ids), len(ids)), dtype=np.int32)
        metres = np.zeros_like(seconds)
        for first in range(0, len(ids), BLOCK_ROWS):
            rows = slice(first, first + BLOCK_ROWS)
            road_m = self.detour * haversine_m(lng[rows, None], lat[rows, None], lng[None], lat[None])
            metres[rows] = np.rint(road_m)
            seconds[rows] = np.rint(road_m / (self.speed_kmh / 3.6))
        return TravelMatrix(ids=ids, seconds=seconds, metres=metres, unplaced=(), metric=self.metric)

    def line(self, points: Sequence[Point]) -> list[tuple[float, float]]:
        """The points themselves, as `(lng, lat)`, joined by straight lines."""
        return [(point.lng, point.lat) for point in points]
