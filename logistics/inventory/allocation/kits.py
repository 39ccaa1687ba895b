"""Several items and kits of them under shared limits: the load of a vehicle, a budget.

What the rules for one item cannot say: a kit takes pieces of several items, and a kilogram given to one place is
missing for every other, whatever the item. The plan is chosen in this order:

1. the worst fill as high as can be, over all wishes that could be served if they were alone;
2. then the sum of the fills, in billionths rounded down;
3. then, where that still leaves a choice, more for those who come first in the seeded draw.

Fill is packs given by the whole packs asked for. The first is found exactly; the others by OR-Tools' CP-SAT with one
worker, a fixed seed and a limit in its own deterministic time, so that every run ends alike on every machine.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python import cp_model

from .kit_problem import Item, Kit, KitProblem, Wish
from .reasons import Reason, ReasonKind

BILLION = 1_000_000_000
EFFORT = 10.0
"""CP-SAT's deterministic time for each of its two questions: about as many seconds on one core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KitShare:
    """What a wish is given, in kits. `alone` is false for one that could not be served one pack if it were alone; those
    do not count in the worst fill. `least` are the kits that the worst fill takes of it; the `reasons` say it."""

    place: str
    kit: str
    requested: int
    allocated: int
    least: int
    alone: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KitPlan:
    """The shares in order of place and kit, the worst fill, and whether the solver proved that none is better."""

    shares: tuple[KitShare, ...]
    worst: Fraction
    proven: bool


def share_kits(problem: KitProblem, *, effort: float = EFFORT) -> KitPlan:
    """The best plan in the order above; the same for the same problem, whatever the order of its parts."""
    rows = _Rows.of(problem)
    least, worst = _worst_first(rows)
    packs, proven = _most(rows, least, effort=effort)
    shares = tuple(
        KitShare(
            place=wish.place,
            kit=wish.kit,
            requested=wish.requested,
            allocated=packs[n] * rows.packs[n],
            least=least[n] * rows.packs[n],
            alone=rows.alone[n],
            reasons=tuple(_reasons(rows, n, least=least[n], packs=packs[n], worst=worst)),
        )
        for n, wish in enumerate(rows.wishes)
    )
    return KitPlan(shares=shares, worst=worst, proven=proven)


