"""The problem as an OR-Tools routing model.

Nodes are depots and stops, not places: stops that share a place are two nodes 0 m apart. Times are shifted so that the
earliest hour is 0, because dimensions start there.

The price of the road sits on the arcs: kilometres and the hours of driving and serving. Only waiting is left to the
time dimension, as a slack cost; the sum is exactly the paid time. (A span cost over the whole route would hide the
hours from everything that looks at arcs: cheapest insertion, guided local search.)

Arc costs are registered as matrices, but the times are not: OR-Tools 9.15 copies the evaluator of a dimension that has
costs for every path it tests (`FillDimensionValuesFromRoutingDimension` takes it by value), and the copy of a
registered matrix is a copy of the matrix: 60 % of the run at 463 stops. A callback is copied by reference, and numpy's
own `item` method puts no Python frame around the answer. The calls still cost a quarter of the run, but the plan after
ten seconds was 32 % cheaper.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.solver_parameters_pb2 import ConstraintSolverParameters

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import UNREACHABLE, Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.closing import PACKAGES_PER_STOP, serving_weight
from logistics.routing.engine.validation import LARGEST_TIME_S

LARGEST_TOTAL = 2**60
"""OR-Tools adds costs in 64 bits; guided local search adds penalties on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingModel:
    """A model ready to search. The first `depot_count` nodes are depots; node `depot_count + k` is `stops[k]`.

    One cent is `FINE_PER_CENT / divisor` units of OR-Tools' objective. `drop_prices[k]` belongs to `stops[k]`, in
    these units. `transits` is held here because OR-Tools reads the times from it while it searches.
    """

    manager: pywrapcp.RoutingIndexManager
    routing: pywrapcp.RoutingModel
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    drop_prices: tuple[int, ...]
    depot_count: int
    divisor: int
    transits: NDArray[np.int64]


def build_model(problem: Problem, stops: Sequence[Stop]) -> RoutingModel:
    """The model for all vehicles that have hours to work in and the stops that one of them may serve.

    There must be at least one such vehicle and stop. Every stop is optional at its drop price.
    """
    vehicles = tuple(vehicle for vehicle in problem.vehicles if _works(problem, vehicle))
    if not vehicles or not stops:
        raise AssertionError("a model needs a vehicle and a stop")
    # A depot that no vehicle starts from would be a node to visit, so it is none.
    used = {vehicle.depot for vehicle in vehicles}
    depots = [depot for depot in problem.depots if depot.id in used]
    nodes = _Nodes(problem, depots, stops)
    hours = [problem.hours_of(vehicle) for vehicle in vehicles]
    span = TimeWindow(start_s=min(h.start_s for h in hours), end_s=max(h.end_s for h in hours))
    prices, divisor = _drop_prices(problem, vehicles, stops, nodes)
    depot_node = {depot.id: node for node, depot in enumerate(depots)}
    homes = [depot_node[vehicle.depot] for vehicle in vehicles]
    manager = pywrapcp.RoutingIndexManager(len(nodes.places), len(vehicles), homes, homes)
    parameters = pywrapcp.DefaultRoutingModelParameters()
    # Packing the trail with zlib saves megabytes nobody misses and cost 4 % of the run.
    parameters.solver_parameters.compress_trail = ConstraintSolverParameters.NO_COMPRESSION
    routing = pywrapcp.RoutingModel(manager, parameters)
    model = RoutingModel(
        manager=manager,
        routing=routing,
        vehicles=vehicles,
        stops=tuple(stops),
        drop_prices=prices,
        depot_count=len(depots),
        divisor=divisor,
        transits=_transits(manager, nodes, horizon_s=span.end_s - span.start_s),
    )
    _add_costs(model, nodes)
    _add_loads(model)
    _add_time(model, problem, span)
    _add_choices(model, problem)
    return model


