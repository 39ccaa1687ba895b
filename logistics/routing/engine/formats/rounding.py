"""How each family of instances turns coordinates and times into whole numbers."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.problem_file import BadProblemFile
from logistics.routing.engine.items import UNREACHABLE

BLOCK_ROWS = 512
"""Rows worked on at once: 512 × 20,000 float64 are 80 MB."""
EPSILON = 1e-9
"""A tenth is not a whole number of halves: 0.3 × 10 must not become 2. Coordinates have at most three decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Every distance and time is multiplied by `factor` and then truncated, or rounded to the nearest integer."""

    factor: int
    truncate: bool
    scale: int
    """Rounded units in one unit of the family's published costs."""
    words: str

    def whole(self, values: NDArray[Any]) -> NDArray[np.int64]:
        """The whole numbers of times or distances that are not yet multiplied."""
        scaled = np.asarray(values, dtype=np.float64) * self.factor
        rounded = np.floor(scaled + EPSILON) if self.truncate else np.floor(scaled + 0.5)
        return rounded.astype(np.int64)

    def one(self, value: float) -> int:
        """The whole number of one time or distance."""
        return int(self.whole(np.array([value]))[0])

    def distances(self, coordinates: NDArray[np.float64], *, file: str, up: bool = False) -> NDArray[np.int32]:
        """`(n, n)` straight lines between `(n, 2)` points; `up` rounds them up (CEIL_2D) whatever else holds.

        Raises:
            BadProblemFile: if the points lie so far apart that a distance is no 32-bit number.
        """
        count = len(coordinates)
        diagonal = math.hypot(*(coordinates.max(axis=0) - coordinates.min(axis=0)))
        if diagonal * self.factor >= UNREACHABLE - 1:
            raise BadProblemFile(
                f"the points lie {diagonal:.6g} apart; × {self.factor} that must stay below {UNREACHABLE}", file=file
            )
        matrix = np.zeros((count, count), dtype=np.int32)
        for first in range(0, count, BLOCK_ROWS):
            rows = slice(first, first + BLOCK_ROWS)
            lines = np.hypot(*(coordinates[rows, None, axis] - coordinates[None, :, axis] for axis in (0, 1)))
            matrix[rows] = np.ceil(lines * self.factor - EPSILON) if up else self.whole(lines)
        return matrix


TENTHS = Rounding(factor=10, truncate=True, scale=10, words="distances and times ×10, truncated; cost ÷10")
"""Vehicle routing with windows, as at the DIMACS challenge of 2021."""
NEAREST = Rounding(factor=1, truncate=False, scale=1, words="rounded to the nearest integer")
"""TSPLIB's EUC_2D, as published costs of the CVRPLIB sets use it."""
THOUSANDS = Rounding(factor=1_000, truncate=False, scale=1, words="distances and times ×1000, rounded; cost as such")
"""Several depots with windows (Vidal et al. 2013), as PyVRP's collection publishes them."""
THOUSANDTHS = Rounding(factor=1_000, truncate=False, scale=1_000, words="distances ×1000, rounded; cost ÷1000")
"""Mixed fleets (Pessoa et al. 2018): unit costs are a hundred times those of the paper, and so is the cost."""
