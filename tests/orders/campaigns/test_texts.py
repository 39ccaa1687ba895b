"""The words that tell of a campaign, each made whole from the same facts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.clock import SHANGHAI
from logistics.notifications.lengths import fits
from logistics.notifications.rules import Language
from logistics.orders.campaigns.rules import Fallback, Measure
from logistics.orders.campaigns.texts.chat import chat_text
from logistics.orders.campaigns.texts.facts import Announcement, Sold
from logistics.orders.campaigns.texts.sms import is_gsm, length_max, sms_length, sms_text
from logistics.orders.campaigns.texts.spoken import loudspeaker_script

ZH, EN = Language.ZH, Language.EN


def at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2020-02-{day}T{clock}").replace(tzinfo=SHANGHAI)


FACTS = Announcement(
    code="C20200219-0A1B2C3D",
    title="周末蔬菜",
    store="华联南门店",
    cut_off=at(18, "20:00"),
    delivery=date(2020, 2, 19),
    windows=((at(19, "09:00"), at(19, "12:00")), (at(19, "14:00"), at(19, "17:30"))),
    places=("幸福社区", "和平社区"),
    goods=(
        Sold(name="大白菜", unit="500 g", price_cents=250, tiers=((50, 220), (100, 200)), limit=2),
        Sold(name="鸡蛋", unit="", price_cents=1_250),
    ),
    minimums=((Measure.HOUSEHOLDS, 30, 12), (Measure.AMOUNT, 50_000, 9_000)),
    if_missed=Fallback.EXTEND,
    extends_to=at(18, "22:00"),
    household_units_max=20,
    link="https://buy.example/campaigns/7",
)
ENGLISH = replace(
    FACTS,
    title="Weekend vegetables",
    store="South Gate",
    places=("Xingfu", "Heping"),
    goods=(
        Sold(name="Cabbage", unit="500 g", price_cents=250, tiers=((50, 220), (100, 200)), limit=2),
        Sold(name="Eggs", unit="", price_cents=1_250),
    ),
)


def test_the_chat_text_says_all_a_household_asks() -> None:
    assert chat_text(FACTS, ZH).split("\n") == [
        "【周末蔬菜】华联南门店",
        "截单：2月18日 20:00",
        "送货：2月19日 09:00–12:00、14:00–17:30",
        "服务：幸福社区、和平社区",
        "1. 大白菜（500 g） ¥2.50，满 50 份 ¥2.20，满 100 份 ¥2.00，每户限 2",
        "2. 鸡蛋 ¥12.50",
        "每户合计限 20 份",
        "阶梯价：全团合计份数越多越便宜，截单后所有订单同价",
        "成团：满 30 户、满 ¥500.00；不足则延长到 2月18日 22:00，仍不足则取消",
        "下单：https://buy.example/campaigns/7",
    ]


def test_the_chat_text_in_english() -> None:
    assert chat_text(ENGLISH, EN).split("\n") == [
        "Weekend vegetables · South Gate",
        "Order until: 18 Feb, 20:00",
        "Delivery: 19 Feb, 09:00–12:00, 14:00–17:30",
        "Serves: Xingfu, Heping",
        "1. Cabbage (500 g) ¥2.50, from 50 units ¥2.20, from 100 units ¥2.00, at most 2 per household",
        "2. Eggs ¥12.50",
        "At most 20 units per household in all",
        "The more everybody orders together, the cheaper: after the cut-off all orders pay the same price",
        "Forms from: 30 households, ¥500.00 in all; if short, extended to 18 Feb, 22:00, then cancelled",
        "Order here: https://buy.example/campaigns/7",
    ]


def test_a_plain_campaign_has_a_plain_text() -> None:
    plain = replace(
        FACTS,
        goods=(FACTS.goods[1],),
        minimums=(),
        household_units_max=None,
        if_missed=Fallback.CANCEL,
        extends_to=None,
    )

    assert chat_text(plain, ZH).split("\n")[4:] == ["1. 鸡蛋 ¥12.50", "下单：https://buy.example/campaigns/7"]


@pytest.mark.parametrize(
    ("fallback", "chinese", "english"),
    [
        (Fallback.CANCEL, "不足则取消", "else cancelled"),
        (Fallback.NOTIFY, "不足由商家决定并通知", "if short, the store decides and tells you"),
    ],
)
def test_what_was_chosen_for_a_missed_minimum_is_said(fallback: Fallback, chinese: str, english: str) -> None:
    facts = replace(FACTS, if_missed=fallback, extends_to=None)

    assert f"成团：满 30 户、满 ¥500.00；{chinese}" in chat_text(facts, ZH)
    assert f"Forms from: 30 households, ¥500.00 in all; {english}" in chat_text(facts, EN)


def test_sixty_goods_are_listed_and_the_rest_counted() -> None:
    many = replace(FACTS, goods=tuple(Sold(name=f"G{n}", unit="", price_cents=n) for n in range(61)))

    assert "60. G59" in chat_text(many, ZH)
    assert "G60" not in chat_text(many, ZH)
    assert "……共 61 种商品" in chat_text(many, ZH)
    assert "… 61 products in all" in chat_text(many, EN)


def test_the_loudspeaker_speaks_its_numbers() -> None:
    assert loudspeaker_script(FACTS, ZH).split("\n") == [
        "各位居民请注意！各位居民请注意！",
        "华联南门店的团购“周末蔬菜”，请在二月十八日晚上八点以前下单。",
        "大白菜，每份两元五角，满五十份两元二角，满一百份两元，每户限购两份。",
        "鸡蛋，每份十二元五角。",
        "满三十户、满五百元成团，不足就延长到二月十八日晚上十点。",
        "二月十九日上午九点到中午十二点、下午两点到下午五点半送到。",
        "再说一遍：二月十八日晚上八点截单。不会用手机的居民，请找社区工作人员代购。",
    ]


def test_the_loudspeaker_in_english() -> None:
    assert loudspeaker_script(ENGLISH, EN).split("\n") == [
        "Attention please, residents!",
        "Please order in the group buy “Weekend vegetables” of South Gate "
        "before eight p.m. on the eighteenth of February.",
        "Cabbage, two yuan fifty each, from fifty units two yuan twenty, from one hundred units two yuan, "
        "at most two per household.",
        "Eggs, twelve yuan fifty each.",
        "It needs thirty households and five hundred yuan in all; "
        "if that is missed, orders go on until ten p.m. on the eighteenth of February.",
        "The goods come from nine a.m. to noon and from two p.m. to five thirty p.m. on the nineteenth of February.",
        "Once more: orders end at eight p.m. on the eighteenth of February. "
        "If you use no phone, ask your community worker to order for you.",
    ]


def test_the_loudspeaker_reads_eight_goods_and_counts_them_all() -> None:
    many = replace(FACTS, goods=tuple(Sold(name="菜", unit="", price_cents=100) for _ in range(9)))

    script = loudspeaker_script(many, ZH)

    assert script.count("菜，每份一元。") == 8
    assert "还有别的商品，一共九种。" in script
    assert "nine products in all" in loudspeaker_script(many, EN)


@given(cents=st.integers(0, 9_999_999), units=st.integers(2, 1_000_000), limit=st.integers(1, 999))
def test_nothing_of_ours_is_read_out_in_digits(cents: int, units: int, limit: int) -> None:
    good = Sold(name="鸡蛋", unit="", price_cents=cents + 1, tiers=((units, cents),), limit=limit)
    facts = replace(FACTS, goods=(good,))

    assert not re.search(r"\d", loudspeaker_script(facts, ZH) + loudspeaker_script(facts, EN))


def test_one_sms_in_chinese_and_in_english() -> None:
    chinese, english = sms_text(FACTS, ZH), sms_text(ENGLISH, EN)

    assert chinese == "周末蔬菜团购2月18日20:00截单，2月19日送，buy.example/campaigns/7，满 30 户、满 ¥500.00成团"
    assert sms_length(chinese) == len(chinese) == 68
    assert english == (
        "Weekend vegetables: order until 18 Feb 20:00, comes 19 Feb, buy.example/campaigns/7, "
        "forms from 30 households and ¥500.00 in all"
    )
    assert sms_length(english) == len(english) == 128


def test_a_title_that_would_cost_an_english_sms_ninety_characters_gives_way_to_the_code() -> None:
    text = sms_text(FACTS, EN)

    assert text.startswith("C20200219-0A1B2C3D: order until 18 Feb 20:00")
    assert is_gsm(text)


def test_a_long_title_is_shortened_and_the_deadline_stays() -> None:
    text = sms_text(replace(FACTS, title="蔬" * 160), ZH)

    assert (sms_length(text), text[48:]) == (70, "…团购2月18日20:00截单，2月19日送")


titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=160)
links = st.text(st.characters(codec="ascii", categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=120)


@given(title=titles, link=links, needed=st.integers(1, 1_000_000), language=st.sampled_from(Language))
def test_whatever_the_title_one_sms_is_one_sms_with_its_deadline(
    title: str, link: str, needed: int, language: Language
) -> None:
    facts = replace(FACTS, title=title, link=f"https://{link}", minimums=((Measure.UNITS, needed, 0),))

    text = sms_text(facts, language)

    assert sms_length(text) <= length_max(language)
    assert fits(text)
    assert "20:00" in text
    assert language is ZH or is_gsm(text)
