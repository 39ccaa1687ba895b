"""What a city sent beside what each rule would have sent, and how long a city's shares down four levels take.

    python -m benchmarks.allocation CHANGCHUN_FOLDER BEIJING.csv.gz [--items 20] [--runs 5] [--seed 1]

The first part takes a folder with `allocation_pairs.csv`: boxes that districts asked for and were sent, day by day.
Each rule shares the boxes that the city sent on the day. What the city sent beyond a request fills nothing and is
counted apart. From the day on from which a zero is a refusal (--refusals-from), districts that were sent nothing take
no part. A folder with `compounds.csv.gz` has households too, by which weights share.

The second part takes a code tree with the columns level, code, name and parent. Requests are drawn for the communities,
each item in packs of its own; 60 % of what is asked for is there. The baseline of the same run shares by largest
remainders in bare numpy at every level: no caps, no ties by a draw, no promise for the next piece.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import markdown
from logistics.inventory.allocation import Claim, Filled, Measures, Parameters, RuleName, carry_after, measure, share
from logistics.inventory.allocation.demand import NOT_SAID, Asked, Demand
from logistics.inventory.allocation.sharing import share_down
from logistics.inventory.allocation.tree import Tree

Whole = NDArray[np.int64]

REFUSALS_FROM = "2022-04-13"
PACKS = (1, 50, 100, 1, 12, 10, 20, 50, 1, 24)
MOST_PACKS = (9, 40, 20, 900, 60, 80, 50, 60, 300, 30)
"""Of the items in turn: thermometers by the piece, masks in fifties, gloves in hundreds, vegetable boxes by the piece …
Requests are whole packs for half of the communities and any number of pieces for the others."""
SUPPLIED = 0.6
HEADS = ("day", "who", "sent", "filled, %", "mean, %", "least, %", "Gini", "Jain", "worst off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Boxes of one district on one day."""

    district: str
    requested: int
    sent: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("changchun", type=Path, help="folder with allocation_pairs.csv")
    parser.add_argument("tree", type=Path, help="code tree: level, code, name, parent")
    parser.add_argument("--refusals-from", default=REFUSALS_FROM, help="from this day a zero is a refusal")
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    days = sent_by_day(arguments.changchun)
    short = {day: rows for day, rows in days.items() if day < arguments.refusals_from}
    later = {day: refusals_out(rows) for day, rows in days.items() if day >= arguments.refusals_from}
    households = households_of(arguments.changchun)
    for title, some in (("Days of shortage", short), ("Days with refusals, those who refused left out", later)):
        print(f"\n{title}\n")
        print("\n".join(markdown(HEADS, compared(some, households), left=(0, 1, 8))))
    print()
    print("\n".join(timed(arguments.tree, items=arguments.items, runs=arguments.runs, seed=arguments.seed)))


# what the city sent


def sent_by_day(folder: Path) -> dict[str, list[Sent]]:
    """The districts of each day, in boxes; a day's request and what was sent for it."""
    days: dict[str, list[Sent]] = defaultdict(list)
    with (folder / "allocation_pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            requested, sent = (int(float(row[name] or 0)) for name in ("requested_boxes", "allocated_boxes"))
            days[row["date"]].append(Sent(district=row["district"], requested=requested, sent=sent))
    return dict(sorted(days.items()))


def refusals_out(rows: Sequence[Sent]) -> list[Sent]:
    """Those who took something."""
    return [row for row in rows if row.sent]


def households_of(folder: Path) -> dict[str, int]:
    """Households of each district, summed over its compounds; none if the folder has no compounds."""
    path = folder / "compounds.csv.gz"
    found: dict[str, int] = defaultdict(int)
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                found[row["district"].removesuffix("区")] += int(float(row["households"] or 0))
    return dict(found)


def compared(days: Mapping[str, Sequence[Sent]], households: Mapping[str, int]) -> Iterator[list[str]]:
    """Rows of the table: for each day the city and every rule. What is carried over follows from what the rule itself
    gave the day before, tiers from what the city did."""
    rules = rules_for(households)
    before: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in rules}
    for day, rows in days.items():
        supply = sum(row.sent for row in rows)
        used = [Filled(place=r.district, requested=r.requested, allocated=min(r.sent, r.requested)) for r in rows]
        beyond = supply - sum(row.allocated for row in used)
        city = measure(used)
        yield [day, "the city", f"{supply:,} ({beyond:,} beyond requests)", *cells(city), ", ".join(city.worst)]
        for name, claim in rules.items():
            outcome = share(
                [claim(row, before[name].get(row.district, (0, 0))) for row in rows],
                Parameters(supply=supply, rule=RULES[name]),
            )
            before[name] = {one.place: (one.requested, one.allocated) for one in outcome.shares}
            found = outcome.measures
            worst = ", ".join(found.worst) if found.short else "–"
            yield [day, name, f"{supply - outcome.left_over:,}", *cells(found), worst]
        before[TIERED] = {row.district: (row.requested, row.sent) for row in rows}


