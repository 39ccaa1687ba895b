"""One way of compiling for all functions of this search: kept on disk, and run without the interpreter's lock."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from logistics.routing.engine.machine_code import forget_stale_code

# What compiled functions take and return: numba finds out which number it is.
Number = Any

compiled: Callable[..., Any] = njit(cache=True, nogil=True, error_model="numpy")
forget_stale_code(Path(__file__).parent)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_FIRST, MIX_SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
UNIT = 1.0 / 9007199254740992.0  # 2**-53


@compiled
def uniform(random: NDArray[np.uint64]) -> Number:
    """The next number in [0, 1) (splitmix64: Steele, Lea & Flood 2014, DOI 10.1145/2660193.2660195)."""
    random[0] += GOLDEN
    bits = random[0]
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_SECOND
    bits ^= bits >> np.uint64(31)
    return np.float64(bits >> np.uint64(11)) * UNIT


@compiled
def below(random: NDArray[np.uint64], count: Number) -> Number:
    """A whole number from 0 to count - 1."""
    return np.int64(uniform(random) * count)
