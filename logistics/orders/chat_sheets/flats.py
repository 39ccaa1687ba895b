"""One flat, however it is written: 3号楼2单元501, 3-2-501, 三号楼五〇一, 3栋2门501室, 3#2-501."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from logistics.errors import N_, Invalid
from logistics.orders.chat_sheets.numerals import arabic
from logistics.orders.chat_sheets.phones import without_phones

TEXT_LENGTH_MAX = 120
_NAMED = "甲乙丙丁戊己庚辛东南西北中"
_BUILDING = f"(?P<building>[A-Z]{{0,2}}[0-9]{{1,4}}[A-Z]?|[A-Z]{{1,2}}|[{_NAMED}])"
_UNIT = f"0?[0-9]{{1,2}}|[A-Z]|[{_NAMED}]"
_FLAT = "(?P<flat>[A-Z]?[0-9]{1,4}[A-Z]?)(?:室|号|房|户)?"
_BUILDING_MARK = "(?:号楼|#楼|栋|幢|棟|座|#|号)"
_UNIT_MARK = "(?:单元|门洞|门|单|#)"
_FLOOR = "(?:(?P<floor>[0-9]{1,2})(?:层|楼)-?)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # the building has a word of its own; then the unit has one, or a dash, or there is none
        f"#?{_BUILDING}{_BUILDING_MARK}-?(?:(?P<unit>{_UNIT})(?:{_UNIT_MARK}-?|-))?{_FLOOR}{_FLAT}",
        # 楼 alone is a building before a unit; before a flat it may be a floor
        f"{_BUILDING}楼-?(?P<unit>{_UNIT})(?:单元|门洞|门)-?{_FLOOR}{_FLAT}",
        f"#?{_BUILDING}-(?:(?P<unit>{_UNIT})(?:{_UNIT_MARK}-?|-))?{_FLOOR}{_FLAT}",
    )
)
_NO_BUILDING = re.compile(f"(?:(?:{_UNIT})(?:单元|门洞|门)-?)?{_FLOOR}{_FLAT}")
_NO_FLAT = re.compile(f"{_BUILDING}(?:(?:{_BUILDING_MARK}|楼)(?:-?(?:{_UNIT})(?:单元|门洞|门))?)?")
_FLOOR_OR_BUILDING = re.compile(f"[0-9]{{1,4}}楼-?{_FLAT}")
_PARTS = re.compile("[A-Z0-9]+(?:-[A-Z0-9]+)+")
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—―−~/\\.、,;_·|+]+")
_BRACKETS = re.compile(rf"[(\[【<《][^()\[\]【】<>《》0-9A-Za-z单{_NAMED}]*[)\]】>》]")
_COUNTED = re.compile("第(?=[0-9])")
_MARK_SIGNS = frozenset("号楼栋幢棟座单元门洞室房户层#")


class BadFlat(Invalid):
    """A text that names no flat, or not one alone. `why` is one of the words in `bad_flat`."""

    template = N_("“%(text)s” names no flat: %(why)s.")
    code = "bad_flat"
    words: ClassVar[Mapping[str, str]] = {"why": "bad_flat"}


@dataclass(frozen=True, slots=True, order=True)
class Flat:
    """A flat in its normal form: capital letters, plain digits, no zeros in front, no words. `unit` is empty where it
    was not said, which is another thing than any unit."""

    building: str
    unit: str
    flat: str

    def __str__(self) -> str:
        return "-".join(part for part in (self.building, self.unit, self.flat) if part)


def flat_of(text: str) -> Flat:
    """The flat that a text names, building first: by words (3号楼2单元501室), by dashes (3-2-501), or both (3#2-501);
    Chinese numerals and full-width signs are numbers like others. Two numbers are a building and a flat.

    Raises:
        BadFlat: nothing (`empty`), no building (`no_building`), no flat (`no_flat`), more numbers than a flat has
            (`too_many`), a unit no building has (`unit`), a floor that the flat is not on (`floor`), 5楼501, which may
            be a floor or a building (`floor_or_building`), or words that are none of these (`words`).
    """
    plain = _plain(text)
    if not plain:
        raise BadFlat(text=text, why="empty")
    for form in _FORMS:
        found = form.fullmatch(plain)
        if found is not None:
            return _flat(found, text)
    raise BadFlat(text=text[:TEXT_LENGTH_MAX], why=_why(plain))


def place_and_flat(text: str) -> tuple[str, Flat]:
    """A flat and what stands before it, which must be a word of its own such as a compound's name: 阳光花园3-2-501.

    Raises:
        BadFlat: as `flat_of`.
    """
    try:
        return "", flat_of(text)
    except BadFlat as wrong:
        whole = unicodedata.normalize("NFKC", text).strip()
        for start in range(1, len(whole)):
            before = whole[:start].rstrip(" -–—,、:")
            if not before or not _ends_like_a_name(before) or not _begins_a_number(whole[start - 1 :]):
                continue
            try:
                return before, flat_of(whole[start:])
            except BadFlat:
                continue
        raise wrong


def building_key(number: str) -> str:
    """The number of a building as the platform keeps it, as flats are compared: 3号楼, 03 and 3 are one."""
    return _key(number, r"(?:号楼|#楼|栋|幢|棟|座|#|号|楼)$")


def unit_key(unit: str) -> str:
    """A unit as flats are compared: 2单元, 2门 and 2 are one."""
    return _key(unit, r"(?:单元|门洞|门|单|#)$")


def flat_key(flat: str) -> str:
    """The number of a flat as flats are compared: 501室, 0501 and 501 are one."""
    return _key(flat, r"(?:室|号|房|户)$")


def _key(text: str, mark: str) -> str:
    plain = arabic(unicodedata.normalize("NFKC", text).upper())
    return _bare(re.sub(mark, "", re.sub(r"\s+", "", plain)))


def _plain(text: str) -> str:
    """The text in capital letters and plain digits, with one dash wherever something parts its numbers."""
    wide = unicodedata.normalize("NFKC", text).upper()
    plain = _COUNTED.sub("", _BRACKETS.sub("", arabic(without_phones(wide))))
    return _SEPARATORS.sub("-", plain).strip("-:")


def _flat(found: re.Match[str], text: str) -> Flat:
    floor, flat = found["floor"], _bare(found["flat"])
    number = re.sub("[A-Z]", "", flat)
    if floor and not (number.startswith(_bare(floor)) and len(number) == len(_bare(floor)) + 2):
        raise BadFlat(text=text, why="floor")
    return Flat(_bare(found["building"]), _bare(found["unit"] or ""), flat)


def _why(plain: str) -> str:
    if _FLOOR_OR_BUILDING.fullmatch(plain):
        return "floor_or_building"
    if _NO_BUILDING.fullmatch(plain):
        return "no_building"
    if _NO_FLAT.fullmatch(plain):
        return "no_flat"
    if _PARTS.fullmatch(plain):
        return "too_many" if plain.count("-") > 2 else "unit"
    return "words"


def _bare(number: str) -> str:
    return re.sub(r"^0+(?=[0-9])", "", number)


def _ends_like_a_name(before: str) -> bool:
    """Whether what stands before a flat ends in a word, and not in a number or in a word that belongs to a flat."""
    last = before[-1]
    return unicodedata.category(last) == "Lo" and last not in _MARK_SIGNS and arabic(last) == last


def _begins_a_number(text: str) -> bool:
    """Whether a number or a letter begins after the first sign of the text."""
    return len(text) > 1 and not _is_number(text[0]) and (_is_number(text[1]) or text[1] == "#")


def _is_number(sign: str) -> bool:
    return (sign.isascii() and sign.isalnum()) or arabic(sign) != sign or sign in _NAMED
