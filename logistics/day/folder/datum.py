"""The three datums of Chinese maps, and the way between them.

WGS-84 is what satellites and OpenStreetMap use. GCJ-02 (国测局坐标, required of maps published in China) shifts it
by a fixed function of the place, 100 to 700 m. BD-09 is Baidu's further shift of GCJ-02, by some 900 m. The forward
functions are facts about these systems: GCJ-02 is a sum of sines in degrees from (105°E, 35°N), scaled to metres on
the Krasovsky 1940 ellipsoid; BD-09 is a small stretch and turn about the origin with period 3/100 degrees, plus a
constant. Neither has a closed inverse; each is inverted by fixed-point iteration on its forward function, to better
than a millimetre.

All places are (lng, lat) in degrees.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt

KRASOVSKY_AXIS_M = 6_378_245.0
KRASOVSKY_ECCENTRICITY2 = 0.006_693_421_622_965_943
BAIDU_PERIOD = pi * 3000 / 180
BAIDU_LNG, BAIDU_LAT = 0.0065, 0.006
ITERATIONS = 12
SETTLED_DEG = 1e-10
"""A hundredth of a millimetre."""

Place = tuple[float, float]


class Datum(StrEnum):
    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


def to_wgs84(place: Place, datum: Datum) -> Place:
    """`place`, given in `datum`, in WGS-84."""
    if datum is Datum.BD09:
        return gcj02_to_wgs84(bd09_to_gcj02(place))
    return gcj02_to_wgs84(place) if datum is Datum.GCJ02 else place


def from_wgs84(place: Place, datum: Datum) -> Place:
    """`place`, given in WGS-84, in `datum`."""
    if datum is Datum.BD09:
        return gcj02_to_bd09(wgs84_to_gcj02(place))
    return wgs84_to_gcj02(place) if datum is Datum.GCJ02 else place


def is_shifted(place: Place) -> bool:
    """Whether GCJ-02 shifts here: inside the rectangle that Chinese maps cover."""
    lng, lat = place
    return 72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271


def wgs84_to_gcj02(place: Place) -> Place:
    if not is_shifted(place):
        return place
    lng, lat = place
    east_m, north_m = _shift_m(lng - 105.0, lat - 35.0)
    bulge = 1 - KRASOVSKY_ECCENTRICITY2 * sin(radians(lat)) ** 2
    meridian_m = KRASOVSKY_AXIS_M * (1 - KRASOVSKY_ECCENTRICITY2) / (bulge * sqrt(bulge))
    parallel_m = KRASOVSKY_AXIS_M / sqrt(bulge) * cos(radians(lat))
    return lng + east_m * 180 / (pi * parallel_m), lat + north_m * 180 / (pi * meridian_m)


def gcj02_to_wgs84(place: Place) -> Place:
    return _invert(wgs84_to_gcj02, place, guess=place)


def gcj02_to_bd09(place: Place) -> Place:
    lng, lat = place
    radius = hypot(lng, lat) + 0.00002 * sin(lat * BAIDU_PERIOD)
    angle = atan2(lat, lng) + 0.000003 * cos(lng * BAIDU_PERIOD)
    return radius * cos(angle) + BAIDU_LNG, radius * sin(angle) + BAIDU_LAT


def bd09_to_gcj02(place: Place) -> Place:
    lng, lat = place
    return _invert(gcj02_to_bd09, place, guess=(lng - BAIDU_LNG, lat - BAIDU_LAT))


def _shift_m(x: float, y: float) -> Place:
    """Metres east and north, for degrees `x` east and `y` north of (105, 35)."""
    wave = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave
    east += (20 * sin(pi * x) + 40 * sin(pi / 3 * x)) * 2 / 3 + (
        150 * sin(pi / 12 * x) + 300 * sin(pi / 30 * x)
    ) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave
    north += (20 * sin(pi * y) + 40 * sin(pi / 3 * y)) * 2 / 3
    north += (160 * sin(pi / 12 * y) + 320 * sin(pi / 30 * y)) * 2 / 3
    return east, north


def _invert(forward: Callable[[Place], Place], wanted: Place, *, guess: Place) -> Place:
    """The place that `forward` sends to `wanted`: step by what is missing until nothing is."""
    for _ in range(ITERATIONS):
        reached = forward(guess)
        off_lng, off_lat = wanted[0] - reached[0], wanted[1] - reached[1]
        guess = guess[0] + off_lng, guess[1] + off_lat
        if abs(off_lng) < SETTLED_DEG and abs(off_lat) < SETTLED_DEG:
            break
    return guess
