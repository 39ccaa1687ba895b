"""Every event has its words, in both languages and at every length, and no code is ever cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.labels import LABELS
from logistics.notifications import lengths, wording
from logistics.notifications.rules import ChannelKind, DeliveryState, Event, Language, Outcome
from logistics.notifications.speaking import speaking
from logistics.notifications.wording import CATALOGUE, Speech

FACTS: dict[str, Any] = {
    "order": "DD-0217-0042",
    "campaign": "蔬菜团",
    "total_cents": 123_450,
    "minimum": 30,
    "saved_cents": 500,
    "cut_off_at": "2020-02-19T09:00:00+00:00",
    "missed": [{"measure": "orders", "needed": 30, "reached": 12}],
    "rule": "proportional",
    "lines": [
        {
            "sku": "V01",
            "name": "大白菜",
            "ordered": 3,
            "given": 1,
            "reason": "shortage",
            "post": "",
            "asked": 5_000,
            "short": 1_200,
            "above": "某街道",
            "reasons": [],
        }
    ],
    "reason": "fleet_full",
    "place": "东门自提点",
    "kind": "pickup",
    "start_at": "2020-02-19T01:30:00+00:00",
    "pickup_code": "402913",
    "title": "口罩",
    "item": "口罩",
    "unit": "个",
    "quantity": 5,
    "pieces": 5_000,
    "collect_by": "2020-02-19T09:00:00+00:00",
    "channel": "proxy",
    "code": "ABCD2345",
    "rank": 3,
    "round": "R-0218-1",
    "way": "sms",
    "days": ["2020-02-17"],
}
GIVEN = {"line_shorted": 1, "share_shorted": 3_800}


def facts(event: Event, **more: Any) -> dict[str, Any]:
    lines = [{**line, "given": GIVEN.get(event.value, 0)} for line in FACTS["lines"]]
    return {**FACTS, "lines": lines, **more}


def why(reasons: Any, above: str) -> str:
    return "供应不足"


@pytest.fixture(params=list(Language))
def speech(request: pytest.FixtureRequest, languages: Flask) -> Iterator[Speech]:
    with speaking(request.param, why) as found:
        yield found


def said(event: Event, language: Language, **more: Any) -> tuple[str, list[str], str]:
    with speaking(language, why) as speech:
        told = facts(event, **more)
        return (
            wording.headline(event, told, speech),
            wording.details(event, told, speech),
            lengths.sms(event, told, speech),
        )


def test_every_event_has_words_and_a_name() -> None:
    assert set(CATALOGUE) == set(Event)
    assert set(LABELS["event"]) == {event.value for event in Event}


def test_every_state_way_and_outcome_has_a_word() -> None:
    for group, enum in {"delivery_state": DeliveryState, "channel_kind": ChannelKind, "outcome": Outcome}.items():
        assert set(LABELS[group]) == {member.value for member in enum}, group
    assert set(LABELS["message_language"]) == {language.value for language in Language}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_is_told_at_every_length(speech: Speech, event: Event) -> None:
    told = facts(event)

    headline, details = wording.headline(event, told, speech), wording.details(event, told, speech)
    sms, robot = lengths.sms(event, told, speech), lengths.robot(event, told, speech, to="东区")

    whole = "\n".join([headline, *details])
    assert headline
    assert "%(" not in whole
    assert re.search(r"[一-鿿]", headline) if speech.language is Language.ZH else not re.match(r"[一-鿿]{4}", headline)
    assert len(sms) <= (70 if re.search(r"[一-鿿]", sms) else 160)
    assert robot.endswith(whole)
    assert robot.startswith("【东区】" if speech.language is Language.ZH else "[东区] ")


def test_words_in_chinese(languages: Flask) -> None:
    assert said(Event.ORDER_PLACED, Language.ZH) == (
        "订单 DD-0217-0042 已下单：¥1234.50",
        [],
        "订单 DD-0217-0042 已下单：¥1234.50。",
    )
    headline, details, sms = said(Event.DELIVERED, Language.ZH)
    assert details[:3] == ["取件码 402913", "预计 2月19日 09:30 左右送到", "地点：东门自提点"]
    assert sms == f"{headline}。取件码 402913。预计 2月19日 09:30 左右送到。地点：东门自提点。"


def test_words_in_english(languages: Flask) -> None:
    headline, details, sms = said(Event.BALLOT_OFFERED, Language.EN, title="Masks", place="East gate")

    assert (headline, details) == (
        "You won in the ballot “Masks”",
        ["Collect before 19 Feb 17:00.", "Place: East gate", "Place 3 in the draw."],
    )
    # plain quotes: one curly one would leave 70 characters for the whole
    assert sms == 'You won in the ballot "Masks". Collect before 19 Feb 17:00. Place: East gate. Place 3 in the draw.'


def test_an_old_message_without_newer_facts_is_told_too(speech: Speech) -> None:
    assert wording.headline(Event.ORDER_PLACED, {"order": "W1"}, speech).endswith("–")
    assert wording.details(Event.DELIVERED, {"order": "W1", "proof": "left_at_door"}, speech) != []


def test_a_chinese_name_in_an_english_sms_leaves_seventy_characters(languages: Flask) -> None:
    _, _, sms = said(Event.BALLOT_OFFERED, Language.EN, title="口罩", place="East gate")

    # the place whole would make 74
    assert (sms, len(sms)) == ("You won in the ballot “口罩”. Collect before 19 Feb 17:00. Place: East….", 70)


def test_a_long_name_is_shortened_and_the_code_behind_it_is_whole(languages: Flask) -> None:
    name = "第三批发放给本街道各社区居民家庭使用的一次性医用外科口罩及配套消毒用品大礼包预约登记活动" * 2

    headline, _, sms = said(Event.BALLOT_REGISTERED, Language.ZH, title=name)

    assert name in headline
    assert (len(sms) <= 70, sms.endswith("您的登记码：ABCD2345。"), "…" in sms) == (True, True, True)


def test_a_code_too_long_for_an_sms_is_left_out_whole(languages: Flask) -> None:
    _, _, sms = said(Event.ORDER_CANCELLED, Language.ZH, order="D" * 64)

    assert sms == "您有新消息，请到网页查看。"


def test_exactly_what_fits_is_sent() -> None:
    assert [lengths.fits("口" * 70), lengths.fits("口" * 71)] == [True, False]
    assert [lengths.fits("a" * 160), lengths.fits("a" * 161)] == [True, False]
    assert [lengths.fits("a" * 158 + "€"), lengths.fits("a" * 159 + "€")] == [True, False]  # it takes two
    assert [lengths.fits("口" * 68 + "😷"), lengths.fits("口" * 69 + "😷")] == [True, False]  # so does a face in UTF-16
    assert lengths.fits("“" * 160)  # a quote that GSM has, too


def test_a_robots_text_ends_at_a_line(speech: Speech) -> None:
    line = facts(Event.LINE_SHORTED)["lines"][0]
    told = facts(Event.LINE_SHORTED, lines=[{**line, "name": f"第{n}种菜"} for n in range(100)])

    whole = [wording.headline(Event.LINE_SHORTED, told, speech), *wording.details(Event.LINE_SHORTED, told, speech)]
    text = lengths.robot(Event.LINE_SHORTED, told, speech)

    kept = text.split("\n")
    assert kept == whole[: len(kept)]
    assert len(text.encode()) <= 2_000 < len("\n".join(whole[: len(kept) + 1]).encode()) + 1


def test_codes_are_hidden_from_logs(speech: Speech) -> None:
    for event in Event:
        text = lengths.robot(event, lengths.hidden(facts(event)), speech)
        assert not {"402913", "ABCD2345"} & set(re.findall(r"[A-Z0-9]+", text)), event


NAMES = st.text(alphabet=st.characters(categories=["Lo", "Ll", "Lu", "Nd", "So"]), min_size=1, max_size=160)
CODES = st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ23456789-", min_size=1, max_size=32)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(event=st.sampled_from(list(Event)), name=NAMES, place=NAMES, code=CODES, pickup=st.from_regex(r"\A[0-9]{6}\Z"))
def test_whatever_the_facts_an_sms_is_one_and_its_codes_are_whole(
    speech: Speech, event: Event, name: str, place: str, code: str, pickup: str
) -> None:
    marked = {"title": name, "item": name, "campaign": name, "place": place}
    codes = {"order": f"<{code}>", "round": f"<{code}>", "code": f"<{code}>", "pickup_code": f"<{pickup}>"}

    sms = lengths.sms(event, facts(event, **marked, **codes), speech)

    assert lengths.fits(sms)
    cut = re.sub(r"<[A-Z2-9-]+>|<[0-9]{6}>", "", sms)
    assert "<" not in cut
    assert ">" not in cut
