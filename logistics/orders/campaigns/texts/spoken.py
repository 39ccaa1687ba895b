"""The script for the loudspeaker: short sentences, every number spelled as it is spoken, the deadline said twice."""

from __future__ import annotations

from logistics.notifications.rules import Language
from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.campaigns.texts.facts import Announcement, Sold, listed
from logistics.orders.campaigns.texts.numbers import (
    counted_zh,
    day_en,
    day_zh,
    money_en,
    money_zh,
    number_en,
    time_en,
    time_zh,
)

GOODS_MAX = 8
"""Goods read out one by one; nobody listens to more."""

_COUNTED_ZH = {Measure.ORDERS: "单", Measure.HOUSEHOLDS: "户", Measure.UNITS: "份"}
_COUNTED_EN = {Measure.ORDERS: "orders", Measure.HOUSEHOLDS: "households", Measure.UNITS: "units"}


def loudspeaker_script(facts: Announcement, language: Language) -> str:
    """What is read out, a sentence a line."""
    return "\n".join(_chinese(facts) if language is Language.ZH else _english(facts))


def _chinese(facts: Announcement) -> list[str]:
    until = f"{day_zh(facts.cut_off)}{time_zh(facts.cut_off)}"
    spans = listed([f"{time_zh(begin)}到{time_zh(end)}" for begin, end in facts.windows], chinese=True)
    lines = [
        "各位居民请注意！各位居民请注意！",
        f"{facts.store}的团购“{facts.title}”，请在{until}以前下单。",
        *(_good_zh(good) for good in facts.goods[:GOODS_MAX]),
    ]
    if len(facts.goods) > GOODS_MAX:
        lines.append(f"还有别的商品，一共{counted_zh(len(facts.goods))}种。")
    if facts.minimums:
        needed = listed([_needed_zh(measure, n) for measure, n, _ in facts.minimums], chinese=True)
        lines.append(f"{needed}成团，{_missed_zh(facts)}。")
    return [
        *lines,
        f"{day_zh(facts.delivery)}{spans}送到。",
        f"再说一遍：{until}截单。不会用手机的居民，请找社区工作人员代购。",
    ]


def _english(facts: Announcement) -> list[str]:
    until = f"{time_en(facts.cut_off)} on {day_en(facts.cut_off)}"
    spans = " and ".join(f"from {time_en(begin)} to {time_en(end)}" for begin, end in facts.windows)
    lines = [
        "Attention please, residents!",
        f"Please order in the group buy “{facts.title}” of {facts.store} before {until}.",
        *(_good_en(good) for good in facts.goods[:GOODS_MAX]),
    ]
    if len(facts.goods) > GOODS_MAX:
        lines.append(f"There is more: {number_en(len(facts.goods))} products in all.")
    if facts.minimums:
        needed = " and ".join(_needed_en(measure, n) for measure, n, _ in facts.minimums)
        lines.append(f"It needs {needed}; {_missed_en(facts)}.")
    return [
        *lines,
        f"The goods come {spans} on {day_en(facts.delivery)}.",
        f"Once more: orders end at {until}. If you use no phone, ask your community worker to order for you.",
    ]


def _good_zh(good: Sold) -> str:
    tiers = "".join(f"，满{counted_zh(units)}份{money_zh(cents)}" for units, cents in good.tiers)
    limit = f"，每户限购{counted_zh(good.limit)}份" if good.limit is not None else ""
    return f"{good.name}，每份{money_zh(good.price_cents)}{tiers}{limit}。"


def _good_en(good: Sold) -> str:
    tiers = "".join(f", from {number_en(units)} units {money_en(cents)}" for units, cents in good.tiers)
    limit = f", at most {number_en(good.limit)} per household" if good.limit is not None else ""
    return f"{good.name}, {money_en(good.price_cents)} each{tiers}{limit}."


def _needed_zh(measure: Measure, needed: int) -> str:
    counted = money_zh(needed) if measure is Measure.AMOUNT else f"{counted_zh(needed)}{_COUNTED_ZH[measure]}"
    return f"满{counted}"


def _needed_en(measure: Measure, needed: int) -> str:
    if measure is Measure.AMOUNT:
        return f"{money_en(needed)} in all"
    return f"{number_en(needed)} {_COUNTED_EN[measure]}"


def _missed_zh(facts: Announcement) -> str:
    if facts.if_missed is Fallback.EXTEND and facts.extends_to is not None:
        return f"不足就延长到{day_zh(facts.extends_to)}{time_zh(facts.extends_to)}"
    return "不足由商家决定" if facts.if_missed is Fallback.NOTIFY else "不足就取消"


def _missed_en(facts: Announcement) -> str:
    if facts.if_missed is Fallback.EXTEND and facts.extends_to is not None:
        return f"if that is missed, orders go on until {time_en(facts.extends_to)} on {day_en(facts.extends_to)}"
    return "if that is missed, " + ("the store decides" if facts.if_missed is Fallback.NOTIFY else "it is cancelled")
