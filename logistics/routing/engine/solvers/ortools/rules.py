"""What a plan must keep, as dimensions and constraints of a routing model."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from logistics.routing.engine.costs import FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.solvers.ortools.model import RoutingModel, base_model, register, time_of


def build_model(problem: Problem, stops: Sequence[Stop]) -> RoutingModel:
    """The model for all vehicles that have hours to work in and the stops that one of them may serve.

    There must be at least one such vehicle and stop. Every stop is optional at its drop price.
    """
    model = base_model(problem, stops)
    _add_choices(model)
    _add_windows(model)
    _add_loads(model)
    _add_limits(model)
    _add_positions(model)
    _add_reloads(model)
    _add_release(model)
    _add_groups(model)
    _add_breaks(model)
    _add_longest_route(model)
    return model


def _add_choices(model: RoutingModel) -> None:
    """Every stop is optional at its price, and bound to the vehicles that may serve it."""
    for position, (stop, price) in enumerate(zip(model.stops, model.prices.drops, strict=True)):
        index = model.index(position)
        model.routing.AddDisjunction([index], price)
        allowed = [k for k, vehicle in enumerate(model.vehicles) if model.problem.may_serve(vehicle, stop)]
        if not allowed:  # OR-Tools would read an empty list as "any vehicle"
            raise AssertionError(f"stop {stop.id} has no vehicle; leave it out of the model")
        if len(allowed) < len(model.vehicles):
            # -1 is being dropped. (The wrapper of 9.15 cannot call SetAllowedVehiclesForIndex: no list fits its span.)
            model.routing.VehicleVar(index).SetValues([-1, *allowed])


def _add_windows(model: RoutingModel) -> None:
    """Service starts inside a window, or later at a price."""
    time = time_of(model)
    day_s, horizon_s = model.span.start_s, model.span.end_s - model.span.start_s
    for position, stop in enumerate(model.stops):
        index = model.index(position)
        late = stop.late_cents_per_h
        last_s = stop.windows[-1].end_s - day_s
        latest_s = horizon_s if late is not None else min(horizon_s, last_s)
        time.CumulVar(index).SetRange(max(0, stop.window.start_s - day_s), latest_s)
        for before, after in pairwise(stop.windows):
            if before.end_s + 1 < after.start_s:
                time.CumulVar(index).RemoveInterval(before.end_s + 1 - day_s, after.start_s - 1 - day_s)
        if late is not None and last_s < horizon_s:
            price = model.prices.units(late * FINE_PER_SECOND)
            time.SetCumulVarSoftUpperBound(index, last_s, price)


def _add_loads(model: RoutingModel) -> None:
    """One capacity dimension per unit that can bind: a limit no vehicle could reach only slows the search.

    What is delivered since the last loading adds up along a route. Loading again takes a whole vehicle off it, and
    slack there makes good what was not delivered.
    """
    stops, vehicles, nodes = model.stops, model.vehicles, model.nodes
    limits: tuple[tuple[str, list[int], list[int | None]], ...] = (
        ("grams", [stop.demand_g for stop in stops], [v.capacity_g for v in vehicles]),
        ("packages", [stop.packages for stop in stops], [v.capacity_packages for v in vehicles]),
        ("millilitres", [stop.volume_ml for stop in stops], [v.capacity_ml for v in vehicles]),
    )
    for name, demands, given in limits:
        total = sum(demands)
        capacities = [total if capacity is None else min(capacity, total) for capacity in given]
        if min(capacities) == total:
            continue
        loading = [-capacities[number] for number in nodes.reloading]
        evaluator = model.routing.RegisterUnaryTransitVector([0] * nodes.first_stop + demands + loading)
        slack = max(capacities) if loading else 0
        model.routing.AddDimensionWithVehicleCapacity(evaluator, slack, capacities, True, name)
        if loading:
            dimension = model.routing.GetDimensionOrDie(name)
            for index in [*map(model.index, range(len(stops))), *map(model.routing.Start, range(len(vehicles)))]:
                dimension.SlackVar(index).SetValue(0)


def _add_limits(model: RoutingModel) -> None:
    """The longest time and the longest way of a route."""
    vehicles = model.vehicles
    for number, vehicle in enumerate(vehicles):
        if vehicle.longest_s is not None:
            time_of(model).SetSpanUpperBoundForVehicle(vehicle.longest_s, number)
    if all(vehicle.longest_m is None for vehicle in vehicles):
        return
    evaluators = {profile: register(model.routing, legs.metres) for profile, legs in model.nodes.legs.items()}
    furthest_m = max(int(legs.metres.max(axis=1).sum()) for legs in model.nodes.legs.values())
    furthest_m += max(int(legs.metres.max()) for legs in model.nodes.legs.values())
    model.routing.AddDimensionWithVehicleTransitAndCapacity(
        [evaluators[vehicle.profile] for vehicle in vehicles],
        0,
        [furthest_m if one.longest_m is None else min(one.longest_m, furthest_m) for one in vehicles],
        True,
        "metres",
    )


def _add_positions(model: RoutingModel) -> None:
    """How many stops a vehicle makes, and which one is where."""
    vehicles, nodes, count = model.vehicles, model.nodes, len(model.stops)
    pinned = {k: stop.pinned_position for k, stop in enumerate(model.stops) if stop.pinned_position is not None}
    if not pinned and all(vehicle.most_stops is None for vehicle in vehicles):
        return
    counting = [0] * nodes.first_stop + [1] * count + [0] * len(nodes.reloading)
    model.routing.AddDimensionWithVehicleCapacity(
        model.routing.RegisterUnaryTransitVector(counting),
        0,
        [count if one.most_stops is None else min(one.most_stops, count) for one in vehicles],
        True,
        "stops",
    )
    for position, wanted in pinned.items():
        if wanted <= count:
            model.routing.GetDimensionOrDie("stops").CumulVar(model.index(position)).SetValue(wanted - 1)
        else:
            model.routing.ActiveVar(model.index(position)).SetValue(0)


def _add_reloads(model: RoutingModel) -> None:
    """Each vehicle may pass its own places for loading again, while the depot is open, or not."""
    time = time_of(model)
    for number, vehicle in enumerate(model.vehicles):
        depot = model.problem.depot(vehicle.depot)
        for index in model.reload_indices(number):
            model.routing.AddDisjunction([index], 0)
            model.routing.VehicleVar(index).SetValues([-1, number])
            time.CumulVar(index).SetMax(max(0, depot.closes_s - model.span.start_s))


def _add_release(model: RoutingModel) -> None:
    """A vehicle leaves when all its goods are packed; what one that is out already brings is aboard."""
    released = {k: stop.released_s for k, stop in enumerate(model.stops) if stop.released_s is not None}
    if not released:
        return
    solver, routing, time = model.routing.solver(), model.routing, time_of(model)
    horizon_s = model.span.end_s - model.span.start_s
    never = solver.IntConst(horizon_s)
    leaving = [
        time.CumulVar(routing.Start(number)) if vehicle.underway is None else never
        for number, vehicle in enumerate(model.vehicles)
    ]
    for position, released_s in released.items():
        if released_s > model.span.start_s:
            # By 1 + the number of the vehicle: a stop that is dropped has vehicle -1.
            leaves = solver.Element([never, *leaving], routing.VehicleVar(model.index(position)) + 1)
            solver.Add(leaves >= released_s - model.span.start_s)


def _add_groups(model: RoutingModel) -> None:
    """Stops of a group share a vehicle, or none of them has one."""
    groups: dict[str, list[int]] = defaultdict(list)
    for position, stop in enumerate(model.stops):
        if stop.together is not None:
            groups[stop.together].append(model.index(position))
    for indices in groups.values():
        for one, other in pairwise(indices):
            model.routing.solver().Add(model.routing.VehicleVar(one) == model.routing.VehicleVar(other))
        for one, other in zip(indices[::2], indices[1::2], strict=False):
            # It says nothing about order; moves then take both. A stop can be in one pair only.
            model.routing.AddPickupAndDelivery(one, other)


def _add_breaks(model: RoutingModel) -> None:
    """Breaks begin in their span, and the vehicle does not serve or load meanwhile.

    OR-Tools lets a break interrupt a leg, which the schedule does not, and its wrapper offers no other way. A break
    moves to either end of the leg nearly always: with spans of ten minutes and legs of forty no route was refused.
    """
    if not any(vehicle.breaks for vehicle in model.vehicles):
        return
    solver, manager, size = model.routing.solver(), model.manager, model.routing.Size()
    visits_s = [int(model.nodes.service_s[manager.IndexToNode(index)]) for index in range(size)]
    for number, vehicle in enumerate(model.vehicles):
        hours = model.problem.hours_of(vehicle)
        rests = [
            solver.FixedDurationIntervalVar(
                rest.earliest_s - model.span.start_s,
                rest.latest_s - model.span.start_s,
                rest.duration_s,
                False,
                f"{vehicle.id} {rest.earliest_s}",
            )
            for rest in vehicle.breaks
            # Others are over before its hours or begin after them, whatever it does.
            if rest.earliest_s + rest.duration_s > hours.start_s and rest.latest_s < hours.end_s
        ]
        if rests:
            time_of(model).SetBreakIntervalsOfVehicle(rests, number, visits_s)


def _add_longest_route(model: RoutingModel) -> None:
    """A price on the longest paid time: a second clock that begins at 0 with every route and ends at what is paid.

    It passes by the same transits, without which local search takes no move for a better one.
    """
    price = model.prices.units(model.problem.longest_route_cents_per_h * FINE_PER_SECOND)
    if not price:
        return
    routing, time = model.routing, time_of(model)
    horizon_s = model.span.end_s - model.span.start_s
    transits = [model.clocks[vehicle.profile] for vehicle in model.vehicles]
    routing.AddDimensionWithVehicleTransits(transits, horizon_s, horizon_s, True, "paid")
    paid = routing.GetDimensionOrDie("paid")
    for number in range(len(model.vehicles)):
        start, end = time.CumulVar(routing.Start(number)), time.CumulVar(routing.End(number))
        routing.solver().Add(paid.CumulVar(routing.End(number)) == end - start)
    paid.SetGlobalSpanCostCoefficient(price)
