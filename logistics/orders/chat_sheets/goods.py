"""The goods of a row, in each of the three ways in which lists have them."""

from __future__ import annotations

from dataclasses import dataclass, field

from logistics.inventory.sheets.rules import Value, Wrong, reference, text_of
from logistics.orders.chat_sheets.cells import count_of
from logistics.orders.chat_sheets.headings import Table
from logistics.orders.chat_sheets.lines import BadText, lines_of
from logistics.orders.chat_sheets.mapping import Layout, ListColumn, ListMapping
from logistics.orders.chat_sheets.phones import with_masked_phones
from logistics.orders.chat_sheets.products import FoundProduct, Offered, ProductBook, ProductMatch
from logistics.orders.chat_sheets.rows import Problem, Reason, UnknownProduct
from logistics.orders.chat_sheets.saying import NO_COUNT, NO_PRODUCT, product_problem, text_problem

TITLE_JOINT = " › "
"""What stands between the rows of a heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsOfRow:
    """What a row orders. `any` says that something stands in it, understood or not."""

    wanted: tuple[tuple[Offered, int], ...] = ()
    problems: tuple[Problem, ...] = ()
    any: bool = False


def goods_reader(table: Table, mapping: ListMapping, products: ProductBook) -> GoodsReader:
    """The reader for the layout of the mapping."""
    return GoodsReader(table=table, mapping=mapping, products=products)


@dataclass(slots=True, kw_only=True)
class GoodsReader:
    """Reads the goods of rows; `unknown` collects the words that mean no product, by word."""

    table: Table
    mapping: ListMapping
    products: ProductBook
    unknown: dict[str, UnknownProduct] = field(default_factory=dict)
    _columns: dict[ListColumn, int] = field(init=False)
    _counts: list[tuple[int, str, FoundProduct]] = field(init=False)

    def __post_init__(self) -> None:
        self._columns = {use.role: at for use, at in self.table.places.items() if use.role is not ListColumn.COUNT}
        self._counts = [
            (at, use.title, self._titled(use.product, use.title))
            for use, at in sorted(self.table.places.items(), key=lambda place: place[1])
            if use.role is ListColumn.COUNT
        ]

    def read(self, row: int) -> GoodsOfRow:
        """The goods of a row, counted from 0."""
        if self.mapping.layout is Layout.ROWS:
            return self._one_product(row)
        return self._all_columns(row) if self.mapping.layout is Layout.COLUMNS else self._text(row)

    def _titled(self, code: str, title: str) -> FoundProduct:
        if code:
            return self.products.find(code)
        whole, last = self.products.find(title), self.products.find(title.rpartition(TITLE_JOINT)[2])
        return last if whole.match in (ProductMatch.UNKNOWN, ProductMatch.AMBIGUOUS) else whole

    def _one_product(self, row: int) -> GoodsOfRow:
        at, count_at = self._columns[ListColumn.PRODUCT], self._columns[ListColumn.QUANTITY]
        grid = self.table.grid
        word, value = text_of(grid.filled(row, at)), grid.own(row, count_at)
        if not word and not text_of(value):
            return GoodsOfRow()
        if not word:
            wrong, right = NO_PRODUCT
            problem = Problem(reason=Reason.PRODUCT, cell=reference(row, at), wrong=wrong, right=right)
            return GoodsOfRow(any=True, problems=(problem,))
        found = self.products.find(word)
        if found.match is ProductMatch.LEFT_OUT:
            return GoodsOfRow(any=True)
        if found.product is None:
            return GoodsOfRow(any=True, problems=(self._no_product(word, found, reference(row, at)),))
        return self._counted(value, found.product, reference(row, count_at), needed=True)

    def _all_columns(self, row: int) -> GoodsOfRow:
        wanted: list[tuple[Offered, int]] = []
        problems: list[Problem] = []
        any_ = False
        for at, title, found in self._counts:
            value = self.table.grid.own(row, at)
            if not text_of(value) or found.match is ProductMatch.LEFT_OUT:
                continue
            read = self._counted(value, found.product, reference(row, at), needed=False)
            problems += read.problems
            wanted += read.wanted
            any_ = any_ or read.any
            if read.any and not read.problems and found.product is None:
                word = title.rpartition(TITLE_JOINT)[2]
                problems.append(self._no_product(word, found, reference(row, at)))
        return GoodsOfRow(wanted=tuple(wanted), problems=tuple(problems), any=any_)

    def _text(self, row: int) -> GoodsOfRow:
        at = self._columns[ListColumn.TEXT]
        text = text_of(self.table.grid.own(row, at))
        if not text:
            return GoodsOfRow()
        try:
            lines = lines_of(text, self.products, unsaid=self.mapping.unsaid)
        except BadText as bad:
            if bad.data["why"] in ("words", "ambiguous"):
                word = str(bad.data["at"])
                self.unknown.setdefault(word, _unknown(word, self.products.find(word)))
            problem = text_problem(str(bad.data["why"]), str(bad.data["at"]), reference(row, at))
            return GoodsOfRow(any=True, problems=(problem,))
        wanted = tuple((self.products.by_sku[line.sku], line.quantity) for line in lines)
        return GoodsOfRow(wanted=wanted, any=True)

    def _counted(self, value: Value, product: Offered | None, cell: str, *, needed: bool) -> GoodsOfRow:
        """So many of a product. A zero or a dash in a column of its own says nothing; beside a product's name, a blank
        leaves its number unsaid."""
        count = count_of(value, product)
        if isinstance(count, Wrong):
            problem = Problem(
                reason=Reason.QUANTITY,
                cell=cell,
                wrong=count.wrong,
                right=count.right,
                data={"value": with_masked_phones(text_of(value))},
            )
            return GoodsOfRow(any=True, problems=(problem,))
        if count is None and needed:
            problem = Problem(reason=Reason.QUANTITY, cell=cell, wrong=NO_COUNT[0], right=NO_COUNT[1])
            return GoodsOfRow(any=True, problems=(problem,))
        wanted = ((product, count),) if product is not None and count else ()
        return GoodsOfRow(wanted=wanted, any=bool(count))

    def _no_product(self, word: str, found: FoundProduct, cell: str) -> Problem:
        self.unknown.setdefault(word, _unknown(word, found))
        return product_problem(found, word, cell)


def _unknown(word: str, found: FoundProduct) -> UnknownProduct:
    return UnknownProduct(text=word, options=tuple((offer.sku, offer.name) for offer in found.options))
