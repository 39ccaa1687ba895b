"""How the routes of a plan look on every page: a number, a colour, a dash; and their stops in one shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.routing.views import PlanDetail, RouteView

TONE_COUNT = 7
"""Colours that colour-blind people tell apart on a pale ground; `.rc-0` to `.rc-6` in map.css."""

DASH_COUNT = 3
"""Line patterns that tell routes of one colour apart; with the colours, 21 routes look different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivenRoute:
    """A route in use. `number` counts from 1 in the order of the vehicles' codes, the same on every page and print."""

    number: int
    tone: int
    dash: int
    route: RouteView

    @property
    def weight_g(self) -> int:
        return sum(stop.weight_g for stop in self.route.stops)

    @property
    def package_count(self) -> int:
        return sum(stop.package_count for stop in self.route.stops)

    @property
    def fill(self) -> float:
        """The fuller of the two limits, weight and packages; 1 is full."""
        return max(self.weight_g / self.route.capacity_g, self.package_count / self.route.capacity_packages)

    @property
    def duration_s(self) -> int | None:
        """None where the way is not the viewer's to know."""
        depart, back = self.route.depart_at, self.route.return_at
        return round((back - depart).total_seconds()) if depart and back else None


def driven_routes(routes: Sequence[RouteView]) -> list[DrivenRoute]:
    """The routes in use, numbered. Of a route shared with others only the viewer's stops are known, no departure."""
    used = [route for route in routes if route.depart_at is not None or route.stops]
    return [
        DrivenRoute(number=index + 1, tone=index % TONE_COUNT, dash=index // TONE_COUNT % DASH_COUNT, route=route)
        for index, route in enumerate(used)
    ]


def on_roads(plan: PlanDetail) -> bool:
    """Whether travel was measured on a road map; else it is great-circle distance times a factor."""
    return plan.metric.get("kind") == "roads"
