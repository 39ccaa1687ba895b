"""How vehicles get from place to place: matrices of one kind of vehicle, and how fast it drives at which hour.

Speeds are constant between two slots, and a leg that lasts beyond a slot goes on at the next one's speed, so that who
leaves later never arrives earlier (Ichoua, Gendreau & Potvin 2003, "Vehicle dispatching with time-dependent travel
times", DOI 10.1016/S0377-2217(02)00147-9).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedSlot:
    """From `start_s` on, legs are driven at `percent` of the speed in the matrix: at 50 they take twice as long."""

    start_s: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """One kind of vehicle on the road: van, cargo tricycle, on foot.

    `seconds` and `metres` are (n, n) as in `Problem`. Before the first of `speeds`, and without any, the speed is that
    of the matrix.
    """

    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    speeds: tuple[SpeedSlot, ...] = ()


def arrival_s(speeds: tuple[SpeedSlot, ...], *, depart_s: int, leg_s: int) -> int:
    """When a leg of `leg_s` seconds at full speed ends: the first whole second by which it has been driven."""
    left = PERCENT * leg_s
    now_s, percent = depart_s, PERCENT
    for slot in speeds:
        if slot.start_s > now_s:
            driven = percent * (slot.start_s - now_s)
            if driven >= left:
                break
            left -= driven
            now_s = slot.start_s
        percent = slot.percent
    return now_s + -(-left // percent)


def latest_departure_s(speeds: tuple[SpeedSlot, ...], *, arrive_s: int, leg_s: int) -> int:
    """The latest second at which to leave and be there by `arrive_s`."""
    left = PERCENT * leg_s
    now_s = arrive_s
    for slot in reversed(speeds):
        if slot.start_s < now_s:
            driven = slot.percent * (now_s - slot.start_s)
            if driven >= left:
                return now_s - -(-left // slot.percent)
            left -= driven
            now_s = slot.start_s
    return now_s - -(-left // PERCENT)
