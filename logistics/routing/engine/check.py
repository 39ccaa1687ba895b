"""A second opinion on every plan, recomputed from the problem alone.

It shares no code with the scheduler or the solvers, on purpose: what they get wrong together must not be excused here.
Each rule is one function.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from logistics.routing.engine.plan import DropReason, Plan, Route
from logistics.routing.engine.problem import UNREACHABLE, Problem, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule, by the name of its function, and a sentence with the numbers."""

    rule: str
    message: str


def check(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Every rule the plan breaks; an empty tuple means that it holds.

    If the plan names stops or vehicles that do not exist, or a route without a stop, only that is reported: nothing
    else can be computed from such a plan.
    """
    unknown = [
        Violation(rule=rule.__name__, message=message)
        for rule in (everything_named_exists, no_route_is_empty)
        for message in rule(problem, plan)
    ]
    if unknown:
        return tuple(unknown)
    found = [Violation(rule=rule.__name__, message=message) for rule in _PLAN_RULES for message in rule(problem, plan)]
    for route in plan.routes:
        found += [
            Violation(rule=rule.__name__, message=message) for rule in _ROUTE_RULES for message in rule(problem, route)
        ]
    return tuple(found)


def everything_named_exists(problem: Problem, plan: Plan) -> Iterator[str]:
    """Routes and drops name only vehicles and stops of the problem."""
    vehicles = {vehicle.id for vehicle in problem.vehicles}
    stops = {stop.id for stop in problem.stops}
    for route in plan.routes:
        if route.vehicle not in vehicles:
            yield f"the plan uses vehicle {route.vehicle!r}, which the problem does not have"
        for visit in route.visits:
            if visit.stop not in stops:
                yield f"vehicle {route.vehicle!r} visits stop {visit.stop!r}, which the problem does not have"
    for dropped in plan.dropped:
        if dropped.stop not in stops:
            yield f"the plan drops stop {dropped.stop!r}, which the problem does not have"


def no_route_is_empty(problem: Problem, plan: Plan) -> Iterator[str]:
    """A vehicle without a stop is not in the plan."""
    for route in plan.routes:
        if not route.visits:
            yield f"vehicle {route.vehicle!r} has a route with 0 stops"


def every_stop_is_once_in_a_route_or_dropped(problem: Problem, plan: Plan) -> Iterator[str]:
    """No stop is forgotten, served twice, or both served and dropped."""
    served = Counter(visit.stop for route in plan.routes for visit in route.visits)
    dropped = Counter(drop.stop for drop in plan.dropped)
    for stop in problem.stops:
        if served[stop.id] + dropped[stop.id] != 1:
            times = f"served {served[stop.id]} and dropped {dropped[stop.id]} times"
            yield f"stop {stop.id!r} is {times}; it must be one of the two, once"


def every_vehicle_drives_one_route(problem: Problem, plan: Plan) -> Iterator[str]:
    """A vehicle cannot be on two routes."""
    for vehicle, count in Counter(route.vehicle for route in plan.routes).items():
        if count > 1:
            yield f"vehicle {vehicle!r} has {count} routes; it can drive 1"


def a_priced_drop_has_a_price(problem: Problem, plan: Plan) -> Iterator[str]:
    """Only a stop with a drop cost can be not worth serving."""
    priced = {stop.id for stop in problem.stops if stop.drop_cost is not None}
    for dropped in plan.dropped:
        if dropped.reason is DropReason.NOT_WORTH_IT and dropped.stop not in priced:
            yield f"stop {dropped.stop!r} is dropped as not worth it, but has no drop_cost"


def the_cost_is_what_the_routes_cost(problem: Problem, plan: Plan) -> Iterator[str]:
    """Fixed costs, kilometres, hours, lateness and the longest route's price, rounded half up to the cent."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    total = Fraction(0)
    for route in plan.routes:
        vehicle = vehicles[route.vehicle]
        if vehicle.underway is None:
            total += vehicle.fixed_cost
        total += Fraction(vehicle.cost_per_km * route.distance_m, 1000)
        total += Fraction(vehicle.cost_per_h * (route.return_s - route.depart_s), 3600)
        for visit in route.visits:
            stop = problem.stop(visit.stop)
            late_s = max(0, visit.start_s - max(window.end_s for window in stop.windows))
            total += Fraction((stop.late_cents_per_h or 0) * late_s, 3600)
    longest_s = max((route.return_s - route.depart_s for route in plan.routes), default=0)
    total += Fraction(problem.longest_route_cents_per_h * longest_s, 3600)
    cents = (2 * total + 1) // 2
    if plan.cost != cents:
        yield f"the plan says it costs {plan.cost}, its routes cost {cents}"


def goods_lie_at_the_vehicles_depot(problem: Problem, route: Route) -> Iterator[str]:
    """A stop bound to a depot is served from there."""
    home = problem.vehicle(route.vehicle).depot
    for visit in route.visits:
        depot = problem.stop(visit.stop).depot
        if depot not in (None, home):
            yield f"vehicle {route.vehicle!r} loads at {home!r}, but the goods of stop {visit.stop!r} lie at {depot!r}"


def loads_stay_within_capacity(problem: Problem, route: Route) -> Iterator[str]:
    """Grams, packages and millilitres of all stops together fit the vehicle, which loads once."""
    vehicle = problem.vehicle(route.vehicle)
    stops = [problem.stop(visit.stop) for visit in route.visits]
    for unit, load, capacity in (
        ("g", sum(stop.demand_g for stop in stops), vehicle.capacity_g),
        ("packages", sum(stop.packages for stop in stops), vehicle.capacity_packages),
        ("ml", sum(stop.volume_ml for stop in stops), vehicle.capacity_ml),
    ):
        if capacity is not None and load > capacity:
            yield f"vehicle {route.vehicle!r} carries {load} {unit}, {load - capacity} more than its {capacity} {unit}"


def remaining_loads_add_up(problem: Problem, route: Route) -> Iterator[str]:
    """What is aboard after a visit is what the later stops will get."""
    left_g = 0
    for visit in reversed(route.visits):
        if visit.load_after_g != left_g:
            yield (
                f"vehicle {route.vehicle!r} has {visit.load_after_g} g after stop {visit.stop!r}, "
                f"the later stops take {left_g} g"
            )
        left_g += problem.stop(visit.stop).demand_g


def legs_follow_the_matrices(problem: Problem, route: Route) -> Iterator[str]:
    """Seconds and metres of each leg are those of the matrices, and there is a way."""
    vehicle = problem.vehicle(route.vehicle)
    here, end = _ends(problem, vehicle)
    travel = problem.profiles[vehicle.profile] if vehicle.profile else problem
    legs = [(f"to stop {v.stop!r}", problem.stop(v.stop).place, v.travel_s, v.travel_m) for v in route.visits]
    legs.append(("back", end, route.return_travel_s, route.return_travel_m))
    for name, there, travel_s, travel_m in legs:
        matrix_s, matrix_m = int(travel.seconds[here, there]), int(travel.metres[here, there])
        if UNREACHABLE in (matrix_s, matrix_m):
            yield f"vehicle {route.vehicle!r} drives {name} from place {here} to {there}, where there is no way"
        elif (travel_s, travel_m) != (matrix_s, matrix_m):
            yield (
                f"vehicle {route.vehicle!r} takes {travel_s} s and {travel_m} m {name}, "
                f"the matrices say {matrix_s} s and {matrix_m} m"
            )
        here = there


def distance_is_the_sum_of_legs(problem: Problem, route: Route) -> Iterator[str]:
    """The route's metres are its legs' metres, the last one included."""
    legs_m = sum(visit.travel_m for visit in route.visits) + route.return_travel_m
    if route.distance_m != legs_m:
        yield f"vehicle {route.vehicle!r} drives {route.distance_m} m, its legs add up to {legs_m} m"


def times_follow_each_other(problem: Problem, route: Route) -> Iterator[str]:
    """Arrival is departure plus travel, service starts on or after arrival, and lasts as long as the stop says."""
    clock_s = route.depart_s
    for visit in route.visits:
        stop = problem.stop(visit.stop)
        serving_s = stop.service_s + stop.packages * stop.service_s_per_package
        if visit.arrival_s != clock_s + visit.travel_s:
            yield f"stop {visit.stop!r} is reached at {visit.arrival_s}, not at {clock_s} + {visit.travel_s}"
        if visit.start_s < visit.arrival_s:
            yield f"stop {visit.stop!r} is served from {visit.start_s}, {visit.arrival_s - visit.start_s} s too early"
        if visit.departure_s != visit.start_s + serving_s:
            yield f"stop {visit.stop!r} is left at {visit.departure_s}, not at {visit.start_s} + {serving_s}"
        clock_s = visit.departure_s
    if route.return_s != clock_s + route.return_travel_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, not at {clock_s} + {route.return_travel_s}"


def service_starts_inside_the_window(problem: Problem, route: Route) -> Iterator[str]:
    """Both ends of a window belong to it; after it only who pays for being late is served."""
    for visit in route.visits:
        stop = problem.stop(visit.stop)
        window = stop.window
        if visit.start_s > window.end_s and stop.late_cents_per_h is not None:
            continue
        if not window.start_s <= visit.start_s <= window.end_s:
            yield f"stop {visit.stop!r} is served at {visit.start_s}, outside {window.start_s} to {window.end_s}"


def vehicle_is_out_only_in_its_shift(problem: Problem, route: Route) -> Iterator[str]:
    """Departure and return lie inside the vehicle's shift; one that is underway has departed already."""
    vehicle = problem.vehicle(route.vehicle)
    shift = vehicle.shift
    if vehicle.underway is None and route.depart_s < shift.start_s:
        yield f"vehicle {route.vehicle!r} leaves at {route.depart_s}, its shift starts at {shift.start_s}"
    if route.return_s > shift.end_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, its shift ends at {shift.end_s}"


def depot_is_open(problem: Problem, route: Route) -> Iterator[str]:
    """No departure before the depot opens, no return after it closes."""
    vehicle = problem.vehicle(route.vehicle)
    depot, end = problem.depot(vehicle.depot), problem.depot(vehicle.end_depot or vehicle.depot)
    if vehicle.underway is None and route.depart_s < depot.opens_s:
        yield f"vehicle {route.vehicle!r} leaves at {route.depart_s}, depot {depot.id!r} opens at {depot.opens_s}"
    if route.return_s > end.closes_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, depot {end.id!r} closes at {end.closes_s}"


def a_vehicle_underway_starts_when_it_is_free(problem: Problem, route: Route) -> Iterator[str]:
    """The route of a vehicle that is out begins at the moment from which it is free."""
    underway = problem.vehicle(route.vehicle).underway
    if underway is not None and route.depart_s != underway.ready_s:
        yield f"vehicle {route.vehicle!r} starts at {route.depart_s}; it is underway and free at {underway.ready_s}"


def vehicle_has_the_skills(problem: Problem, route: Route) -> Iterator[str]:
    """The vehicle can do all that its stops ask for."""
    skills = problem.vehicle(route.vehicle).skills
    for visit in route.visits:
        missing = sorted(problem.stop(visit.stop).skills.difference(skills))
        if missing:
            yield f"vehicle {route.vehicle!r} serves stop {visit.stop!r} without {len(missing)} skills: {missing}"


def stop_lets_the_vehicle_serve_it(problem: Problem, route: Route) -> Iterator[str]:
    """Allowed, forbidden and pinned vehicles are what the stop says."""
    for visit in route.visits:
        stop = problem.stop(visit.stop)
        who = f"stop {stop.id!r} is served by vehicle {route.vehicle!r}"
        if stop.vehicles_allowed is not None and route.vehicle not in stop.vehicles_allowed:
            yield f"{who}, not by one of {sorted(stop.vehicles_allowed)}"
        if route.vehicle in stop.vehicles_forbidden:
            yield f"{who}, which is one of {sorted(stop.vehicles_forbidden)} that must not"
        if stop.pinned_vehicle not in (None, route.vehicle):
            yield f"{who}, not by vehicle {stop.pinned_vehicle!r}"


def pinned_positions_are_kept(problem: Problem, route: Route) -> Iterator[str]:
    """A stop pinned to a position is that visit of the route, counted from 1."""
    for position, visit in enumerate(route.visits, start=1):
        pinned = problem.stop(visit.stop).pinned_position
        if pinned is not None and pinned != position:
            yield f"stop {visit.stop!r} is visit {position} of vehicle {route.vehicle!r}, not visit {pinned}"


def goods_are_packed_before_departure(problem: Problem, route: Route) -> Iterator[str]:
    """No vehicle leaves the depot before what it carries is released."""
    if problem.vehicle(route.vehicle).underway is not None:
        return
    for visit in route.visits:
        released_s = problem.stop(visit.stop).released_s
        if released_s is not None and route.depart_s < released_s:
            yield (
                f"vehicle {route.vehicle!r} leaves at {route.depart_s} with the goods of stop {visit.stop!r}, "
                f"which are packed at {released_s}"
            )


def route_is_within_the_vehicles_limits(problem: Problem, route: Route) -> Iterator[str]:
    """Duration, distance and number of stops are at most what the vehicle may do."""
    vehicle = problem.vehicle(route.vehicle)
    for what, value, limit, unit in (
        ("is out for", route.return_s - route.depart_s, vehicle.longest_s, "s"),
        ("drives", route.distance_m, vehicle.longest_m, "m"),
        ("makes", len(route.visits), vehicle.most_stops, "stops"),
    ):
        if limit is not None and value > limit:
            yield f"vehicle {route.vehicle!r} {what} {value} {unit}, {value - limit} more than its {limit} {unit}"


def _ends(problem: Problem, vehicle: Vehicle) -> tuple[int, int]:
    """The places where the vehicle's route starts and ends."""
    start = problem.depot(vehicle.depot).place if vehicle.underway is None else vehicle.underway.place
    return start, problem.depot(vehicle.end_depot or vehicle.depot).place


_PLAN_RULES = (
    every_stop_is_once_in_a_route_or_dropped,
    every_vehicle_drives_one_route,
    a_priced_drop_has_a_price,
    the_cost_is_what_the_routes_cost,
)
_ROUTE_RULES = (
    goods_lie_at_the_vehicles_depot,
    loads_stay_within_capacity,
    remaining_loads_add_up,
    legs_follow_the_matrices,
    distance_is_the_sum_of_legs,
    times_follow_each_other,
    service_starts_inside_the_window,
    vehicle_is_out_only_in_its_shift,
    depot_is_open,
    a_vehicle_underway_starts_when_it_is_free,
    vehicle_has_the_skills,
    stop_lets_the_vehicle_serve_it,
    pinned_positions_are_kept,
    goods_are_packed_before_departure,
    route_is_within_the_vehicles_limits,
)
