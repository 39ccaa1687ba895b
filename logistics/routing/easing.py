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
# A search may make smaller what trying each wish on the plan's routes found, which is done first.
SEARCH_S_PER_STOP = 0.5
# The dispatcher waits for all of it with the plan solved already. A plan that is to be the same again waits longer, for
# of one that is cut short another machine would tell more or less: half a second to one a stop where there are 2,000.
SEARCH_S_MAX, SAME_AGAIN_S_MAX = 4.0, 10.0


def eased(
    problem: engine.Problem,
    plan: engine.Plan,
    *,
    search: bool,
    stopped: Callable[[], bool],
    seconds_max: float | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """The smallest relaxations of the first stops left out, by stop, each as its numbers (units in the keys' names).

    Nothing new is tried after `seconds_max` (None: as a dispatcher may be kept waiting): what is being tried or proven
    on the whole plan is finished (tenths of a second for 2,000 stops), and stops that were not reached get none.
    Without `search` what a stop gets depends on nothing but problem and plan, so the one at which time ran out gets
    none either. `stopped` ends it in the same way, without a proof for what was found last.
    """
    if seconds_max is None:
        seconds_max = SEARCH_S_MAX if search else SAME_AGAIN_S_MAX
    deadline_s = time.monotonic() + seconds_max
    search_s = SEARCH_S_PER_STOP if search else 0.0
    found: dict[str, list[dict[str, Any]]] = {}
    for dropped in plan.dropped[:STOPS_MAX]:
        if stopped() or time.monotonic() >= deadline_s:
            break
        try:
            wishes = relaxations(
                problem, plan, dropped.stop, time_limit_s=search_s, deadline_s=deadline_s, stopped=stopped
            )
        except ValueError as trouble:  # the plan is good without an answer to what would make it better
            log.warning("no_wishes", stop=dropped.stop, error=str(trouble))
            continue
        if not search and time.monotonic() >= deadline_s:
            break
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
