"""Which area a name in a sheet means: by code, by name, by what the office said the last time."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from logistics.communities.rules import AreaLevel
from logistics.inventory.sheets.grid import Value, text_of

SUGGESTED_MAX = 3
NAME_LENGTH_MAX = 120
TEXT_LENGTH_MAX = 300
"""Of a cell no more is looked at for a name: brackets without end would be looked for from each of them."""
_BRACKETS = re.compile(r"[((\[【<《].*?[))\]】>》]")
_SUFFIXES = (
    "街道办事处", "街道办", "地区办事处", "社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会",
    "村委会", "街道", "社区", "地区", "区", "县", "市", "镇", "乡", "村",
)  # fmt: skip


class Match(StrEnum):
    """How a name was understood."""

    ALIAS = "alias"
    CODE = "code"
    NAME = "name"
    STEM = "stem"
    LEFT_OUT = "left_out"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An area that the office may name."""

    area_id: int
    code: str
    name: str
    level: AreaLevel
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a name means. `place` is None where it is left out, or nobody can say; `options` are areas of that very
    name."""

    match: Match
    place: Place | None = None
    options: tuple[Place, ...] = ()


class PlaceBook:
    """The areas an office may name, and the other names it has given them. `aliases` by `place_key`; None says that
    rows of this name are to be left out."""

    def __init__(self, places: Iterable[Place], aliases: Mapping[str, int | None] | None = None) -> None:
        self.by_id = {place.area_id: place for place in places}
        self.aliases = dict(aliases or {})
        self._codes = {place.code: place for place in self.by_id.values()}
        self._names: dict[str, list[Place]] = defaultdict(list)
        self._stems: dict[str, list[Place]] = defaultdict(list)
        self._letters: dict[str, list[str]] = defaultdict(list)
        for place in self.by_id.values():
            self._names[place_key(place.name)].append(place)
            self._stems[_stem(place_key(place.name))].append(place)

    def find(self, value: Value, *, level: AreaLevel | None = None, above: Value = None) -> Found:
        """Which area the cell means: an alias first, then a code, a whole name, a name without its kind (朝阳 for
        朝阳区). `above` is a cell that names the area it lies in, for names that are there more than once. What an
        unknown name may mean, `alike` says."""
        key, whole = place_key(value), text_of(value)
        for name in (key, place_key(whole, brackets=True)):
            if name in self.aliases:
                return self._alias(self.aliases[name])
        if whole in self._codes:
            return Found(match=Match.CODE, place=self._codes[whole])
        for match, book, name in ((Match.NAME, self._names, key), (Match.STEM, self._stems, _stem(key))):
            options = self._narrowed(book.get(name, []), level=level, above=above)
            if len(options) == 1:
                return Found(match=match, place=options[0])
            if options:
                return Found(match=Match.AMBIGUOUS, options=tuple(options[:SUGGESTED_MAX]))
        return Found(match=Match.UNKNOWN)

    def alike(self, value: Value, *, level: AreaLevel | None = None) -> tuple[Place, ...]:
        """Areas whose names hold this one or come near it: to be offered, never to be taken. It looks at every name,
        so it is not for every row of a city."""
        key = place_key(value)
        if not key:
            return ()
        stem = _stem(key)
        of_level = {
            name for name, places in self._names.items() if any(level in (None, place.level) for place in places)
        }
        holding = sorted((name for name in of_level if key in name or stem in name), key=lambda name: (len(name), name))
        near = self._near(stem, of_level) if len(holding) < SUGGESTED_MAX else []
        chosen = list(dict.fromkeys([*holding, *near]))[:SUGGESTED_MAX]
        return tuple(next(p for p in self._names[name] if level in (None, p.level)) for name in chosen)

    def _near(self, stem: str, allowed: set[str]) -> list[str]:
        """Names that come near; only those with half of the letters in common are compared letter by letter."""
        if not self._letters:
            for name in self._names:
                for letter in set(_stem(name)):
                    self._letters[letter].append(name)
        shared = Counter(name for letter in set(stem) for name in self._letters.get(letter, ()) if name in allowed)
        likely = {_stem(name): name for name, count in shared.items() if 4 * count >= len(set(stem) | set(_stem(name)))}
        return [likely[found] for found in get_close_matches(stem, likely, n=SUGGESTED_MAX, cutoff=0.5)]

    def _alias(self, area_id: int | None) -> Found:
        if area_id is None:
            return Found(match=Match.LEFT_OUT)
        place = self.by_id.get(area_id)
        return Found(match=Match.ALIAS if place else Match.UNKNOWN, place=place)

    def _narrowed(self, options: list[Place], *, level: AreaLevel | None, above: Value) -> list[Place]:
        if level is not None:
            options = [place for place in options if place.level is level]
        parent = place_key(above)
        if not parent or not options:
            return options
        inside = [place for place in options if self._lies_in(place, parent)]
        known = parent in self.aliases or parent in self._codes or _stem(parent) in self._stems
        return inside if inside or known else options  # an area of that name elsewhere is not the one that was meant

    def _lies_in(self, place: Place, parent: str) -> bool:
        above = self.by_id.get(place.parent_id or 0)
        while above is not None:
            if parent in (above.code, place_key(above.name)) or _stem(parent) == _stem(place_key(above.name)):
                return True
            if self.aliases.get(parent) == above.area_id:
                return True
            above = self.by_id.get(above.parent_id or 0)
        return False


def place_key(value: Value, *, brackets: bool = False) -> str:
    """A name as it is compared: without spaces, capitals and, unless asked for, what stands in brackets."""
    text = text_of(value)[:TEXT_LENGTH_MAX]
    bare = text if brackets else _BRACKETS.sub("", text)
    return re.sub(r"\s+", "", bare or text).lower()[:NAME_LENGTH_MAX]


def _stem(key: str) -> str:
    for suffix in _SUFFIXES:
        if key.endswith(suffix) and len(key) > len(suffix) + 1:
            return key.removesuffix(suffix)
    return key
