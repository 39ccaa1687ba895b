"""Random numbers inside the kernels: 64 bits of state, so that a thread's stream is its own and repeatable."""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    Number,
    Random,
)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_FIRST, MIX_SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
UNIT = 1.0 / 9007199254740992.0  # 2**-53


@compiled_inline
def uniform(random: Random) -> Number:
    """The next number in [0, 1) (splitmix64: Steele, Lea & Flood 2014, DOI 10.1145/2660193.2660195)."""
    random[0] += GOLDEN
    bits = random[0]
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_SECOND
    bits ^= bits >> np.uint64(31)
    return np.float64(bits >> np.uint64(11)) * UNIT


@compiled_inline
def below(random: Random, count: Number) -> Number:
    """A whole number from 0 to count - 1."""
    return np.int64(uniform(random) * count)
