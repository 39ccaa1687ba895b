"""Legs that take longer at some hours: whole seconds, first in first out, and the way back."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from logistics.routing.engine.problem import SpeedSlot
from logistics.routing.engine.travelling import arrival_s, latest_departure_s

RUSH = (SpeedSlot(start_s=100, percent=50), SpeedSlot(start_s=200, percent=100))

speeds = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 300)), max_size=4, unique_by=lambda slot: slot[0]).map(
    lambda slots: tuple(SpeedSlot(start_s=start, percent=percent) for start, percent in sorted(slots))
)


def test_without_slots_a_leg_takes_what_the_matrix_says():
    assert arrival_s((), depart_s=50, leg_s=70) == 120
    assert latest_departure_s((), arrive_s=120, leg_s=70) == 50


def test_a_leg_through_the_rush_is_driven_at_three_speeds():
    # 50 s before 100, then 100 s at half speed are another 50 s of the leg, and 20 s are left after 200.
    assert arrival_s(RUSH, depart_s=50, leg_s=120) == 220
    assert latest_departure_s(RUSH, arrive_s=220, leg_s=120) == 50


def test_a_leg_that_ends_with_the_slot_does_not_feel_the_next_one():
    assert arrival_s(RUSH, depart_s=50, leg_s=50) == 100
    assert arrival_s(RUSH, depart_s=50, leg_s=51) == 102
    assert latest_departure_s(RUSH, arrive_s=102, leg_s=51) == 50
    assert latest_departure_s(RUSH, arrive_s=101, leg_s=51) == 49


def work(slots, until_s):
    """Percent-seconds driven before a moment, slot by slot."""
    edges = [(Fraction(-(10**6)), 100), *((slot.start_s, slot.percent) for slot in slots), (Fraction(10**6), 0)]
    return sum(
        percent * (min(end, until_s) - start) for (start, percent), (end, _) in pairwise(edges) if start < until_s
    )


@given(speeds, st.integers(0, 600), st.integers(0, 400))
def test_arrival_is_the_first_second_by_which_the_leg_is_driven(slots, depart_s, leg_s):
    arrive_s = arrival_s(slots, depart_s=depart_s, leg_s=leg_s)
    assert work(slots, arrive_s) - work(slots, depart_s) >= 100 * leg_s
    assert arrive_s == depart_s or work(slots, arrive_s - 1) - work(slots, depart_s) < 100 * leg_s


@given(speeds, st.integers(0, 600), st.integers(0, 400))
def test_the_latest_departure_still_arrives_and_a_second_later_does_not(slots, arrive_s, leg_s):
    depart_s = latest_departure_s(slots, arrive_s=arrive_s, leg_s=leg_s)
    assert arrival_s(slots, depart_s=depart_s, leg_s=leg_s) <= arrive_s
    assert arrival_s(slots, depart_s=depart_s + 1, leg_s=leg_s) > arrive_s
