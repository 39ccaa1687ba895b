"""A town for searches, and how long they may take."""

import numpy as np

from logistics.routing.engine import SolveOptions, TimeWindow
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle

REPEATABLE = SolveOptions(time_limit_s=60, iteration_limit=60)


def a_town(stop_count, *, vehicle_count=4, seed=0):
    """Random places in a square of 20 minutes; windows of half a day; everything fits."""
    random = np.random.default_rng(seed)
    at = random.integers(0, 1_200, size=(stop_count + 1, 2))
    seconds = np.abs(at[:, None] - at[None, :]).sum(axis=2).astype(np.int32)
    stops = [
        a_stop(
            f"S{k}",
            place=k,
            packages=int(random.integers(1, 9)),
            window=TimeWindow(start_s=14_400 * (k % 2), end_s=14_400 * (k % 2) + 14_400),
            service_s=120,
        )
        for k in range(1, stop_count + 1)
    ]
    vehicles = [
        a_vehicle(id=f"V{k}", capacity_g=10**6, capacity_packages=10**3, shift=TimeWindow(start_s=0, end_s=36_000))
        for k in range(vehicle_count)
    ]
    depots = [a_depot(closes_s=36_000)]
    return a_problem(*stops, depots=depots, vehicles=vehicles, seconds=seconds, metres=seconds * 8)
