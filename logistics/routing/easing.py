"""What would have to be allowed so that a stop which a plan leaves out is served: kept beside its reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog

from logistics.routing import engine
from logistics.routing.engine.relaxing import Relaxation, relaxations

log = structlog.get_logger()

# A dispatcher reads the first few, and of each stop what asks for least.
STOPS_MAX, KINDS_KEPT = 20, 3
# Beyond trying each wish on the plan's routes, which takes milliseconds, a search may make it smaller.
SEARCH_S_PER_STOP, SEARCH_S_MAX = 0.5, 4.0


def eased(
    problem: engine.Problem, plan: engine.Plan, *, search: bool, stopped: Callable[[], bool]
) -> dict[str, list[dict[str, Any]]]:
    """The smallest relaxations of the first stops left out, by stop, each as its numbers (units in the keys' names).

    Without `search` they depend on nothing but problem and plan; with it, they end after SEARCH_S_MAX. `stopped` ends
    them early.
    """
    deadline_s = time.monotonic() + SEARCH_S_MAX
    found: dict[str, list[dict[str, Any]]] = {}
    for dropped in plan.dropped[:STOPS_MAX]:
        left_s = min(SEARCH_S_PER_STOP, deadline_s - time.monotonic()) if search else 0.0
        if stopped() or left_s < 0:
            break
        try:
            wishes = relaxations(problem, plan, dropped.stop, time_limit_s=left_s)
        except ValueError as trouble:  # the plan is good without an answer to what would make it better
            log.warning("no_wishes", stop=dropped.stop, error=str(trouble))
            continue
        if wishes:
            found[dropped.stop] = [_numbers(wish) for wish in wishes[:KINDS_KEPT]]
    return found


def _numbers(wish: Relaxation) -> dict[str, Any]:
    return {
        "kind": wish.kind.value,
        "amount": wish.amount,
        "unit": wish.unit,
        "vehicle": wish.vehicle,
        "depot": wish.depot,
        "from_s": wish.from_s,
        "cost_cents": wish.cost_cents,
    } | ({} if wish.also is None else {"also": _numbers(wish.also)})
