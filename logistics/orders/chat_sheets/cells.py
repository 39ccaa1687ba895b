"""Single cells of a list: how many, an order number, whether the tool says that the order is off."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

from logistics.errors import N_
from logistics.inventory.sheets.rules import (
    BlankMeans,
    Fractions,
    Quantity,
    Value,
    Wrong,
    quantity,
    text_of,
)
from logistics.orders.chat_sheets.lines import QUANTITY_MAX
from logistics.orders.chat_sheets.products import Offered, product_key

NUMBER_LENGTH_MAX = 64
DIGITS_KEPT = 15
"""Of a number a spreadsheet keeps so many digits; order numbers are longer."""
_TIMES = re.compile(r"^[x×✕*+]\s*|\s*[x×✕*]$", re.I)
_OFF = re.compile(r"取消|退款|已退|关闭|作废|无效|删除|cancel|refund|void", re.I)
_UNPAID = re.compile(r"未支付|未付款|待支付|待付款|unpaid", re.I)
_PARTLY = re.compile(r"部分|partial|partly", re.I)
_NOT_OFF = re.compile(r"未取消|未退款|无退款|not cancel|no refund", re.I)


class Standing(StrEnum):
    """What the tool says of an order: it stands, it is off, or nobody can say from its word."""

    STANDS = "stands"
    OFF = "off"
    UNCLEAR = "unclear"


def count_of(value: Value, product: Offered | None = None) -> int | Wrong | None:
    """How many a cell asks for: 2, 2份, x2, 两份. None where it says nothing, what is wrong where it says nothing
    clear. The product's own unit counts it like 份."""
    if isinstance(value, str):
        text = _TIMES.sub("", text_of(value).strip())
        unit = product_key(product.unit) if product is not None else ""
        if unit and product_key(text).endswith(unit):
            text = product_key(text).removesuffix(unit)
        value = text or value
    read = quantity(value, per_unit=1, fractions=Fractions.REFUSE, blank=BlankMeans.NOTHING)
    if isinstance(read, Wrong) or read.pieces is None or read.pieces <= QUANTITY_MAX:
        return read.pieces if isinstance(read, Quantity) else read
    return Wrong(wrong=N_("“%(value)s” is more than anybody orders"), right=N_("1 to 999 would be right"))


def number_cell(value: Value) -> str | Wrong:
    """The order number of a cell; empty where it has none. One that a spreadsheet has rounded is wrong: it may be
    another order's."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) >= DIGITS_KEPT and abs(value) >= 10**DIGITS_KEPT:
        return Wrong(
            wrong=N_("the spreadsheet has rounded the order number %(value)s"),
            right=N_("the export opened with this column as text would be right"),
        )
    seen = "".join(sign for sign in text_of(value) if sign.isprintable() and not sign.isspace())
    return seen.strip("'’`")[:NUMBER_LENGTH_MAX]


def standing_of(text: str) -> Standing:
    """Whether an order stands by the tool's word for its state."""
    text = _NOT_OFF.sub("", text)  # 已取消(未退款) is off, 未退款 is not
    off = _OFF.search(text) is not None or _UNPAID.search(text) is not None
    if off and _PARTLY.search(text):
        return Standing.UNCLEAR
    return Standing.OFF if off else Standing.STANDS
