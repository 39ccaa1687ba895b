"""Turns the bytes of a table into text: UTF-8, or GB18030 where day.toml declares it; never a guess."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from logistics.errors import N_

from .problems import Report

UTF8, GB18030 = "utf-8", "gb18030"
ENCODINGS = {"utf-8": UTF8, "utf8": UTF8, "gb18030": GB18030, "gbk": GB18030, "gb2312": GB18030}
BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A file that can be read to its end. `encoding` is None where nobody declared one."""

    path: Path
    name: str
    sha256: str
    encoding: str | None


class Decoder:
    """Decodes lines; says once per file, with line and field, that its bytes are not what they should be."""

    def __init__(self, file: TableFile, report: Report) -> None:
        self.file, self.report = file, report
        self.header: list[str] = []
        self.told = False

    @property
    def first_field(self) -> str:
        return self.header[0] if self.header else ""

    def __call__(self, raw: bytes, number: int) -> str:
        raw = raw.removeprefix(BOM) if number == 1 else raw
        encoding = self.file.encoding or UTF8
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            if not self.told:
                self.told = True
                self._tell(raw, number, encoding)
        try:  # only to go on and find the other problems; the folder is refused already
            return raw.decode(GB18030)
        except UnicodeDecodeError:
            return raw.decode(UTF8, errors="replace")

    def _tell(self, raw: bytes, number: int, encoding: str) -> None:
        index, bad = _undecodable_cell(raw, encoding)
        field = self.header[index] if index < len(self.header) else ""
        try:
            as_gb18030 = bad.decode(GB18030)
        except UnicodeDecodeError:
            as_gb18030 = ""
        shown = bad.decode(encoding, errors="backslashreplace")
        if encoding == UTF8 and as_gb18030:
            self.report.add(
                self.file.name,
                N_("the bytes “%(value)s” are not UTF-8; the file looks like GB18030 (then it is “%(read)s”)"),
                N_('saving it as UTF-8, or [files.%(table)s] encoding = "gb18030" in day.toml, would be right'),
                line=number,
                field=field,
                value=shown,
                read=as_gb18030[:40],
                table=self.file.name.split(".")[0],
            )
        else:
            self.report.add(
                self.file.name,
                N_("the bytes “%(value)s” are not %(encoding)s"),
                N_("the whole file in UTF-8 would be right"),
                line=number,
                field=field,
                value=shown,
                encoding=encoding.upper(),
            )


def _undecodable_cell(raw: bytes, encoding: str) -> tuple[int, bytes]:
    """Which cell of a line does not decode, and its bytes."""
    cells = raw.rstrip(b"\r\n").split(b",")
    for index, cell in enumerate(cells):
        try:
            cell.decode(encoding)
        except UnicodeDecodeError:
            return index, cell
    return len(cells), raw
