"""commiv, whose effort is counted in iterations and not in seconds."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.routing_peers.plain import NOT_CHARGED_S, CannotExpress, Routes, plain
from logistics.routing.engine.formats import ReadProblem


def commiv(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """commiv's native ruin and recreate.

    Its cooling follows the number of iterations, not the clock, so it is given as many as fit, found by two probes
    beforehand that are not charged to it. It takes all vehicles it wants; too many are refused by the check.
    """
    import commiv as library

    it = plain(read)
    one = it.kinds[0]
    if len(it.kinds) != 1 or one.fixed or it.depots != [0] or one.longest_s is not None:
        raise CannotExpress("several depots or kinds of vehicles")
    by_place = {stop.place: stop for stop in it.stops}
    rows = [by_place[place] for place in range(1, len(it.metres))]
    home = it.kinds[0]
    arguments = (
        it.metres.astype(np.int64),
        [0, *(stop.demand_g for stop in rows)],
        home.capacity,
        [home.opens_s, *(stop.window.start_s for stop in rows)],
        [home.closes_s, *(stop.window.end_s for stop in rows)],
        [0, *(stop.service_s for stop in rows)],
    )

    def probe(iterations: int) -> float:
        started_s = time.perf_counter()
        library.solve_vrptw(*arguments, seed=99, iters=iterations, threads=1)
        return time.perf_counter() - started_s

    first_s, second_s = probe(10_000), probe(60_000)
    a_second = 50_000 / max(1e-3, second_s - first_s)
    NOT_CHARGED_S[0] = first_s + second_s
    fit = int(a_second * max(0.5, time_limit_s - first_s) * 0.97)
    found = library.solve_vrptw(*arguments, seed=seed, iters=fit, threads=1, wall_ms=int(1_000 * time_limit_s))
    return [(home.ids[index], [by_place[int(place)].id for place in route]) for index, route in enumerate(found.routes)]
