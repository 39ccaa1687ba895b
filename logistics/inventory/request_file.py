"""Reads what places ask for from a CSV file, or says everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from logistics.errors import N_
from logistics.inventory.allocation.claims import (
    PIECES_MAX,
    TIER_MAX,
    WEIGHT_MAX,
    Claim,
)
from logistics.inventory.csv_draft import TOTALS, BadRequestFile, Draft, Notice, Problem

__all__ = ["BadRequestFile", "Notice", "Problem", "RequestFile", "read_requests"]

NAMES: Mapping[str, tuple[str, ...]] = {
    "place": ("地点", "单位", "申领单位", "社区", "名称"),
    "requested": ("申领", "申领数", "申领数量", "申请数量", "需求", "需求量"),
    "tier": ("级别", "等级", "优先级"),
    "weight": ("权重",),
    "parent": ("上级", "上级单位", "所属"),
    "carry": ("结转", "结转数", "欠发", "上次欠发"),
    "carried_from": ("结转日期", "欠发日期"),
    "floor": ("保底", "保底数"),
    "cap": ("上限", "封顶"),
}
"""Columns, and how they may be headed instead."""
COLUMNS = {heading: name for name, others in NAMES.items() for heading in (name, *others)}
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
EXAMPLE = "place,requested,tier,weight (地点,申领,级别,权重)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """The claims of a file in its order, and the columns it has."""

    claims: tuple[Claim, ...]
    columns: frozenset[str]
    notices: tuple[Notice, ...]


def read_requests(content: bytes, file: str) -> RequestFile:
    """The claims in `content`: comma-separated, a header, one place a line, UTF-8 or GB18030.

    Raises:
        BadRequestFile: with every problem by line and field.
    """
    draft = Draft(known=NAMES, required=("place", "requested"), example=EXAMPLE)
    text = draft.decoded(content)
    rows = draft.rows(text) if text is not None else iter(())
    claims = [claim for line, cells in rows if (claim := _claim(draft, line, cells)) is not None]
    if not draft.problems:
        if not claims:
            draft.add(0, "place", "", N_("there is no line with a place"), N_("one line for each place would be right"))
        _check_tree(draft, claims)
    if draft.problems:
        raise BadRequestFile(file, draft.problems)
    return RequestFile(claims=tuple(claims), columns=frozenset(draft.columns.values()), notices=tuple(draft.notices))


def _claim(draft: Draft, line: int, cells: list[str]) -> Claim | None:
    """The claim of a line; None, with its problems, if there is none."""
    before = len(draft.problems)
    if (row := draft.cells(line, cells)) is None:
        return None
    place = _place(draft, line, row["place"])
    numbers = {
        name: draft.whole(line, name, row.get(name, ""), low=low, high=high)
        for name, low, high in (
            ("requested", 0, PIECES_MAX),
            ("tier", 1, TIER_MAX),
            ("carry", 0, PIECES_MAX),
            ("floor", 0, PIECES_MAX),
            ("cap", 0, PIECES_MAX),
        )
    }
    weight = _weight(draft, line, row.get("weight", ""))
    for name in ("parent", "carried_from"):
        draft.name(line, name, row.get(name, ""))
    if len(draft.problems) > before:
        return None
    return Claim(
        place=place,
        requested=numbers["requested"],
        tier=numbers["tier"],
        weight=weight,
        carry=numbers["carry"] or 0,
        carried_from=row.get("carried_from", ""),
        floor=numbers["floor"] or 0,
        cap=numbers["cap"],
        parent=row.get("parent") or None,
    )


def _place(draft: Draft, line: int, place: str) -> str:
    if place.lower() in TOTALS:
        wrong = N_("“%(value)s” is a total and no place")
        draft.add(line, "place", place, wrong, N_("leaving the line out would be right"))
    else:
        draft.name(line, "place", place, missing=N_("the place is missing"))
    if place:
        draft.once(line, "place", place, place)
    return place


def _weight(draft: Draft, line: int, value: str) -> Decimal | None:
    if not value:
        return None
    if DECIMAL.fullmatch(value) and Decimal(value) <= WEIGHT_MAX:
        return Decimal(value)
    right = N_("a number from 0 to %(high)d with at most six decimals, as in 1.5, would be right")
    draft.add(line, "weight", value, N_("“%(value)s” is no weight"), right, high=WEIGHT_MAX)
    return None


def _check_tree(draft: Draft, claims: Sequence[Claim]) -> None:
    """Whether everyone with nothing below says what it asks for, and nobody lies below itdraft."""
    parents = {claim.place: claim.parent for claim in claims}
    above = {parent for parent in parents.values() if parent is not None}
    for claim in claims:
        line = draft.lines[claim.place]
        if claim.place not in above and claim.requested is None:
            draft.add(line, "requested", "", N_("the request is missing"), N_("0 for nothing would be right"))
        if claim.place in above and claim.floor:
            right = N_("floors for the places below it would be right")
            draft.add(line, "floor", str(claim.floor), N_("a place with others below it has no floor"), right)
        if _lies_below_itself(claim.place, parents):
            wrong, right = N_("“%(value)s” lies below itself"), N_("a place above it would be right")
            draft.add(line, "parent", claim.place, wrong, right)
    if without := sorted(above - set(parents)):
        text = N_("places above others without a line of their own, with the sum of those: %(names)s")
        draft.notices.append(Notice(text=text, data={"names": ", ".join(without)}))


def _lies_below_itself(place: str, parents: Mapping[str, str | None]) -> bool:
    seen, at = {place}, parents[place]
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at == place
