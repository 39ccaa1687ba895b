"""Quantities, moments and homes as people write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Flask

from logistics.web import formats


@dataclass
class Place:
    building: str
    unit: str = ""
    flat: str = ""


@contextmanager
def reading_in(app: Flask, language: str) -> Iterator[None]:
    with app.app_context(), app.test_request_context(f"/?lang={language}"):
        yield


def test_grams_and_metres_are_written_in_kilograms_and_kilometres(app: Flask) -> None:
    with reading_in(app, "zh"):
        assert formats.kilograms(1_234_549) == "1,234.5 公斤"
        assert formats.kilometres(999) == "1 公里"
        assert formats.kilometres(None) == "–"
    with reading_in(app, "en"):
        assert formats.kilograms(0) == "0 kg"


def test_money_is_exact_to_the_cent(app: Flask) -> None:
    assert [formats.yuan(cents) for cents in (0, 5, 350, 123_456)] == ["¥0.00", "¥0.05", "¥3.50", "¥1234.56"]


def test_durations_are_rounded_to_minutes_and_below_one_to_tenths(app: Flask) -> None:
    with reading_in(app, "en"):
        assert [formats.duration(s) for s in (0.04, 59.94, 60, 3_569, 3_570, 36_000)] == [
            "0 s", "59.9 s", "1 min", "59 min", "1 h 00 min", "10 h 00 min",
        ]  # fmt: skip


def test_moments_are_beijing_time_whatever_the_server_runs_on(app: Flask) -> None:
    late = datetime(2020, 2, 28, 16, 30, tzinfo=UTC)  # half past midnight of the 29th in Beijing

    with reading_in(app, "zh"):
        assert formats.moment(late) == "2月29日 00:30"
        assert formats.iso_minute(late) == "2020-02-29T00:30+08:00"
        assert formats.day(date(2020, 2, 29)) == "2020年2月29日 星期六"
    with reading_in(app, "en"):
        assert formats.day(date(2020, 2, 29)) == "Saturday, 29 February 2020"


def test_a_home_is_written_as_people_write_it(app: Flask) -> None:
    with reading_in(app, "zh"):
        assert formats.home(Place("5", "1", "1503")) == "5号楼1单元1503室"
        assert formats.home(Place("5")) == "5号楼"
        assert formats.home(Place("甲楼", "", "东户")) == "甲楼东户"
    with reading_in(app, "en"):
        assert formats.home(Place("5", "1", "1503")) == "building 5, unit 1, flat 1503"


def test_one_package_is_not_packages(app: Flask) -> None:
    with reading_in(app, "en"):
        assert [formats.packages(n) for n in (0, 1, 2)] == ["0 packages", "1 package", "2 packages"]
    with reading_in(app, "zh"):
        assert formats.packages(1) == "1 件"
