"""The dates of a campaign go together: cut-off, delivery date and windows, by the calendar of the compounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from logistics.clock import SHANGHAI
from logistics.orders.drafting import BadWindow, CampaignDraft, DeliveryBeforeCutOff, WindowDraft, WindowOffTheDay
from logistics.orders.rules import ShortageRule

CUT_OFF = datetime(2020, 2, 18, 20, 0, tzinfo=SHANGHAI)
TOMORROW = date(2020, 2, 19)
MIDNIGHT = datetime(2020, 2, 19, tzinfo=SHANGHAI)


def drafted(
    *hours: tuple[float, float], delivery_date: date = TOMORROW, cut_off_at: datetime = CUT_OFF
) -> CampaignDraft:
    """A draft cut off at 20:00 for the next day; its windows in hours after that day's midnight."""
    return CampaignDraft(
        store_id=1,
        title="Rice",
        cut_off_at=cut_off_at,
        delivery_date=delivery_date,
        shortage_rule=ShortageRule.PROPORTIONAL,
        minimum_orders=0,
        area_ids=(),
        windows=tuple(
            WindowDraft(
                code=f"W{number}",
                starts_at=MIDNIGHT + timedelta(hours=start),
                ends_at=MIDNIGHT + timedelta(hours=end),
            )
            for number, (start, end) in enumerate(hours)
        ),
        offers=(),
    )


def test_windows_fill_the_delivery_date_from_midnight_to_midnight() -> None:
    assert len(drafted((0, 12), (12, 24)).windows) == 2


@pytest.mark.parametrize("hours", [(-1, 2), (23, 24.001), (24, 26), (9_600, 9_602)])
def test_a_window_that_reaches_into_another_day_is_refused(hours: tuple[float, float]) -> None:
    with pytest.raises(WindowOffTheDay, match="Window W1: it must lie within the delivery date, 2020-02-19 by local"):
        drafted((8, 12), hours)


def test_the_day_is_that_of_the_compounds_and_not_that_of_utc() -> None:
    # 07:00 in Shanghai is 23:00 UTC of the day before
    assert drafted((7, 9)).delivery_date == TOMORROW


@pytest.mark.parametrize("hours", [(-5, 2), (-4, 2), (10, 10), (12, 10)])
def test_a_window_before_the_cut_off_or_backwards_is_refused(hours: tuple[float, float]) -> None:
    with pytest.raises(BadWindow, match="Window W0: it must begin after the cut-off and end after it begins"):
        drafted(hours)


def test_goods_may_be_cut_off_in_the_morning_and_delivered_in_the_afternoon() -> None:
    same_day = MIDNIGHT + timedelta(hours=9)

    assert drafted((13, 18), cut_off_at=same_day).cut_off_at == same_day
    assert drafted(cut_off_at=MIDNIGHT + timedelta(hours=23.999)).windows == ()


def test_a_delivery_date_that_is_over_at_the_cut_off_is_refused() -> None:
    told = "Delivery on 2020-02-19 would be before the day of the cut-off, 2020-02-20 by local time"
    with pytest.raises(DeliveryBeforeCutOff, match=told):
        drafted(cut_off_at=MIDNIGHT + timedelta(hours=24))
    with pytest.raises(DeliveryBeforeCutOff, match="Delivery on 2001-01-01 would be before"):
        drafted((8, 12), delivery_date=date(2001, 1, 1))
