"""Rules over the whole plan: what it names, that each stop has one place in it, groups, and the money."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction

from logistics.routing.engine.plan import DropReason, Plan
from logistics.routing.engine.problem import Problem


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


def reloads_and_rests_lie_on_the_route(problem: Problem, plan: Plan) -> Iterator[str]:
    """Reloads are before different visits in order, not the first unless the vehicle is underway; rests as well."""
    for route in plan.routes:
        underway = problem.vehicle(route.vehicle).underway is not None
        count = len(route.visits)
        befores = [reload.before for reload in route.reloads]
        if befores and not (sorted(set(befores)) == befores and int(not underway) <= befores[0] <= befores[-1] < count):
            yield f"vehicle {route.vehicle!r} loads again before visits {befores}, counted from 0, of {count}"
        for rest in route.rests:
            first = 0 if underway or rest.on_arrival else 1
            last = count - 1 if rest.on_arrival else count
            if not first <= rest.before <= last:
                where = "on arrival at" if rest.on_arrival else "before driving to"
                yield f"vehicle {route.vehicle!r} rests {where} visit {rest.before}, counted from 0, of {count}"


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


def groups_stay_together(problem: Problem, plan: Plan) -> Iterator[str]:
    """Stops of one group are served by one vehicle, or all left out."""
    server = {visit.stop: route.vehicle for route in plan.routes for visit in route.visits}
    groups: dict[str, list[str]] = defaultdict(list)
    for stop in problem.stops:
        if stop.together is not None:
            groups[stop.together].append(stop.id)
    for name, members in groups.items():
        vehicles = [server[stop] for stop in members if stop in server]
        if vehicles and (len(vehicles) < len(members) or len(set(vehicles)) > 1):
            yield (
                f"of {len(members)} stops together as {name!r} {len(vehicles)} are served, "
                f"by {len(set(vehicles))} vehicles; it must be all or none, by 1"
            )
