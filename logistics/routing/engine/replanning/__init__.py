"""A plan that is being driven, planned anew: what has been driven stays, and as much else as a stated price allows."""

from logistics.routing.engine.replanning.changes import (
    ArrivalMoved,
    Change,
    OrderChanged,
    StopAdded,
    StopDropped,
    StopGone,
    StopMoved,
    StopServed,
)
from logistics.routing.engine.replanning.replanning import Replan, replan
from logistics.routing.engine.replanning.vehicles import Driven

__all__ = [
    "ArrivalMoved",
    "Change",
    "Driven",
    "OrderChanged",
    "Replan",
    "StopAdded",
    "StopDropped",
    "StopGone",
    "StopMoved",
    "StopServed",
    "replan",
]
