"""A sheet read by its mapping: rows become orders, those of one order are put together, the rest is said why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from logistics.inventory.sheets.rules import Grid, is_total, text_of
from logistics.orders.chat_sheets.cells import Standing
from logistics.orders.chat_sheets.goods import GoodsOfRow, goods_reader
from logistics.orders.chat_sheets.headings import Table, table_of
from logistics.orders.chat_sheets.homes import FoundHome, HomeBook, HomeMatch, home_key
from logistics.orders.chat_sheets.lines import added_up
from logistics.orders.chat_sheets.mapping import Layout, ListMapping
from logistics.orders.chat_sheets.phones import with_masked_phones
from logistics.orders.chat_sheets.products import ProductBook
from logistics.orders.chat_sheets.row_cells import RowCells, row_cells
from logistics.orders.chat_sheets.rows import (
    Entry,
    ListReading,
    Note,
    Problem,
    Skip,
    SkippedRow,
    UnknownHome,
)
from logistics.orders.chat_sheets.saying import ADDED_UP, OTHER_ADDRESS, SAME_PHONE, UNCLEAR_STATE, home_problem

TEXT_SHOWN = 80
REMARK_LENGTH_MAX = 200


def read_list(grids: Sequence[Grid], mapping: ListMapping, *, homes: HomeBook, products: ProductBook) -> ListReading:
    """The orders of a list, and what became of every other row.

    Raises:
        ListColumnsNotFound: no sheet has the mapping's columns.
    """
    table = table_of(grids, mapping)
    reader = _Reader(table, mapping, homes, products)
    for row in range(table.heading.data_row, table.grid.height):
        reader.take(row)
    entries = _with_phones_compared([draft.entry() for draft in reader.drafts], reader.drafts)
    unknown = {(home.text, home.compound): home for draft in reader.drafts if (home := draft.unknown) is not None}
    return ListReading(
        sheet=table.grid.name,
        fingerprint=table.grid.fingerprint(None),
        first_row=table.heading.first_row + 1,
        depth=table.heading.depth,
        entries=entries,
        skipped=reader.skipped,
        homes=tuple(unknown.values()),
        products=tuple(reader.goods.unknown.values()),
    )


@dataclass(slots=True)
class _Draft:
    """An order that is being put together from its rows."""

    cells: RowCells
    found: FoundHome
    rows: list[int] = field(default_factory=list)
    goods: list[GoodsOfRow] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    standing: Standing = Standing.STANDS

    def add(self, row: int, cells: RowCells, goods: GoodsOfRow) -> None:
        self.rows.append(row + 1)
        self.goods.append(goods)
        if cells.remark and cells.remark not in self.remarks:
            self.remarks.append(cells.remark)
        self.problems += [*cells.problems, *goods.problems]
        self.notes += [note for note in cells.notes if note not in self.notes]
        if cells.standing is Standing.OFF or self.standing is Standing.STANDS:
            self.standing = cells.standing

    @property
    def unknown(self) -> UnknownHome | None:
        if self.found.match in (HomeMatch.SAID, HomeMatch.FLAT, HomeMatch.LEFT_OUT):
            return None
        return UnknownHome(
            text=self.cells.address, compound=self.cells.compound, options=self.found.options, new=self.found.new
        )

    def entry(self) -> Entry:
        wanted = [pair for goods in self.goods for pair in goods.wanted]
        skus = [product.sku for product, _ in wanted]
        notes = list(self.notes)
        twice = sorted({product.name for product, quantity in wanted if quantity and skus.count(product.sku) > 1})
        if twice:
            notes.append(Note(note=ADDED_UP, data={"products": twice}))
        own = list({_key(problem): problem for problem in self.problems}.values())
        if self.standing is Standing.UNCLEAR:
            own.append(UNCLEAR_STATE)
        home = home_problem(self.found, self.cells.address, self.cells.address_cell)
        return Entry(
            rows=tuple(self.rows),
            address=self.cells.address or self.cells.compound,
            number=self.cells.number,
            home=self.found.home,
            lines=added_up(wanted),
            remark="；".join(self.remarks)[:REMARK_LENGTH_MAX],
            cancelled=self.standing is Standing.OFF,
            problems=(*([home] if home else []), *own),
            notes=tuple(notes),
            new=self.found.new,
        )


class _Reader:
    """Goes through the rows and keeps which order each belongs to."""

    def __init__(self, table: Table, mapping: ListMapping, homes: HomeBook, products: ProductBook) -> None:
        self.table, self.mapping, self.homes = table, mapping, homes
        self.goods = goods_reader(table, mapping, products)
        self.drafts: list[_Draft] = []
        self.skipped: list[SkippedRow] = []
        self._by_key: dict[tuple[str, object], _Draft] = {}
        self._last: _Draft | None = None
        self._mapped = sorted(table.places.values())

    def take(self, row: int) -> None:
        """Put a row to its order, begin one with it, or leave it out with the reason."""
        skip = self._skip_at_sight(row)
        if skip is not None:
            self._leave(row, skip)
            return
        cells = row_cells(self.table, self.mapping, row)
        goods = self.goods.read(row)
        draft = self._draft_of(row, cells, goods)
        if draft is None:
            found = self._find(cells)
            if self._is_note(cells, goods, found):
                self._leave(row, Skip.NOTE)
                return
            if found.match is HomeMatch.LEFT_OUT:
                self._leave(row, Skip.LEFT_OUT)
                return
            if not goods.any and cells.standing is Standing.STANDS:
                self._leave(row, Skip.NOTHING)
                return
            draft = _Draft(cells=cells, found=found)
            self.drafts.append(draft)
            for key in self._keys(row, cells, found):
                self._by_key.setdefault(key, draft)
        elif cells.own_address and home_key(cells.address) != home_key(draft.cells.address):
            self._other_address(cells, draft)
        draft.add(row, cells, goods)
        self._last = draft

    def _skip_at_sight(self, row: int) -> Skip | None:
        grid = self.table.grid
        if grid.is_blank(row):
            return Skip.BLANK
        last = self.table.heading.data_row - 1
        texts = [text_of(grid.own(row, column)) for column in self._mapped]
        heading = [text_of(grid.filled(last, column)) for column in self._mapped]
        if any(texts) and all(text == title for text, title in zip(texts, heading, strict=True) if text):
            return Skip.HEADING
        first = next((text_of(value) for value in grid.rows[row] if text_of(value)), "")
        return Skip.TOTAL if is_total(first) else None

    def _leave(self, row: int, skip: Skip) -> None:
        text = " ".join(filter(None, (text_of(value) for value in self.table.grid.rows[row])))
        shown = with_masked_phones(text)[:TEXT_SHOWN] if skip in (Skip.TOTAL, Skip.NOTE) else ""
        self.skipped.append(SkippedRow(row=row + 1, skip=skip, text=shown))

    def _find(self, cells: RowCells) -> FoundHome:
        return self.homes.find(cells.address, compound=cells.compound)

    def _draft_of(self, row: int, cells: RowCells, goods: GoodsOfRow) -> _Draft | None:
        """The order that the row belongs to with rows above it: by its number, by cells merged over both, by being the
        next product of it, or, where rows are lines, by its flat."""
        if cells.number:
            return self._by_key.get(("number", cells.number))
        if self._last is None:
            return None
        if cells.continues:
            return self._last
        if self.mapping.layout is not Layout.ROWS:
            return None
        if not cells.address and goods.any:
            return self._last
        found = self._find(cells)
        return next((self._by_key[key] for key in self._keys(row, cells, found) if key in self._by_key), None)

    def _keys(self, row: int, cells: RowCells, found: FoundHome) -> list[tuple[str, object]]:
        if cells.number:
            return [("number", cells.number)]
        if self.mapping.layout is not Layout.ROWS:
            return [("row", row)]
        if found.home is not None:
            return [("home", found.home.household_id)]
        return [("text", home_key(cells.address, compound=cells.compound))]

    def _is_note(self, cells: RowCells, goods: GoodsOfRow, found: FoundHome) -> bool:
        """Whether a row without goods is a remark on the whole list: it names no flat, or its text lies over the
        goods."""
        if cells.number or goods.any:
            return cells.wide and not goods.any
        return not cells.address or cells.wide or found.match is HomeMatch.UNREADABLE

    def _other_address(self, cells: RowCells, draft: _Draft) -> None:
        """Rows of one order name two flats, unless both spellings mean the same one."""
        found = self._find(cells)
        if found.home is not None and found.home == draft.found.home:
            return
        draft.problems.append(
            replace(
                OTHER_ADDRESS,
                cell=cells.address_cell,
                data={"value": cells.address, "other": draft.cells.address, "row": draft.rows[0]},
            )
        )


def _with_phones_compared(entries: list[Entry], drafts: list[_Draft]) -> list[Entry]:
    """Entries whose phone number stands at another flat further up are told so: a slip, or one person for two homes."""
    first: dict[str, Entry] = {}
    compared = []
    for entry, draft in zip(entries, drafts, strict=True):
        phone = draft.cells.phone
        known = first.setdefault(phone, entry) if phone and entry.home else entry
        if known.home and entry.home and known.home.household_id != entry.home.household_id:
            note = Note(note=SAME_PHONE, cell=draft.cells.phone_cell, data={"row": known.rows[0]})
            entry = replace(entry, notes=(*entry.notes, note))
        compared.append(entry)
    return compared


def _key(problem: Problem) -> tuple[str, str, str]:
    return problem.cell, problem.wrong, str(sorted(problem.data.items(), key=str))
