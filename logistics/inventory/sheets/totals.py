"""Rows that are no place: totals, notes below the table, headings that printing repeats."""

from __future__ import annotations

import re
from collections.abc import Collection

from logistics.inventory.sheets.grid import Grid, text_of
from logistics.inventory.sheets.headings import Heading

_TOTAL = re.compile(
    r"^(全[市区县镇]?|本页|本区|各[市区县])?(合计|总计|小计|共计|总数|汇总|累计|总和)|^total|^sum\b", re.I
)
_SUBTOTAL = re.compile(r"小计|本页|subtotal", re.I)
_NOTE = re.compile(
    r"^(注|备注|说明|填表|制表|审核|复核|填报|负责人|单位负责人|联系人|统计|上报|截止|截至|单位[::]|日期[::])"
)
_SPACES = re.compile(r"\s+")
_NOTE_LENGTH = 24
"""A name of a place is shorter."""


def is_total(text: str) -> bool:
    """Whether a cell says that its row is a sum of others."""
    return _TOTAL.match(_SPACES.sub("", text)) is not None


def is_subtotal(text: str) -> bool:
    return is_total(text) and _SUBTOTAL.search(text) is not None


def total_cell(grid: Grid, row: int, *, place: int) -> int | None:
    """The column, up to that of the places, whose cell says that the row is a total."""
    return next((column for column in range(place + 1) if is_total(text_of(grid.filled(row, column)))), None)


def is_note(grid: Grid, row: int, *, place: int, columns: Collection[int]) -> bool:
    """Whether a row without a quantity is a remark on the whole sheet: it names no place, or begins like a note, or
    one text is merged over the place and the quantities."""
    if any(text_of(grid.own(row, column)) for column in columns if grid.span(row, column) is None):
        return False
    text = text_of(grid.filled(row, place))
    span = grid.span(row, place)
    wide = span is not None and any(span.left <= column <= span.right for column in columns)
    first = next((text_of(value) for value in grid.rows[row] if text_of(value)), "")
    return not text or wide or _NOTE.match(first) is not None or len(text) > _NOTE_LENGTH


def is_heading_again(grid: Grid, row: int, heading: Heading, *, columns: Collection[int]) -> bool:
    """Whether the row repeats the last row of the heading, as printed pages do."""
    last = heading.data_row - 1
    texts = [text_of(grid.own(row, column)) for column in columns]
    return any(texts) and all(
        text == text_of(grid.filled(last, column)) for text, column in zip(texts, columns, strict=True)
    )
