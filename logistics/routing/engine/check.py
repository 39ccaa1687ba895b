"""A second opinion on every plan, recomputed from the problem alone.

It shares no code with the scheduler or the solvers, on purpose: what they get wrong together must not be excused here.
Each rule is one function.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from logistics.routing.engine.plan import DropReason, Plan, Route
from logistics.routing.engine.problem import UNREACHABLE, Problem


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
    """Fixed costs, kilometres and hours of all routes, rounded half up to the cent."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    total = Fraction(0)
    for route in plan.routes:
        vehicle = vehicles[route.vehicle]
        total += vehicle.fixed_cost
        total += Fraction(vehicle.cost_per_km * route.distance_m, 1000)
        total += Fraction(vehicle.cost_per_h * (route.return_s - route.depart_s), 3600)
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
    home = problem.depot(problem.vehicle(route.vehicle).depot).place
    legs = [(f"to stop {v.stop!r}", problem.stop(v.stop).place, v.travel_s, v.travel_m) for v in route.visits]
    legs.append(("back", home, route.return_travel_s, route.return_travel_m))
    here = home
    for name, there, travel_s, travel_m in legs:
        matrix_s, matrix_m = int(problem.seconds[here, there]), int(problem.metres[here, there])
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
        if visit.arrival_s != clock_s + visit.travel_s:
            yield f"stop {visit.stop!r} is reached at {visit.arrival_s}, not at {clock_s} + {visit.travel_s}"
        if visit.start_s < visit.arrival_s:
            yield f"stop {visit.stop!r} is served from {visit.start_s}, {visit.arrival_s - visit.start_s} s too early"
        if visit.departure_s != visit.start_s + stop.service_s:
            yield f"stop {visit.stop!r} is left at {visit.departure_s}, not at {visit.start_s} + {stop.service_s}"
        clock_s = visit.departure_s
    if route.return_s != clock_s + route.return_travel_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, not at {clock_s} + {route.return_travel_s}"


def service_starts_inside_the_window(problem: Problem, route: Route) -> Iterator[str]:
    """Both ends of a window belong to it."""
    for visit in route.visits:
        window = problem.stop(visit.stop).window
        if not window.start_s <= visit.start_s <= window.end_s:
            yield f"stop {visit.stop!r} is served at {visit.start_s}, outside {window.start_s} to {window.end_s}"


def vehicle_is_out_only_in_its_shift(problem: Problem, route: Route) -> Iterator[str]:
    """Departure and return lie inside the vehicle's shift."""
    shift = problem.vehicle(route.vehicle).shift
    if route.depart_s < shift.start_s:
        yield f"vehicle {route.vehicle!r} leaves at {route.depart_s}, its shift starts at {shift.start_s}"
    if route.return_s > shift.end_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, its shift ends at {shift.end_s}"


def depot_is_open(problem: Problem, route: Route) -> Iterator[str]:
    """No departure before the depot opens, no return after it closes."""
    depot = problem.depot(problem.vehicle(route.vehicle).depot)
    if route.depart_s < depot.opens_s:
        yield f"vehicle {route.vehicle!r} leaves at {route.depart_s}, depot {depot.id!r} opens at {depot.opens_s}"
    if route.return_s > depot.closes_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, depot {depot.id!r} closes at {depot.closes_s}"


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
)
