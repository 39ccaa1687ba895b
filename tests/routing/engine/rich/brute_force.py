"""The best plan there is, by trying every assignment, order and reload; for a handful of stops."""

import itertools

from logistics.routing.engine import InfeasibleRoute, schedule_route
from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_SECOND, late_cost_fine, paid_s, route_cost_fine
from logistics.routing.engine.solvers.closing import serving_weight


def best_value(problem):
    """Weight left out and money in fine units (see `closing.plan_value`) of the best plan."""
    choices = [_routes(problem, vehicle) for vehicle in problem.vehicles]
    best = None
    for plan in itertools.product(*choices):
        sets = [stops for stops, _, _ in plan]
        served = frozenset().union(*sets)
        if sum(map(len, sets)) != len(served):
            continue
        out = [stop for stop in problem.stops if stop.id not in served]
        money = sum(cost for _, cost, _ in plan)
        money += problem.longest_route_cents_per_h * max(paid for _, _, paid in plan) * FINE_PER_SECOND
        money += sum(stop.drop_cost * FINE_PER_CENT for stop in out if stop.drop_cost is not None)
        value = sum(serving_weight(stop) for stop in out if stop.drop_cost is None), money
        best = value if best is None else min(best, value)
    return best


def _routes(problem, vehicle):
    """Stops, money and paid seconds of every route that is not worse than another with the same stops."""
    groups = {}
    for stop in problem.stops:
        if stop.together is not None:
            groups.setdefault(stop.together, set()).add(stop.id)
    found = {frozenset(): [(0, 0)]}
    for size in range(1, len(problem.stops) + 1):
        for order in itertools.permutations(problem.stops, size):
            names = frozenset(stop.id for stop in order)
            if any(0 < len(names & group) < len(group) for group in groups.values()):
                continue
            for reload_before in reloads_tried(vehicle, size):
                try:
                    route = schedule_route(problem, vehicle, order, reload_before)
                except InfeasibleRoute:
                    continue
                cost = route_cost_fine(vehicle, route) + late_cost_fine(problem, route)
                found.setdefault(names, []).append((cost, paid_s(route)))
    return [(names, *numbers) for names, all_ in found.items() for numbers in _undominated(all_)]


def reloads_tried(vehicle, size):
    first = 0 if vehicle.underway else 1
    for count in range(min(vehicle.reloads, size) + 1):
        yield from itertools.combinations(range(first, size), count)


def _undominated(numbers):
    kept = []
    for cost, paid in sorted(set(numbers)):
        if not kept or paid < kept[-1][1]:
            kept.append((cost, paid))
    return kept
