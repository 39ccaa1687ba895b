"""Reads what there is of several items, and who wishes for them or for kits of them, or says everything that is wrong.

Wishes are a table that an office has anyway (CSV: place, kit, requested). Items, kits and limits are few and have
parts, so that they are JSON:

    {"items":  {"mask": {"supply": 5000, "pack": 50, "uses": {"kg": 1}}, "thermometer": {"supply": 40}},
     "kits":   {"post": {"contents": {"mask": 5, "thermometer": 1}}},
     "limits": {"kg": 800}}

An item by itself is a kit of one piece under its own name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from logistics.errors import N_
from logistics.inventory.allocation import Item, Kit, KitProblem, Wish
from logistics.inventory.allocation.claims import PIECES_MAX, SUPPLY_MAX
from logistics.inventory.allocation.kit_problem import LIMIT_MAX, USES_MAX
from logistics.inventory.csv_draft import TEXT_MAX, TOTALS, BadRequestFile, Draft, Notice, Problem

NAMES: Mapping[str, tuple[str, ...]] = {
    "place": ("地点", "单位", "申领单位", "社区", "名称"),
    "kit": ("物资", "套装", "品名", "item"),
    "requested": ("申领", "申领数", "申领数量", "申请数量", "需求", "需求量"),
}
"""Columns, and how they may be headed instead."""
EXAMPLE = "place,kit,requested (地点,物资,申领)"
BYTES_MAX = 1024 * 1024
NAMES_MAX = 1_000
"""Items, kits or limits of one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What there is, in the order of the file."""

    items: tuple[Item, ...]
    kits: tuple[Kit, ...]
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishFile:
    """Who wishes for what, in the order of the file."""

    wishes: tuple[Wish, ...]
    notices: tuple[Notice, ...]


def read_wishes(content: bytes, file: str, goods: Goods) -> WishFile:
    """The wishes in `content`: comma-separated, a header, one wish a line, UTF-8 or GB18030.

    Raises:
        BadRequestFile: with every problem by line and field.
    """
    draft = Draft(known=NAMES, required=tuple(NAMES), example=EXAMPLE)
    text = draft.decoded(content)
    rows = draft.rows(text) if text is not None else iter(())
    kits = frozenset(kit.name for kit in goods.kits)
    wishes = [wish for line, cells in rows if (wish := _wish(draft, line, cells, kits)) is not None]
    if not wishes and not draft.problems:
        draft.add(0, "place", "", N_("there is no line with a place"), N_("one line for each wish would be right"))
    if draft.problems:
        raise BadRequestFile(file, draft.problems)
    return WishFile(wishes=tuple(wishes), notices=tuple(draft.notices))


def _wish(draft: Draft, line: int, cells: list[str], kits: frozenset[str]) -> Wish | None:
    """The wish of a line; None, with its problems, if there is none."""
    before = len(draft.problems)
    if (row := draft.cells(line, cells)) is None:
        return None
    place = draft.name(line, "place", row["place"], missing=N_("the place is missing"))
    kit = draft.name(line, "kit", row["kit"], missing=N_("the kit is missing"))
    if place.lower() in TOTALS:
        wrong = N_("“%(value)s” is a total and no place")
        draft.add(line, "place", place, wrong, N_("leaving the line out would be right"))
    if kit and kit not in kits:
        wrong, right = N_("“%(value)s” is neither a kit nor an item"), N_("one of %(known)s would be right")
        draft.add(line, "kit", kit, wrong, right, known=", ".join(sorted(kits)[:10]))
    requested = draft.whole(line, "requested", row["requested"], low=0, high=PIECES_MAX)
    if not row["requested"]:
        draft.add(line, "requested", "", N_("the request is missing"), N_("0 for nothing would be right"))
    draft.once(line, "kit", f"{place}: {kit}", f"{place}\n{kit}")
    if len(draft.problems) > before or requested is None:
        return None
    return Wish(place=place, kit=kit, requested=requested)


def read_goods(content: bytes, file: str) -> Goods:
    """The items, kits and limits in `content`, JSON as above.

    Raises:
        BadRequestFile: with the first thing that is not as it should be, its `field` the way to it: items.mask.supply.
    """
    return _GoodsReader(file).goods(content)


@dataclass(frozen=True, slots=True)
class _GoodsReader:
    file: str

    def goods(self, content: bytes) -> Goods:
        try:
            document = json.loads(content[: BYTES_MAX + 1].decode("utf-8-sig"), object_pairs_hook=self._once)
        except (ValueError, RecursionError) as error:
            raise self._wrong("", N_("JSON in UTF-8 would be right (%(why)s)"), why=str(error)[:TEXT_MAX]) from error
        top = self._members(document, "", ("items", "kits", "limits"))
        limits = {
            name: self._whole(amount, f"limits.{name}", 0, LIMIT_MAX)
            for name, amount in self._named(top.get("limits", {}), "limits")
        }
        items, kits = [], []
        for name, said in self._named(top.get("items"), "items"):
            members = self._members(said, f"items.{name}", ("supply", "pack", "uses"))
            supply = self._whole(members.get("supply"), f"items.{name}.supply", 0, SUPPLY_MAX)
            uses = self._amounts(members.get("uses", {}), f"items.{name}.uses", limits, 0, USES_MAX)
            items.append(Item(name=name, supply=supply, uses=uses))
            pack = self._whole(members.get("pack", 1), f"items.{name}.pack", 1, PIECES_MAX)
            kits.append(Kit(name=name, contents={name: 1}, pack=pack))
        if not items:
            raise self._wrong("items", N_("one item at least would be right"))
        known = {item.name: item for item in items}
        for name, said in self._named(top.get("kits", {}), "kits"):
            if name in known:
                raise self._wrong(f"kits.{name}", N_("a name that no item has would be right"))
            members = self._members(said, f"kits.{name}", ("contents", "pack"))
            contents = self._amounts(members.get("contents"), f"kits.{name}.contents", known, 1, PIECES_MAX)
            if not contents:
                raise self._wrong(f"kits.{name}.contents", N_("one item at least would be right"))
            pack = self._whole(members.get("pack", 1), f"kits.{name}.pack", 1, PIECES_MAX)
            kits.append(Kit(name=name, contents=contents, pack=pack))
        return Goods(items=tuple(items), kits=tuple(kits), limits=limits)

    def _once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise self._wrong(name, N_("a name that stands once would be right"))
            found[name] = value
        return found

    def _members(self, said: Any, at: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(said, dict):
            raise self._wrong(at, N_("an object with %(known)s would be right"), known=", ".join(known))
        for name in said:
            if name not in known:
                right = N_("one of %(known)s would be right")
                raise self._wrong(f"{at}.{name}" if at else name, right, known=", ".join(known))
        return said

    def _named(self, said: Any, at: str) -> Iterator[tuple[str, Any]]:
        if not isinstance(said, dict) or len(said) > NAMES_MAX:
            raise self._wrong(at, N_("an object with a name for each would be right"))
        for name, value in said.items():
            if not name.strip() or name != name.strip() or len(name) > TEXT_MAX or not name.isprintable():
                raise self._wrong(at, N_("names of 1 to %(most)d characters would be right"), most=TEXT_MAX)
            yield name, value

    def _amounts(self, said: Any, at: str, known: Mapping[str, Any], low: int, high: int) -> Mapping[str, int]:
        amounts = {}
        for name, amount in self._named(said, at):
            if name not in known:
                right = N_("one of %(known)s would be right")
                raise self._wrong(f"{at}.{name}", right, known=", ".join(list(known)[:10]) or "–")
            amounts[name] = self._whole(amount, f"{at}.{name}", low, high)
        return amounts

    def _whole(self, said: Any, at: str, low: int, high: int) -> int:
        if not isinstance(said, int) or isinstance(said, bool) or not low <= said <= high:
            right = N_("a whole number from %(low)d to %(high)d in plain digits would be right")
            raise self._wrong(at, right, low=low, high=high)
        return said

    def _wrong(self, at: str, right: str, **data: Any) -> BadRequestFile:
        wrong, way = N_("this is not as it should be"), "".join(filter(str.isprintable, at))[: 2 * TEXT_MAX]
        return BadRequestFile(self.file, [Problem(line=0, field=way, value="", wrong=wrong, right=right, data=data)])


def problem_of(goods: Goods, wishes: WishFile, *, seed: str) -> KitProblem:
    """What is to be shared out. Raises as `KitProblem` does."""
    return KitProblem(items=goods.items, kits=goods.kits, limits=goods.limits, wishes=wishes.wishes, seed=seed)
