"""Whether a campaign forms, by every kind of minimum, and how its cut-off ends when it does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.orders.campaigns.errors import ExtensionMissing, ExtensionUnasked, MinimumAboveCap
from logistics.orders.campaigns.minimum import Ending, Reached, Totals, ending, extended_until, progress
from logistics.orders.campaigns.rules import Fallback, Measure, waiting_areas
from logistics.orders.campaigns.terms import TermsDraft, check_minimum
from tests.builders import NOW

TOTALS = Totals(orders=5, households=4, units=12, amount_cents=6_000)
LATER = NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("measure", "there"),
    [(Measure.ORDERS, 5), (Measure.HOUSEHOLDS, 4), (Measure.UNITS, 12), (Measure.AMOUNT, 6_000)],
)
def test_each_minimum_is_met_at_its_number_and_missed_one_above(measure: Measure, there: int) -> None:
    ends = [
        ending({measure: needed}, TOTALS, fallback=Fallback.CANCEL, extended_until=None, now=NOW)
        for needed in (there, there + 1)
    ]

    assert ends == [Ending.FORM, Ending.FAIL]


def test_all_minimums_must_be_met() -> None:
    needed = {Measure.ORDERS: 5, Measure.UNITS: 13}

    assert progress(needed, TOTALS) == (
        Reached(measure=Measure.ORDERS, needed=5, reached=5),
        Reached(measure=Measure.UNITS, needed=13, reached=12),
    )
    assert ending(needed, TOTALS, fallback=Fallback.CANCEL, extended_until=None, now=NOW) is Ending.FAIL


def test_without_a_minimum_a_campaign_forms_even_when_nobody_ordered() -> None:
    nothing = dict.fromkeys(Measure, 0)

    assert progress(nothing, Totals()) == ()
    assert ending(nothing, Totals(), fallback=Fallback.CANCEL, extended_until=None, now=NOW) is Ending.FORM


@pytest.mark.parametrize(
    ("fallback", "until", "expected"),
    [
        (Fallback.CANCEL, None, Ending.FAIL),
        (Fallback.NOTIFY, None, Ending.WAIT),
        (Fallback.EXTEND, LATER, Ending.EXTEND),
        (Fallback.EXTEND, NOW, Ending.FAIL),  # the later cut-off is over too
        (Fallback.EXTEND, None, Ending.FAIL),  # extended before
    ],
)
def test_below_the_minimum_happens_what_was_chosen(
    fallback: Fallback, until: datetime | None, expected: Ending
) -> None:
    assert ending({Measure.ORDERS: 6}, TOTALS, fallback=fallback, extended_until=until, now=NOW) is expected


def until(
    *,
    now: datetime = NOW,
    fallback: Fallback = Fallback.EXTEND,
    extended_at: datetime | None = None,
    full_at: datetime | None = None,
) -> datetime | None:
    return extended_until(
        fallback=fallback, cut_off_at=NOW, extend_min=120, extended_at=extended_at, full_at=full_at, now=now
    )


def test_the_later_cut_off_counts_from_the_one_that_was_published() -> None:
    assert until() == LATER
    assert until(now=NOW + timedelta(minutes=90)) == LATER  # however late the relay comes


def test_only_a_cut_off_that_has_come_and_was_never_put_off_is_put_off() -> None:
    assert until(now=NOW - timedelta(microseconds=1)) is None  # closed by hand
    assert until(extended_at=NOW) is None
    assert until(full_at=NOW) is None  # nobody could order more
    assert until(fallback=Fallback.NOTIFY) is None


@given(needed=st.integers(1, 50), reached=st.integers(0, 100))
def test_what_is_missing_and_what_is_there_are_the_minimum(needed: int, reached: int) -> None:
    part = Reached(measure=Measure.UNITS, needed=needed, reached=reached)

    assert part.met == (part.missing == 0) == (part.fraction == 1.0)
    assert part.missing + min(reached, needed) == needed


# terms


def test_an_extension_is_chosen_with_its_length_or_not_at_all() -> None:
    with pytest.raises(ExtensionMissing, match="from 1 to 10080"):
        TermsDraft(if_missed=Fallback.EXTEND)
    with pytest.raises(ExtensionMissing):
        TermsDraft(if_missed=Fallback.EXTEND, extend_min=10_081)
    with pytest.raises(ExtensionUnasked):
        TermsDraft(if_missed=Fallback.CANCEL, extend_min=60)
    assert TermsDraft(if_missed=Fallback.EXTEND, extend_min=120).last_cut_off(NOW) == LATER


def test_a_minimum_above_its_cap_could_never_form() -> None:
    with pytest.raises(MinimumAboveCap, match="The minimum of 11 is more than the cap of 10"):
        TermsDraft(minimum_households=11, orders_max=10)
    with pytest.raises(MinimumAboveCap, match="The minimum of 21 is more than the cap of 20"):
        TermsDraft(minimum_units=21, units_max=20)
    terms = TermsDraft(minimum_households=10, orders_max=10, minimum_units=20, units_max=20)
    check_minimum(terms, minimum_orders=10)
    with pytest.raises(MinimumAboveCap, match="The minimum of 11 is more than the cap of 10"):
        check_minimum(terms, minimum_orders=11)


# which offices still have to approve: a district 1 of the streets 2 and 3, with communities 4, 5 (of 2) and 6 (of 3)

PARENTS: dict[int, int | None] = {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3}


@pytest.mark.parametrize(
    ("served", "approved", "waiting"),
    [
        ({4}, set(), {4}),
        ({4}, {4}, set()),
        ({4}, {2}, set()),  # the street above it
        ({4}, {3}, {4}),  # another street
        ({4, 6}, {2}, {6}),
        ({4, 6}, {2, 3}, set()),
        ({1}, {2}, {1}),  # the district is served, and one of its two streets has approved
        ({1}, {2, 3}, set()),
        ({1}, {2, 6}, set()),  # the only community of street 3
        ({1}, {4, 6}, {1}),
        ({2}, {4, 5}, set()),
    ],
)
def test_an_approval_covers_the_offices_area_and_what_lies_below(
    served: set[int], approved: set[int], waiting: set[int]
) -> None:
    assert waiting_areas(served, approved, PARENTS) == waiting
