"""VROOM through pyvroom."""

from __future__ import annotations

import datetime

import numpy as np

from benchmarks.routing_peers.plain import CannotExpress, Routes, plain
from logistics.routing.engine.formats import ReadProblem

LONG_AGO_S = 2**31 - 1


def vroom(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """VROOM on two threads at its deepest; it draws nothing at random and stops by itself."""
    import vroom as library

    it = plain(read)
    if any(kind.longest_s is not None for kind in it.kinds):
        raise CannotExpress("a limit on the length of a shift")
    # large costs are refused ("Too high cost values")
    down = read.factor if read.scale >= 1_000 else 1
    given = library.Input()
    units = sorted({kind.unit for kind in it.kinds})
    for unit in units:
        given.set_durations_matrix(f"p{unit}", it.seconds.astype(np.uint32))
        if len(units) > 1 or down > 1 or not np.array_equal(it.seconds, it.metres):
            given.set_costs_matrix(f"p{unit}", (it.metres.astype(np.int64) * unit // down).astype(np.uint32))
    for index, stop in enumerate(it.stops):
        window = library.TimeWindow(stop.window.start_s, min(stop.window.end_s, LONG_AGO_S))
        given.add_job(
            library.Job(
                index,
                location=stop.place,
                default_service=stop.service_s,
                delivery=[stop.demand_g],
                time_windows=[window],
            )
        )
    ids = []
    for kind in it.kinds:
        costs = {"costs": library.VehicleCosts(fixed=kind.fixed // down)} if kind.fixed else {}
        for vehicle_id in kind.ids:
            ids.append(vehicle_id)
            given.add_vehicle(
                library.Vehicle(
                    len(ids),
                    start=kind.home,
                    end=kind.home,
                    capacity=[kind.capacity],
                    profile=f"p{kind.unit}",
                    time_window=library.TimeWindow(kind.opens_s, min(kind.closes_s, LONG_AGO_S)),
                    **costs,
                )
            )
    found = given.solve(exploration_level=5, nb_threads=2, timeout=datetime.timedelta(seconds=time_limit_s)).routes
    jobs = found[found["type"] == "job"]
    return [
        (ids[int(vehicle) - 1], [it.stops[int(index)].id for index in rows["id"]])
        for vehicle, rows in jobs.groupby("vehicle_id", sort=False)
    ]
