"""Which household an address in a list means. One that may be two is reported with both, and never guessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from logistics.orders.chat_sheets.flats import BadFlat, Flat, building_key, flat_key, place_and_flat, unit_key
from logistics.orders.chat_sheets.products import product_key

OPTIONS_MAX = 5
KEY_LENGTH_MAX = 200


class HomeMatch(StrEnum):
    """How an address was understood."""

    SAID = "said"
    FLAT = "flat"
    LEFT_OUT = "left_out"
    UNREADABLE = "unreadable"
    AMBIGUOUS = "ambiguous"
    NO_COMPOUND = "no_compound"
    NO_BUILDING = "no_building"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A household where it lives, as the platform writes it. A flat that is still to be entered has no id (0)."""

    household_id: int
    code: str
    compound_id: int
    compound: str
    building: str
    unit: str
    flat: str

    @property
    def address(self) -> str:
        return " ".join(part for part in (self.compound, "-".join(filter(None, self.parts))) if part)

    @property
    def parts(self) -> tuple[str, str, str]:
        return self.building, self.unit, self.flat


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A compound that the importer may name, with what its buildings are called."""

    compound_id: int
    code: str
    name: str
    address: str = ""
    buildings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundHome:
    """What an address means. `home` is None where nobody can say; `options` are households it may mean, `why` says what
    is wrong with it, and `new` is the flat that would have to be entered, where that is clear."""

    match: HomeMatch
    home: Home | None = None
    options: tuple[Home, ...] = ()
    why: str = ""
    new: Home | None = None


class HomeBook:
    """The compounds and households that an importer may name. `said` are households by what they were called before
    (`home_key`); None says that rows of that address are left out."""

    def __init__(
        self, grounds: Iterable[Ground], homes: Iterable[Home], said: Mapping[str, int | None] | None = None
    ) -> None:
        self.grounds = tuple(grounds)
        self.by_id = {home.household_id: home for home in homes}
        self.said = dict(said or {})
        self._flats: dict[tuple[int, str, str], list[Home]] = defaultdict(list)
        self._units: dict[tuple[int, str], set[str]] = defaultdict(set)
        self._digits: dict[tuple[int, str], list[Home]] = defaultdict(list)
        for home in self.by_id.values():
            building, unit, flat = building_key(home.building), unit_key(home.unit), flat_key(home.flat)
            self._flats[home.compound_id, building, flat].append(home)
            self._units[home.compound_id, building].add(unit)
            self._digits[home.compound_id, building + unit + flat].append(home)
        self._buildings = {
            (ground.compound_id, building_key(number)): number for ground in self.grounds for number in ground.buildings
        }

    def find(self, text: str, *, compound: str = "") -> FoundHome:
        """The household of an address. `compound` is the name or code of its compound, for an address that names none.

        A unit may be left out where the building has one or none; where it has several, two flats may be meant even if
        only one of them is known.
        """
        key = home_key(text, compound=compound)
        if key in self.said:
            home = self.by_id.get(self.said[key] or 0)
            if home is not None or self.said[key] is None:
                return FoundHome(match=HomeMatch.SAID if home else HomeMatch.LEFT_OUT, home=home)
        try:
            place, flat = place_and_flat(text)
        except BadFlat as bad:
            return FoundHome(match=HomeMatch.UNREADABLE, why=str(bad.data["why"]))
        grounds = self._grounds(place or compound)
        if not grounds and place:  # A区3号楼 may be what the platform calls the building
            grounds, flat = self._grounds(compound), Flat(building_key(place + flat.building), flat.unit, flat.flat)
            grounds = [ground for ground in grounds if (ground.compound_id, flat.building) in self._buildings]
        if not grounds:
            return FoundHome(match=HomeMatch.NO_COMPOUND)
        return self._in(grounds, flat)

    def _in(self, grounds: Collection[Ground], flat: Flat) -> FoundHome:
        known = [ground for ground in grounds if (ground.compound_id, flat.building) in self._buildings]
        if not known:
            return FoundHome(match=HomeMatch.NO_BUILDING, options=self._near(grounds, flat))
        there = [home for ground in known for home in self._flats[ground.compound_id, flat.building, flat.flat]]
        fitting = [home for home in there if not flat.unit or unit_key(home.unit) == flat.unit]
        units_are_one = all(len(self._units[ground.compound_id, flat.building]) < 2 for ground in known)
        if len(fitting) == 1 and len(known) == 1 and (flat.unit or units_are_one):
            return FoundHome(match=HomeMatch.FLAT, home=fitting[0])
        if fitting:
            return FoundHome(match=HomeMatch.AMBIGUOUS, options=tuple(fitting[:OPTIONS_MAX]))
        near = tuple(there[:OPTIONS_MAX]) or self._near(known, flat)
        return FoundHome(match=HomeMatch.UNKNOWN, options=near, new=self._new(known, flat))

    def _new(self, known: Collection[Ground], flat: Flat) -> Home | None:
        """The flat as it would be entered: one compound, a building it has, and a unit exactly where its flats have."""
        if len(known) != 1:
            return None
        (ground,) = known
        units = self._units[ground.compound_id, flat.building]
        if units and bool(flat.unit) != any(units):
            return None
        return Home(
            household_id=0,
            code="",
            compound_id=ground.compound_id,
            compound=ground.name,
            building=self._buildings[ground.compound_id, flat.building],
            unit=flat.unit,
            flat=flat.flat,
        )

    def _near(self, grounds: Collection[Ground], flat: Flat) -> tuple[Home, ...]:
        """Households whose numbers, put together, read the same: 3-2501 and 3-2-501."""
        digits = flat.building + flat.unit + flat.flat
        return tuple(home for ground in grounds for home in self._digits.get((ground.compound_id, digits), ()))[
            :OPTIONS_MAX
        ]

    def _grounds(self, name: str) -> list[Ground]:
        """The compounds of that name, code or address; all of them without a name."""
        if not name:
            return list(self.grounds)
        key = _place_key(name)
        named = [ground for ground in self.grounds if key in _names_of(ground)]
        if named:
            return named
        # 朝阳区阳光花园: a name with what lies above it
        return [
            ground for ground in self.grounds if any(key.endswith(own) for own in _names_of(ground) if len(own) > 1)
        ]


def home_key(text: str, *, compound: str = "") -> str:
    """An address as it is remembered: with its compound, without white space."""
    return f"{_place_key(compound)}/{product_key(text)}"[:KEY_LENGTH_MAX]


def _names_of(ground: Ground) -> set[str]:
    return {_place_key(ground.name), product_key(ground.code), product_key(ground.address)} - {""}


def _place_key(name: str) -> str:
    key = product_key(name)
    return re.sub("小区$", "", key) or key
