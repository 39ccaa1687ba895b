"""PyVRP's own loop, one seed a process."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.routing_peers.plain import Routes, plain
from logistics.routing.engine.formats import ReadProblem


def pyvrp(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """PyVRP's own loop; it may hand back an infeasible best, which the check then refuses."""
    import pyvrp as library
    from pyvrp.stop import MaxRuntime

    started_s = time.perf_counter()
    it = plain(read)
    # its price of overload is capped: loads must be of the order of distances, or one overloaded route is its best
    load = read.factor if read.factor >= 1_000 else 1
    places = len(it.metres)
    at = np.zeros((places, 2)) if read.coordinates is None else read.coordinates
    index_of = {home: index for index, home in enumerate(it.depots)}
    data = library.ProblemData(
        locations=[library.Location(float(x), float(y)) for x, y in at],
        clients=[
            library.Client(
                stop.place,
                delivery=[load * stop.demand_g],
                service_duration=stop.service_s,
                tw_early=stop.window.start_s,
                tw_late=stop.window.end_s,
            )
            for stop in it.stops
        ],
        depots=[
            library.Depot(depot.place, tw_early=depot.opens_s, tw_late=depot.closes_s) for depot in read.problem.depots
        ],
        vehicle_types=[
            library.VehicleType(
                num_available=len(kind.ids),
                capacity=[load * kind.capacity],
                start_depot=index_of[kind.home],
                end_depot=index_of[kind.home],
                fixed_cost=kind.fixed,
                unit_distance_cost=kind.unit,
                tw_early=kind.opens_s,
                tw_late=kind.closes_s,
                **({} if kind.longest_s is None else {"shift_duration": kind.longest_s}),
            )
            for kind in it.kinds
        ],
        distance_matrices=[it.metres.astype(np.int64)],
        duration_matrices=[it.seconds.astype(np.int64)],
    )
    # the limit is asked between iterations only: large problems need a little more for the last one
    left_s = max(0.5, time_limit_s - (time.perf_counter() - started_s) - places / 40_000)
    found = library.solve(data, stop=MaxRuntime(left_s), seed=seed, collect_stats=False, display=False)
    free = [iter(kind.ids) for kind in it.kinds]
    return [
        (next(free[route.vehicle_type()]), [it.stops[visit.idx].id for visit in route if visit.is_client()])
        for route in found.best.routes()
    ]
