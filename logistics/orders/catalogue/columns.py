"""The catalogue as a table: its columns under the names people give them, and cells read and written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from logistics.errors import N_, DomainError, Invalid
from logistics.orders.catalogue.rules import (
    CONTENTS_MAX,
    PACK_SIZE_MAX,
    PRICE_CENTS_MAX,
    QUANTITY_MAX,
    VOLUME_ML_MAX,
    WEIGHT_G_MAX,
    SoldBy,
    Temperature,
)

Word = TypeVar("Word", bound=StrEnum)

LENGTHS = {"sku": 64, "name": 160, "category": 80, "unit": 32, "allergens": 200, "notes": 500, "good": 80}
FORMULA_STARTS = ("=", "+", "-", "@")


class CatalogueColumn(StrEnum):
    """The columns, in the order in which they are written."""

    SKU = "sku"
    NAME = "name"
    CATEGORY = "category"
    UNIT = "unit"
    SOLD_BY = "sold_by"
    PRICE = "price"
    WEIGHT_G = "weight_g"
    PACK_SIZE = "pack_size"
    VOLUME_ML = "volume_ml"
    TEMPERATURE = "temperature"
    ALLERGENS = "allergens"
    NOTES = "notes"
    CONTENTS = "contents"
    GOOD = "good"


Column = CatalogueColumn
REQUIRED = (Column.SKU, Column.NAME, Column.PRICE)

NAMES: Mapping[Column, Sequence[str]] = {
    Column.SKU: ("SKU", "货号", "商品编号", "商品编码", "编码", "编号"),
    Column.NAME: ("Name", "商品名称", "名称", "品名", "商品"),
    Column.CATEGORY: ("Category", "分类", "类别", "品类"),
    Column.UNIT: ("Unit", "规格", "单位"),
    Column.SOLD_BY: ("Sold by", "计价方式"),
    Column.PRICE: ("Price (yuan)", "价格(元)", "价格", "单价", "单价(元)", "售价", "price"),
    Column.WEIGHT_G: ("Weight (g)", "重量(克)", "净含量(克)", "每件约重(克)", "weight"),
    Column.PACK_SIZE: ("Pieces per pack", "每份件数", "装量"),
    Column.VOLUME_ML: ("Volume (ml)", "体积(毫升)", "volume"),
    Column.TEMPERATURE: ("Temperature", "温层", "储存温度"),
    Column.ALLERGENS: ("Allergens", "过敏原"),
    Column.NOTES: ("Notes", "备注", "说明"),
    Column.CONTENTS: ("Contents", "套餐内容", "内含"),
    Column.GOOD: ("Ceiling good", "限价品名"),
}
"""What a column is called: in English and in Chinese as it is written, then what else it is known by."""

WORDS: Mapping[str, StrEnum] = {
    "piece": SoldBy.PIECE, "按件": SoldBy.PIECE, "件": SoldBy.PIECE,
    "weight": SoldBy.WEIGHT, "按重量": SoldBy.WEIGHT, "称重": SoldBy.WEIGHT, "公斤": SoldBy.WEIGHT, "kg": SoldBy.WEIGHT,
    "ambient": Temperature.AMBIENT, "常温": Temperature.AMBIENT,
    "chilled": Temperature.CHILLED, "冷藏": Temperature.CHILLED,
    "frozen": Temperature.FROZEN, "冷冻": Temperature.FROZEN,
}  # fmt: skip
CHINESE: Mapping[StrEnum, str] = {
    SoldBy.PIECE: "按件",
    SoldBy.WEIGHT: "按重量",
    Temperature.AMBIENT: "常温",
    Temperature.CHILLED: "冷藏",
    Temperature.FROZEN: "冷冻",
}


class BadCell(Invalid):
    """A cell that cannot be taken. `column` is named as the file names it."""

    template = N_("%(column)s: “%(value)s” cannot be read.")
    code = "bad_cell"


class MissingCell(BadCell):
    template = N_("%(column)s is blank; every product needs one.")


class NoPrice(BadCell):
    template = N_("%(column)s: “%(value)s” is no price in yuan; 3.50 would be right, at most 100,000.")


class NoWhole(BadCell):
    template = N_("%(column)s: “%(value)s” is no whole number from %(low)s to %(high)s.")


class NoWord(BadCell):
    template = N_("%(column)s: “%(value)s” is none of %(words)s.")


class TooLong(BadCell):
    template = N_("%(column)s: “%(value)s” has more than %(high)s characters.")


class NoContents(BadCell):
    template = N_("%(column)s: “%(value)s” is no list of products; V01*2; M01*1 would be right.")


@dataclass(slots=True)
class ReadRow:
    """One row as it was read: what each column that the file has says (None: blank), and what is wrong with it."""

    number: int
    cells: Mapping[Column, str]
    titles: Mapping[Column, str]
    errors: list[DomainError] = field(default_factory=list)

    def text(self, column: Column) -> str | None:
        """The text of a cell; None where the file has no such column."""
        found = self.cells.get(column)
        if found is not None and len(found) > LENGTHS.get(column.value, 500):
            self._wrong(TooLong, column, high=LENGTHS[column.value])
        return found

    def needed(self, column: Column) -> str:
        found = self.text(column) or ""
        if not found:
            self._wrong(MissingCell, column)
        return found

    def cents(self, column: Column) -> int:
        text = self.needed(column).replace("¥", "").replace("元", "").replace(",", "").strip()
        if not text:
            return 0
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2}0*)?", text) or Decimal(text) * 100 > PRICE_CENTS_MAX:
            self._wrong(NoPrice, column)
            return 0
        return int(Decimal(text) * 100)

    def whole(self, column: Column, low: int, high: int) -> int | None:
        """None where the cell is blank or the column is not there."""
        text = (self.text(column) or "").replace(",", "")
        text = re.sub(r"(?i)(克|g|毫升|ml|件|个)$", "", text).strip()
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}(\.0+)?", text) or not low <= int(Decimal(text)) <= high:
            self._wrong(NoWhole, column, low=low, high=high)
            return None
        return int(Decimal(text))

    def word(self, column: Column, words: type[Word]) -> Word | None:
        text = (self.text(column) or "").lower()
        if not text:
            return None
        found = WORDS.get(text)
        if not isinstance(found, words):
            self._wrong(NoWord, column, words=[f"{CHINESE[one]} ({one.value})" for one in words])
            return None
        return found

    def contents(self) -> tuple[tuple[str, int], ...] | None:
        """The lines of a bundle; None where the cell is blank."""
        text = self.text(Column.CONTENTS)
        if not text:
            return None
        found = []
        for part in re.split("[;；、\n]", text):
            line = re.fullmatch(r"\s*(\S.{0,63}?)\s*[*×xX]\s*([0-9]{1,4})\s*", part)
            if line is None or not 1 <= int(line[2]) <= QUANTITY_MAX:
                self._wrong(NoContents, Column.CONTENTS)
                return None
            found.append((line[1], int(line[2])))
        if len({sku for sku, _ in found}) < len(found) or len(found) > CONTENTS_MAX:
            self._wrong(NoContents, Column.CONTENTS)
            return None
        return tuple(found)

    def weight_g(self) -> int | None:
        return self.whole(Column.WEIGHT_G, 0, WEIGHT_G_MAX)

    def pack_size(self) -> int | None:
        return self.whole(Column.PACK_SIZE, 1, PACK_SIZE_MAX)

    def volume_ml(self) -> int | None:
        return self.whole(Column.VOLUME_ML, 0, VOLUME_ML_MAX)

    def _wrong(self, kind: type[BadCell], column: Column, **data: object) -> None:
        title = self.titles.get(column, NAMES[column][1])
        self.errors.append(kind(column=title, value=(self.cells.get(column) or "")[:40], **data))


def found_columns(titles: Sequence[str]) -> dict[Column, int]:
    """Which column stands where under these titles."""
    known = {_plain(name): column for column, names in NAMES.items() for name in (column.value, *names)}
    found: dict[Column, int] = {}
    for index, title in enumerate(titles):
        column = known.get(_plain(title))
        if column is not None:
            found.setdefault(column, index)
    return found


def cell_text(text: str) -> str:
    """A cell without the mark by which a spreadsheet keeps it from being run as a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def contents_text(contents: Sequence[tuple[str, int]]) -> str:
    return "; ".join(f"{sku}*{quantity}" for sku, quantity in contents)


def title_of(column: Column, *, chinese: bool) -> str:
    return NAMES[column][1 if chinese else 0]


def word_of(word: StrEnum, *, chinese: bool) -> str:
    return CHINESE[word] if chinese else word.value


def _plain(title: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", title)).lower()
