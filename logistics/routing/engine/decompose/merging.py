"""The whole plan as the parts know it: routes by vehicle, which hold in the whole as they hold in a part."""

import time
from collections.abc import Mapping

from logistics.routing.engine.costs import plan_cost
from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.plan import Dropped, DropReason, Plan, Route


class StrangePlan(ValueError):
    """A part's plan that is not about its part: other vehicles, other stops, or one of them twice or missing."""


class Merged:
    """The routes of all vehicles, exchanged part by part."""

    def __init__(self, atlas: Atlas, routes: Mapping[int, Route] | None = None) -> None:
        self._atlas = atlas
        self._routes: dict[int, Route] = dict(routes or {})
        self.solutions = 0

    def orders(self) -> dict[int, list[int]]:
        """The stops of each vehicle that drives, by number."""
        number = self._atlas.number_of_stop
        return {vehicle: [number[it.stop] for it in route.visits] for vehicle, route in self._routes.items()}

    def reloads(self) -> dict[int, list[int]]:
        """Ahead of which of them, by position, each of these vehicles loads again."""
        return {vehicle: [it.before for it in route.reloads] for vehicle, route in self._routes.items()}

    def take(self, part: Part, plan: Plan) -> None:
        """Puts the part's routes in place of those its vehicles had.

        Raises:
            StrangePlan: if they are not routes of this part; nothing has changed then.
        """
        routes = self._by_vehicle(part, plan)
        for vehicle in part.vehicles:
            self._routes.pop(vehicle, None)
        self._routes.update(routes)
        self.solutions += plan.solutions

    def plan(self, solver: str, started_s: float) -> Plan:
        """All routes in the order of the vehicles; what is in none is dropped as FLEET_FULL."""
        routes = tuple(self._routes[vehicle] for vehicle in sorted(self._routes))
        served = {visit.stop for route in routes for visit in route.visits}
        problem = self._atlas.problem
        return Plan(
            routes=routes,
            dropped=tuple(
                Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail={})
                for stop in problem.stops
                if stop.id not in served
            ),
            cost=plan_cost(problem, routes),
            solver=solver,
            seconds=time.monotonic() - started_s,
            solutions=self.solutions,
        )

    def _by_vehicle(self, part: Part, plan: Plan) -> dict[int, Route]:
        problem, vehicles = self._atlas.problem, self._atlas.number_of_vehicle
        expected = {problem.stops[stop].id for stop in part.stops}
        named = [visit.stop for route in plan.routes for visit in route.visits] + [it.stop for it in plan.dropped]
        if len(named) != len(expected) or set(named) != expected:
            raise StrangePlan(f"a plan of {len(named)} stops for a part of {len(expected)}")
        routes = {vehicles.get(route.vehicle, -1): route for route in plan.routes if route.visits}
        if not routes.keys() <= set(part.vehicles) or len(routes) != len(plan.routes):
            raise StrangePlan("a plan with vehicles that the part does not have, or one of them twice")
        return routes
