"""Orders of stops as rows of OR-Tools' indices, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from logistics.routing.engine.problem import Stop
from logistics.routing.engine.solvers.ortools.model import RoutingModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A vehicle's stops in order, and the positions of those ahead of which it loads again."""

    stops: list[Stop]
    reload_before: tuple[int, ...] = ()


def index_rows(model: RoutingModel, orders: Mapping[str, Order]) -> list[list[int]]:
    """OR-Tools' index of every stop and reload of every vehicle, in order."""
    index_of = {stop.id: model.index(position) for position, stop in enumerate(model.stops)}
    rows = []
    for number, vehicle in enumerate(model.vehicles):
        order = orders.get(vehicle.id, Order(stops=[]))
        reloads = iter(model.reload_indices(number) if order.reload_before else [])
        row = []
        for position, stop in enumerate(order.stops):
            if position in order.reload_before:
                row.append(next(reloads))
            row.append(index_of[stop.id])
        rows.append(row)
    return rows


def read_orders(model: RoutingModel, assignment: Any) -> dict[str, Order]:
    """The order of each vehicle that serves a stop, without trips that serve none."""
    routing, nodes = model.routing, model.nodes
    orders: dict[str, Order] = {}
    for number, vehicle in enumerate(model.vehicles):
        stops: list[Stop] = []
        reload_before: list[int] = []
        index = assignment.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(index):
            node = model.manager.IndexToNode(index)
            if node < nodes.first_reload:
                stops.append(model.stops[node - nodes.first_stop])
            elif (stops or vehicle.underway is not None) and len(stops) not in reload_before:
                reload_before.append(len(stops))
            index = assignment.Value(routing.NextVar(index))
        if stops:
            kept = tuple(position for position in reload_before if position < len(stops))
            orders[vehicle.id] = Order(stops=stops, reload_before=kept)
    return orders
