"""Compiled searches ready before anybody waits for a plan.

The first time takes a minute or two and leaves the machine code beside the sources; after that it is loaded in a
second. A process that forks its workers warms before, so that every one of them has it.
"""

import time
from pathlib import Path
from types import ModuleType

from logistics.routing.engine import walking
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers import rich, ruin_recreate


def warm_first() -> float:
    """Compiles or loads what every plain plan needs; returns the seconds it took."""
    started_s = time.monotonic()
    ruin_recreate.warm()
    return time.monotonic() - started_s


def rest_is_compiled() -> bool:
    """Whether machine code of the rarer searches lies beside their sources."""
    return all(any(Path(room.__file__ or "").parent.glob("__pycache__/*.nbc")) for room in (rich, walking))


def is_compiled(problem: Problem) -> bool:
    """Whether machine code for the problem's search lies beside its sources."""
    return any(Path(_search(problem).__file__ or "").parent.glob("__pycache__/*.nbc"))


def warm_for(problem: Problem) -> None:
    """Compiles or loads what the problem needs: before its time begins to run."""
    _search(problem).warm()


def _search(problem: Problem) -> ModuleType:
    return ruin_recreate if ruin_recreate.RuinRecreate().can_express(problem) is None else rich


def warm() -> float:
    """Compiles or loads both searches and the walks; returns the seconds it took."""
    started_s = time.monotonic()
    warm_first()
    rich.warm()
    walking.warm()
    return time.monotonic() - started_s