class _Nodes:
    """Legs between nodes: (n, n) seconds and metres, `closed` where there is no way, and each node's service."""

    def __init__(self, problem: Problem, depots: Sequence[Depot], stops: Sequence[Stop]) -> None:
        self.depot_count = len(depots)
        self.places = [depot.place for depot in depots] + [stop.place for stop in stops]
        self.service_s = np.array([0] * len(depots) + [stop.serving_s for stop in stops], dtype=np.int64)
        grid = np.ix_(self.places, self.places)
        self.seconds = problem.seconds[grid].astype(np.int64)
        self.metres = problem.metres[grid].astype(np.int64)
        self.closed = (self.seconds == UNREACHABLE) | (self.metres == UNREACHABLE)
        # A closed leg is impossible in the time dimension; its price need only not overflow.
        self.seconds[self.closed] = 0
        self.metres[self.closed] = 0
        self.transit_s = self.seconds + self.service_s[:, None] + self._certain_waiting(depots, stops)

    def _certain_waiting(self, depots: Sequence[Depot], stops: Sequence[Stop]) -> NDArray[np.int64]:
        """(n, n) seconds that pass between two windows even if service at the first starts at its very end."""
        always = LARGEST_TIME_S * 2
        opens_s = np.array([-always] * len(depots) + [stop.window.start_s for stop in stops], dtype=np.int64)
        closes_s = np.array([always] * len(depots) + [stop.window.end_s for stop in stops], dtype=np.int64)
        soonest_s = (closes_s + self.service_s)[:, None] + self.seconds
        return np.maximum(0, opens_s[None, :] - soonest_s)


def _works(problem: Problem, vehicle: Vehicle) -> bool:
    hours = problem.hours_of(vehicle)
    return hours.start_s <= hours.end_s


