"""The problem as an OR-Tools routing model.

Times are shifted so that the earliest hour is 0, because dimensions start there.

The price of the road sits on the arcs: kilometres and the hours of driving and serving. Only waiting is left to the
time dimension, as a slack cost; the sum is exactly the paid time. (A span cost over the whole route would hide the
hours from everything that looks at arcs: cheapest insertion, guided local search.)

Arc costs are registered as matrices, but the times are not: OR-Tools 9.15 copies the evaluator of a dimension that has
costs for every path it tests (`FillDimensionValuesFromRoutingDimension` takes it by value), and the copy of a
registered matrix is a copy of the matrix: 60 % of the run at 463 stops. A callback is copied by reference, and numpy's
own `item` method puts no Python frame around the answer. The calls still cost a quarter of the run, but the plan after
ten seconds was 32 % cheaper.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.solver_parameters_pb2 import ConstraintSolverParameters

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.likeness import kinds_of
from logistics.routing.engine.solvers.ortools.nodes import Legs, Nodes, span_of
from logistics.routing.engine.solvers.ortools.pricing import Prices, prices_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingModel:
    """A model ready to search; `clocks` are the evaluators of time by profile.

    `transits` is held here because OR-Tools reads times from it while it searches.
    """

    problem: Problem
    manager: pywrapcp.RoutingIndexManager
    routing: pywrapcp.RoutingModel
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    nodes: Nodes
    prices: Prices
    span: TimeWindow
    clocks: dict[str, int]
    transits: list[NDArray[np.int64]]

    def index(self, position: int) -> int:
        """OR-Tools' index of a stop."""
        found: int = self.manager.NodeToIndex(self.nodes.first_stop + position)
        return found

    def reload_indices(self, vehicle: int) -> list[int]:
        """OR-Tools' indices of loading again by this vehicle."""
        return [
            self.manager.NodeToIndex(self.nodes.first_reload + k)
            for k, number in enumerate(self.nodes.reloading)
            if number == vehicle
        ]


def base_model(problem: Problem, stops: Sequence[Stop]) -> RoutingModel:
    """Vehicles, roads, their prices, and the time they take, but no rules yet; see `rules.build_model`."""
    vehicles = tuple(_useful(problem, len(stops)))
    if not vehicles or not stops:
        raise AssertionError("a model needs a vehicle and a stop")
    nodes = Nodes(problem, vehicles, stops)
    span = span_of(problem, vehicles)
    manager = pywrapcp.RoutingIndexManager(nodes.count, len(vehicles), nodes.starts, nodes.ends)
    parameters = pywrapcp.DefaultRoutingModelParameters()
    # Packing the trail with zlib saves megabytes nobody misses and cost 4 % of the run.
    parameters.solver_parameters.compress_trail = ConstraintSolverParameters.NO_COMPRESSION
    model = RoutingModel(
        problem=problem,
        manager=manager,
        routing=pywrapcp.RoutingModel(manager, parameters),
        vehicles=vehicles,
        stops=tuple(stops),
        nodes=nodes,
        prices=prices_of(problem, vehicles, stops, nodes, span),
        span=span,
        clocks={},
        transits=[],
    )
    _add_costs(model)
    _add_time(model)
    return model


def _useful(problem: Problem, stop_count: int) -> list[Vehicle]:
    """The vehicles that have hours, and of those alike not more than there are stops."""
    kinds = kinds_of(problem)
    taken: Counter[Hashable] = Counter()
    useful = []
    for vehicle in problem.vehicles:
        hours = problem.hours_of(vehicle)
        if hours.start_s <= hours.end_s and taken[kinds[vehicle.id]] < stop_count:
            taken[kinds[vehicle.id]] += 1
            useful.append(vehicle)
    return useful


def _add_costs(model: RoutingModel) -> None:
    """Fixed cost, and one arc matrix for each profile and pair of prices per kilometre and hour."""
    evaluators: dict[tuple[str, int, int], int] = {}
    for number, vehicle in enumerate(model.vehicles):
        prices = (vehicle.profile, vehicle.cost_per_km, vehicle.cost_per_h)
        if prices not in evaluators:
            legs = model.nodes.legs[vehicle.profile]
            arcs = vehicle.cost_per_km * FINE_PER_METRE * legs.metres
            arcs = arcs + vehicle.cost_per_h * FINE_PER_SECOND * legs.transit_s
            evaluators[prices] = register(model.routing, arcs // model.prices.divisor)
        model.routing.SetArcCostEvaluatorOfVehicle(evaluators[prices], number)
        fixed = vehicle.fixed_cost if vehicle.underway is None else 0
        model.routing.SetFixedCostOfVehicle(model.prices.units(fixed * FINE_PER_CENT), number)


def register(routing: pywrapcp.RoutingModel, matrix: NDArray[np.int64]) -> int:
    """A matrix as an evaluator of arcs."""
    # The wrapper takes lists of Python integers only.
    index: int = routing.RegisterTransitMatrix(matrix.tolist())
    return index


def _add_time(model: RoutingModel) -> None:
    """Shifts and depot hours on one dimension, counted from the day's start; waiting is its paid slack."""
    horizon_s = model.span.end_s - model.span.start_s
    for profile, legs in model.nodes.legs.items():
        model.transits.append(_transits(model.manager, legs, horizon_s=horizon_s))
        model.clocks[profile] = model.routing.RegisterTransitCallback(model.transits[-1].item)
    of_vehicles = [model.clocks[vehicle.profile] for vehicle in model.vehicles]
    model.routing.AddDimensionWithVehicleTransits(of_vehicles, horizon_s, horizon_s, False, "time")
    time = time_of(model)
    for number, vehicle in enumerate(model.vehicles):
        hours = model.problem.hours_of(vehicle)
        start, end = time.CumulVar(model.routing.Start(number)), time.CumulVar(model.routing.End(number))
        latest_s = hours.end_s if vehicle.underway is None else hours.start_s
        start.SetRange(hours.start_s - model.span.start_s, latest_s - model.span.start_s)
        end.SetRange(hours.start_s - model.span.start_s, hours.end_s - model.span.start_s)
        waiting = model.prices.units(vehicle.cost_per_h * FINE_PER_SECOND)
        time.SetSlackCostCoefficientForVehicle(waiting, number)


def time_of(model: RoutingModel) -> Any:
    """The dimension of time."""
    return model.routing.GetDimensionOrDie("time")


def _transits(manager: pywrapcp.RoutingIndexManager, legs: Legs, *, horizon_s: int) -> NDArray[np.int64]:
    """Service and driving seconds by OR-Tools' own index; more than the horizon where there is no way."""
    seconds = np.where(legs.closed, horizon_s + 1, legs.transit_s)
    node_of = [manager.IndexToNode(index) for index in range(manager.GetNumberOfIndices())]
    return np.ascontiguousarray(np.minimum(seconds, horizon_s + 1)[np.ix_(node_of, node_of)])
