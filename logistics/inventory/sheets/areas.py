"""The national code tree in: districts, street offices and communities from one CSV, whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from logistics.communities import intake
from logistics.communities.intake import AreaFact
from logistics.communities.rules import AreaLevel
from logistics.errors import N_, Invalid
from logistics.inventory.sheets import queries
from logistics.inventory.sheets.reading import DamagedFile, FileTooLarge, decoded
from logistics.inventory.sheets.telling import Translate, filled

UNPACKED_BYTES_MAX = 64 * 1024 * 1024
"""The whole country has 660,000 communities: 40 MB."""
CODE_LENGTH_MAX, NAME_LENGTH_MAX = 64, 120
REPORTED_MAX = 50
COLUMNS = ("level", "code", "name", "parent")
LEVELS: Mapping[str, AreaLevel] = {
    "city": AreaLevel.CITY, "市": AreaLevel.CITY,
    "district": AreaLevel.DISTRICT, "区": AreaLevel.DISTRICT,
    "street": AreaLevel.STREET_OFFICE, "street_office": AreaLevel.STREET_OFFICE, "街道": AreaLevel.STREET_OFFICE,
    "community": AreaLevel.COMMUNITY, "village": AreaLevel.COMMUNITY, "社区": AreaLevel.COMMUNITY,
}  # fmt: skip
TOP = (AreaLevel.CITY, AreaLevel.DISTRICT)
ABOVE: Mapping[AreaLevel, frozenset[AreaLevel]] = {
    AreaLevel.DISTRICT: frozenset({AreaLevel.CITY}),
    AreaLevel.STREET_OFFICE: frozenset({AreaLevel.DISTRICT, AreaLevel.CITY}),
    AreaLevel.COMMUNITY: frozenset({AreaLevel.STREET_OFFICE}),
}
"""Some cities have no districts: their street offices lie under the city."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProblem:
    """One line that is wrong, counted from 1 with the heading: what is wrong and what would be right, English
    templates that `data` fills."""

    line: int
    wrong: str
    right: str
    data: Mapping[str, object]

    def told(self, translate: Translate = str) -> str:
        """The problem as one line of text."""
        where = translate(N_("line %(line)d")) % {"line": self.line}
        wrong, right = (filled(text, self.data, translate) for text in (self.wrong, self.right))
        return f"{where}: {wrong}{translate(N_('; '))}{right}"


class BadAreaFile(Invalid):
    """Lines of the file are wrong; nothing was imported. `problems` are the first of `count`."""

    template = N_("%(name)s cannot be imported: %(count)s line(s) are wrong. Nothing was imported.")
    code = "bad_area_file"

    def __init__(self, name: str, problems: Sequence[LineProblem]) -> None:
        self.problems = tuple(problems[:REPORTED_MAX])
        super().__init__(name=name, count=len(problems), problems=[problem.told() for problem in self.problems])


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAreas:
    """How many areas were new, brought up to date, or already as the file says; `levels` counts those of the file."""

    new: int
    changed: int
    unchanged: int
    levels: Mapping[str, int]


@dataclass(slots=True)
class _Tree:
    name: str
    areas: dict[str, AreaFact] = field(default_factory=dict)
    problems: list[LineProblem] = field(default_factory=list)

    def refuse(self, line: int, wrong: str, right: str, /, **data: object) -> None:
        self.problems.append(LineProblem(line=line, wrong=wrong, right=right, data=data))


