"""Compiled searches ready before anybody waits for a plan.

The first time takes a minute or two and leaves the machine code beside the sources; after that it is loaded in a
second. A process that forks its workers warms before, so that every one of them has it.
"""

import time
from pathlib import Path
from types import ModuleType

from logistics.routing.engine import walking
from logistics.routing.engine.machine_code import is_kept
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers import rich, ruin_recreate

SEARCHES = {"rich": rich, "plain": ruin_recreate, "walks": walking}
"""All that is compiled, by name; what takes longest first: of 140 s, 78, 39 and 23."""


def warm_first() -> float:
    """Compiles or loads what every plain plan needs; returns the seconds it took."""
    return warm("plain")


def rest_is_compiled() -> bool:
    """Whether machine code of the rarer searches is on disk."""
    return all(_is_compiled(search) for search in (rich, walking))


def nothing_is_compiled() -> bool:
    """Whether machine code of none of the searches is on disk."""
    return not any(_is_compiled(search) for search in SEARCHES.values())


def is_compiled(problem: Problem) -> bool:
    """Whether machine code for the problem's search is on disk."""
    return _is_compiled(_search(problem))


def warm_for(problem: Problem) -> None:
    """Compiles or loads what the problem needs: before its time begins to run."""
    _search(problem).warm()


def _search(problem: Problem) -> ModuleType:
    return ruin_recreate if ruin_recreate.RuinRecreate().can_express(problem) is None else rich


def _is_compiled(search: ModuleType) -> bool:
    return is_kept(Path(search.__file__ or "").parent)


def warm(*names: str) -> float:
    """Compiles or loads these of `SEARCHES`, or all; returns the seconds it took."""
    started_s = time.monotonic()
    for name in names or SEARCHES:
        SEARCHES[name].warm()
    return time.monotonic() - started_s