def _drop_prices(
    problem: Problem, vehicles: Sequence[Vehicle], stops: Sequence[Stop], nodes: _Nodes
) -> tuple[tuple[int, ...], int]:
    """Price of dropping each stop, and the divisor that keeps all sums inside 64 bits.

    Without a `drop_cost`, dropping any one stop costs more than the dearest whole plan could: every vehicle out for its
    whole shift, and every node left over its longest leg. So serving one stop more always pays, and `serving_weight`
    tells which.
    """
    longest_m = nodes.metres.max(axis=1)
    depot_count = nodes.depot_count
    road_m = int(longest_m[depot_count:].sum()) + len(vehicles) * int(longest_m[:depot_count].max())
    ceiling = max(vehicle.cost_per_km for vehicle in vehicles) * road_m * FINE_PER_METRE
    for vehicle in vehicles:
        hours = problem.hours_of(vehicle)
        ceiling += vehicle.fixed_cost * FINE_PER_CENT
        ceiling += vehicle.cost_per_h * (hours.end_s - hours.start_s) * FINE_PER_SECOND
    per_weight = ceiling // PACKAGES_PER_STOP + 1
    prices = [
        per_weight * serving_weight(stop) if stop.drop_cost is None else stop.drop_cost * FINE_PER_CENT
        for stop in stops
    ]
    divisor = 1 + (sum(prices) + ceiling) // LARGEST_TOTAL
    return tuple(price // divisor for price in prices), divisor


def _add_costs(model: RoutingModel, nodes: _Nodes) -> None:
    """Fixed cost, and one arc matrix for each pair of prices per kilometre and hour."""
    evaluators: dict[tuple[int, int], int] = {}
    for index, vehicle in enumerate(model.vehicles):
        prices = (vehicle.cost_per_km, vehicle.cost_per_h)
        if prices not in evaluators:
            arcs = vehicle.cost_per_km * FINE_PER_METRE * nodes.metres
            arcs = arcs + vehicle.cost_per_h * FINE_PER_SECOND * nodes.transit_s
            evaluators[prices] = _register(model.routing, arcs // model.divisor)
        model.routing.SetArcCostEvaluatorOfVehicle(evaluators[prices], index)
        model.routing.SetFixedCostOfVehicle(vehicle.fixed_cost * FINE_PER_CENT // model.divisor, index)


def _register(routing: pywrapcp.RoutingModel, matrix: NDArray[np.int64]) -> int:
    # The wrapper takes lists of Python integers only.
    index: int = routing.RegisterTransitMatrix(matrix.tolist())
    return index


def _add_loads(model: RoutingModel) -> None:
    """One capacity dimension per unit that can bind: a limit no vehicle could reach only slows the search."""
    limits: tuple[tuple[str, list[int], list[int | None]], ...] = (
        ("grams", [stop.demand_g for stop in model.stops], [v.capacity_g for v in model.vehicles]),
        ("packages", [stop.packages for stop in model.stops], [v.capacity_packages for v in model.vehicles]),
        ("millilitres", [stop.volume_ml for stop in model.stops], [v.capacity_ml for v in model.vehicles]),
    )
    for name, demands, given in limits:
        total = sum(demands)
        capacities = [total if capacity is None else min(capacity, total) for capacity in given]
        if min(capacities) == total:
            continue
        evaluator = model.routing.RegisterUnaryTransitVector([0] * model.depot_count + demands)
        model.routing.AddDimensionWithVehicleCapacity(evaluator, 0, capacities, True, name)


def _transits(manager: pywrapcp.RoutingIndexManager, nodes: _Nodes, *, horizon_s: int) -> NDArray[np.int64]:
    """Service and driving seconds by OR-Tools' own index; more than the horizon where there is no way."""
    seconds = np.where(nodes.closed, horizon_s + 1, nodes.transit_s)
    node_of = [manager.IndexToNode(index) for index in range(manager.GetNumberOfIndices())]
    return np.ascontiguousarray(np.minimum(seconds, horizon_s + 1)[np.ix_(node_of, node_of)])


def _add_time(model: RoutingModel, problem: Problem, day: TimeWindow) -> None:
    """Windows, shifts and depot hours on one dimension, counted from the day's start; waiting is its paid slack."""
    horizon_s = day.end_s - day.start_s
    evaluator = model.routing.RegisterTransitCallback(model.transits.item)
    model.routing.AddDimension(evaluator, horizon_s, horizon_s, False, "time")
    time = model.routing.GetDimensionOrDie("time")
    for index, vehicle in enumerate(model.vehicles):
        hours = problem.hours_of(vehicle)
        for end in (model.routing.Start(index), model.routing.End(index)):
            time.CumulVar(end).SetRange(hours.start_s - day.start_s, hours.end_s - day.start_s)
        waiting = vehicle.cost_per_h * FINE_PER_SECOND // model.divisor
        time.SetSlackCostCoefficientForVehicle(waiting, index)
    for position, stop in enumerate(model.stops):
        index = model.manager.NodeToIndex(model.depot_count + position)
        earliest = max(0, stop.window.start_s - day.start_s)
        latest = min(horizon_s, stop.window.end_s - day.start_s)
        time.CumulVar(index).SetRange(earliest, latest)


def _add_choices(model: RoutingModel, problem: Problem) -> None:
    """Every stop is optional at its price, and bound to the vehicles where its goods lie."""
    for position, (stop, price) in enumerate(zip(model.stops, model.drop_prices, strict=True)):
        index = model.manager.NodeToIndex(model.depot_count + position)
        model.routing.AddDisjunction([index], price)
        allowed = [k for k, vehicle in enumerate(model.vehicles) if problem.may_serve(vehicle, stop)]
        if not allowed:  # OR-Tools would read an empty list as "any vehicle"
            raise AssertionError(f"stop {stop.id} has no vehicle; leave it out of the model")
        if len(allowed) < len(model.vehicles):
            # -1 is being dropped. (The wrapper of 9.15 cannot call SetAllowedVehiclesForIndex: no list fits its span.)
            model.routing.VehicleVar(index).SetValues([-1, *allowed])