def read_areas(content: bytes, name: str, *, city: str = "") -> list[AreaFact]:
    """The areas of a CSV (or .csv.gz) with the columns level, code, name, parent, in any order.

    A district may name a parent that is not in the file, as the code lists of one city do; with `city` that parent
    becomes the city of this name, without it the districts are the top.

    Raises:
        BadAreaFile: with the first of the lines that are wrong.
        BadSheetFile: the file cannot be read at all.
    """
    tree = _Tree(name)
    lines: dict[str, int] = {}
    reader = csv.DictReader(io.StringIO(_text(content, name), newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as wrong:  # a cell larger than any, as in a file that is something else
        raise DamagedFile(name=name) from wrong
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if missing:
        tree.refuse(
            1,
            N_("the columns %(missing)s are missing"),
            N_("the columns %(columns)s would be right"),
            missing=missing,
            columns=COLUMNS,
        )
        raise BadAreaFile(name, tree.problems)
    for line, row in rows:
        area = _area(tree, line, row)
        if area is not None:
            tree.areas[area.code] = area
            lines[area.code] = line
    tops = {area.parent for area in tree.areas.values() if area.level in TOP and area.parent not in tree.areas} - {""}
    if city and len(tops) == 1:
        (code,) = tops
        tree.areas[code] = AreaFact(code=code, name=city, level=AreaLevel.CITY, parent="")
    for code, line in lines.items():
        tree.areas[code] = _hung(tree, line, tree.areas[code])
    if not tree.areas:
        tree.refuse(2, N_("there is no area"), N_("lines such as district,110101,东城区,1101 would be right"))
    if tree.problems:
        raise BadAreaFile(name, tree.problems)
    return list(tree.areas.values())


def import_areas(session: Session, areas: list[AreaFact]) -> ImportedAreas:
    """Enter the areas, or bring them up to date; those that the file does not name stay as they are."""
    before = {place.code: place for place in queries.places(session, None)}
    codes = {place.area_id: place.code for place in before.values()}
    intake.take_areas(session, areas)
    changed = unchanged = 0
    for area in areas:
        old = before.get(area.code)
        if old is None:
            continue
        parent = codes.get(old.parent_id or 0, "")
        same = (old.name, old.level) == (area.name, area.level) and area.parent in ("", parent)
        changed, unchanged = changed + (not same), unchanged + same
    levels = {level.value: sum(area.level is level for area in areas) for level in AreaLevel}
    return ImportedAreas(new=len(areas) - changed - unchanged, changed=changed, unchanged=unchanged, levels=levels)


def _text(content: bytes, name: str) -> str:
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(UNPACKED_BYTES_MAX + 1)
        except (OSError, EOFError, zlib.error) as broken:
            raise DamagedFile(name=name) from broken
    if len(content) > UNPACKED_BYTES_MAX:
        raise FileTooLarge(name=name, mib=UNPACKED_BYTES_MAX // 1024 // 1024)
    return decoded(content, name)[1]


def _area(tree: _Tree, line: int, row: Mapping[str, Any]) -> AreaFact | None:
    cells = {column: str(row.get(column) or "").strip() for column in COLUMNS}
    level = LEVELS.get(cells["level"].lower())
    before = len(tree.problems)
    if level is None:
        tree.refuse(
            line,
            N_("“%(value)s” is no level"),
            N_("district, street or community would be right"),
            value=cells["level"],
        )
    if not 1 <= len(cells["code"]) <= CODE_LENGTH_MAX or not cells["code"].isprintable():
        tree.refuse(
            line, N_("the code is missing or too long"), N_("the area's code in the national list would be right")
        )
    elif cells["code"] in tree.areas:
        tree.refuse(
            line, N_("the code %(value)s is there twice"), N_("each area once would be right"), value=cells["code"]
        )
    if not 1 <= len(cells["name"]) <= NAME_LENGTH_MAX or not cells["name"].isprintable():
        tree.refuse(
            line,
            N_("the name is missing or too long"),
            N_("1 to %(length)d characters would be right"),
            length=NAME_LENGTH_MAX,
        )
    if level is None or len(tree.problems) > before:
        return None
    return AreaFact(code=cells["code"], name=cells["name"], level=level, parent=cells["parent"])


def _hung(tree: _Tree, line: int, area: AreaFact) -> AreaFact:
    """The area with its parent checked; a top whose parent is not in the file has none."""
    parent = tree.areas.get(area.parent)
    if parent is None and area.level in TOP:
        return AreaFact(code=area.code, name=area.name, level=area.level, parent="")
    if parent is None:
        tree.refuse(
            line,
            N_("its parent “%(value)s” is not in the file"),
            N_("the code of an area above it would be right"),
            value=area.parent,
        )
    elif parent.level not in ABOVE.get(area.level, frozenset()):
        tree.refuse(
            line,
            N_("its parent %(value)s is of no level above its own"),
            N_("the code of an area above it would be right"),
            value=parent.code,
        )
    return area
