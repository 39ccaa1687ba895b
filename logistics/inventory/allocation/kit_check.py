"""A second opinion on a plan of kits: counts everything again from the problem alone."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from .kit_problem import Kit, KitProblem
from .kits import KitPlan


def broken_by(problem: KitProblem, plan: KitPlan) -> list[str]:
    """What is wrong with the plan, one sentence each; empty if it holds, however good a better one might be."""
    kits = {kit.name: kit for kit in problem.kits}
    items = {item.name: item for item in problem.items}
    wished = {(wish.place, wish.kit): wish.requested for wish in problem.wishes}
    wrong = [] if len(plan.shares) == len(wished) else [f"{len(plan.shares)} shares for {len(wished)} wishes"]
    used: Counter[str] = Counter()
    limits: Counter[str] = Counter()
    fills = []
    for share in plan.shares:
        kit, requested = kits[share.kit], wished.get((share.place, share.kit), -1)
        if not 0 <= share.allocated <= requested:
            wrong.append(f"{share.place} is given {share.allocated} {share.kit} of {requested}")
        if share.allocated % kit.pack:
            wrong.append(f"{share.place} is given {share.allocated} {share.kit}, not whole packs of {kit.pack}")
        for name, pieces in kit.contents.items():
            used[name] += pieces * share.allocated
            for limit, amount in items[name].uses.items():
                limits[limit] += amount * pieces * share.allocated
        alone = requested >= kit.pack and _fits(problem, kit)
        if alone != share.alone:
            wrong.append(f"{share.place} could{'' if alone else ' not'} be served {share.kit} if it were alone")
        if alone:
            fills.append(Fraction(share.allocated // kit.pack, requested // kit.pack))
    wrong += [
        f"{used[item.name]} of {item.supply} {item.name}" for item in problem.items if used[item.name] > item.supply
    ]
    wrong += [f"{limits[name]} of {most} {name}" for name, most in problem.limits.items() if limits[name] > most]
    if fills and min(fills) != plan.worst:
        wrong.append(f"the worst fill is {min(fills)}, not {plan.worst}")
    return wrong


def _fits(problem: KitProblem, kit: Kit) -> bool:
    """Whether there is enough of everything for one pack of a kit alone."""
    items = {item.name: item for item in problem.items}
    pieces = {name: count * kit.pack for name, count in kit.contents.items()}
    used = {
        limit: sum(items[name].uses.get(limit, 0) * count for name, count in pieces.items()) for limit in problem.limits
    }
    return all(count <= items[name].supply for name, count in pieces.items()) and all(
        used[limit] <= most for limit, most in problem.limits.items()
    )
