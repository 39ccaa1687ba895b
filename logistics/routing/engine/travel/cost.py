"""Seconds and metres of one path in one number, so that a single search finds the fastest path and measures it.

A cost is `milliseconds × 2**25 + decimetres`, a whole float64 below 2**53. Adding costs adds both parts exactly, and
comparing them compares time first, then length: no second search, no walk along predecessors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SHIFT = 2.0**25
LIMIT_S = 24 * 3600
"""No journey is longer than a day: at 100 km/h that is 24 million decimetres, under the 2**25 that fit."""
LIMIT = LIMIT_S * 1000 * SHIFT


def packed(*, seconds: NDArray[np.float64], metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Costs of pieces of road, rounded to milliseconds and decimetres; same shape as the arguments."""
    cost: NDArray[np.float64] = np.rint(seconds * 1000) * SHIFT + np.rint(metres * 10)
    return cost


def unpacked(cost: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Whole seconds and whole metres of finite costs, halves rounded up."""
    whole = cost.astype(np.int64)
    milliseconds, decimetres = whole >> 25, whole & (2**25 - 1)
    return ((milliseconds + 500) // 1000).astype(np.int32), ((decimetres + 5) // 10).astype(np.int32)
