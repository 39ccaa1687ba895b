"""`flask allocate`: a supply shared out over a file of requests, without the platform's tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import click
from flask import Flask

from logistics.errors import N_
from logistics.inventory.allocation import (
    Measures,
    Outcome,
    Parameters,
    Reserve,
    RuleName,
    Share,
    changes,
    compare,
    rounded,
    sentence,
    share,
)
from logistics.inventory.allocation.claims import PIECES_MAX, SUPPLY_MAX
from logistics.inventory.allocation.reasons import as_json
from logistics.inventory.command_parts import problems_told, seed_typed, table
from logistics.inventory.kit_commands import allocate_kits
from logistics.inventory.request_file import BadRequestFile, RequestFile, read_requests
from logistics.terminal import Command, named, said

NEEDS = {RuleName.TIERS: "tier", RuleName.WEIGHTS: "weight"}
WORST_SHOWN = 5
NO_COLUMN = N_("this rule needs a column %(column)s, which %(file)s has not")
RULE = N_("%(rule)s: %(supply)s, in packs of %(pack)s; held back %(reserve)s, left over %(left)s")
HEADS = (N_("Place"), N_("Asked for"), N_("Given"), N_("Filled"), N_("Why"))
MEASURES = N_("filled %(fill)s %% in all, %(mean)s %% on average, the least %(least)s %%; Gini %(gini)s, Jain %(jain)s")
WORST = N_("filled least: %(places)s")
COMPARED = (N_("Rule"), N_("Filled"), N_("Average"), N_("Least"), N_("Gini"), N_("Jain"), N_("Short"))
CHANGED = N_("%(rule)s instead: more for %(more)s, less for %(less)s")
CHANGE = N_("%(place)s: %(before)s → %(after)s")
CHANGES_SHOWN = 20
FINGERPRINT = N_("fingerprint %(hash)s")


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(allocate)
    app.cli.add_command(allocate_kits)


def _rule(_context: click.Context, _option: click.Parameter, value: str) -> RuleName:
    return RuleName(value.replace("-", "_"))


def _reserve(_context: click.Context, _option: click.Parameter, value: str) -> Reserve:
    if found := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%", value):
        if Decimal(found[1]) <= 100:
            return Reserve(percent=Decimal(found[1]))
    elif re.fullmatch(r"[0-9]{1,10}", value) and int(value) <= SUPPLY_MAX:
        return Reserve(pieces=int(value))
    raise click.BadParameter(f"{value}: pieces as in 40, or a part of the supply as in 10%, would be right")


RULES = click.Choice([rule.value.replace("_", "-") for rule in RuleName])
WITHIN = click.Choice([rule.value.replace("_", "-") for rule in RuleName if rule is not RuleName.TIERS])


@click.command("allocate", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--supply", type=click.IntRange(0, SUPPLY_MAX), required=True, help="Pieces there are.")
@click.option("--rule", type=RULES, default="proportional", show_default=True, callback=_rule)
@click.option(
    "--within", type=WITHIN, default="proportional", show_default=True, callback=_rule, help="Rule within a tier."
)
@click.option("--pack", type=click.IntRange(1, PIECES_MAX), default=1, show_default=True, help="Pieces of a box.")
@click.option("--floor", type=click.IntRange(0, PIECES_MAX), default=0, show_default=True, help="Pieces for all first.")
@click.option("--reserve", default="0", show_default=True, callback=_reserve, help="Held back: pieces, or 10%.")
@click.option(
    "--seed",
    default="1",
    show_default=True,
    callback=seed_typed,
    help="Settles what is equal, by a draw anyone can repeat.",
)
@click.option("--compare", "compared", is_flag=True, help="Show what the other rules would give.")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON.")
def allocate(
    file: Path,
    supply: int,
    rule: RuleName,
    within: RuleName,
    pack: int,
    floor: int,
    reserve: Reserve,
    seed: str,
    compared: bool,
    as_json_: bool,
) -> None:
    """Share the supply out over the requests in FILE and say why everyone gets what it gets.

    FILE is CSV with the columns place and requested, and tier, weight, parent, carry, carried_from, floor and cap where
    they are wanted, headed in English or Chinese (see docs/allocation.md). With parents it is a tree, shared out level
    by level.
    """
    read = _read(file, as_document=as_json_)
    parameters = Parameters(supply=supply, rule=rule, within=within, pack=pack, floor=floor, reserve=reserve, seed=seed)
    for ruling in {rule, parameters.method}:
        if (column := NEEDS.get(ruling)) is not None and column not in read.columns:
            raise click.ClickException(said(NO_COLUMN) % {"column": column, "file": file.name})
    outcome = share(read.claims, parameters)
    others = [other for other in RuleName if other is not rule and NEEDS.get(other, "place") in read.columns]
    outcomes = {rule: outcome, **compare(read.claims, parameters, others)} if compared else {rule: outcome}
    notices = [said(notice.text) % notice.data for notice in read.notices]
    if as_json_:
        click.echo(json.dumps(_document(outcomes, notices), ensure_ascii=False, indent=1))
        return
    for notice in notices:
        click.echo(f"{file.name}: {notice}", err=True)
    click.echo("\n".join(_lines(outcomes)))


def _read(file: Path, *, as_document: bool) -> RequestFile:
    try:
        return read_requests(file.read_bytes(), file.name)
    except BadRequestFile as error:
        click.echo(problems_told(error, as_document=as_document), err=True)
        raise SystemExit(1) from error


def _document(outcomes: dict[RuleName, Outcome], notices: list[str]) -> dict[str, Any]:
    outcome = next(iter(outcomes.values()))
    parameters, translate = outcome.parameters, cache(said)
    document: dict[str, Any] = {
        "shares": [
            {
                "place": one.place,
                "requested": one.requested,
                "allocated": one.allocated,
                "explanation": sentence(one.reasons, translate),
                "parent": one.parent,
                "reasons": as_json(one.reasons),
            }
            for one in outcome.shares
        ],
        "measures": asdict(outcome.measures),
        "rule": _option(parameters.rule),
        "within": _option(parameters.within) if parameters.rule is RuleName.TIERS else None,
        "supply": parameters.supply,
        "pack": parameters.pack,
        "floor": parameters.floor,
        "reserve": outcome.reserve,
        "left_over": outcome.left_over,
        "seed": parameters.seed,
        "fingerprint": outcome.fingerprint,
        "notices": notices,
    }
    if len(outcomes) > 1:
        document["comparison"] = [
            {
                "rule": _option(rule),
                "measures": asdict(one.measures),
                "allocated": {share.place: share.allocated for share in one.shares},
                "changes": {change.place: change.more for change in changes(outcome, one)},
            }
            for rule, one in outcomes.items()
        ]
    return document


def _lines(outcomes: dict[RuleName, Outcome]) -> list[str]:
    outcome, *others = outcomes.values()
    parameters, translate = outcome.parameters, cache(said)
    facts = {"supply": parameters.supply, "pack": parameters.pack, "reserve": outcome.reserve}
    rule = named(parameters.rule, "rule_name")
    rows = [
        [
            "  " * one.depth + one.place,
            str(one.requested),
            str(one.allocated),
            f"{rounded(Fraction(100 * one.allocated, one.requested))} %" if one.requested else "–",
            sentence(one.reasons, translate),
        ]
        for one in _in_order(outcome.shares)
    ]
    lines = [said(RULE) % {"rule": rule, "left": outcome.left_over, **facts}, ""]
    lines += table([said(head) for head in HEADS], rows, left=(0, 4))
    lines += ["", *_measured(outcome.measures)]
    if others:
        lines += ["", *_compared(outcome, others)]
    return [*lines, said(FINGERPRINT) % {"hash": outcome.fingerprint}]


def _in_order(shares: Sequence[Share]) -> Iterable[Share]:
    """Every place before those below it."""
    below: dict[str | None, list[Share]] = {}
    for one in shares:
        below.setdefault(one.parent, []).append(one)
    waiting = below.get(None, [])[::-1]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += below.get(one.place, [])[::-1]


def _measured(measures: Measures) -> list[str]:
    worst = [*measures.worst[:WORST_SHOWN], *(["…"] if len(measures.worst) > WORST_SHOWN else [])]
    facts = _facts(measures)
    lines = [said(MEASURES) % dict(zip(("fill", "mean", "least", "gini", "jain"), facts, strict=True))]
    return lines + ([said(WORST) % {"places": ", ".join(worst)}] if measures.short else [])


def _facts(measures: Measures) -> list[str]:
    fills = [f"{100 * fill:.1f}" for fill in (measures.fill, measures.fill_mean, measures.fill_min)]
    return [*fills, f"{measures.gini:.3f}", f"{measures.jain:.3f}"]


def _compared(outcome: Outcome, others: Sequence[Outcome]) -> list[str]:
    rows = [
        [named(one.parameters.rule, "rule_name"), *_facts(one.measures), str(one.measures.short)]
        for one in (outcome, *others)
    ]
    lines = table([said(head) for head in COMPARED], rows, left=(0,))
    for one in others:
        moved = changes(outcome, one)
        more = sum(change.more > 0 for change in moved)
        facts = {"rule": named(one.parameters.rule, "rule_name"), "more": more, "less": len(moved) - more}
        lines += ["", said(CHANGED) % facts]
        lines += ["  " + said(CHANGE) % asdict(change) for change in moved[:CHANGES_SHOWN]]
        lines += ["  …"] * (len(moved) > CHANGES_SHOWN)
    return [*lines, ""]


def _option(rule: RuleName) -> str:
    """The rule as the command's options call it."""
    return rule.value.replace("_", "-")
