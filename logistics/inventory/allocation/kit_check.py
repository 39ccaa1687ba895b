"""A second opinion on a plan of kits: counts everything again from the problem alone."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from .kits import KitPlan, KitProblem


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
        if share.alone:
            fills.append(Fraction(share.allocated // kit.pack, requested // kit.pack))
    wrong += [
        f"{used[item.name]} of {item.supply} {item.name}" for item in problem.items if used[item.name] > item.supply
    ]
    wrong += [f"{limits[name]} of {most} {name}" for name, most in problem.limits.items() if limits[name] > most]
    if fills and min(fills) != plan.worst:
        wrong.append(f"the worst fill is {min(fills)}, not {plan.worst}")
    return wrong
