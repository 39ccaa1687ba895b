"""Reads the CSV files of a folder line by line, in bounded memory, whatever their bytes are.

A field may not contain a line break: so every line is parsed by itself, its number is exact, and one open quote spoils
one line instead of the rest of the file. Trail bytes of GB18030 are never a line feed, comma or quote, so lines are
cut before they are decoded.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from logistics.errors import N_

from .decoding import GB18030, UTF8, Decoder, TableFile
from .problems import Report

LINE_BYTES_MAX = 65_536
"""Far above any address; a longer line is a file without line breaks or not a table at all."""
FILE_BYTES_MAX = 512 * 1024 * 1024
"""Decompressed. Some five million order lines; a gzip of zeros grows a thousandfold."""
CHUNK_BYTES = 1024 * 1024
FIRST_CJK = "\u2e80"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that was read; `cells` are decoded and stripped of spaces."""

    number: int
    cells: list[str]


def find_file(folder: Path, table: str, report: Report, *, needed: bool) -> Path | None:
    """The one file of `table`: `table.csv` or `table.csv.gz`. A problem if there are two, or none and it is needed."""
    found = [path for path in (folder / f"{table}.csv", folder / f"{table}.csv.gz") if path.is_file()]
    if len(found) == 2:
        report.add(
            found[1].name,
            N_("there are both %(plain)s and %(packed)s"),
            N_("one of the two would be right"),
            plain=found[0].name,
            packed=found[1].name,
        )
        return None
    if not found and needed:
        report.add(
            f"{table}.csv",
            N_("the file is missing"),
            N_("%(table)s.csv or %(table)s.csv.gz in the folder would be right"),
            table=table,
        )
    return found[0] if found else None


def probe(path: Path, declared: str | None, report: Report) -> TableFile | None:
    """Read `path` to its end once: its hash and its encoding. None, with a problem, if that cannot be done."""
    digest, size, ending = hashlib.sha256(), 0, _Ending()
    decoder, utf8, cjk = codecs.getincrementaldecoder(UTF8)(), True, False
    try:
        with _opened(path) as stream:
            while chunk := stream.read1(CHUNK_BYTES):  # read() would lose what precedes a broken end
                if not size and not _is_text(path, chunk, report):
                    return None
                digest.update(chunk)
                size += len(chunk)
                ending.follow(chunk)
                if size > FILE_BYTES_MAX:
                    report.add(
                        path.name,
                        N_("the file is larger than %(mib)d MiB"),
                        N_("a file for one day would be right"),
                        mib=FILE_BYTES_MAX // 1024 // 1024,
                    )
                    return None
                if utf8:
                    utf8, text = _decoded(decoder, chunk)
                    cjk = cjk or max(text, default="") >= FIRST_CJK
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        _tell_broken_gzip(path, error, report, ending)
        return None
    except OSError as error:
        report.add(
            path.name,
            N_("the file cannot be read (%(why)s)"),
            N_("a readable file would be right"),
            why=error.strerror or "",
        )
        return None
    if not size:
        report.add(path.name, N_("the file is empty"), N_("a header and at least one line would be right"))
        return None
    if declared == GB18030 and utf8 and cjk:
        report.notices.append(f"{path.name}: declared as GB18030 but holds Chinese in UTF-8; read as UTF-8")
        declared = UTF8
    return TableFile(path=path, name=path.name, sha256=digest.hexdigest(), encoding=declared)


def read_lines(file: TableFile, report: Report) -> Iterator[Line]:
    """The lines of `file` that can be parsed, the header first; others are problems, blank ones are left out."""
    decode = Decoder(file, report)
    with _opened(file.path) as stream:
        for number, raw in _raw_lines(stream):
            if raw is None:
                report.add(
                    file.name,
                    N_("the line is longer than %(kib)d KiB"),
                    N_("one record per line, each line ended by a line break, would be right"),
                    line=number,
                    field=decode.first_field,
                    kib=LINE_BYTES_MAX // 1024,
                )
                continue
            text = decode(raw, number)
            cells = _cells(text, number, file, report)
            if cells is not None and any(cells):
                if not decode.header:
                    decode.header = cells
                yield Line(number, cells)


def _cells(text: str, number: int, file: TableFile, report: Report) -> list[str] | None:
    if "\x00" in text:
        report.add(
            file.name,
            N_("the line holds NUL bytes: “%(value)s”"),
            N_("plain text would be right"),
            line=number,
            value=text.strip(),
        )
        return None
    try:
        row: Sequence[str] = next(csv.reader([text.rstrip("\r\n")], strict=True), [])
    except csv.Error as error:
        report.add(
            file.name,
            N_("the line is not CSV (%(why)s): “%(value)s”"),
            N_('fields separated by commas, with commas and quotes inside "…", without line breaks, would be right'),
            line=number,
            value=text.strip(),
            why=str(error),
        )
        return None
    return [cell.strip() for cell in row]


def _raw_lines(stream: io.BufferedIOBase) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines with their line break; None for one that is too long, which is skipped piece by piece."""
    number = 0
    while raw := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(raw) <= LINE_BYTES_MAX:
            yield number, raw
            continue
        while not raw.endswith(b"\n") and (rest := stream.readline(LINE_BYTES_MAX)):
            raw = rest
        yield number, None


def _opened(path: Path) -> io.BufferedIOBase:
    if path.suffix == ".gz":
        return gzip.GzipFile(path, "rb")
    return path.open("rb")


def _is_text(path: Path, start: bytes, report: Report) -> bool:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        report.add(path.name, N_("the file is UTF-16"), N_("UTF-8 would be right"), line=1)
        return False
    if start.startswith(b"\x1f\x8b"):
        report.add(
            path.name,
            N_("the file is gzip-compressed but its name does not say so"),
            N_("the name %(name)s.gz would be right"),
            name=path.name.removesuffix(".gz"),
        )
        return False
    if start.startswith(b"PK\x03\x04"):
        report.add(
            path.name, N_("the file is a workbook or an archive"), N_("saving the sheet as CSV UTF-8 would be right")
        )
        return False
    return True


def _decoded(decoder: codecs.IncrementalDecoder, chunk: bytes) -> tuple[bool, str]:
    try:
        return True, decoder.decode(chunk)
    except UnicodeDecodeError:
        return False, ""


class _Ending:
    """Where a file ends, as far as it could be read: in which line, and after how many of its fields."""

    def __init__(self) -> None:
        self.line = 1
        self.header, self.last = b"", b""

    def follow(self, chunk: bytes) -> None:
        self.line += chunk.count(b"\n")
        before, line_break, after = chunk.rpartition(b"\n")
        self.last = after if line_break else (self.last + chunk)[:LINE_BYTES_MAX]
        self.header = self.header or (before or after).split(b"\n")[0][:LINE_BYTES_MAX]

    @property
    def field(self) -> str:
        names = self.header.removeprefix(codecs.BOM_UTF8).decode(UTF8, errors="replace").split(",")
        return names[min(self.last.count(b","), len(names) - 1)].strip()


def _tell_broken_gzip(path: Path, error: Exception, report: Report, ending: _Ending) -> None:
    if isinstance(error, EOFError):
        report.add(
            path.name,
            N_("the gzip file is cut short: it ends in the middle of this line"),
            N_("the whole file would be right; copy it again"),
            line=ending.line,
            field=ending.field,
        )
    else:
        report.add(
            path.name,
            N_("the file is not a sound gzip file (%(why)s)"),
            N_("a .csv.gz made by gzip, or the plain .csv, would be right"),
            why=str(error)[:80],
            line=ending.line,
            field=ending.field,
        )
