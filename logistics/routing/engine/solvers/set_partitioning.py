"""Recombination: of all routes met, those that together serve the stops at the least cost.

Each search keeps the routes of the plans it passes through; an integer program chooses among them (Rochat & Taillard
1995, "Probabilistic diversification and intensification in local search for vehicle routing", DOI 10.1007/BF02430370).
OR-Tools' MathOpt states it, HiGHS solves it: 1,500 routes in about half a second.
"""

import datetime
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.math_opt.python import mathopt

# HiGHS may overrun its limit by up to a second, so it is asked for this share of what there is.
LIMIT_SHARE = 0.6
# Whatever the clock says: with it the answer does not depend on how busy the machine is.
NODES_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRoute:
    """A route some search met: vehicle type, clients in order, its cost, and that of the best plan it was part of."""

    kind: int
    clients: tuple[int, ...]
    cost: int
    plan_cost: int


class RoutePool:
    """The cheapest order met for each vehicle type and set of clients."""

    def __init__(self) -> None:
        self._routes: dict[tuple[int, frozenset[int]], PooledRoute] = {}

    def add(self, order: tuple[int, tuple[int, ...]], *, cost: int, plan_cost: int) -> None:
        """Keeps a route that holds; a cheaper order of the same clients takes the place of the one known."""
        kind, clients = order
        key = kind, frozenset(clients)
        known = self._routes.get(key)
        if known is not None:
            plan_cost = min(plan_cost, known.plan_cost)
            if known.cost <= cost:
                clients, cost = known.clients, known.cost
        self._routes[key] = PooledRoute(kind=kind, clients=clients, cost=cost, plan_cost=plan_cost)

    def merge(self, other: "RoutePool", *, unit: int = 1) -> None:
        """Adds all routes of another pool, one unit of whose costs is `unit` here."""
        for route in other._routes.values():
            self.add((route.kind, route.clients), cost=route.cost * unit, plan_cost=route.plan_cost * unit)

    def best(self, count: int) -> list[PooledRoute]:
        """Up to so many routes, those of the cheapest plans first."""
        return sorted(self._routes.values(), key=lambda route: (route.plan_cost, route.kind, route.clients))[:count]


def cheapest_choice(
    routes: Sequence[PooledRoute], *, available: Sequence[int], prizes: Sequence[int], time_limit_s: float
) -> list[PooledRoute]:
    """The routes that serve each client once, or leave it out at its prize, at the least cost; empty if none is found.

    `available[kind]` vehicles of each type may drive; `prizes[k]` belongs to client `k`.
    """
    model = mathopt.Model()
    chosen = [model.add_binary_variable() for _ in routes]
    left_out = [model.add_variable(lb=0.0, ub=1.0) for _ in prizes]
    covering = defaultdict(list)
    driving = defaultdict(list)
    for variable, route in zip(chosen, routes, strict=True):
        driving[route.kind].append(variable)
        for client in route.clients:
            covering[client].append(variable)
    for client, variable in enumerate(left_out):
        model.add_linear_constraint(mathopt.fast_sum([*covering[client], variable]) == 1.0)
    for kind, variables in driving.items():
        model.add_linear_constraint(mathopt.fast_sum(variables) <= float(available[kind]))
    # Costs of ten figures and more would lose the small differences in the solver's tolerances.
    unit = max(1.0, math.fsum(route.cost for route in routes) / max(1, len(routes)) / 1e5)
    costs = [route.cost / unit * variable for route, variable in zip(routes, chosen, strict=True)]
    costs += [prize / unit * variable for prize, variable in zip(prizes, left_out, strict=True)]
    model.minimize(mathopt.fast_sum(costs))
    limits = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=LIMIT_SHARE * time_limit_s), node_limit=NODES_MAX
    )
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits)
    if not result.has_primal_feasible_solution():
        return []
    values = result.variable_values()
    return [route for route, variable in zip(routes, chosen, strict=True) if values[variable] > 0.5]
