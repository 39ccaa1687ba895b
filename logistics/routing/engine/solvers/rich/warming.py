"""Loads the compiled search, or compiles it the first time, before anybody waits for a plan."""

import numpy as np

from logistics.routing.engine.problem import Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.protocol import SolveOptions
from logistics.routing.engine.solvers.rich.solver import RichRuinRecreate


def warm() -> None:
    """Plans two stops. Every problem has arrays of the same types, so that this compiles everything once and for all.

    About a minute without a cache beside the source, 0.3 s with it.
    """
    day = TimeWindow(start_s=0, end_s=1_000)
    stops = tuple(
        Stop(id=name, place=place, demand_g=1, packages=1, window=day, service_s=1, depot=None)
        for place, name in enumerate("ab", start=1)
    )
    vehicle = Vehicle(
        id="v", type="van", depot="d", capacity_g=9, capacity_packages=9, shift=day, cost_per_km=1, cost_per_h=1
    )
    legs = np.array([[0, 5, 5], [5, 0, 5], [5, 5, 0]], np.int32)
    problem = Problem(
        depots=(Depot(id="d", place=0, opens_s=0, closes_s=1_000),),
        vehicles=(vehicle,),
        stops=stops,
        seconds=legs,
        metres=legs,
    )
    options = SolveOptions(time_limit_s=600, iteration_limit=1, workers=1, start={"v": ["b"]})
    RichRuinRecreate().solve(problem, options)
