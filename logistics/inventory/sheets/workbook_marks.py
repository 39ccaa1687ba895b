"""What calamine leaves out of a workbook, from the raw file: which cells hold formulas, which an error, and whether the
results of formulas were ever calculated. In its own answer all of these look like blank cells or like zero.

It is imported by `workbook_child`, in a process of its own, and imports nothing of the platform.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORMULA, UNCALCULATED = "formula", "uncalculated"
MARKS_MAX = 200_000
BIFF_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
END_OF_CHAIN = 0xFFFFFFFA
"""Sector numbers from here on are no sectors ([MS-CFB] 2.1)."""

Marks = dict[str, str]
"""By `row,column` from 0: `formula`, `uncalculated`, or the error that the cell shows."""


class Refused(Exception):
    """The file cannot be taken; the code says why."""

    def __init__(self, code: str, **data: object) -> None:
        super().__init__(code)
        self.answer = {"error": code, **data}


def marks_of(content: bytes, limits: dict[str, int]) -> dict[int, Marks]:
    """Formulas and errors by the index of the sheet.

    Raises:
        Refused: the file is locked or damaged, or a sheet of it reaches too far.
    """
    return _marks_of_xls(content) if content.startswith(OLE_START) else _marks_of_xlsx(content, limits)


def check_size(name: str, rows: int, columns: int, limits: dict[str, int]) -> None:
    if rows > limits["rows"]:
        raise Refused("too_many_rows", sheet=name, found=rows, maximum=limits["rows"])
    if columns > limits["columns"]:
        raise Refused("too_many_columns", sheet=name, found=columns, maximum=limits["columns"])


# .xlsx: a zip of XML


def _marks_of_xlsx(content: bytes, limits: dict[str, int]) -> dict[int, Marks]:
    """Formulas and errors by the index of the sheet; refuses a sheet that reaches too far before it is laid out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "EncryptedPackage" in archive.namelist():
                raise Refused("password")
            if sum(entry.file_size for entry in archive.infolist()) > limits["unpacked_bytes"]:
                raise Refused("too_large")
            if "xl/workbook.xml" not in archive.namelist():
                raise Refused("no_workbook")
            names, untrusted = _sheets_of(archive)
            return {
                index: _scan(archive, path, untrusted, name, limits) for index, (name, path) in enumerate(names) if path
            }
    except (zipfile.BadZipFile, ExpatError, KeyError, ValueError, OSError, EOFError, RuntimeError) as broken:
        raise Refused("damaged") from broken
    except zipfile.zlib.error as broken:  # type: ignore[attr-defined]
        raise Refused("damaged") from broken


