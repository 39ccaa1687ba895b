"""Good rounds for more loads than can be solved exactly: ruin and recreate under simulated annealing.

Loads near each other are taken out and put back where they lengthen the walk least, most of all not beyond the earliest
end so far (Schrimpf et al. 2000, DOI 10.1006/jcph.1999.6413; the blinks are those of Christiaens & Vanden Berghe 2020,
DOI 10.1287/trsc.2019.0914). The same seed and steps give the same rounds on every machine.
"""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.walking.compiling import NEVER, compiled
from logistics.routing.engine.walking.state import (
    FIRST,
    GRAMS,
    LENGTH,
    NEXT,
    OWNER,
    PACKAGES,
    ROWS,
    TRIP,
    put,
    share_out,
    take_out,
    uniform,
)

Longs = NDArray[np.int64]

REMOVED_MOST = 10
BLINK = 0.02
LATE_WEIGHT = 4
TOTAL_WEIGHT = 0.3
"""In the search the time of all volunteers together, per volunteer, counts so much beside the end of the last one."""
HOT, COLD = 0.1, 0.0005
"""Temperatures as shares of the first rounds' length."""


def searched_rounds(
    legs: Longs,
    handing: Longs,
    packages: Longs,
    grams: Longs,
    *,
    most: tuple[int, int],
    loading_s: int,
    volunteers: int,
    steps: int,
    seed: int,
) -> list[list[list[int]]]:
    """Trips of each volunteer as lists of load numbers from 0, like `exact_rounds`."""
    facts = np.stack([handing, packages, grams])
    near = np.argsort(legs[1:, 1:] + legs[1:, 1:].T, axis=1, kind="stable").astype(np.int64)
    limits = np.array([most[0], most[1], loading_s], dtype=np.int64)
    state = anneal(legs, facts, near, limits, volunteers, steps, seed)
    rounds: list[list[list[int]]] = [[] for _ in range(volunteers)]
    for trip in range(len(handing)):
        if state[OWNER, trip] >= 0:
            order, load = [], int(state[FIRST, trip])
            while load >= 0:
                order.append(load)
                load = int(state[NEXT, load])
            rounds[int(state[OWNER, trip])].append(order)
    return rounds


@compiled
def anneal(
    legs: Longs, facts: Longs, near: Longs, limits: Longs, volunteers: int, steps: int, seed: int
) -> NDArray[np.int64]:
    """The best state met: the earliest end, then the least time of all together."""
    count = facts.shape[1]
    random = np.array([seed], dtype=np.uint64)
    state = np.full((ROWS, count), -1, dtype=np.int64)
    state[PACKAGES : LENGTH + 1] = 0
    work = np.zeros(volunteers, dtype=np.int64)
    loose = np.argsort(-legs[0, 1:])
    recreate(state, work, legs, facts, limits, loose, count, 0, random)
    share_out(state, work)
    best, best_end, best_total = state.copy(), work.max(), work.sum()
    kept, kept_work = state.copy(), work.copy()
    energy = best_end + TOTAL_WEIGHT * best_total / volunteers
    hot = HOT * energy + 1.0
    cooling = (COLD / HOT) ** (1.0 / max(1, steps))
    temperature = hot
    for _ in range(steps):
        temperature *= cooling
        removed = ruin(state, work, legs, facts, limits, near, loose, random)
        recreate(state, work, legs, facts, limits, loose, removed, best_end, random)
        share_out(state, work)
        end, total = work.max(), work.sum()
        now = end + TOTAL_WEIGHT * total / volunteers
        if now - energy < -temperature * np.log(1.0 - uniform(random)):
            energy = now
            kept[:] = state
            kept_work[:] = work
            if end < best_end or (end == best_end and total < best_total):
                best[:] = state
                best_end, best_total = end, total
        else:
            state[:] = kept
            work[:] = kept_work
    return best


@compiled
def ruin(
    state: Longs,
    work: Longs,
    legs: Longs,
    facts: Longs,
    limits: Longs,
    near: Longs,
    loose: Longs,
    random: NDArray[np.uint64],
) -> int:
    """Takes out a load and some of its neighbours, in an order for putting back; returns how many."""
    count = facts.shape[1]
    wanted = 1 + int(uniform(random) * min(count, REMOVED_MOST))
    seed = int(uniform(random) * count)
    if uniform(random) < 0.5:  # somebody must be home earlier: begin with the one who is back last
        latest = work.argmax()
        for step in range(count):
            one = (seed + step) % count
            if state[OWNER, state[TRIP, one]] == latest:
                seed = one
                break
    removed = 0
    for step in range(count):
        if removed == wanted:
            break
        one = near[seed, step]
        if one == seed or uniform(random) < 0.7:
            take_out(state, work, facts, legs, one, limits[2])
            loose[removed] = one
            removed += 1
    kind = uniform(random)
    if kind < 0.4:
        for index in range(removed - 1, 0, -1):
            other = int(uniform(random) * (index + 1))
            loose[index], loose[other] = loose[other], loose[index]
    elif kind < 0.8:
        row = 0 if kind < 0.6 else 1
        weight = np.empty(removed, dtype=np.int64)
        for index in range(removed):
            weight[index] = -(legs[0, loose[index] + 1] if row == 0 else facts[1, loose[index]])
        loose[:removed] = loose[:removed][np.argsort(weight)]
    return removed


@compiled
def recreate(
    state: Longs,
    work: Longs,
    legs: Longs,
    facts: Longs,
    limits: Longs,
    loose: Longs,
    removed: int,
    target: int,
    random: NDArray[np.uint64],
) -> None:
    """Puts the loads back one by one, each where it adds least; seconds beyond `target` weigh more."""
    count = facts.shape[1]
    for index in range(removed):
        load = loose[index]
        best, best_trip, best_after, best_added, best_owner = NEVER, -1, -1, 0, -1
        idle, free = int(work.argmin()), -1
        for trip in range(count):
            owner = state[OWNER, trip]
            if owner < 0:
                free = trip if free < 0 else free
                continue
            if state[PACKAGES, trip] + facts[1, load] > limits[0] or state[GRAMS, trip] + facts[2, load] > limits[1]:
                continue
            after, onward = -1, state[FIRST, trip]
            while True:
                added = facts[0, load] + legs[after + 1, load + 1] + legs[load + 1, onward + 1]
                added -= legs[after + 1, onward + 1]
                cost = added + LATE_WEIGHT * max(0, work[owner] + added - target)
                if cost < best and uniform(random) >= BLINK:
                    best, best_trip, best_after, best_added, best_owner = cost, trip, after, added, owner
                if onward < 0:
                    break
                after, onward = onward, state[NEXT, onward]
        alone = limits[2] + facts[0, load] + legs[0, load + 1] + legs[load + 1, 0]
        cost = alone + LATE_WEIGHT * max(0, work[idle] + alone - target)
        if best_trip < 0 or cost < best:
            best_trip, best_after, best_added, best_owner = free, -1, alone, idle
        state[OWNER, best_trip] = best_owner
        put(state, work, facts, load, best_trip, best_after, best_added)
