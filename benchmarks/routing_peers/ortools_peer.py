"""OR-Tools' routing library as most users write it."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.routing_peers.plain import Routes, plain
from logistics.routing.engine.formats import ReadProblem


def stock_ortools(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """OR-Tools as its guide shows it: cheapest arc, then guided local search; every stop must be served."""
    from ortools.constraint_solver import pywrapcp
    from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic

    started_s = time.perf_counter()
    it = plain(read)
    fleet = [(vehicle_id, kind) for kind in it.kinds for vehicle_id in kind.ids]
    homes = [kind.home for _, kind in fleet]
    nodes = pywrapcp.RoutingIndexManager(len(it.metres), len(fleet), homes, homes)
    model = pywrapcp.RoutingModel(nodes)
    service_s, demand = np.zeros(len(it.metres), dtype=np.int64), np.zeros(len(it.metres), dtype=np.int64)
    for stop in it.stops:
        service_s[stop.place], demand[stop.place] = stop.service_s, stop.demand_g
    price_of = {
        unit: model.RegisterTransitMatrix((it.metres.astype(np.int64) * unit).tolist())
        for unit in {kind.unit for kind in it.kinds}
    }
    clock = model.RegisterTransitMatrix((it.seconds.astype(np.int64) + service_s[:, None]).tolist())
    load = model.RegisterUnaryTransitVector(demand.tolist())
    model.AddDimensionWithVehicleCapacity(load, 0, [kind.capacity for _, kind in fleet], True, "load")
    horizon_s = max(kind.closes_s for _, kind in fleet)
    model.AddDimension(clock, horizon_s, horizon_s, False, "time")
    times = model.GetDimensionOrDie("time")
    for stop in it.stops:
        times.CumulVar(nodes.NodeToIndex(stop.place)).SetRange(stop.window.start_s, min(stop.window.end_s, horizon_s))
    for number, (_, kind) in enumerate(fleet):
        model.SetArcCostEvaluatorOfVehicle(price_of[kind.unit], number)
        model.SetFixedCostOfVehicle(kind.fixed, number)
        for end in (model.Start(number), model.End(number)):
            times.CumulVar(end).SetRange(kind.opens_s, kind.closes_s)
        if kind.longest_s is not None:
            times.SetSpanUpperBoundForVehicle(kind.longest_s, number)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = FirstSolutionStrategy.PATH_CHEAPEST_ARC
    parameters.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(1_000 * max(0.2, time_limit_s - (time.perf_counter() - started_s))))
    model.solver().ReSeed(seed)
    found = model.SolveWithParameters(parameters)
    if found is None:
        return []
    by_place = {stop.place: stop.id for stop in it.stops}
    routes = []
    for number, (vehicle_id, _) in enumerate(fleet):
        index, order = found.Value(model.NextVar(model.Start(number))), []
        while not model.IsEnd(index):
            order.append(by_place[nodes.IndexToNode(index)])
            index = found.Value(model.NextVar(index))
        if order:
            routes.append((vehicle_id, order))
    return routes
