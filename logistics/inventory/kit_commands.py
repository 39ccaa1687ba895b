"""`flask allocate-kits`: several items and kits of them shared out under one load or budget."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import click

from logistics.errors import N_
from logistics.inventory.allocation import KitPlan, KitProblem, KitShare, broken_by, rounded, sentence, share_kits
from logistics.inventory.allocation.reasons import as_json
from logistics.inventory.command_parts import problems_told, seed_typed, table
from logistics.inventory.csv_draft import BadRequestFile
from logistics.inventory.kit_file import problem_of, read_goods, read_wishes
from logistics.terminal import Command, said

HEADS = (N_("Place"), N_("Kit"), N_("Asked for"), N_("Given"), N_("Filled"), N_("Why"))
USED = (N_("Of what there is"), N_("Used"), N_("There is"), N_("Left over"))
WORST = N_("everyone who can be served is filled to %(percent)s %% at least")
PROVEN = N_("No plan is better: that is proven.")
NOT_PROVEN = N_("Good, but not proven best: the solver reached its limit.")
BROKEN = N_("The plan does not hold, and is not shown: %(why)s")


@click.command("allocate-kits", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--goods",
    "goods_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="JSON: items with their supply and what a piece uses, kits, and limits.",
)
@click.option(
    "--seed",
    default="1",
    show_default=True,
    callback=seed_typed,
    help="Settles what is equal, by a draw anyone can repeat.",
)
@click.option("--json", "as_json_", is_flag=True, help="Print JSON.")
def allocate_kits(file: Path, goods_file: Path, seed: str, as_json_: bool) -> None:
    """Share several items, and kits of them, out over the wishes in FILE under the limits of the goods.

    FILE is CSV with the columns place, kit and requested, headed in English or Chinese; docs/allocation.md has both
    formats. The worst fill comes first, then the sum of fills, then the draw. What the solver found is counted again by
    a check that knows only the problem before it is shown.
    """
    try:
        goods = read_goods(goods_file.read_bytes(), goods_file.name)
        read = read_wishes(file.read_bytes(), file.name, goods)
    except BadRequestFile as error:
        click.echo(problems_told(error, as_document=as_json_), err=True)
        raise SystemExit(1) from error
    problem = problem_of(goods, read, seed=seed)
    plan = share_kits(problem)
    if wrong := broken_by(problem, plan):
        raise click.ClickException(said(BROKEN) % {"why": "; ".join(wrong)})
    notices = [said(notice.text) % notice.data for notice in read.notices]
    if as_json_:
        click.echo(json.dumps(_document(problem, plan, notices), ensure_ascii=False, indent=1))
        return
    for notice in notices:
        click.echo(f"{file.name}: {notice}", err=True)
    click.echo("\n".join(_lines(problem, plan)))


def used_of(problem: KitProblem, shares: Sequence[KitShare]) -> tuple[Counter[str], Counter[str]]:
    """Pieces of each item, and how much of each limit, that the shares take."""
    kits, items = {kit.name: kit for kit in problem.kits}, {item.name: item for item in problem.items}
    pieces: Counter[str] = Counter()
    for share in shares:
        for name, count in kits[share.kit].contents.items():
            pieces[name] += count * share.allocated
    limits: Counter[str] = Counter()
    for name, count in pieces.items():
        for limit, amount in items[name].uses.items():
            limits[limit] += amount * count
    return pieces, limits


def _document(problem: KitProblem, plan: KitPlan, notices: Sequence[str]) -> Mapping[str, Any]:
    translate = cache(said)
    pieces, limits = used_of(problem, plan.shares)
    return {
        "shares": [
            {
                "place": one.place,
                "kit": one.kit,
                "requested": one.requested,
                "allocated": one.allocated,
                "explanation": sentence(one.reasons, translate),
                "reasons": as_json(one.reasons),
            }
            for one in plan.shares
        ],
        "worst": {"numerator": plan.worst.numerator, "denominator": plan.worst.denominator},
        "proven": plan.proven,
        "items": {item.name: {"supply": item.supply, "used": pieces[item.name]} for item in problem.items},
        "limits": {name: {"most": most, "used": limits[name]} for name, most in problem.limits.items()},
        "seed": problem.seed,
        "notices": list(notices),
    }


def _lines(problem: KitProblem, plan: KitPlan) -> Iterator[str]:
    translate = cache(said)
    rows = [
        [
            one.place,
            one.kit,
            str(one.requested),
            str(one.allocated),
            f"{rounded(Fraction(100 * one.allocated, one.requested))} %" if one.requested else "–",
            sentence(one.reasons, translate),
        ]
        for one in plan.shares
    ]
    yield from table([said(head) for head in HEADS], rows, left=(0, 1, 5))
    pieces, limits = used_of(problem, plan.shares)
    there_is = [(item.name, pieces[item.name], item.supply) for item in problem.items]
    there_is += [(name, limits[name], most) for name, most in problem.limits.items()]
    yield ""
    used = [[name, str(taken), str(most), str(most - taken)] for name, taken, most in there_is]
    yield from table([said(head) for head in USED], used, left=(0,))
    yield ""
    yield said(WORST) % {"percent": rounded(100 * plan.worst)}
    yield said(PROVEN if plan.proven else NOT_PROVEN)
