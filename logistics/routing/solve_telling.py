"""What `flask solve` tells: how the search goes on, what the plan costs, and whether it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import click

from logistics.errors import N_
from logistics.routing import engine
from logistics.routing.engine.formats import ReadProblem, Start
from logistics.routing.file_plans import FilePlan
from logistics.terminal import named, said

Eased: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""The smallest relaxations of each stop that has some, as `easing.eased` gives them."""

DROPPED_SHOWN = 20
STRANGERS_SHOWN = 5
COST = N_("cost %(cost)s, routes %(routes)s, stops %(stops)s, distance %(distance)s, dropped %(dropped)s")
TIME = N_("%(seconds)s s, the best after %(best)s s, by %(solver)s")
ON_FOOT = N_(
    "on foot from %(count)s gates: %(volunteers)s volunteers to %(buildings)s buildings with %(packages)s packages, "
    "%(busy_s)s s together, cost %(cost)s"
)
METRES = N_("%(metres)s m are walked")
NO_METRES = N_("how many metres are walked is not told: the file has seconds alone for some of the ways on foot")
HOLDS = N_("check: the plan holds")
BROKEN = N_("check: %(count)s rules broken")
LEFT_OUT = N_("stop %(stop)s is dropped: %(reason)s")
MORE_LEFT_OUT = N_("… and %(count)s more")
WOULD_SERVE = N_("would serve it: %(wish)s; cost %(cost)s more")
BETTER = N_("%(seconds)s s  cost %(cost)s  routes %(routes)s")
BETTER_DROPPED = N_("%(seconds)s s  cost %(cost)s  routes %(routes)s  dropped %(dropped)s")
BEGINS = N_("begins with %(file)s: stops %(stops)s, routes %(routes)s")
STRANGERS = N_("not in this problem and left out: %(names)s")


def tell_start(start: Start, path: Path) -> None:
    """Says on stderr what the search begins with, and what of the file it cannot use."""
    strange = set(start.strange_stops)
    kept = {vehicle: set(stops) - strange for vehicle, stops in start.orders.items()}
    for vehicle in start.strange_vehicles:
        del kept[vehicle]
    used = [stops for stops in kept.values() if stops]
    begins = {"stops": sum(map(len, used)), "routes": len(used), "file": path.name}
    click.echo(said(BEGINS) % begins, err=True)
    strangers = [*start.strange_vehicles, *start.strange_stops]
    if strangers:
        more = f", … ({len(strangers)})" if len(strangers) > STRANGERS_SHOWN else ""
        click.echo(said(STRANGERS) % {"names": ", ".join(strangers[:STRANGERS_SHOWN]) + more}, err=True)


@dataclass(slots=True, kw_only=True)
class Shown:
    """The progress line on stderr: rewritten in a terminal, one line per better plan elsewhere.

    Its words are looked up beforehand: a solver may call from a thread of its own, where no app is.
    """

    read: ReadProblem
    live: bool
    better: str
    better_dropped: str
    best: tuple[int, int] | None = None
    best_s: float = 0.0

    def progress(self, progress: engine.Progress) -> None:
        """Shows a plan that drops fewer stops or costs less than the last one shown."""
        if self.best is not None and (progress.dropped, progress.cost) >= self.best:
            return
        self.best, self.best_s = (progress.dropped, progress.cost), progress.elapsed_s
        facts = {
            "seconds": f"{progress.elapsed_s:7.1f}",
            "cost": f"{self.read.objective(progress.cost):,}",
            "routes": progress.routes,
            "dropped": progress.dropped,
        }
        line = (self.better_dropped if progress.dropped else self.better) % facts
        click.echo(f"\r{line:<70}" if self.live else line, err=True, nl=not self.live)

    def end(self) -> None:
        """Leaves the rewritten line."""
        if self.live and self.best is not None:
            click.echo(err=True)

    def seconds_to_best(self, plan: engine.Plan) -> float:
        """When the plan's cost was first shown; its end if it was found after the last progress."""
        return self.best_s if self.best == (len(plan.dropped), plan.cost) else plan.seconds


