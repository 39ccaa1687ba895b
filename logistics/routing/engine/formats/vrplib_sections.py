"""The grammar of CVRPLIB files: `KEY : value` lines, then sections of numbered rows, then EOF."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from logistics.routing.engine.formats.numbers import LARGEST, Row, number, rows_of, whole
from logistics.routing.engine.formats.problem_file import BadProblemFile

_SECTION = re.compile(r"^([A-Z_]+_SECTION)\s*:?\s*$")
_HEAD = re.compile(r"^([A-Z_]+)\s*:\s*(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: the line of its title and its rows."""

    name: str
    line: int
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class VrplibFile:
    """A file taken apart; `last_line` is where it ends."""

    file: str
    head: dict[str, tuple[str, int]]
    sections: dict[str, Section]
    last_line: int

    def text(self, key: str, default: str | None = None) -> str:
        """The value of a head line. Raises BadProblemFile if there is none and no default."""
        if key in self.head:
            return self.head[key][0]
        if default is None:
            raise BadProblemFile(f"there is no line {key}; it must stand in the head", file=self.file)
        return default

    def whole(self, key: str, *, at_least: int, at_most: int = LARGEST) -> int:
        """The whole number of a head line."""
        text = self.text(key)
        return whole(text, key, file=self.file, line=self.head[key][1], at_least=at_least, at_most=at_most)

    def number(self, key: str, *, at_least: float = 0) -> float:
        """The number of a head line."""
        text = self.text(key)
        return number(text, key, file=self.file, line=self.head[key][1], at_least=at_least)

    def rows(self, name: str, *, count: int, width: int) -> list[Row]:
        """The `count` rows of a section, numbered from 1, each with `width` numbers after its own.

        Raises:
            BadProblemFile: if the section is missing, too short, too long or wrongly numbered; with the line.
        """
        section = self.section(name)
        for expected, row in enumerate(section.rows[:count], start=1):
            if len(row.words) != width + 1:
                raise row.refuse(
                    f"{name}: the row has {len(row.words)} words; it must have {width + 1}{self._cut_at(row.line)}"
                )
            if row.whole(0, "the row's number") != expected:
                raise row.refuse(f"{name}: the row's number is {row.words[0]}; it must be {expected}")
        if len(section.rows) < count:
            last = section.rows[-1].line if section.rows else section.line
            raise BadProblemFile(
                f"{name} ends here after {len(section.rows)} rows; it must have {count}{self._cut_at(last)}",
                file=self.file,
                line=last,
            )
        if len(section.rows) > count:
            raise section.rows[count].refuse(f"{name} has {len(section.rows)} rows; it must have {count}")
        return section.rows

    def section(self, name: str) -> Section:
        """Raises BadProblemFile if the file has no such section."""
        if name not in self.sections:
            raise BadProblemFile(f"the file ends without {name}; is it cut off?", file=self.file, line=self.last_line)
        return self.sections[name]

    def _cut_at(self, line: int) -> str:
        return "; is the file cut off?" if line == self.last_line else ""


def take_apart(text: str, file: str) -> VrplibFile:
    """Head and sections of a file.

    Raises:
        BadProblemFile: if a line before the first section is neither, or the file ends before EOF or the -1 of its
            last section.
    """
    head: dict[str, tuple[str, int]] = {}
    sections: dict[str, Section] = {}
    current: Section | None = None
    rows = rows_of(text, file)
    for row in rows:
        line = " ".join(row.words)
        if line == "EOF":
            break
        if title := _SECTION.match(line):
            current = sections.setdefault(title[1], Section(name=title[1], line=row.line))
        elif pair := _HEAD.match(line):
            head[pair[1]] = (pair[2].strip(), row.line)
        elif current is not None:
            current.rows.append(row)
        else:
            raise row.refuse(f"{line[:40]!r} is neither KEY : VALUE nor the title of a section")
    last_line = rows[-1].line if rows else 1
    if not rows or (rows[-1].words != ("EOF",) and rows[-1].words[-1] != "-1"):
        raise BadProblemFile("the file ends without EOF; is it cut off?", file=file, line=last_line)
    return VrplibFile(file=file, head=head, sections=sections, last_line=last_line)


def matrix_numbers(section: Section, *, count: int, file: str) -> Sequence[int]:
    """The `count` whole numbers of EDGE_WEIGHT_SECTION, however they are broken into lines.

    Raises:
        BadProblemFile: if there are more or fewer, or one is none, negative or not whole; with the line.
    """
    weights: list[int] = []
    for row in section.rows:
        try:
            found = [int(word) for word in row.words]
        except ValueError:
            found = [row.whole(index, "the weight") for index in range(len(row.words))]
        if min(found) < 0:
            raise row.refuse(f"EDGE_WEIGHT_SECTION: the weight {min(found)} is negative; it must be 0 or more")
        if max(found) > LARGEST:
            raise row.refuse(f"EDGE_WEIGHT_SECTION: the weight {max(found)} is too large; it must be at most {LARGEST}")
        weights += found
    if len(weights) != count:
        line = section.rows[-1].line if section.rows else section.line
        raise BadProblemFile(
            f"EDGE_WEIGHT_SECTION ends here after {len(weights)} weights; it must have {count}",
            file=file,
            line=line,
        )
    return weights
