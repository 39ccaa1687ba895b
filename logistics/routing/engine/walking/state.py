"""Rounds as linked lists inside the kernels: trips are chains of loads, each trip has an owner."""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.walking.compiling import compiled

Longs = NDArray[np.int64]

# Rows of the state. The first three have a column per load, the others one per trip; -1 means none.
NEXT, BEFORE, TRIP = 0, 1, 2
FIRST, PACKAGES, GRAMS, LENGTH, OWNER = 3, 4, 5, 6, 7
ROWS = 8

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_FIRST, MIX_SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@compiled
def uniform(random: NDArray[np.uint64]) -> float:
    """The next number in [0, 1) (splitmix64: Steele, Lea & Flood 2014, DOI 10.1145/2660193.2660195)."""
    random[0] += GOLDEN
    bits = random[0]
    bits = (bits ^ (bits >> np.uint64(30))) * MIX_FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * MIX_SECOND
    bits ^= bits >> np.uint64(31)
    return np.float64(bits >> np.uint64(11)) / 9007199254740992.0


@compiled
def put(state: Longs, work: Longs, facts: Longs, load: int, trip: int, after: int, added: int) -> None:
    """The load goes into the trip after load `after` (-1: first), which makes the trip `added` seconds longer."""
    onward = state[FIRST, trip] if after < 0 else state[NEXT, after]
    state[BEFORE, load], state[NEXT, load], state[TRIP, load] = after, onward, trip
    if after < 0:
        state[FIRST, trip] = load
    else:
        state[NEXT, after] = load
    if onward >= 0:
        state[BEFORE, onward] = load
    state[PACKAGES, trip] += facts[1, load]
    state[GRAMS, trip] += facts[2, load]
    state[LENGTH, trip] += added
    work[state[OWNER, trip]] += added


@compiled
def take_out(state: Longs, work: Longs, facts: Longs, legs: Longs, load: int, loading_s: int) -> None:
    """The load leaves its trip; a trip without loads has no owner and takes no time."""
    trip, before, onward = state[TRIP, load], state[BEFORE, load], state[NEXT, load]
    saved = facts[0, load] + legs[before + 1, load + 1] + legs[load + 1, onward + 1] - legs[before + 1, onward + 1]
    if before < 0 and onward < 0:
        saved += loading_s
    work[state[OWNER, trip]] -= saved
    state[LENGTH, trip] -= saved
    state[PACKAGES, trip] -= facts[1, load]
    state[GRAMS, trip] -= facts[2, load]
    if before < 0:
        state[FIRST, trip] = onward
    else:
        state[NEXT, before] = onward
    if onward >= 0:
        state[BEFORE, onward] = before
    state[TRIP, load] = -1
    if state[FIRST, trip] < 0:
        state[OWNER, trip] = -1


@compiled
def share_out(state: Longs, work: Longs) -> None:
    """Gives the trips anew, the longest first to who has least to do, where that ends earlier.

    Graham 1969, "Bounds on multiprocessing timing anomalies", DOI 10.1137/0117039.
    """
    trips = np.argsort(-state[LENGTH])
    spread = np.zeros_like(work)
    owner = np.full(len(trips), -1, dtype=np.int64)
    for trip in trips:
        if state[OWNER, trip] >= 0:
            idle = spread.argmin()
            owner[trip] = idle
            spread[idle] += state[LENGTH, trip]
    if spread.max() < work.max():
        state[OWNER] = owner
        work[:] = spread
