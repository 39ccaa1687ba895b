"""The one report of everything that is wrong with a day folder."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from logistics.errors import N_, Invalid

REPORTED_MAX = 100
"""Problems told one by one; more are counted. Nobody reads past a hundred, and one cause often makes thousands."""
VALUE_LENGTH_MAX = 40

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong, where it stands, and what would be right.

    `line` counts from 1 with the header; 0 and an empty `field` mean the file as a whole. `wrong` and `right` are
    English templates that `data` fills.
    """

    file: str
    line: int
    field: str
    value: str
    wrong: str
    right: str
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def told(self, translate: Translate = str) -> str:
        """The problem as one line of text."""
        where = self.file
        if self.line:
            where += translate(N_(", line %(line)d")) % {"line": self.line}
        if self.field:
            where += translate(N_(", field %(field)s")) % {"field": self.field}
        return f"{where}: {translate(self.wrong) % self._filling()}; {translate(self.right) % self._filling()}"

    def as_json(self, translate: Translate = str) -> dict[str, Any]:
        return {
            "file": self.file,
            "line": self.line or None,
            "field": self.field or None,
            "value": self.value or None,
            "wrong": translate(self.wrong) % self._filling(),
            "right": translate(self.right) % self._filling(),
        }

    def _filling(self) -> dict[str, Any]:
        return {"value": self.value, **self.data}


@dataclass(slots=True)
class Report:
    """Collects problems while a folder is read; only the first hundred are kept, all are counted."""

    problems: list[Problem] = dataclasses.field(default_factory=list)
    by_file: Counter[str] = dataclasses.field(default_factory=Counter)
    notices: list[str] = dataclasses.field(default_factory=list)

    def add(
        self, file: str, wrong: str, right: str, /, *, line: int = 0, field: str = "", value: str = "", **data: Any
    ) -> None:
        self.by_file[file] += 1
        if len(self.problems) < REPORTED_MAX:
            self.problems.append(
                Problem(file=file, line=line, field=field, value=shortened(value), wrong=wrong, right=right, data=data)
            )

    @property
    def count(self) -> int:
        return self.by_file.total()


class BadDayFolder(Invalid):
    """The folder cannot be imported. Nothing of it was; `problems` has the first hundred of `count`."""

    template = N_("The day folder %(folder)s cannot be imported: %(count)d problem(s). Nothing was imported.")
    code = "bad_day_folder"

    def __init__(self, folder: str, report: Report) -> None:
        self.problems = tuple(report.problems)
        self.count = report.count
        self.by_file = dict(report.by_file)
        super().__init__(
            folder=folder,
            count=self.count,
            by_file=self.by_file,
            problems=[problem.as_json() for problem in self.problems],
        )

    def told(self, translate: Translate = str) -> str:
        """The report as text: a heading, one line per problem, and how many are not shown."""
        lines = [translate(self.template) % self.data]
        lines += [f"  {problem.told(translate)}" for problem in self.problems]
        if self.count > len(self.problems):
            more = self.count - len(self.problems)
            files = ", ".join(f"{file} {count}" for file, count in self.by_file.items())
            lines.append(translate(N_("  and %(more)d more; by file: %(files)s")) % {"more": more, "files": files})
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.told()


def shortened(value: str) -> str:
    """`value` fit for one line of a report: cut at 40 characters, unprintable ones as escapes."""
    shown = value[:VALUE_LENGTH_MAX] + ("…" if len(value) > VALUE_LENGTH_MAX else "")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)
