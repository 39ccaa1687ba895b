"""Large problems, split into parts that are solved side by side and split anew every round."""

from logistics.routing.engine.decompose.decomposed import Decomposed, Sizes
from logistics.routing.engine.decompose.part_solvers import default_part_solver
from logistics.routing.engine.decompose.processes import InProcesses
from logistics.routing.engine.decompose.tasks import PartRunner, PartSolver, PartTask, Stretch
from logistics.routing.engine.decompose.threads import InThreads

__all__ = [
    "Decomposed",
    "InProcesses",
    "InThreads",
    "PartRunner",
    "PartSolver",
    "PartTask",
    "Sizes",
    "Stretch",
    "default_part_solver",
]
