"""The three datums: known places, real compounds, and there and back again."""

from __future__ import annotations

import csv
import gzip
from math import cos, hypot, radians
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.day.folder.datum import Datum, Place, from_wgs84, to_wgs84, wgs84_to_gcj02

DEGREE_M = 111_195
places = st.tuples(st.floats(75, 134), st.floats(18, 53))


def apart_m(one: Place, other: Place) -> float:
    return hypot((one[0] - other[0]) * cos(radians(one[1])), one[1] - other[1]) * DEGREE_M


@given(place=places, datum=st.sampled_from(Datum))
def test_a_place_sent_there_and_back_moves_less_than_a_millimetre(place: Place, datum: Datum) -> None:
    assert apart_m(to_wgs84(from_wgs84(place, datum), datum), place) < 0.001


def test_the_shift_is_half_a_kilometre_in_jinan_and_a_kilometre_more_for_baidu() -> None:
    jinan = (117.0, 36.65)

    assert apart_m(from_wgs84(jinan, Datum.GCJ02), jinan) == pytest.approx(522, abs=1)
    assert 1_000 < apart_m(from_wgs84(jinan, Datum.BD09), jinan) < 1_500


def test_wgs84_stays_as_it_is() -> None:
    assert to_wgs84((117.0, 36.65), Datum.WGS84) == (117.0, 36.65)


def test_nothing_is_shifted_outside_china() -> None:
    assert wgs84_to_gcj02((24.94, 60.17)) == (24.94, 60.17)


@pytest.mark.realdata
@pytest.mark.parametrize("city", ["jinan", "jiaozuo"])
def test_real_compounds_in_bd09_land_within_half_a_metre_of_their_wgs84_place(city: str, real_data: Path) -> None:
    with gzip.open(real_data / "compounds" / f"{city}.csv.gz", "rt", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))

    worst_m = max(
        apart_m(
            to_wgs84((float(row["lng_bd09"]), float(row["lat_bd09"])), Datum.BD09),
            (float(row["lng_wgs84"]), float(row["lat_wgs84"])),
        )
        for row in rows
    )

    assert len(rows) > 1_000
    assert worst_m < 0.5
