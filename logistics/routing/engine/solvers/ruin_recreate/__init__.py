"""Ruin and recreate, compiled: the engine's own search for problems that fit its tables."""

from logistics.routing.engine.solvers.ruin_recreate.solver import RuinRecreate
from logistics.routing.engine.solvers.ruin_recreate.warming import warm

__all__ = ["RuinRecreate", "warm"]
