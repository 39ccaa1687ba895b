"""Compiled searches ready before anybody waits for a plan: `python -m logistics.routing.engine.warming`.

The first time takes about a minute and leaves the machine code beside the sources; after that it is loaded in a second.
A process that forks its workers calls `warm` before, so that every one of them has it.
"""

import time

from logistics.routing.engine import walking
from logistics.routing.engine.solvers import rich, ruin_recreate


def warm() -> float:
    """Compiles or loads both searches and the walks; returns the seconds it took."""
    started_s = time.monotonic()
    ruin_recreate.warm()
    rich.warm()
    walking.warm()
    return time.monotonic() - started_s


if __name__ == "__main__":
    print(f"searches ready in {warm():.1f} s")
