"""Texts of goods are understood whole or refused at the piece that is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.chat_sheets.lines import BadText, Unsaid, lines_of
from logistics.orders.chat_sheets.products import Offered, ProductBook, ProductMatch

OFFERS = (
    Offered(product_id=1, sku="V01", name="白菜", unit="份"),
    Offered(product_id=2, sku="V02", name="土豆", unit="袋"),
    Offered(product_id=3, sku="E30", name="鸡蛋30枚", unit="盒"),
    Offered(product_id=4, sku="C01", name="三黄鸡", unit="只"),
    Offered(product_id=5, sku="TA", name="套餐A", unit=""),
    Offered(product_id=6, sku="V06", name="大白菜", unit="颗"),
)
BOOK = ProductBook(OFFERS, {"青菜": 1, "运费": None, "旧货": 99})


def read(text: str, **options: object) -> dict[str, int]:
    return {line.sku: line.quantity for line in lines_of(text, BOOK, **options)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["白菜2 土豆*3", "白菜x2,土豆×3", "白菜2土豆3", "2份白菜 三袋土豆", "白菜两份、土豆三份", "白菜：2；土豆：3",
     "v01*2 V02 x 3", "白菜 2份 土豆 3袋", "白菜+2 土豆+3", "1. 白菜2 土豆3", "土豆三 白菜二", "青菜2 土豆3 运费8",
     "白菜(份)x2 土豆/袋 3",
     "白菜1 土豆3 白菜1", "白菜２　土豆３", "鸡蛋30枚0 白菜2 土豆3"],
)  # fmt: skip
def test_one_order_in_many_spellings(text: str) -> None:
    assert read(text) == {"V01": 2, "V02": 3}


@pytest.mark.parametrize(
    ("text", "why", "at"),
    [
        ("  ", "empty", ""),
        ("白菜2 谢谢", "words", "谢谢"),
        ("小白菜2", "words", "小白菜2"),
        ("白菜心2", "no_quantity", "白菜心2"),
        ("V012", "words", "v012"),
        ("白菜", "no_quantity", "白菜"),
        ("白菜 三黄鸡1", "no_quantity", "白菜 三黄鸡1"),
        ("土豆2斤", "unit", "斤"),
        ("土豆2颗", "unit", "颗"),
        ("白菜1.5", "not_whole", "1.5"),
        ("白菜半份", "not_whole", "半份"),
        ("白菜9999", "too_many", "9999"),
        ("白菜2 3份土豆", "words", "3份土豆"),
        ("旧货2", "words", "旧货2"),
    ],
)
def test_what_is_not_clear_is_refused_at_its_place(text: str, why: str, at: str) -> None:
    with pytest.raises(BadText) as caught:
        read(text)

    assert (caught.value.data["why"], caught.value.data["at"]) == (why, at)


def test_the_longest_name_is_meant() -> None:
    assert read("大白菜2 白菜1") == {"V06": 2, "V01": 1}
    assert read("鸡蛋30枚2") == {"E30": 2}
    assert read("套餐Ax2 套餐A 1") == {"TA": 3}
    assert read("两只三黄鸡") == {"C01": 2}


def test_a_name_without_a_number_is_one_where_the_mapping_says_so() -> None:
    assert read("白菜 三黄鸡", unsaid=Unsaid.ONE) == {"V01": 1, "C01": 1}


def test_a_name_of_two_products_is_neither() -> None:
    twins = ProductBook([Offered(product_id=1, sku="A", name="苹果"), Offered(product_id=2, sku="B", name="苹果")])

    found = twins.find("苹果")
    with pytest.raises(BadText) as caught:
        lines_of("苹果2", twins)

    assert (found.match, [offer.sku for offer in found.options]) == (ProductMatch.AMBIGUOUS, ["A", "B"])
    assert caught.value.data["why"] == "ambiguous"


def test_an_unknown_word_is_offered_what_is_near_and_given_nothing() -> None:
    found = BOOK.find("白菜苔")

    assert (found.match, found.product) == (ProductMatch.UNKNOWN, None)
    assert "V01" in [offer.sku for offer in found.options]


WANTED = st.dictionaries(st.sampled_from(OFFERS), st.integers(1, 999), min_size=1, max_size=6)


@given(WANTED, st.data())
def test_an_order_written_down_is_read_as_it_was(wanted: dict[Offered, int], data: st.DataObject) -> None:
    before = data.draw(st.booleans())
    pieces = []
    for offer, quantity in wanted.items():
        name = data.draw(st.sampled_from([offer.name, offer.sku, offer.name.lower()]))
        unit = data.draw(st.sampled_from(["", "份", offer.unit]))
        mark = data.draw(st.sampled_from([" ", "x", " * ", "：", "×"]))
        pieces.append(f"{quantity}{unit} {name}" if before else f"{name}{mark}{quantity}{unit}")
    joint = data.draw(st.sampled_from([" ", "，", "、", "\n", "; "]))

    assert read(joint.join(pieces)) == {offer.sku: quantity for offer, quantity in wanted.items()}
