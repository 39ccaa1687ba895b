"""The second echelon: the vehicle drives to the gate, volunteers carry on foot from the gate to the buildings.

    rounds = plan_walk(GateWalk(buildings=..., seconds=..., volunteers=Volunteers(count=3, ...)))

A library inside the engine: whole seconds, packages and grams in, rounds of every volunteer out, with a check of its
own.
"""

from logistics.routing.engine.walking.check import check_walk
from logistics.routing.engine.walking.exact import EXACT_LOADS_MAX
from logistics.routing.engine.walking.items import BadWalk, BuildingDrop, HandOver, Round, Trip, Volunteers, WalkPlan
from logistics.routing.engine.walking.loads import loads_of
from logistics.routing.engine.walking.solving import at_clock, plan_walk
from logistics.routing.engine.walking.walk import GATE, GateWalk

__all__ = [
    "EXACT_LOADS_MAX",
    "GATE",
    "BadWalk",
    "BuildingDrop",
    "GateWalk",
    "HandOver",
    "Round",
    "Trip",
    "Volunteers",
    "WalkPlan",
    "at_clock",
    "check_walk",
    "loads_of",
    "plan_walk",
]
