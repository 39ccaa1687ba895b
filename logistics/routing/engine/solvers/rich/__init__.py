"""Ruin and recreate over whole routes: slower than the kernel for plain problems, and able to express every rule."""

from logistics.routing.engine.solvers.rich.solver import RichRuinRecreate
from logistics.routing.engine.solvers.rich.warming import warm

__all__ = ["RichRuinRecreate", "warm"]
