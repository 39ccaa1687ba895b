"""The trips for which a vehicle that is out will still load, as a vehicle of its own that begins at the depot.

What is aboard is delivered as planned; what lies at the depot may be changed. A search that saw both at once could put
goods of the depot ahead of the first loading: a problem cannot say what is aboard and what is not.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from logistics.routing.engine.orders import Order, order_of
from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import Break, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.replanning.vehicles import breaks_ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterTrips:
    """What a route does from its first loading on.

    `vehicle` can drive all that the route's own vehicle still can from then on, and nothing else, under the same id;
    `first` are the stops ahead of it, `order` those behind.
    """

    vehicle: Vehicle
    first: tuple[str, ...]
    order: Order

    def stop_here(self, stop: Stop) -> Stop | None:
        """The stop with its pinned position counted from the loading on; None if that lies ahead of it."""
        if stop.pinned_position is None or stop.pinned_vehicle != self.vehicle.id:
            return stop
        position = stop.pinned_position - len(self.first)
        return dataclasses.replace(stop, pinned_position=position) if position >= 1 else None

    def whole(self, later: Order) -> Order:
        """The stops ahead of the loading and then these; nothing is loaded for none."""
        if not later.stops:
            return Order(stops=self.first)
        count = len(self.first)
        reloads = (count, *(count + before for before in later.reload_before))
        return Order(stops=self.first + later.stops, reload_before=reloads)


def later_trips(problem: Problem, vehicle: Vehicle, route: Route) -> LaterTrips:
    """The trips of a route that loads, of a vehicle that is out, beginning with the first time it does.

    It has loaded when the route has, and had the breaks that it took until then, those that cannot wait for the loading
    to end included. Its hours end where its paid time would be over. Waiting at the depot costs nothing here, though it
    does in truth.
    """
    if vehicle.underway is None or not route.reloads:
        raise AssertionError(f"vehicle {vehicle.id!r} is not out, or its route loads nothing")
    load, order = route.reloads[0], order_of(route)
    count = load.before
    ready_s, breaks = _loaded(vehicle, route)
    end_s = vehicle.shift.end_s
    if vehicle.longest_s is not None:
        end_s = min(end_s, vehicle.underway.ready_s + vehicle.longest_s)
    metres = sum(visit.travel_m for visit in route.visits[:count]) + load.travel_m
    at_depot = dataclasses.replace(
        vehicle,
        underway=None,
        shift=TimeWindow(start_s=ready_s, end_s=max(ready_s, end_s)),
        longest_s=None,
        longest_m=None if vehicle.longest_m is None else max(0, vehicle.longest_m - metres),
        most_stops=None if vehicle.most_stops is None else max(0, vehicle.most_stops - count),
        reloads=vehicle.reloads - 1,
        breaks=tuple(breaks_ahead(breaks, ready_s)),
        fixed_cost=0,
    )
    reloads = tuple(before - count for before in order.reload_before[1:])
    later = Order(stops=order.stops[count:], reload_before=reloads)
    return LaterTrips(vehicle=at_depot, first=order.stops[:count], order=later)


def _loaded(vehicle: Vehicle, route: Route) -> tuple[int, tuple[Break, ...]]:
    """When the vehicle has loaded for the first time, and the breaks that it has not had by then."""
    clock_s = route.reloads[0].arrival_s
    begun = sum(rest.earliest_s + rest.duration_s <= route.depart_s for rest in vehicle.breaks)
    rested = sum(rest.start_s < clock_s for rest in route.rests)
    breaks = vehicle.breaks[begun + rested :]
    while breaks and breaks[0].latest_s < clock_s + vehicle.reload_s:
        clock_s = max(clock_s, breaks[0].earliest_s) + breaks[0].duration_s
        breaks = breaks[1:]
    return clock_s + vehicle.reload_s, breaks
