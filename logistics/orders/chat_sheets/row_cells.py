"""What one row of a list says beside its goods: where, by which order number, from which phone, and what remark."""

from __future__ import annotations

from dataclasses import dataclass

from logistics.inventory.sheets.rules import Value, Wrong, reference, text_of
from logistics.orders.chat_sheets.cells import Standing, number_cell, standing_of
from logistics.orders.chat_sheets.flats import building_key, flat_key, unit_key
from logistics.orders.chat_sheets.headings import Table
from logistics.orders.chat_sheets.mapping import ListColumn, ListMapping
from logistics.orders.chat_sheets.phones import BadPhone, phone_of, with_masked_phones, without_phones
from logistics.orders.chat_sheets.rows import Note, Problem, Reason
from logistics.orders.chat_sheets.saying import BAD_PHONE

SHOWN_MAX = 120
GOODS = frozenset({ListColumn.PRODUCT, ListColumn.QUANTITY, ListColumn.COUNT, ListColumn.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCells:
    """A row. `own_address` says that its address is written in it and not merged over it from above; `continues` that
    a cell with its order number or its address reaches down to it; `wide` that one text lies over address and goods."""

    address: str
    address_cell: str
    own_address: bool
    compound: str
    number: str
    phone: str
    phone_cell: str
    remark: str
    standing: Standing
    continues: bool
    wide: bool
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]


def row_cells(table: Table, mapping: ListMapping, row: int) -> RowCells:
    """The cells of a row, counted from 0, as the mapping names them."""
    columns: dict[ListColumn, int] = {
        use.role: column for use, column in table.places.items() if use.role is not ListColumn.COUNT
    }
    row_of = _Row(table, row, columns)
    where = ListColumn.ADDRESS if ListColumn.ADDRESS in columns else ListColumn.FLAT
    address = row_of.address()
    number, problems = row_of.number()
    phone, notes = row_of.phone()
    return RowCells(
        address=address,
        address_cell=row_of.cell(where),
        own_address=bool(address) and not row_of.merged(where),
        compound=row_of.text(ListColumn.COMPOUND) or mapping.compound,
        number=number,
        phone=phone,
        phone_cell=row_of.cell(ListColumn.PHONE),
        remark=with_masked_phones(row_of.own(ListColumn.REMARK)),
        standing=standing_of(row_of.text(ListColumn.STATE)),
        continues=row_of.merged(where) or row_of.merged(ListColumn.NUMBER),
        wide=row_of.wide(where),
        problems=problems,
        notes=notes,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    table: Table
    row: int
    columns: dict[ListColumn, int]

    def value(self, role: ListColumn) -> Value:
        column = self.columns.get(role)
        return None if column is None else self.table.grid.filled(self.row, column)

    def text(self, role: ListColumn) -> str:
        return _visible(text_of(self.value(role)))

    def own(self, role: ListColumn) -> str:
        column = self.columns.get(role)
        return "" if column is None else _visible(text_of(self.table.grid.own(self.row, column)))

    def cell(self, role: ListColumn) -> str:
        column = self.columns.get(role)
        return "" if column is None else reference(self.row, column)

    def merged(self, role: ListColumn) -> bool:
        """Whether a merged cell reaches down to this row from one that is still below the heading."""
        column = self.columns.get(role)
        span = None if column is None else self.table.grid.span(self.row, column)
        return span is not None and self.table.heading.data_row <= span.top < self.row

    def address(self) -> str:
        if ListColumn.ADDRESS in self.columns:
            return without_phones(self.text(ListColumn.ADDRESS)).strip()[:SHOWN_MAX]
        parts = (
            building_key(self.text(ListColumn.BUILDING)),
            unit_key(self.text(ListColumn.UNIT)),
            flat_key(self.text(ListColumn.FLAT)),
        )
        return "-".join(filter(None, parts))[:SHOWN_MAX]

    def number(self) -> tuple[str, tuple[Problem, ...]]:
        read = number_cell(self.value(ListColumn.NUMBER))
        if isinstance(read, str):
            return read, ()
        return "", (_problem(read, Reason.NUMBER, self.cell(ListColumn.NUMBER), self.text(ListColumn.NUMBER)),)

    def phone(self) -> tuple[str, tuple[Note, ...]]:
        text = self.text(ListColumn.PHONE)
        if not text:
            return "", ()
        try:
            return phone_of(text), ()
        except BadPhone:
            return "", (Note(note=BAD_PHONE, cell=self.cell(ListColumn.PHONE)),)

    def wide(self, where: ListColumn) -> bool:
        column = self.columns.get(where)
        span = None if column is None else self.table.grid.span(self.row, column)
        goods = (index for use, index in self.table.places.items() if use.role in GOODS)
        return span is not None and any(span.left <= index <= span.right for index in goods)


def _visible(text: str) -> str:
    """The text without signs that nobody sees, such as the zero-width spaces that come with what is pasted in chats."""
    return "".join(sign for sign in text if sign.isprintable())


def _problem(wrong: Wrong, reason: Reason, cell: str, value: str) -> Problem:
    return Problem(reason=reason, cell=cell, wrong=wrong.wrong, right=wrong.right, data={"value": value})
