"""Compiles the kernels of the second echelon, or loads them from disk, before the first plan needs them."""

import numpy as np

from logistics.routing.engine.walking.exact import EXACT_LOADS_MAX
from logistics.routing.engine.walking.items import BuildingDrop, Volunteers
from logistics.routing.engine.walking.solving import plan_walk
from logistics.routing.engine.walking.walk import GateWalk


def warm() -> None:
    """Plans a walk that is solved exactly and one that is searched for: 20 s to compile, a second from the disk."""
    for count in (2, EXACT_LOADS_MAX + 1):
        at = np.arange(count + 1, dtype=np.int32)
        walk = GateWalk(
            buildings=tuple(BuildingDrop(id=str(one), place=one, packages=1, grams=1) for one in range(1, count + 1)),
            seconds=np.abs(at[:, None] - at[None, :]),
            volunteers=Volunteers(count=2, packages_each=4, grams_each=4),
        )
        plan_walk(walk, steps=5)
