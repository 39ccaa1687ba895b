"""What a text orders: 白菜2 土豆*3, 两份白菜、一份土豆. Understood whole, or refused with the place that is not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar

from logistics.errors import N_, Invalid
from logistics.orders.chat_sheets.numerals import number_of
from logistics.orders.chat_sheets.phones import with_masked_phones
from logistics.orders.chat_sheets.products import Offered, ProductBook, ProductMatch, product_key

QUANTITY_MAX = 999
"""Units of one line, as `orders.placing` has it."""
SHOWN_MAX = 20
PLAIN_UNITS = ("份", "个", "件")
"""Words that count whatever is sold."""
COUNT_WORDS = (
    "人份", "份", "个", "件", "袋", "包", "盒", "箱", "瓶", "罐", "桶", "捆", "把", "提", "板", "颗", "只", "条", "块",
    "支", "根", "套", "组", "扎", "听", "杯", "碗", "张", "筐", "篮", "枚", "串", "片", "粒", "单", "pcs", "pc",
)  # fmt: skip
WEIGHT_WORDS = ("公斤", "千克", "kg", "斤", "克", "g", "升", "毫升", "ml", "l", "元", "块钱")
_MARK = r"(?:[x×✕✖*:=+]\s*)?"
_NUMBER = r"(?P<number>[0-9]+(?:\.[0-9]+)?|[零〇一二两三四五六七八九十]+|半)"
_AFTER = re.compile(rf"\s*{_MARK}{_NUMBER}(?P<times>\s*[x×*](?![a-z0-9]))?\s*")
_BEFORE = re.compile(rf"{_NUMBER}\s*")
_TIMES = re.compile(r"\s*[x×✕✖*]?\s*")
_NUMBERED = re.compile(r"^[0-9]{1,3}\s*[.、)]\s*(?=[^0-9\s])")
_BETWEEN = re.compile(r"[\s,;、。.+|/&和]*")


class Unsaid(StrEnum):
    """What a product without a number beside it means."""

    REFUSE = "refuse"
    ONE = "one"


class BadText(Invalid):
    """A text that orders nothing clear. `why` is one of the words in `bad_text`, `at` the piece that was not
    understood."""

    template = N_("“%(at)s” cannot be read as an order: %(why)s.")
    code = "bad_text"
    words: ClassVar[Mapping[str, str]] = {"why": "bad_text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So many units of a product of the campaign."""

    sku: str
    name: str
    quantity: int


def lines_of(text: str, products: ProductBook, *, unsaid: Unsaid = Unsaid.REFUSE) -> tuple[Line, ...]:
    """The lines that a text orders, by SKU; a product named twice is added up, and none of it is no line.

    Numbers stand behind all products (白菜2 土豆*3份) or before all of them (2份白菜 三份土豆). A unit, if any, is
    the product's own or a plain one (份, 个, 件): nobody can say how many bags five 颗 are.

    Raises:
        BadText: nothing in it (`empty`), a piece that is neither product nor number (`words`), a name of several
            products (`ambiguous`), a product without a number (`no_quantity`) or with another unit than its own
            (`unit`), no whole number (`not_whole`), or more than anybody orders (`too_many`).
    """
    plain = _NUMBERED.sub("", _BETWEEN.sub("", unicodedata.normalize("NFKC", text).lower(), count=1))
    if not plain.strip():
        raise BadText(at=text.strip()[:SHOWN_MAX], why="empty")
    names = _pattern(products.words())
    position, wanted = 0, []
    before = names.match(plain) is None
    while position < len(plain):
        product, quantity, position = (_counted if before else _named)(plain, position, names, products, unsaid)
        if product is not None:
            wanted.append((product, quantity))
        position = _end(_BETWEEN, plain, position)
    return added_up(wanted)


def added_up(wanted: Iterable[tuple[Offered, int]]) -> tuple[Line, ...]:
    """One line per product, by SKU, without those of nothing."""
    quantities: dict[str, int] = {}
    names = {}
    for product, quantity in wanted:
        quantities[product.sku] = quantities.get(product.sku, 0) + quantity
        names[product.sku] = product.name
    return tuple(
        Line(sku=sku, name=names[sku], quantity=quantity) for sku, quantity in sorted(quantities.items()) if quantity
    )


