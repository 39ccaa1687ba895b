"""Compiled searches ready before anybody waits for a plan.

The first time takes a minute or two and leaves the machine code beside the sources; after that it is loaded in a
second. A process that forks its workers warms before, so that every one of them has it.
"""

import time
from pathlib import Path
from types import ModuleType

from logistics.routing.engine import walking
from logistics.routing.engine.machine_code import is_whole, tell_whole
from logistics.routing.engine.problem import Problem
from logistics.routing.engine.solvers import rich, ruin_recreate

SEARCHES = {"rich": rich, "plain": ruin_recreate, "walks": walking}
"""All that is compiled, by name; what takes longest first: of 140 s, 78, 39 and 23."""


def warm_first() -> float:
    """Compiles or loads what every plain plan needs; returns the seconds it took."""
    return warm("plain")


def not_compiled() -> list[str]:
    """The names of the searches of which not all machine code is on disk."""
    return [name for name, search in SEARCHES.items() if not is_whole(_folder(search))]


def search_of(problem: Problem) -> str:
    """The name of the search that plans the problem."""
    return "plain" if ruin_recreate.RuinRecreate().can_express(problem) is None else "rich"


def _folder(search: ModuleType) -> Path:
    return Path(search.__file__ or "").parent


def warm(*names: str) -> float:
    """Compiles or loads these of `SEARCHES`, or all; returns the seconds it took."""
    started_s = time.monotonic()
    for name in names or SEARCHES:
        SEARCHES[name].warm()
        tell_whole(_folder(SEARCHES[name]))
    return time.monotonic() - started_s
