"""The second echelon: the vehicle drives to the gate, volunteers carry on foot from the gate to the buildings.

    rounds = plan_walk(GateWalk(buildings=..., seconds=..., volunteers=Volunteers(count=3, ...)))

A library inside the engine: whole seconds, packages and grams in, rounds of every volunteer out, with a check of its
own. `plan_two_echelons` plans both legs together.
"""

from logistics.routing.engine.walking.check import check_walk
from logistics.routing.engine.walking.check_plan import check_walks
from logistics.routing.engine.walking.exact import EXACT_LOADS_MAX
from logistics.routing.engine.walking.items import BadWalk, BuildingDrop, HandOver, Round, Trip, Volunteers, WalkPlan
from logistics.routing.engine.walking.loads import loads_of
from logistics.routing.engine.walking.matrices import BUILDING_SPACING_M, numbered_matrix, walking_matrix
from logistics.routing.engine.walking.offers import Gates, TradeOff, split_between, trade_offs
from logistics.routing.engine.walking.solving import at_clock, plan_walk
from logistics.routing.engine.walking.two_echelons import TwoEchelonPlan, plan_two_echelons
from logistics.routing.engine.walking.walk import GATE, GateWalk
from logistics.routing.engine.walking.warming import warm

__all__ = [
    "BUILDING_SPACING_M",
    "EXACT_LOADS_MAX",
    "GATE",
    "BadWalk",
    "BuildingDrop",
    "GateWalk",
    "Gates",
    "HandOver",
    "Round",
    "TradeOff",
    "Trip",
    "TwoEchelonPlan",
    "Volunteers",
    "WalkPlan",
    "at_clock",
    "check_walk",
    "check_walks",
    "loads_of",
    "numbered_matrix",
    "plan_two_echelons",
    "plan_walk",
    "split_between",
    "trade_offs",
    "walking_matrix",
    "warm",
]