def summary_of(found: FilePlan, shown: Shown, eased: Eased | None = None) -> dict[str, Any]:
    """The plan in numbers, as `--json` prints it; with the smallest relaxations by stop if they were looked for."""
    read, plan, walked = found.read, found.plan, found.walked()
    return {
        "name": read.name,
        "format": read.format,
        "convention": read.convention,
        "stops": len(read.problem.stops),
        "cost": _number(read.objective(plan.cost)),
        "routes": len(plan.routes),
        "distance": _number(read.distance(plan)),
        "dropped": {dropped.stop: dropped.reason.value for dropped in plan.dropped},
        **({} if eased is None else {"relaxations": {stop: _in_file_units(read, eased[stop]) for stop in eased}}),
        **({} if walked is None else {"walks": {**walked, "cost": _number(read.objective(walked["cost"]))}}),
        "seconds": round(plan.seconds, 2),
        "seconds_to_best": round(shown.seconds_to_best(plan), 2),
        "solver": plan.solver,
        "check": {"holds": not found.broken, "violations": found.broken},
    }


def lines_of(summary: dict[str, Any], dropped: Sequence[engine.Dropped]) -> str:
    """The summary in the terminal's language, with the numbers behind what is dropped."""
    broken = summary["check"]["violations"]
    facts = {name: f"{summary[name]:,}" for name in ("cost", "distance")}
    facts |= {name: str(summary[name]) for name in ("routes", "stops", "seconds", "solver")}
    lines = [
        f"{summary['name']} ({summary['convention']})",
        said(COST) % {**facts, "dropped": len(dropped)},
        *(_on_foot(summary["walks"]) if "walks" in summary else []),
        said(TIME) % {**facts, "best": summary["seconds_to_best"]},
        said(BROKEN) % {"count": len(broken)} if broken else said(HOLDS),
    ]
    lines += [f"  {sentence}" for sentence in broken]
    for drop in dropped[:DROPPED_SHOWN]:
        lines.append(f"  {_left_out(drop)}")
        lines += [f"    {_would_serve(wish)}" for wish in summary.get("relaxations", {}).get(drop.stop, [])]
    if len(dropped) > DROPPED_SHOWN:
        lines.append("  " + said(MORE_LEFT_OUT) % {"count": len(dropped) - DROPPED_SHOWN})
    return "\n".join(lines)


def _left_out(drop: engine.Dropped) -> str:
    """Which stop and why, with the numbers under their names in a written plan: the file's units are its reader's."""
    told = said(LEFT_OUT) % {"stop": drop.stop, "reason": named(drop.reason.value, "drop_reason")}
    numbers = ", ".join(f"{name} {value}" for name, value in drop.detail.items())
    return f"{told} ({numbers})" if numbers else told


def _would_serve(wish: Mapping[str, Any]) -> str:
    """What would have to be allowed, the numbers under their names as `_left_out` has them."""
    asked = [_asked(wish), *([_asked(wish["also"])] if "also" in wish else [])]
    return said(WOULD_SERVE) % {"wish": " + ".join(asked), "cost": f"{wish['cost']:,}"}


def _asked(wish: Mapping[str, Any]) -> str:
    numbers = [f"{wish['amount']} {wish['unit']}"] if wish["unit"] else []
    numbers += [f"{name} {wish[name]}" for name in ("vehicle", "depot", "from_s") if wish[name] is not None]
    told = named(wish["kind"], "relaxation_kind")
    return f"{told} ({', '.join(numbers)})" if numbers else told


def _in_file_units(read: ReadProblem, wishes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The wishes with what they cost as the file counts its costs."""
    return [
        {name: value for name, value in wish.items() if name != "cost_cents"}
        | {"cost": _number(read.objective(wish["cost_cents"]))}
        for wish in wishes
    ]


def _on_foot(walks: dict[str, Any]) -> list[str]:
    return [said(ON_FOOT) % walks, said(NO_METRES) if walks["metres"] is None else said(METRES) % walks]


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