def _reasons(rows: _Rows, n: int, *, least: int, packs: int, worst: Fraction) -> Iterator[Reason]:
    yield Reason(ReasonKind.ASKED, {"requested": rows.wishes[n].requested})
    if not rows.most[n]:
        if rows.wishes[n].requested:
            yield Reason(ReasonKind.LESS_THAN_PACK, {"pack": rows.packs[n]})
    elif not rows.alone[n]:
        yield Reason(ReasonKind.NOT_ALONE)
    else:
        facts = {"packs": least, "pack": rows.packs[n], "numerator": worst.numerator, "denominator": worst.denominator}
        yield Reason(ReasonKind.LEAST, facts)
        if packs > least:
            yield Reason(ReasonKind.MORE, {"packs": packs - least})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Wishes by place and kit: the most packs of each, pieces of a pack, and what a pack takes of each thing there is
    so much of (`amounts`): items and limits alike."""

    wishes: Sequence[Wish]
    most: Sequence[int]
    packs: Sequence[int]
    takes: Sequence[Mapping[str, int]]
    amounts: Mapping[str, int]
    alone: Sequence[bool]
    draw: Sequence[int]

    @classmethod
    def of(cls, problem: KitProblem) -> _Rows:
        items, kits = {item.name: item for item in problem.items}, {kit.name: kit for kit in problem.kits}
        amounts = {f"item {item.name}": item.supply for item in problem.items}
        amounts |= {f"limit {name}": amount for name, amount in problem.limits.items()}
        wishes = sorted(problem.wishes, key=lambda wish: (wish.place, wish.kit))
        takes = [_takes(kits[wish.kit], items) for wish in wishes]
        most = [
            min(
                [wish.requested // kits[wish.kit].pack, *(amounts[name] // used for name, used in take.items() if used)]
            )
            for wish, take in zip(wishes, takes, strict=True)
        ]
        drawn = sorted(range(len(wishes)), key=lambda n: _ticket(problem.seed, wishes[n]))
        draw = [0] * len(wishes)
        for place, n in enumerate(drawn):
            draw[n] = len(wishes) - place
        return cls(
            wishes=wishes,
            most=[wish.requested // kits[wish.kit].pack for wish in wishes],
            packs=[kits[wish.kit].pack for wish in wishes],
            takes=takes,
            amounts=dict(sorted(amounts.items())),
            alone=[count > 0 for count in most],
            draw=draw,
        )

    def filled(self, fill: Fraction) -> list[int]:
        """The packs of each that come to a fill, rounded up; none for who cannot be served even alone."""
        return [-(-fill * most // 1) if alone else 0 for most, alone in zip(self.most, self.alone, strict=True)]

    def has(self, fill: Fraction) -> bool:
        """Whether there is enough of everything to fill everybody so far."""
        used: Counter[str] = Counter()
        for packs, takes in zip(self.filled(fill), self.takes, strict=True):
            for name, amount in takes.items():
                used[name] += packs * amount
        return all(used[name] <= amount for name, amount in self.amounts.items())


def _takes(kit: Kit, items: Mapping[str, Item]) -> dict[str, int]:
    takes: dict[str, int] = {}
    for name, pieces in kit.contents.items():
        takes[f"item {name}"] = pieces * kit.pack
        for limit, used in items[name].uses.items():
            takes[f"limit {limit}"] = takes.get(f"limit {limit}", 0) + used * pieces * kit.pack
    return takes


def _ticket(seed: str, wish: Wish) -> str:
    return hashlib.sha256(f"{seed}:{wish.place}:{wish.kit}".encode()).hexdigest()


def _worst_first(rows: _Rows) -> tuple[list[int], Fraction]:
    """The fewest packs of each that give the best worst fill, and that fill.

    A fill takes of everybody its part of the packs asked for, rounded up: the higher, the more of everything. It is a
    whole number of packs for one of those who wish, and the best is the highest of these that there is enough for. By
    halves, until so few are left between one that there is enough for and one that there is not that they are tried.
    """
    if rows.has(Fraction(1)):
        return rows.filled(Fraction(1)), Fraction(1)
    sizes = sorted({most for most, alone in zip(rows.most, rows.alone, strict=True) if alone})
    low, high = Fraction(0), Fraction(1)
    while sum(high * size // 1 - low * size // 1 for size in sizes) > len(sizes) + 1:
        middle = (low + high) / 2
        low, high = (middle, high) if rows.has(middle) else (low, middle)
    between = {Fraction(n, size) for size in sizes for n in range(low * size // 1, high * size // 1 + 1)}
    fills = sorted(fill for fill in between | {low} if low <= fill < high)
    enough = bisect_left(fills, True, key=lambda fill: not rows.has(fill))
    reached = rows.filled(fills[enough - 1])
    served = zip(reached, rows.most, rows.alone, strict=True)
    return reached, min(Fraction(packs, most) for packs, most, alone in served if alone)


def _most(rows: _Rows, least: Sequence[int], *, effort: float) -> tuple[list[int], bool]:
    """Packs of each with the largest sum of fills, then the largest sum in the order of the draw."""
    model = cp_model.CpModel()
    packs = [
        model.new_int_var(least[n], most if rows.alone[n] else 0, f"packs_{n}") for n, most in enumerate(rows.most)
    ]
    for name, amount in rows.amounts.items():
        used = [take.get(name, 0) for take in rows.takes]
        model.add(cp_model.LinearExpr.weighted_sum(packs, used) <= amount)
    fills = cp_model.LinearExpr.weighted_sum(packs, [BILLION // max(most, 1) for most in rows.most])
    chosen, fills_proven = _solved(model, packs, fills, start=least, effort=effort)
    reached = sum(count * (BILLION // max(most, 1)) for count, most in zip(chosen, rows.most, strict=True))
    model.add(fills >= reached)
    drawn = cp_model.LinearExpr.weighted_sum(packs, rows.draw)
    chosen, drawn_proven = _solved(model, packs, drawn, start=chosen, effort=effort)
    return chosen, fills_proven and drawn_proven


def _solved(
    model: cp_model.CpModel,
    packs: Sequence[cp_model.IntVar],
    objective: cp_model.LinearExprT,
    *,
    start: Sequence[int],
    effort: float,
) -> tuple[list[int], bool]:
    """The best values found, `start` if none; whether none is better."""
    model.maximize(objective)
    model.clear_hints()  # type: ignore[no-untyped-call]
    for variable, value in zip(packs, start, strict=True):
        model.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return list(start), False
    return [solver.value(variable) for variable in packs], status == cp_model.OPTIMAL
