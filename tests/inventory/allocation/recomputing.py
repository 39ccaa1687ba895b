"""Computes a share again from nothing but the sentence that explains it, in English or Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from babel.messages.pofile import read_po

from tests.conftest import REPO

CATALOGUE = REPO / "logistics/web/translations/zh_Hans_CN/LC_MESSAGES/messages.po"


@cache
def chinese() -> Mapping[str, str]:
    """English to Chinese, as the catalogue has it."""
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="zh_Hans_CN") if message.id}


def in_chinese(text: str) -> str:
    return chinese()[text]


AMOUNT = {"en": r"(?P<n>\d+)(?: box(?:es)? of (?P<pack>\d+))?", "zh": r"(?P<n>\d+)(?: 箱（每箱 (?P<pack>\d+)）)?"}
GIVES = {
    "en": (
        "(?:exactly|rounded down to|rounded up to) {}$",
        "{} in full$",
        "its floor of {}(?:$|, nothing|, more)",
        "lowest fill first: with {} it is",
    ),
    "zh": (
        "(?:正好|向下取整为|向上取整为) {}$",
        "足额 {}$",
        "保底 {}(?:$|，此外|，多于)",
        "最低满足优先：得 {}$",
    ),
}
MOVES = {
    "en": (r"plus (\d+) (?:carried over|as others)", r"minus (\d+) for what"),
    "zh": (r"(?:结转|因他处结转多) (\d+)$", r"因他处结转少 (\d+)"),
}
PART = {
    "en": r"(?P<percent>[\d.]+) % of .*\((?P<exact>[\d.]+) of (?P<supply>\d+)\)$",
    "zh": r"占.*的 (?P<percent>[\d.]+) %（(?P<supply>\d+) 中的 (?P<exact>[\d.]+)）$",
}


@dataclass(frozen=True, slots=True)
class Part:
    """An exact share as a sentence has it: `percent` and `exact` rounded to two decimals."""

    percent: Fraction
    exact: Fraction
    supply: int


def pieces_told(clauses: list[str], language: str, pack: int) -> int:
    """The pieces that the clauses come to: boxes given, plus and minus what carrying over moved."""
    total = 0
    for clause in clauses:
        for form in GIVES[language]:
            if found := re.search("^" + form.format(AMOUNT[language]), clause):
                assert int(found["pack"] or 1) == pack
                total += int(found["n"]) * pack
        plus, minus = MOVES[language]
        if (found := re.search(plus, clause)) and ("plus" in clause or "另加" in clause or "多 " in clause):
            total += int(found[1]) * pack
        if found := re.search(minus, clause):
            total -= int(found[1]) * pack
    return total


def parts_told(clauses: list[str], language: str) -> list[Part]:
    found = [re.search("^" + PART[language], clause) for clause in clauses]
    return [Part(Fraction(one["percent"]), Fraction(one["exact"]), int(one["supply"])) for one in found if one]
