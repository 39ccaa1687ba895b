"""The best rounds by dynamic programming over sets of loads, for up to `EXACT_LOADS_MAX` of them.

Three layers: the shortest trip through every set (Held & Karp 1962, DOI 10.1137/0110015), the shortest time in which
one volunteer carries a set in one or several trips, and the split of all loads between the volunteers with the earliest
end; then, among the splits that end no later, the one with the least time for all together. The last two go over the
subsets of every set, 3 ** n steps: half a millisecond for ten loads, 15 ms for thirteen, and three times as long for
each one more.
"""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.walking.compiling import NEVER, compiled

EXACT_LOADS_MAX = 13

Longs = NDArray[np.int64]


def exact_rounds(
    legs: Longs,
    handing: Longs,
    packages: Longs,
    grams: Longs,
    *,
    most: tuple[int, int],
    loading_s: int,
    volunteers: int,
) -> list[list[list[int]]]:
    """Trips of each volunteer as lists of load numbers from 0; who stays at the gate has none.

    `legs` is (n + 1, n + 1) seconds with the gate in row 0 and load i in row i + 1, `most` packages and grams a trip.
    """
    count = len(handing)
    shortest, before = _paths(legs, packages, grams, most[0], most[1])
    trip_s, last = _trips(legs, handing, shortest, loading_s)
    work_s, first_trip = _work(trip_s, count)
    share = _shares(work_s, count, min(volunteers, count))
    rounds = []
    for mask in share.tolist():
        trips = []
        while mask:
            taken = int(first_trip[mask])
            trips.append(_order(taken, int(last[taken]), before))
            mask ^= taken
        rounds.append(trips)
    return rounds


def _order(taken: int, stop: int, before: NDArray[np.int8]) -> list[int]:
    order = []
    while taken:
        order.append(stop)
        taken, stop = taken ^ (1 << stop), int(before[taken, stop])
    return order[::-1]


@compiled
def _paths(
    legs: Longs, packages: Longs, grams: Longs, packages_most: int, grams_most: int
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Shortest way from the gate through each set that can be carried, ending at each of its loads."""
    count = len(packages)
    size = 1 << count
    shortest = np.full((size, count), NEVER, dtype=np.int64)
    before = np.full((size, count), -1, dtype=np.int8)
    for end in range(count):
        shortest[1 << end, end] = legs[0, end + 1]
    for taken in range(1, size):
        carried, weight = 0, 0
        for one in range(count):
            if taken >> one & 1:
                carried += packages[one]
                weight += grams[one]
        for end in range(count):
            if not taken >> end & 1:
                continue
            if carried > packages_most or weight > grams_most:
                shortest[taken, end] = NEVER
                continue
            so_far = shortest[taken, end]
            for onward in range(count):
                longer = taken | 1 << onward
                if longer != taken and so_far + legs[end + 1, onward + 1] < shortest[longer, onward]:
                    shortest[longer, onward] = so_far + legs[end + 1, onward + 1]
                    before[longer, onward] = end
    return shortest, before


@compiled
def _trips(legs: Longs, handing: Longs, shortest: Longs, loading_s: int) -> tuple[Longs, Longs]:
    """Length of the best trip with each set, loading and handing over included, and its last load."""
    size, count = shortest.shape
    trip_s = np.full(size, NEVER, dtype=np.int64)
    last = np.full(size, -1, dtype=np.int64)
    for taken in range(1, size):
        served = loading_s
        for one in range(count):
            if taken >> one & 1:
                served += handing[one]
        for end in range(count):
            whole = shortest[taken, end] + legs[end + 1, 0] + served
            if shortest[taken, end] < NEVER and whole < trip_s[taken]:
                trip_s[taken] = whole
                last[taken] = end
    return trip_s, last


@compiled
def _work(trip_s: Longs, count: int) -> tuple[Longs, Longs]:
    """The least time in which one volunteer carries each set, and the trip with its lowest load."""
    size = len(trip_s)
    work_s = np.full(size, NEVER, dtype=np.int64)
    first_trip = np.zeros(size, dtype=np.int64)
    work_s[0] = 0
    for mask in range(1, size):
        lowest = mask & -mask
        part = mask
        while part:
            if part & lowest and trip_s[part] + work_s[mask ^ part] < work_s[mask]:
                work_s[mask] = trip_s[part] + work_s[mask ^ part]
                first_trip[mask] = part
            part = (part - 1) & mask
    return work_s, first_trip


@compiled
def _shares(work_s: Longs, count: int, volunteers: int) -> Longs:
    """The set of each volunteer: the earliest end first, then the least time of all together."""
    size = len(work_s)
    end_s = work_s.copy()
    ahead = np.empty(size, dtype=np.int64)
    for _ in range(1, volunteers):
        ahead[:] = end_s
        for mask in range(1, size):
            lowest = mask & -mask
            part = mask
            while part:
                if part & lowest:
                    end_s[mask] = min(end_s[mask], max(work_s[part], ahead[mask ^ part]))
                part = (part - 1) & mask
    limit = end_s[size - 1]
    total_s = np.full((volunteers, size), NEVER, dtype=np.int64)
    share = np.zeros((volunteers, size), dtype=np.int64)
    for mask in range(size):
        if work_s[mask] <= limit:
            total_s[0, mask] = work_s[mask]
        share[0, mask] = mask
    for more in range(1, volunteers):
        total_s[more, 0] = 0
        for mask in range(1, size):
            lowest = mask & -mask
            part = mask
            while part:
                rest = total_s[more - 1, mask ^ part]
                if part & lowest and work_s[part] <= limit and work_s[part] + rest < total_s[more, mask]:
                    total_s[more, mask] = work_s[part] + rest
                    share[more, mask] = part
                part = (part - 1) & mask
    shares = np.zeros(volunteers, dtype=np.int64)
    left = size - 1
    for more in range(volunteers - 1, -1, -1):
        shares[volunteers - 1 - more] = share[more, left]
        left ^= share[more, left]
    return shares
