"""CVRPLIB solution files (.sol): one line per route, then the cost.

    Route #1: 1 4 3
    Route #2: 2
    Cost 27.4

A customer's number is its node's minus one. Where vehicles differ (several depots, mixed fleets) route 3 is the
route of vehicle 3, or of the third if they have names and no numbers, and an unused vehicle has a line with no
customer; elsewhere routes are numbered as they come.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from logistics.routing.engine.costs import plan_cost
from logistics.routing.engine.formats.problem_file import BadProblemFile, ReadProblem
from logistics.routing.engine.plan import Dropped, DropReason, Plan
from logistics.routing.engine.schedule import schedule_route

_ROUTE = re.compile(r"^Route\s*#?\s*(\d+)\s*:(.*)$", re.IGNORECASE)
_COST = re.compile(r"^Cost\s*:?\s*(\S+)$", re.IGNORECASE)


def write_sol(read: ReadProblem, plan: Plan) -> str:
    """The text of a solution file; a dropped stop is in no route, and the cost is that of the routes driven."""
    orders = {route.vehicle: " ".join(visit.stop for visit in route.visits) for route in plan.routes}
    if read.numbered_vehicles:
        listed = {number: orders.get(vehicle_id, "") for number, vehicle_id in _numbers(read).items()}
    else:
        listed = dict(enumerate(orders.values(), start=1))
    lines = [f"Route #{number}: {order}".rstrip() for number, order in listed.items()]
    return "\n".join([*lines, f"Cost {read.objective(plan.cost)}"]) + "\n"


def read_sol(text: str, file: str) -> tuple[list[tuple[int, list[str]]], Decimal]:
    """The routes of a solution file, as (number, stops) with the empty ones left out, and the cost it states.

    Raises:
        BadProblemFile: if a line is neither a route nor the cost, or the cost is missing.
    """
    routes: list[tuple[int, list[str]]] = []
    cost: Decimal | None = None
    for line, raw in enumerate(text.splitlines(), start=1):
        words = raw.strip()
        if route := _ROUTE.match(words):
            if route[2].split():
                routes.append((int(route[1]), route[2].split()))
        elif stated := _COST.match(words):
            try:
                cost = Decimal(stated[1])
            except InvalidOperation:
                raise BadProblemFile(f"the cost is {stated[1]!r}; it must be a number", file=file, line=line) from None
        elif words:
            raise BadProblemFile(f"{words[:40]!r} is neither a route nor the cost", file=file, line=line)
    if cost is None:
        raise BadProblemFile("the file ends without a line Cost; is it cut off?", file=file)
    return routes, cost


def plan_of_routes(read: ReadProblem, routes: Sequence[tuple[int, Sequence[str]]], *, solver: str) -> Plan:
    """The plan that drives these routes, scheduled and costed by the engine; stops in no route are dropped.

    Route numbers name vehicles where these differ; elsewhere the first routes take the first vehicles.

    Raises:
        InfeasibleRoute: if a route breaks a rule.
        KeyError: if a stop or vehicle is not in the problem, or there are more routes than vehicles.
    """
    return plan_of_orders(read, dict(orders_of_routes(read, routes)), solver=solver)


def orders_of_routes(read: ReadProblem, routes: Sequence[tuple[int, Sequence[str]]]) -> list[tuple[str, Sequence[str]]]:
    """The vehicle of each numbered route: the one of that number where vehicles differ, else as they come.

    Routes that are nobody's get a name that the problem does not know.
    """
    if read.numbered_vehicles:
        numbers = _numbers(read)
        return [(numbers.get(number, f"route {number}"), stops) for number, stops in routes]
    names = [vehicle.id for vehicle in read.problem.vehicles]
    names += [f"route {number}" for number, _ in routes[len(names) :]]
    return [(name, stops) for name, (_, stops) in zip(names, routes, strict=False)]


def _numbers(read: ReadProblem) -> dict[int, str]:
    """The number of each vehicle's route: its own name if that is one for all of them, else its place in the list."""
    names = [vehicle.id for vehicle in read.problem.vehicles]
    if all(name.isascii() and name.isdigit() and name == str(int(name)) for name in names):
        return {int(name): name for name in names}
    return dict(enumerate(names, start=1))


def plan_of_orders(read: ReadProblem, orders: Mapping[str, Sequence[str]], *, solver: str) -> Plan:
    """The plan in which these vehicles serve these stops in this order; see `plan_of_routes`.

    Raises:
        InfeasibleRoute: if a route breaks a rule.
        KeyError: if a stop or vehicle is not in the problem.
    """
    problem = read.problem
    for vehicle_id in orders:
        problem.vehicle(vehicle_id)
    driven = tuple(
        schedule_route(problem, vehicle, [problem.stop(stop) for stop in orders[vehicle.id]])
        for vehicle in problem.vehicles
        if orders.get(vehicle.id)
    )
    served = {visit.stop for route in driven for visit in route.visits}
    return Plan(
        routes=driven,
        dropped=tuple(
            Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
            for stop in problem.stops
            if stop.id not in served
        ),
        cost=plan_cost(problem, driven),
        solver=solver,
        seconds=0.0,
        solutions=1,
    )
