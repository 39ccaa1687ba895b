"""Which stops lie near each other, in distance and in time; few are tried, so few are kept.

A neighbour in time is one that can follow without waiting long and without being late (granular search: Toth & Vigo
2003, DOI 10.1287/ijoc.15.4.333.24890; the measure: Vidal et al. 2013, DOI 10.1016/j.cor.2012.07.018).
"""

import itertools
import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled, compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    ACCESS,
    CLOSES,
    OPENS,
    SERVICE,
    Floats,
    Int32s,
    Int64s,
    Number,
)

# A second of waiting counts less than one of driving; one of lateness is driven elsewhere.
WAIT_WEIGHT = 0.2


class Nearness(NamedTuple):
    """What nearness is measured by: legs between places, the stops' times, and which rows of access meet at all."""

    metres: Int32s
    metres_back: Int32s
    seconds: Int32s
    seconds_back: Int32s
    places: Int32s
    times: Int32s
    stops: Int64s
    meeting: NDArray[np.uint8]
    weights: Floats


class Lists(NamedTuple):
    """(stops, count) numbers, nearest first: who may come before, who after, and who is near whatever the order."""

    before: Int32s
    after: Int32s
    near: Int32s


@compiled_inline
def offer(ranks: Floats, row: Int32s, known: Number, rank: float, stop: Number) -> Number:
    """Puts a stop into a row ordered by rank, if the row is not full of nearer ones; returns how many are known."""
    size = row.shape[0]
    if known == size and rank >= ranks[size - 1]:
        return known
    place = min(known, size - 1)
    while place > 0 and ranks[place - 1] > rank:
        ranks[place] = ranks[place - 1]
        row[place] = row[place - 1]
        place -= 1
    ranks[place] = rank
    row[place] = stop
    return min(known + 1, size)


@compiled
def fill(
    by: Nearness,
    lists: Lists,
    before_ranks: Floats,
    after_ranks: Floats,
    near_ranks: Floats,
    begin: Number,
    end: Number,
) -> None:
    """Fills the rows from `begin` to `end`; all stops that meet are ranked, so a row is full or holds them all."""
    count = by.places.shape[0]
    per_metre, per_second, timed = by.weights[0], by.weights[1], by.weights[2]
    for stop in range(begin, end):
        place = by.places[stop]
        befores, afters, nears = 0, 0, 0
        service = np.float64(by.times[stop, SERVICE])
        opens, closes = np.float64(by.times[stop, OPENS]), np.float64(by.times[stop, CLOSES])
        for other in range(count):
            if other == stop or by.meeting[by.stops[stop, ACCESS], by.stops[other, ACCESS]] == 0:
                continue
            there = by.places[other]
            out_s, back_s = np.float64(by.seconds[place, there]), np.float64(by.seconds_back[place, there])
            out = per_metre * by.metres[place, there] + per_second * out_s
            back = per_metre * by.metres_back[place, there] + per_second * back_s
            nears = offer(near_ranks, lists.near[stop], nears, min(out, back), other)
            if timed > 0.0:
                other_opens, other_closes = np.float64(by.times[other, OPENS]), np.float64(by.times[other, CLOSES])
                out_s += service
                back_s += by.times[other, SERVICE]
                out += timed * (
                    WAIT_WEIGHT * max(0.0, other_opens - out_s - closes) + max(0.0, opens + out_s - other_closes)
                )
                back += timed * (
                    WAIT_WEIGHT * max(0.0, opens - back_s - other_closes) + max(0.0, other_opens + back_s - closes)
                )
            afters = offer(after_ranks, lists.after[stop], afters, out, other)
            befores = offer(before_ranks, lists.before[stop], befores, back, other)


def neighbour_lists(by: Nearness, *, tried: int, ruined: int, workers: int) -> Lists:
    """The nearest `tried` stops before and after each stop, and the nearest `ruined` around it; fewer if fewer are."""
    count = len(by.places)
    # A row that is not full (few stops share a vehicle with this one) repeats the stop itself, which is never there.
    own = np.arange(count, dtype=np.int32)[:, None]
    lists = Lists(*(np.repeat(own, max(1, min(size, count - 1)), axis=1) for size in (tried, tried, ruined)))
    bounds = np.linspace(0, count, workers + 1).astype(int).tolist()
    threads = [
        threading.Thread(target=fill, args=(by, lists, *(np.empty(rows.shape[1]) for rows in lists), begin, end))
        for begin, end in itertools.pairwise(bounds)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return lists
