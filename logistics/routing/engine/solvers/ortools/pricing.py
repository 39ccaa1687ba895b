"""Prices of a model: all sums must stay inside 64 bits."""

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.closing import PACKAGES_PER_STOP, serving_weight
from logistics.routing.engine.solvers.ortools.nodes import Nodes

LARGEST_TOTAL = 2**60
"""OR-Tools adds costs in 64 bits; guided local search adds penalties on top."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """One cent is `FINE_PER_CENT / divisor` units; `drops[k]`, in units, is the price of leaving out stop `k`."""

    divisor: int
    drops: tuple[int, ...]

    def units(self, fine: int) -> int:
        """Fine units as units of OR-Tools."""
        return fine // self.divisor


def prices_of(
    problem: Problem, vehicles: Sequence[Vehicle], stops: Sequence[Stop], nodes: Nodes, span: TimeWindow
) -> Prices:
    """Price of dropping each stop, and the divisor that keeps all sums inside 64 bits.

    Without a `drop_cost`, dropping any one stop costs more than the dearest whole plan could: every vehicle out for its
    whole shift, every node left over its longest leg, and every stop as late as can be. So serving one stop more always
    pays, and `serving_weight` tells which.
    """
    span_s = span.end_s - span.start_s
    ceiling = max(vehicle.cost_per_km for vehicle in vehicles) * _longest_road_m(nodes, len(vehicles)) * FINE_PER_METRE
    for vehicle in vehicles:
        hours = problem.hours_of(vehicle)
        ceiling += vehicle.fixed_cost * FINE_PER_CENT
        ceiling += vehicle.cost_per_h * (hours.end_s - hours.start_s) * FINE_PER_SECOND
    ceiling += problem.longest_route_cents_per_h * span_s * FINE_PER_SECOND
    for stop in stops:
        if stop.late_cents_per_h is not None:
            late_s = max(0, span.end_s - stop.windows[-1].end_s)
            ceiling += stop.late_cents_per_h * late_s * FINE_PER_SECOND
    per_weight = ceiling // PACKAGES_PER_STOP + 1
    drops = [
        per_weight * serving_weight(stop) if stop.drop_cost is None else stop.drop_cost * FINE_PER_CENT
        for stop in stops
    ]
    divisor = 1 + (sum(drops) + ceiling) // LARGEST_TOTAL
    return Prices(divisor=divisor, drops=tuple(price // divisor for price in drops))


def _longest_road_m(nodes: Nodes, vehicle_count: int) -> int:
    road_m = 0
    for legs in nodes.legs.values():
        longest_m = legs.metres.max(axis=1)
        from_end_m = vehicle_count * int(longest_m[: nodes.first_stop].max())
        road_m = max(road_m, int(longest_m[nodes.first_stop :].sum()) + from_end_m)
    return road_m