TIERED = "tiers: first whom the city left short the day before"
RULES = {
    "in proportion": RuleName.PROPORTIONAL,
    "in proportion, shortfalls carried over": RuleName.PROPORTIONAL,
    "lowest fill first": RuleName.MAX_MIN,
    TIERED: RuleName.TIERS,
    "by households": RuleName.WEIGHTS,
}


def rules_for(households: Mapping[str, int]) -> dict[str, Callable[[Sent, tuple[int, int]], Claim]]:
    """How each rule sees a district that asked for and was given `before`."""

    def plain(row: Sent, _before: tuple[int, int]) -> Claim:
        return Claim(place=row.district, requested=row.requested)

    def carrying(row: Sent, before: tuple[int, int]) -> Claim:
        carry = carry_after(requested=before[0], allocated=before[1], refusal=None)
        return Claim(place=row.district, requested=row.requested, carry=carry)

    def tiered(row: Sent, before: tuple[int, int]) -> Claim:
        return Claim(place=row.district, requested=row.requested, tier=1 if before[1] < before[0] else 2)

    def weighed(row: Sent, _before: tuple[int, int]) -> Claim:
        weight = Decimal(households.get(row.district, 0)) / 1_000
        return Claim(place=row.district, requested=row.requested, weight=weight)

    seen = dict(zip(RULES, (plain, carrying, plain, tiered, weighed), strict=True))
    return seen if households else {name: how for name, how in seen.items() if how is not weighed}


def cells(found: Measures) -> list[str]:
    fills = [f"{100 * fill:.1f}" for fill in (found.fill, found.fill_mean, found.fill_min)]
    return [*fills, f"{found.gini:.3f}", f"{found.jain:.3f}"]


# how long it takes


def timed(path: Path, *, items: int, runs: int, seed: int) -> list[str]:
    """The table of seconds: all items down the whole tree, each rule beside the baseline of the same run."""
    tree = tree_of(path)
    asked = [drawn(tree, item, seed) for item in range(items)]
    leaves = int(tree.is_leaf.sum())
    levels = " → ".join(f"{level.end - level.begin:,}" for level in tree.levels)
    rows = []
    for rule in RuleName:
        seconds = [clocked(lambda rule=rule: by_rule(tree, asked, rule)) for _ in range(runs)]
        bare = [clocked(lambda: by_remainders(tree, asked)) for _ in range(runs)]
        mine, other = statistics.median(one[0] for one in seconds), statistics.median(one[0] for one in bare)
        cpu, bare_cpu = statistics.median(one[1] for one in seconds), statistics.median(one[1] for one in bare)
        rows.append(
            [rule.value, f"{mine:.2f}", f"{cpu:.2f}", f"{other:.2f}", f"{bare_cpu:.2f}", f"{cpu / bare_cpu:.1f}"]
        )
    explained = clocked(lambda: share(claims_of(tree, asked[1]), parameters_of(tree, asked, 1, RuleName.PROPORTIONAL)))
    heads = ("rule", "seconds", "of the processor", "bare numpy, s", "of the processor", "ratio")
    return [
        f"{leaves:,} communities × {items} items, 1 → {levels}; median of {runs} runs",
        "",
        *markdown(heads, rows, left=(0,)),
        "",
        f"one item from claims to shares with all reasons: {explained[0]:.2f} s ({explained[1]:.2f} of the processor)",
    ]


