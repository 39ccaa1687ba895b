"""Compiles the kernels, or loads them from disk, before the first job needs them."""

import time

import numpy as np

from logistics.routing.engine.problem import Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.ruin_recreate.model import build_model
from logistics.routing.engine.solvers.ruin_recreate.pacing import Pace
from logistics.routing.engine.solvers.ruin_recreate.search import AnnealingSearch


def warm() -> float:
    """Runs every kernel once on a toy; returns the seconds it took: about 20 to compile, 0.5 from the disk."""
    started_s = time.monotonic()
    at = np.arange(8)
    legs = np.abs(at[:, None] - at[None, :]).astype(np.int32)
    day = TimeWindow(start_s=0, end_s=100)
    problem = Problem(
        depots=(Depot(id="depot", place=0, opens_s=0, closes_s=100),),
        vehicles=tuple(
            Vehicle(
                id=f"vehicle {number}",
                type="toy",
                depot="depot",
                capacity_g=capacity_g,
                capacity_packages=10,
                shift=day,
                cost_per_km=1,
                cost_per_h=1,
            )
            for number, capacity_g in enumerate((4, 4, 5))
        ),
        stops=tuple(
            Stop(id=f"stop {place}", place=place, demand_g=1, packages=1, window=day, service_s=1, depot=None)
            for place in range(1, 8)
        ),
        seconds=legs,
        metres=legs,
    )
    model = build_model(problem, problem.stops)
    for start in (None, {0: [0, 1]}):
        now_s = time.monotonic()
        pace = Pace(begin_s=now_s, end_s=now_s + 60.0, steps=200, hot=10.0, cold=1.0)
        AnnealingSearch(model, seed=1, workers=2, split=True, start=start).run(pace, lambda: False)
    return time.monotonic() - started_s
