"""Made-up office sheets with the mess of real ones, and files that are none."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

from logistics.communities.rules import AreaLevel
from logistics.inventory.sheets.places import Place, PlaceBook
from logistics.inventory.sheets.reading import Workbook, read_workbook

DISTRICTS = ("朝阳区", "南关区", "宽城区", "二道区", "绿园区", "长春新区", "经开区", "净月区", "汽开区", "莲花山",
             "中韩示范区", "九台区")  # fmt: skip
"""Area ids count from 1 in this order."""
CALLED: Mapping[str, int | None] = {"新区": 6, "汽车": 9}


def a_book(names: Sequence[str] = DISTRICTS, aliases: Mapping[str, int | None] = CALLED) -> PlaceBook:
    places = [
        Place(area_id=number, code=f"2201{number:02d}", name=name, level=AreaLevel.DISTRICT, parent_id=None)
        for number, name in enumerate(names, 1)
    ]
    return PlaceBook(places, aliases)


def a_workbook(rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), name: str = "4.11") -> bytes:
    """An .xlsx of one sheet. None leaves a cell out; a text that begins with = is a formula without a result;
    `merged` are ranges such as A1:C1, whose first cell is in `rows`."""

    def write(book: Any) -> None:
        sheet = book.add_worksheet(name)
        for area in merged:
            sheet.merge_range(area, "")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(row, column, cell)

    return made(write)


def made(write: Callable[[Any], None]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    write(book)
    book.close()
    return out.getvalue()


def opened(rows: Sequence[Sequence[Any]], **options: Any) -> Workbook:
    return read_workbook(a_workbook(rows, **options), "sheet.xlsx")


def changed(content: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def a_compound_file(streams: Mapping[str, bytes]) -> bytes:
    """The least of a compound file ([MS-CFB]) that holds the streams: what a locked .xlsx is wrapped in."""
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    padded = {name: data.ljust(max(4096, len(data)), b"\0") for name, data in streams.items()}
    chains, body, first = [], b"", {}
    for name, data in padded.items():
        data = data.ljust(-(-len(data) // sector) * sector, b"\0")
        count, start = len(data) // sector, len(body) // sector
        first[name] = start
        chains += [*range(start + 1, start + count), end]
        body += data
    entries = [("Root Entry", 5, end, 0), *((name, 2, first[name], len(data)) for name, data in padded.items())]
    directory = b""
    for number, (name, kind, start, size) in enumerate(entries):
        text = name.encode("utf-16-le") + b"\0\0"
        right = number + 1 if 0 < number < len(entries) - 1 else free
        child = 1 if number == 0 else free
        directory += text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, right, child)
        directory += bytes(36) + struct.pack("<II4x", start, size)
    directory = directory.ljust(-(-len(directory) // sector) * sector, b"\0")
    first_directory = len(body) // sector
    count = len(directory) // sector
    chains += [*range(first_directory + 1, first_directory + count), end]
    body += directory
    fat_sector = len(body) // sector
    chains += [0xFFFFFFFD]
    body += struct.pack(f"<{len(chains)}I", *chains).ljust(sector, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0")
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, first_directory, 0, 4096, end, 0, end, 0, fat_sector)  # noqa: E501  # fmt: skip
    return header.ljust(sector, b"\xff") + body


def an_xls(numbers: Mapping[tuple[int, int], float], *, errors: Sequence[tuple[int, int]] = ()) -> bytes:
    """The least of an .xls ([MS-XLS]): one sheet with numbers and cells that show #DIV/0!, by row and column from 0."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def beginning(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))

    sheet = beginning(0x10)
    for (row, column), number in numbers.items():
        sheet += record(0x203, struct.pack("<HHHd", row, column, 0, number))
    for row, column in errors:
        sheet += record(0x205, struct.pack("<HHHBB", row, column, 0, 7, 1))
    end = record(0x0A)
    name = b"Sheet1"
    length = len(beginning(5)) + 4 + 8 + len(name) + len(end)
    about = struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name
    return a_compound_file({"Workbook": beginning(5) + record(0x85, about) + end + sheet + end})