def _named(
    text: str, start: int, names: re.Pattern[str], products: ProductBook, unsaid: Unsaid
) -> tuple[Offered | None, int, int]:
    """A product with its number behind it, and where it ends."""
    found = names.match(text, start)
    if found is None:
        raise _bad(text, start, "words")
    product, position = _product(found, products, text), found.end()
    number = _AFTER.match(text, position)
    here = _end(re.compile(r"\s*"), text, position)
    named_next = names.match(text, here) is not None and not text[here].isdigit()
    if number is None or named_next:  # 白菜 三黄鸡 1: the three belongs to the chicken
        if unsaid is Unsaid.REFUSE and product is not None:
            raise _bad(text, start, "no_quantity")
        return product, 1, position
    quantity = _quantity(text, number.start("number"), number["number"])
    return product, quantity, _after_unit(text, number.end(), product, names)


def _counted(
    text: str, start: int, names: re.Pattern[str], products: ProductBook, _: Unsaid
) -> tuple[Offered | None, int, int]:
    """A number with its product behind it, and where it ends."""
    number = _BEFORE.match(text, start)
    if number is None:
        raise _bad(text, start, "words")
    position = number.end()
    unit = _unit_at(text, position, None, names)
    position = _end(_TIMES, text, position + len(unit))
    found = names.match(text, position)
    if found is None:
        raise _bad(text, position if position < len(text) else start, "words")
    product = _product(found, products, text)
    _check_unit(text, number.end(), unit, product)
    return product, _quantity(text, start, number["number"]), found.end()


def _product(found: re.Match[str], products: ProductBook, text: str) -> Offered | None:
    known = products.find(found[0])
    if known.match is ProductMatch.AMBIGUOUS:
        raise _bad(text, found.start(), "ambiguous")
    return known.product


def _quantity(text: str, at: int, number: str) -> int:
    plain = number if number.isascii() else number_of(number.replace("两", "二"))
    if not plain.isdecimal():
        raise _bad(text, at, "not_whole")
    if len(plain) > 6 or int(plain) > QUANTITY_MAX:
        raise _bad(text, at, "too_many")
    return int(plain)


def _after_unit(text: str, position: int, product: Offered | None, names: re.Pattern[str]) -> int:
    unit = _unit_at(text, position, product, names)
    _check_unit(text, position, unit, product)
    return position + len(unit)


def _unit_at(text: str, position: int, product: Offered | None, names: re.Pattern[str]) -> str:
    """The word of count or weight that stands here; empty where a product begins instead."""
    own = (product_key(product.unit),) if product is not None and product.unit else ()
    found = names.match(text, position)
    words = sorted({*own, *COUNT_WORDS, *WEIGHT_WORDS}, key=len, reverse=True)
    unit = next((word for word in words if word and text.startswith(word, position)), "")
    return "" if found is not None and len(found[0]) >= len(unit) else unit


def _check_unit(text: str, at: int, unit: str, product: Offered | None) -> None:
    if not unit or product is None or unit in (*PLAIN_UNITS, product_key(product.unit)):
        return
    if product.unit or unit in WEIGHT_WORDS:
        raise _bad(text, at, "unit")


def _bad(text: str, at: int, why: str) -> BadText:
    return BadText(at=with_masked_phones(text[at:])[:SHOWN_MAX].strip(), why=why)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return position if found is None else found.end()


@lru_cache(maxsize=64)
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    """The longest known word at a place. White space within it does not count; digits and letters that go on do: V012
    is no two of V01, and neither is 套餐ab some of 套餐a."""
    alternatives = []
    for word in sorted(words, key=lambda word: (-len(word), word)):
        body = r"\s*".join(re.escape(sign) for sign in word)
        if word[-1].isascii() and word[-1].isdigit():
            body += r"(?![0-9])"
        elif word[-1].isascii() and word[-1].isalpha():
            body += r"(?![a-wyz])(?!x(?!\s*[0-9一二两三四五六七八九十]))"
        alternatives.append(body)
    return re.compile("|".join(alternatives) or r"(?!)")