def clocked(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the wall and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def tree_of(path: Path) -> Tree:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        parents = {row["code"]: row["parent"] for row in csv.DictReader(file)}
    return Tree.of({code: parent if parent in parents else None for code, parent in parents.items()})


def drawn(tree: Tree, item: int, seed: int) -> Asked:
    """Requests, tiers and weights of the communities for one item."""
    random, count, leaf = np.random.default_rng((seed, item)), len(tree.places), tree.is_leaf
    pack, most = PACKS[item % len(PACKS)], MOST_PACKS[item % len(PACKS)]
    whole = random.integers(0, most + 1, count) * pack
    requested = np.where(random.random(count) < 0.5, whole, random.integers(0, most * pack + 1, count))
    nothing = np.zeros(count, dtype=np.int64)
    return Asked(
        requested=np.where(leaf, requested, NOT_SAID),
        tier=np.where(leaf, random.integers(1, 4, count), NOT_SAID),
        weight=np.where(leaf, random.integers(1, 40, count) * 250_000, NOT_SAID),
        carry=nothing,
        floor=nothing,
        cap=np.full(count, NOT_SAID, dtype=np.int64),
    )


def parameters_of(tree: Tree, asked: Sequence[Asked], item: int, rule: RuleName) -> Parameters:
    supply = int(asked[item].requested[tree.is_leaf].sum() * SUPPLIED)
    return Parameters(supply=supply, rule=rule, pack=PACKS[item % len(PACKS)], seed=f"1:{item}")


def by_rule(tree: Tree, asked: Sequence[Asked], rule: RuleName) -> list[Whole]:
    """Packs of every place for every item, by the rule."""
    found = []
    for item, one in enumerate(asked):
        parameters = parameters_of(tree, asked, item, rule)
        found.append(share_down(tree, Demand.of(tree, one, parameters), parameters).packs)
    return found


def by_remainders(tree: Tree, asked: Sequence[Asked]) -> list[Whole]:
    """The same by largest remainders, with nothing beyond it: rounded down, then one more for the largest rests."""
    found = []
    for item, one in enumerate(asked):
        pack = PACKS[item % len(PACKS)]
        wanted = np.maximum(one.requested, 0) // pack
        for level in reversed(tree.levels[1:]):
            wanted[level.parents] = np.add.reduceat(wanted[level.begin : level.end], level.starts[:-1] - level.begin)
        given = np.zeros(len(tree.places), dtype=np.int64)
        for level in tree.levels:
            sizes, rows = np.diff(level.starts), slice(level.begin, level.end)
            supply = np.where(
                level.parents < 0, int(wanted[: tree.levels[0].end].sum() * SUPPLIED), given[level.parents]
            )
            firsts = level.starts[:-1] - level.begin
            total = np.maximum(np.add.reduceat(wanted[rows], firsts), 1)
            exact = wanted[rows] * np.repeat(supply, sizes)
            shares, rest = np.divmod(exact, np.repeat(total, sizes))
            owner = np.repeat(np.arange(len(sizes)), sizes)
            order = np.lexsort((-rest, owner))
            place = np.arange(len(owner)) - np.repeat(firsts, sizes)
            left = np.minimum(supply, total) - np.add.reduceat(shares, firsts)
            shares[order[place < np.repeat(left, sizes)]] += 1
            given[rows] = shares
        found.append(given)
    return found


def claims_of(tree: Tree, asked: Asked) -> list[Claim]:
    """The same requests as claims, as a file or the platform's tables have them."""
    return [
        Claim(
            place=place,
            requested=None if requested == NOT_SAID else requested,
            parent=tree.places[parent] if parent >= 0 else None,
        )
        for place, requested, parent in zip(tree.places, asked.requested.tolist(), tree.parents.tolist(), strict=True)
    ]


if __name__ == "__main__":
    main()
