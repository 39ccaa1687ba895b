"""The plan of a problem file: vehicles, and volunteers on foot where the file has walks; what is told of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem, plan_as_json, plan_as_svg, write_sol
from logistics.routing.engine.walking import TwoEchelonPlan, check_walks, plan_two_echelons
from logistics.routing.engine.walking.files import Walks, gates_of
from logistics.routing.engine.walking.plan_files import both_as_json, metres_on_foot, ways_on_foot


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """The plan of the problem in `read`, and a sentence for each rule that it breaks.

    With walks `both` holds the rounds, and the problem in `read` is that of the gates taken.
    """

    read: ReadProblem
    plan: engine.Plan
    broken: list[str]
    walks: Walks
    both: TwoEchelonPlan | None = None

    def text(self, suffix: str) -> str:
        """The plan as a file that ends in `.sol`, which has no place for rounds, or `.json`."""
        if suffix == ".sol":
            return write_sol(self.read, self.plan)
        return both_as_json(self.read, self.both, self.walks) if self.both else plan_as_json(self.read, self.plan)

    def drawing(self) -> str:
        """The plan as SVG. Raises NoCoordinates if the file has none."""
        return plan_as_svg(self.read, self.plan, ways_on_foot(self.both, self.walks) if self.both else ())

    def walked(self) -> dict[str, Any] | None:
        """How many gates are walked from and what is carried there, the cost in cents; None without walks.

        `metres` are None where the file has seconds alone for a leg on foot.
        """
        if self.both is None:
            return None
        drops = [
            (stop_id, drop)
            for stop_id, plan in self.both.rounds.items()
            for one in plan.rounds
            for trip in one.trips
            for drop in trip.hand_overs
        ]
        plans = self.both.rounds.values()
        metres = list(metres_on_foot(self.both, self.walks).values())
        return {
            "count": len(plans),
            "volunteers": sum(len(plan.rounds) for plan in plans),
            "buildings": len({(stop_id, drop.building) for stop_id, drop in drops}),
            "packages": sum(drop.packages for _, drop in drops),
            "metres": None if None in metres else sum(one for one in metres if one is not None),
            "busy_s": sum(plan.busy_s for plan in plans),
            "cost": self.both.walking_cost,
        }


def planned(
    read: ReadProblem,
    walks: Walks,
    options: engine.SolveOptions,
    on_progress: Callable[[engine.Progress], None],
    cancelled: Callable[[], bool],
) -> FilePlan:
    """The best plan within the options, checked. One of vehicles alone that breaks a rule, a bug of the engine, comes
    back all the same.

    Raises:
        BadWalk, BadProblem: if a walk makes a stop that cannot be planned.
        PlanRejected: if a plan of both echelons breaks a rule.
    """
    if walks:
        return _both_planned(read, walks, options, on_progress, cancelled)
    try:
        plan = engine.solve(read.problem, options, on_progress=on_progress, cancelled=cancelled)
        broken = tuple(engine.check(read.problem, plan))
    except engine.PlanRejected as error:
        plan, broken = error.plan, error.violations
    return FilePlan(read=read, plan=plan, broken=[violation.message for violation in broken], walks=walks)


def _both_planned(
    read: ReadProblem,
    walks: Walks,
    options: engine.SolveOptions,
    on_progress: Callable[[engine.Progress], None],
    cancelled: Callable[[], bool],
) -> FilePlan:
    both = plan_two_echelons(
        read.problem,
        gates_of(walks),
        options,
        split=read.split_gates,
        walking_cents_per_h=read.walking_cents_per_h,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    return FilePlan(
        read=dataclasses.replace(read, problem=both.problem),
        plan=both.plan,
        broken=[violation.message for violation in check_walks(both)],
        walks=walks,
        both=both,
    )
