"""The solvers a user could pick instead, each behind one function from a problem to routes.

    routes(read, time_limit_s, seed) -> [(vehicle id, [stop id, …]), …]

Each is used as its own documentation recommends; what was found out about them is said beside the line. They come with
`pip install --group bench`; one that is not installed is left out of the table.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem

Routes = list[tuple[str, list[str]]]
LONG_AGO_S = 2**31 - 1


class CannotExpress(ValueError):
    """The solver cannot state this problem at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A solver in the table: `runs` processes at once, of which the best counts, use the same two cores."""

    label: str
    package: str
    runs: int
    routes: Callable[[ReadProblem, float, int], Routes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Vehicles alike; `unit` is what one metre of the matrix costs, in cents."""

    ids: list[str]
    capacity: int
    home: int
    opens_s: int
    closes_s: int
    fixed: int
    unit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A problem in the terms that all peers share: one good, windows, distance and fixed costs."""

    kinds: list[Kind]
    depots: list[int]
    stops: tuple[engine.Stop, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]


def plain(read: ReadProblem) -> Plain:
    """Raises CannotExpress if the problem has what no benchmark family has."""
    problem = read.problem
    for stop in problem.stops:
        if stop.packages or stop.volume_ml or stop.depot is not None or stop.drop_cost is not None:
            raise CannotExpress(f"stop {stop.id!r} has packages, a volume, a depot or a price")
    for vehicle in problem.vehicles:
        if vehicle.cost_per_h or vehicle.cost_per_km % 1_000:
            raise CannotExpress(f"vehicle {vehicle.id!r} is paid by the hour or by parts of a metre")
    kinds = []
    for _, group in groupby(problem.vehicles, key=lambda vehicle: vehicle.type):
        alike = list(group)
        first, hours = alike[0], problem.hours_of(alike[0])
        kinds.append(
            Kind(
                ids=[vehicle.id for vehicle in alike],
                capacity=first.capacity_g,
                home=problem.depot(first.depot).place,
                opens_s=hours.start_s,
                closes_s=hours.end_s,
                fixed=first.fixed_cost,
                unit=first.cost_per_km // 1_000,
            )
        )
    depots = [depot.place for depot in problem.depots]
    return Plain(kinds=kinds, depots=depots, stops=problem.stops, seconds=problem.seconds, metres=problem.metres)


def engine_default(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """The engine as the product calls it."""
    return _of_plan(engine.solve(read.problem, engine.SolveOptions(time_limit_s=time_limit_s, seed=seed)))


def engine_ortools(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """The engine's own use of OR-Tools' routing library, alone."""
    options = engine.SolveOptions(time_limit_s=time_limit_s, seed=seed)
    return _of_plan(engine.solve(read.problem, options, solver=engine.OrToolsRouting()))


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
    longest = {} if read.longest_s is None else {"shift_duration": read.longest_s}
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
                **longest,
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


def vroom(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """VROOM on two threads at its deepest; it draws nothing at random and stops by itself."""
    import vroom as library

    it = plain(read)
    if read.longest_s is not None:
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


def commiv(read: ReadProblem, time_limit_s: float, seed: int) -> Routes:
    """commiv's native ruin and recreate.

    Its cooling follows the number of iterations, not the clock, so it is given as many as fit, found by two probes
    beforehand that are not charged to it. It takes all vehicles it wants; too many are refused by the check.
    """
    import commiv as library

    it = plain(read)
    if len(it.kinds) != 1 or it.kinds[0].fixed or it.depots != [0] or read.longest_s is not None:
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


NOT_CHARGED_S = [0.0]
"""Seconds that a peer's own calibration took in this process."""


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
        if read.longest_s is not None:
            times.SetSpanUpperBoundForVehicle(read.longest_s, number)
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


def _of_plan(plan: engine.Plan) -> Routes:
    return [(route.vehicle, [visit.stop for visit in route.visits]) for route in plan.routes]


PEERS = {
    "engine": Peer(label="engine", package="ortools", runs=1, routes=engine_default),
    "engine-ortools": Peer(label="engine, OR-Tools alone", package="ortools", runs=1, routes=engine_ortools),
    "pyvrp": Peer(label="PyVRP, best of 2", package="pyvrp", runs=2, routes=pyvrp),
    "commiv": Peer(label="commiv, best of 2", package="commiv", runs=2, routes=commiv),
    "vroom": Peer(label="VROOM, 2 threads", package="vroom", runs=1, routes=vroom),
    "ortools": Peer(label="OR-Tools, stock GLS", package="ortools", runs=1, routes=stock_ortools),
}