def _sheets_of(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str]], bool]:
    """Name and path of every sheet in order, and whether the results of formulas are to be calculated first."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}
    untrusted = False

    def on_relation(tag: str, values: dict[str, str]) -> None:
        if tag.endswith("Relationship"):
            targets[values["Id"]] = posixpath.normpath(posixpath.join("xl", values["Target"])).lstrip("/")

    def on_book(tag: str, values: dict[str, str]) -> None:
        nonlocal untrusted
        tag = tag.rpartition(":")[2]
        if tag == "sheet":
            relation = next((value for key, value in values.items() if key.endswith(":id")), "")
            sheets.append((values.get("name", ""), targets.get(relation, "")))
        elif tag == "calcPr":
            untrusted = values.get("fullCalcOnLoad") in ("1", "true")

    _parse(archive, "xl/_rels/workbook.xml.rels", on_relation)
    _parse(archive, "xl/workbook.xml", on_book)
    return sheets, untrusted


def _scan(archive: zipfile.ZipFile, path: str, untrusted: bool, sheet: str, limits: dict[str, int]) -> Marks:
    if path not in archive.namelist():
        return {}
    marks: Marks = {}
    at, inside, has_value = [0, -1], "", False
    kind, formula, error = "", False, ""

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal inside, has_value, kind, formula, error
        inside = tag.rpartition(":")[2]
        if inside == "row":
            at[:] = [int(values["r"]) - 1 if "r" in values else at[0] + 1, -1]
        elif inside == "c":
            kind, formula, error, has_value = values.get("t", ""), False, "", False
            at[:] = _place(values["r"]) if "r" in values else [at[0], at[1] + 1]
        elif inside in ("v", "is"):
            check_size(sheet, at[0] + 1, at[1] + 1, limits)
        formula = formula or inside == "f"

    def text(data: str) -> None:
        nonlocal has_value, error
        if inside == "v":
            has_value = True
            error = error + data if kind == "e" else ""

    def end(tag: str) -> None:
        nonlocal inside
        inside = ""
        if tag.rpartition(":")[2] == "c" and (formula or error):
            calculated = has_value and not untrusted
            if len(marks) < MARKS_MAX:
                marks[f"{at[0]},{at[1]}"] = error or (FORMULA if calculated else UNCALCULATED)

    _parse(archive, path, start, text, end)
    return marks


def _parse(archive: zipfile.ZipFile, path: str, start: Any, text: Any = None, end: Any = None) -> None:
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    with archive.open(path) as stream:
        parser.ParseFile(stream)


def _place(reference: str) -> list[int]:
    """`AB12` as row and column from 0."""
    found = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return [int(found[2]) - 1, column - 1]


# .xls: records in a stream of a compound file ([MS-XLS], [MS-CFB])


def _marks_of_xls(content: bytes) -> dict[int, Marks]:
    try:
        streams = _streams(content)
    except (struct.error, IndexError, RuntimeError):
        return {}  # whether the file can be read at all, its reader decides
    if "EncryptedPackage" in streams:
        raise Refused("password")
    marks: dict[int, Marks] = {}
    starts: list[int] = []
    for at, kind, data in _records(streams.get("Workbook") or streams.get("Book") or b""):
        sheet = sum(start <= at for start in starts) - 1
        if kind == 0x2F:  # FILEPASS
            raise Refused("password")
        if kind == 0x85 and len(data) >= 4:  # BOUNDSHEET8: where the sheet begins
            starts.append(struct.unpack_from("<I", data)[0])
        elif kind in (0x06, 0x205) and len(data) >= 8 and sheet >= 0:  # FORMULA, BOOLERR
            row, column = struct.unpack_from("<HH", data)
            if kind == 0x06:
                failed = len(data) >= 14 and data[12:14] == b"\xff\xff" and data[6] == 2
                mark = BIFF_ERRORS.get(data[8], "#?") if failed else FORMULA
            elif data[7]:
                mark = BIFF_ERRORS.get(data[6], "#?")
            else:
                continue
            marks.setdefault(sheet, {})[f"{row},{column}"] = mark
    return marks


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _streams(content: bytes) -> dict[str, bytes]:
    """The streams of a compound file by name."""
    sector_size, short_size = 1 << content[30], 1 << content[32]
    first_directory, cut_off, first_short = struct.unpack_from("<I4xII", content, 48)
    table = list(struct.unpack_from("<109I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    while more < END_OF_CHAIN and len(table) * sector_size < len(content):
        block = struct.unpack_from(f"<{sector_size // 4}I", content, sector_size * (more + 1))
        table, more = [*table, *block[:-1]], block[-1]
    following: list[int] = []
    for sector in table:
        if sector < END_OF_CHAIN:
            following += struct.unpack_from(f"<{sector_size // 4}I", content, sector_size * (sector + 1))

    def chained(data: bytes, start: int, links: list[int], size: int, offset: int) -> bytes:
        parts: list[bytes] = []
        while start < END_OF_CHAIN:
            parts.append(data[offset + start * size : offset + (start + 1) * size])
            start = links[start]
            if len(parts) > len(links):
                raise RuntimeError  # a chain that bites its tail
        return b"".join(parts)

    directory = chained(content, first_directory, following, sector_size, sector_size)
    short = chained(content, first_short, following, sector_size, sector_size)
    short_links = list(struct.unpack(f"<{len(short) // 4}I", short))
    streams, root = {}, b""
    for entry in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<HB", directory, entry + 64)
        begin, size = struct.unpack_from("<II", directory, entry + 116)
        name = directory[entry : entry + max(length - 2, 0)].decode("utf-16-le", "replace")
        if kind == 5:
            root = chained(content, begin, following, sector_size, sector_size)
        elif kind == 2:
            small = size < cut_off
            data = (
                chained(root, begin, short_links, short_size, 0)
                if small
                else chained(content, begin, following, sector_size, sector_size)
            )
            streams[name] = data[:size]
    return streams
