"""An error speaks the reader's language and clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from logistics.delivery.rules import ProofKind
from logistics.delivery.service import WrongProof
from logistics.errors import BadTransition, DomainError, NotFound
from logistics.orders.errors import CampaignClosed, UnknownWindow
from logistics.orders.rules import CampaignState
from logistics.routing.rules import StopKind
from logistics.telling import fact, told

CUT_OFF = datetime(2020, 2, 18, 12, 0, tzinfo=UTC)
"""20:00 in Shanghai."""

CASES = (
    (
        CampaignClosed(campaign="C1", state=CampaignState.CLOSED, cut_off=CUT_OFF),
        "团购活动 C1 不接单：状态为“已截单”，截单时间是 2月18日 20:00。",
        "Campaign C1 takes no orders: it is closed, its cut-off was 18 Feb 20:00.",
    ),
    (NotFound(kind="manifest", key=1), "找不到配送单 1。", "No manifest 1."),
    (
        BadTransition(entity="campaign", key="C1", state=CampaignState.OPEN, wanted=CampaignState.OPEN),
        "团购 C1 的状态是“进行中”，不能变为“进行中”。",
        "group buy C1 is open and cannot become open.",
    ),
    (
        WrongProof(kind=StopKind.DOOR, proof=ProofKind.KEEPER_SIGNED, allowed=[ProofKind.LEFT_AT_DOOR]),
        "“放在门口”站点不能以“领取点签收”交接，应为“已放门口”。",
        "A leave at door stop is not handed over with keeper signed; it takes left at the door.",
    ),
    (
        UnknownWindow(campaign="C1", window="X", windows=["AM", "PM"]),
        None,
        "Campaign C1 has no delivery window X; it has AM, PM.",
    ),
)


@pytest.mark.parametrize(("error", "chinese", "english"), CASES, ids=lambda case: getattr(case, "code", ""))
def test_an_error_is_told_in_the_readers_words(
    app: Flask, error: DomainError, chinese: str | None, english: str
) -> None:
    with force_locale("en"):
        assert told(error) == english
    with force_locale("zh_Hans_CN"):
        assert chinese is None or told(error) == chinese


def test_what_is_neither_word_nor_moment_stays_as_it_is(app: Flask) -> None:
    with force_locale("zh_Hans_CN"):
        assert fact(7) == 7
        assert fact("van-01") == "van-01"
        assert fact("plan", "entity") == "计划"
        assert fact("gizmo", "entity") == "gizmo"
        assert fact(["AM", "PM"]) == "AM、PM"
        assert fact(date(2020, 2, 18)) == "2020年2月18日"


def test_for_machines_the_facts_stay_what_they_are() -> None:
    error = CampaignClosed(campaign="C1", state=CampaignState.CLOSED, cut_off=CUT_OFF)

    assert error.data["state"] is CampaignState.CLOSED
    assert str(error) == "Campaign C1 takes no orders: it is closed, its cut-off was 2020-02-18T12:00:00+00:00."
