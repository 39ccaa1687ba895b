"""The text to paste into a chat group: everything a household asks before it orders, a line each."""

from __future__ import annotations

from datetime import date, datetime

from logistics.notifications.rules import Language
from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.campaigns.texts.facts import Announcement, Sold, listed, yuan

GOODS_MAX = 60
"""Goods listed one by one; chat groups fold what is longer."""

_NEEDED = {
    Measure.ORDERS: ("满 {n} 单", "{n} orders"),
    Measure.HOUSEHOLDS: ("满 {n} 户", "{n} households"),
    Measure.UNITS: ("满 {n} 份", "{n} units"),
    Measure.AMOUNT: ("满 {n}", "{n} in all"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def chat_text(facts: Announcement, language: Language) -> str:
    """The lines of a campaign, ready to paste."""
    lines = _chinese(facts) if language is Language.ZH else _english(facts)
    return "\n".join(lines)


def _chinese(facts: Announcement) -> list[str]:
    lines = [
        f"【{facts.title}】{facts.store}",
        f"截单：{day_zh(facts.cut_off)} {_clock(facts.cut_off)}",
        f"送货：{day_zh(facts.delivery)} {listed(_spans(facts), chinese=True)}",
        f"服务：{listed(facts.places, chinese=True)}",
        *(_good_zh(number, good) for number, good in enumerate(facts.goods[:GOODS_MAX], start=1)),
    ]
    if len(facts.goods) > GOODS_MAX:
        lines.append(f"……共 {len(facts.goods)} 种商品")
    if facts.household_units_max is not None:
        lines.append(f"每户合计限 {facts.household_units_max} 份")
    if any(good.tiers for good in facts.goods):
        lines.append("阶梯价：全团合计份数越多越便宜，截单后所有订单同价")
    if facts.minimums:
        needed = listed([needed_zh(measure, n) for measure, n, _ in facts.minimums], chinese=True)
        lines.append(f"成团：{needed}；{missed_zh(facts)}")
    return [*lines, f"下单：{facts.link}"]


def _english(facts: Announcement) -> list[str]:
    lines = [
        f"{facts.title} · {facts.store}",
        f"Order until: {day_en(facts.cut_off)}, {_clock(facts.cut_off)}",
        f"Delivery: {day_en(facts.delivery)}, {listed(_spans(facts), chinese=False)}",
        f"Serves: {listed(facts.places, chinese=False)}",
        *(_good_en(number, good) for number, good in enumerate(facts.goods[:GOODS_MAX], start=1)),
    ]
    if len(facts.goods) > GOODS_MAX:
        lines.append(f"… {len(facts.goods)} products in all")
    if facts.household_units_max is not None:
        lines.append(f"At most {facts.household_units_max} units per household in all")
    if any(good.tiers for good in facts.goods):
        lines.append("The more everybody orders together, the cheaper: after the cut-off all orders pay the same price")
    if facts.minimums:
        needed = listed([needed_en(measure, n) for measure, n, _ in facts.minimums], chinese=False)
        lines.append(f"Forms from: {needed}; {missed_en(facts)}")
    return [*lines, f"Order here: {facts.link}"]


def _good_zh(number: int, good: Sold) -> str:
    unit = f"（{good.unit}）" if good.unit else ""
    tiers = "".join(f"，满 {units} 份 {yuan(cents)}" for units, cents in good.tiers)
    limit = f"，每户限 {good.limit}" if good.limit is not None else ""
    return f"{number}. {good.name}{unit} {yuan(good.price_cents)}{tiers}{limit}"


def _good_en(number: int, good: Sold) -> str:
    unit = f" ({good.unit})" if good.unit else ""
    tiers = "".join(f", from {units} units {yuan(cents)}" for units, cents in good.tiers)
    limit = f", at most {good.limit} per household" if good.limit is not None else ""
    return f"{number}. {good.name}{unit} {yuan(good.price_cents)}{tiers}{limit}"


def needed_zh(measure: Measure, needed: int) -> str:
    return _NEEDED[measure][0].format(n=yuan(needed) if measure is Measure.AMOUNT else needed)


def needed_en(measure: Measure, needed: int) -> str:
    return _NEEDED[measure][1].format(n=yuan(needed) if measure is Measure.AMOUNT else needed)


def missed_zh(facts: Announcement) -> str:
    """What happens when the minimum is missed, as it was chosen beforehand."""
    if facts.if_missed is Fallback.EXTEND and facts.extends_to is not None:
        return f"不足则延长到 {day_zh(facts.extends_to)} {_clock(facts.extends_to)}，仍不足则取消"
    return "不足由商家决定并通知" if facts.if_missed is Fallback.NOTIFY else "不足则取消"


def missed_en(facts: Announcement) -> str:
    """The same in English."""
    if facts.if_missed is Fallback.EXTEND and facts.extends_to is not None:
        return f"if short, extended to {day_en(facts.extends_to)}, {_clock(facts.extends_to)}, then cancelled"
    return "if short, the store decides and tells you" if facts.if_missed is Fallback.NOTIFY else "else cancelled"


def day_zh(day: date) -> str:
    return f"{day.month}月{day.day}日"


def day_en(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def _spans(facts: Announcement) -> list[str]:
    return [f"{_clock(begin)}–{_clock(end)}" for begin, end in facts.windows]
