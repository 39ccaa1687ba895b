"""The trips of a route and the legs it drives."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, Vehicle
from logistics.routing.engine.scheduling.rules import InfeasibleRoute, RouteRule


class Leg(NamedTuple):
    """A leg as the matrices have it; its seconds are those at the speed of the matrix."""

    seconds: int
    metres: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """All legs of a route: to each stop, to the depot before stop number k for those with a reload, and to the end."""

    to_stop: tuple[Leg, ...]
    to_depot: dict[int, Leg]
    home: Leg

    @property
    def metres(self) -> int:
        """The sum of all legs."""
        return sum(leg.metres for leg in (*self.to_stop, *self.to_depot.values(), self.home))


def trips_of(stops: Sequence[Stop], reload_before: Sequence[int]) -> list[Sequence[Stop]]:
    """The stops between two loadings; the first trip of a vehicle that is underway may be empty."""
    return [stops[begin:end] for begin, end in pairwise((0, *reload_before, len(stops)))]


def released_s(trip: Sequence[Stop]) -> int | None:
    """When all goods of the trip are packed; None if that is always."""
    return max((stop.released_s for stop in trip if stop.released_s is not None), default=None)


def way_of(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], reload_before: Sequence[int]) -> Way:
    """The legs of the order.

    Raises:
        InfeasibleRoute: UNREACHABLE at the stop before which, or for the way home after which, a leg is closed.
    """
    depot = problem.depot(vehicle.depot).place

    def leg(here: int, there: int, stop: Stop) -> Leg:
        seconds = problem.leg_s(here, there, vehicle.profile)
        if seconds == UNREACHABLE:
            raise InfeasibleRoute(
                RouteRule.UNREACHABLE, vehicle=vehicle.id, stop=stop.id, value=seconds, limit=UNREACHABLE - 1
            )
        return Leg(seconds, problem.leg_m(here, there, vehicle.profile))

    here = problem.start_place(vehicle)
    to_stop, to_depot = [], {}
    for index, stop in enumerate(stops):
        if index in reload_before:
            to_depot[index] = leg(here, depot, stop)
            here = depot
        to_stop.append(leg(here, stop.place, stop))
        here = stop.place
    return Way(to_stop=tuple(to_stop), to_depot=to_depot, home=leg(here, problem.end_place(vehicle), stops[-1]))
