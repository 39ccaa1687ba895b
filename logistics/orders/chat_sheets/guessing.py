"""A first guess of how a list is to be read, which the importer then corrects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from logistics.inventory.sheets.rules import Grid, text_of
from logistics.inventory.sheets.service import Heading, heading_at
from logistics.orders.chat_sheets.flats import BadFlat, place_and_flat
from logistics.orders.chat_sheets.goods import TITLE_JOINT
from logistics.orders.chat_sheets.mapping import ListColumn, ListColumnUse, ListMapping
from logistics.orders.chat_sheets.products import ProductBook, ProductMatch

SEARCHED_ROWS, DEPTHS = 20, (1, 2)
SAMPLE_ROWS = 200
TITLE_LENGTH_MAX = 40
"""A heading is a word or two; a longer text is a note."""
KEYWORDS: tuple[tuple[ListColumn, re.Pattern[str]], ...] = (
    (ListColumn.NUMBER, re.compile(r"订单号|订单编号|单号|^order (no|number)", re.I)),
    (ListColumn.STATE, re.compile(r"状态|status|state", re.I)),
    (ListColumn.PHONE, re.compile(r"电话|手机|联系方式|phone|mobile|^tel", re.I)),
    (ListColumn.REMARK, re.compile(r"备注|留言|附言|remark|note", re.I)),
    (ListColumn.COMPOUND, re.compile(r"^(所在)?(小区|compound)(名称)?$", re.I)),
    (ListColumn.BUILDING, re.compile(r"^(楼栋|楼号|楼|栋|幢|几号楼|栋号|building)$", re.I)),
    (ListColumn.UNIT, re.compile(r"^(单元|单元号|几单元|门栋|unit)$", re.I)),
    (ListColumn.FLAT, re.compile(r"^(室|室号|房间|房间号|房号|门牌|户号|flat|room)$", re.I)),
    (ListColumn.ADDRESS, re.compile(r"地址|住址|门牌|房号|楼栋|楼号|收货|address", re.I)),
    (ListColumn.TEXT, re.compile(r"内容|明细|清单|订购|购买|选购|接龙|what", re.I)),
    (ListColumn.PRODUCT, re.compile(r"商品|品名|产品|菜品|货品|套餐名|product|goods|^item", re.I)),
    (ListColumn.QUANTITY, re.compile(r"数量|份数|件数|quantity|qty", re.I)),
)
NOT_READ = re.compile(
    r"序号|时间|日期|金额|单价|价格|总价|实付|应付|合计|总计|小计|姓名|昵称|收货人|接龙人|^no\.?$", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGuess:
    """What a sheet looks like. `roles` by column; a column without one is not read."""

    grid: Grid
    heading: Heading
    roles: dict[int, ListColumn]

    @property
    def strength(self) -> tuple[int, int, int, int]:
        """How much of it makes sense: guesses are compared by it, and the smallest, uppermost heading is preferred."""
        where = {ListColumn.ADDRESS, ListColumn.FLAT} & set(self.roles.values())
        goods = {ListColumn.PRODUCT, ListColumn.COUNT, ListColumn.TEXT} & set(self.roles.values())
        return bool(where) + bool(goods), len(self.roles), -self.heading.depth, -self.heading.first_row

    def mapping(self, *, compound: str = "") -> ListMapping:
        """The guess as a mapping.

        Raises:
            BadListMapping: it says neither where nor what, and the importer must.
        """
        signatures = self.heading.signatures
        columns = tuple(
            ListColumnUse(role=role, title=signatures[index][0], nth=signatures[index][1])
            for index, role in sorted(self.roles.items())
        )
        return ListMapping(columns=columns, depth=self.heading.depth, sheet=self.grid.name, compound=compound)


def guess_list(grids: Sequence[Grid], products: ProductBook) -> ListGuess:
    """The sheet that looks most like a list of orders, and what its columns seem to be."""
    return max((guess_of_sheet(grid, products) for grid in grids), key=lambda found: found.strength)


def guess_of_sheet(grid: Grid, products: ProductBook) -> ListGuess:
    """What the columns of one sheet seem to be."""
    first = next(row for row in range(grid.height) if not grid.is_blank(row))
    guesses = [
        ListGuess(grid=grid, heading=heading, roles=_roles(grid, heading, products))
        for row in range(first, min(grid.height, first + SEARCHED_ROWS))
        if not grid.is_blank(row)
        for depth in DEPTHS
        for heading in [heading_at(grid, row, depth)]
    ]
    return max(guesses, key=lambda found: found.strength)


def _roles(grid: Grid, heading: Heading, products: ProductBook) -> dict[int, ListColumn]:
    roles: dict[int, ListColumn] = {}
    for column, title in enumerate(heading.titles):
        word = title.rpartition(TITLE_JOINT)[2]
        if not word or len(word) > TITLE_LENGTH_MAX or heading.data_row >= grid.height:
            continue
        if _is_product(word, products) or _is_product(title, products):
            roles[column] = ListColumn.COUNT
            continue
        found = next((role for role, words in KEYWORDS if words.search(word)), None)
        address_of = found is ListColumn.ADDRESS and word.startswith("收货") and "址" not in word
        if found is not None and found not in roles.values() and not address_of and not _is_aside(word, found):
            roles[column] = found
    return _without_contradictions(grid, heading, roles)


def _is_product(word: str, products: ProductBook) -> bool:
    return products.find(word).match in (ProductMatch.SAID, ProductMatch.CODE, ProductMatch.NAME)


def _is_aside(word: str, found: ListColumn) -> bool:
    """Whether the title names something that is not read: 下单时间, 商品金额, 收货人."""
    return NOT_READ.search(word) is not None and found not in (ListColumn.NUMBER, ListColumn.PHONE, ListColumn.ADDRESS)


def _without_contradictions(grid: Grid, heading: Heading, roles: dict[int, ListColumn]) -> dict[int, ListColumn]:
    """One way of saying where, and one of saying what."""
    there = set(roles.values())
    if ListColumn.ADDRESS in there:
        _drop(roles, ListColumn.BUILDING, ListColumn.UNIT, ListColumn.FLAT)
    elif ListColumn.BUILDING in there and ListColumn.FLAT in there:
        pass
    else:
        whole = next((at for at in sorted(roles) if roles[at] in (ListColumn.FLAT, ListColumn.BUILDING)), None)
        _drop(roles, ListColumn.BUILDING, ListColumn.UNIT, ListColumn.FLAT)
        column = whole if whole is not None else _readable_column(grid, heading, roles)
        if column is not None:
            roles[column] = ListColumn.ADDRESS
    if ListColumn.COUNT in there:
        _drop(roles, ListColumn.PRODUCT, ListColumn.QUANTITY, ListColumn.TEXT)
    elif {ListColumn.PRODUCT, ListColumn.QUANTITY} <= there:
        _drop(roles, ListColumn.TEXT)
    elif ListColumn.TEXT in there:
        _drop(roles, ListColumn.PRODUCT, ListColumn.QUANTITY)
    else:
        for column, role in list(roles.items()):
            if role is ListColumn.PRODUCT:
                roles[column] = ListColumn.TEXT
        _drop(roles, ListColumn.QUANTITY)
    return roles


def _drop(roles: dict[int, ListColumn], *unwanted: ListColumn) -> None:
    for column in [column for column, role in roles.items() if role in unwanted]:
        del roles[column]


def _readable_column(grid: Grid, heading: Heading, roles: dict[int, ListColumn]) -> int | None:
    """The first free column in which most texts name a flat."""
    rows = range(heading.data_row, min(grid.height, heading.data_row + SAMPLE_ROWS))
    for column in range(grid.width):
        texts = [text_of(grid.filled(row, column)) for row in rows if isinstance(grid.filled(row, column), str)]
        if column not in roles and texts and 2 * sum(map(_is_flat, texts)) > len(texts):
            return column
    return None


def _is_flat(text: str) -> bool:
    try:
        place_and_flat(text)
    except BadFlat:
        return False
    return True
