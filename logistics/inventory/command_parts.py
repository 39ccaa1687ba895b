"""What the commands that share out have in common: tables, seeds, and what is wrong with a file."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any

import click

from logistics.errors import N_
from logistics.inventory.csv_draft import BadRequestFile, Problem
from logistics.terminal import said

SEED_LENGTH_MAX = 120


def seed_typed(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """A seed that anyone can type again: bytes of another encoding are none."""
    if not value.isprintable() or len(value) > SEED_LENGTH_MAX:
        raise click.BadParameter(f"at most {SEED_LENGTH_MAX} characters that can be printed would be right")
    return value


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int]) -> list[str]:
    """Lines of columns, flush right but for those in `left`; a Chinese character is two columns wide."""
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) if place in left else " " * (width - _width(cell)) + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (heads, *rows)
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def problems_told(error: BadRequestFile, *, as_document: bool) -> str:
    """Every problem of a file in the terminal's language: a sentence each, or JSON."""
    problems = [_told(problem, error.data["file"]) for problem in error.problems]
    heading = said(error.template) % error.data
    if as_document:
        document = {"error": heading, "count": error.data["count"], "problems": problems}
        return json.dumps(document, ensure_ascii=False, indent=1)
    return "\n".join([heading, *(f"  {problem['told']}" for problem in problems)])


def _told(problem: Problem, file: str) -> dict[str, Any]:
    """A problem in the terminal's language, by parts and in one sentence."""
    facts = {"value": problem.value, **problem.data}
    wrong, right = (said(text) % facts for text in (problem.wrong, problem.right))
    where = file
    if problem.line:
        where += said(N_(", line %(line)d")) % {"line": problem.line}
    if problem.field:
        where += said(N_(", field %(field)s")) % {"field": problem.field}
    place = {"line": problem.line or None, "field": problem.field or None, "value": problem.value or None}
    return {**place, "wrong": wrong, "right": right, "told": f"{where}: {wrong}; {right}"}
