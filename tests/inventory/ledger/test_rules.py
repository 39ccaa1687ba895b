"""The ledger's pure decisions: first expired first out, the hash of a movement, days of cover."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.ledger.covering import Used, cover_days, raises_alarm, summed_up
from logistics.inventory.ledger.rules import (
    NO_HASH,
    HolderKind,
    Leg,
    LotOnHand,
    Part,
    SourceKind,
    chain_hash,
    digest,
    first_out,
    holder_label,
    lot_label,
)

NOW = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
EARLY, LATE = date(2020, 2, 20), date(2020, 6, 30)


def a_lot(lot_id: int, available: int, expires_on: date | None = None) -> LotOnHand:
    return LotOnHand(lot_id=lot_id, available=available, expires_on=expires_on)


def taken(parts: list[Part]) -> list[tuple[int, int]]:
    return [(part.lot_id, part.quantity) for part in parts]


def test_the_lot_that_expires_first_goes_first_and_one_without_a_date_last() -> None:
    lots = [a_lot(1, 100), a_lot(2, 30, LATE), a_lot(3, 20, EARLY)]

    # 20 of the early lot, 30 of the late one, 5 of 55 are left for the lot without a date
    assert taken(first_out(lots, quantity=55)) == [(3, 20), (2, 30), (1, 5)]


def test_of_lots_that_expire_together_the_older_one_goes_first() -> None:
    assert taken(first_out([a_lot(7, 10, EARLY), a_lot(4, 10, EARLY)], quantity=15)) == [(4, 10), (7, 5)]


def test_a_lot_is_good_on_its_last_day_and_not_on_the_next() -> None:
    lots = [a_lot(1, 10, EARLY), a_lot(2, 10, LATE)]

    assert taken(first_out(lots, quantity=20, good_on=EARLY)) == [(1, 10), (2, 10)]
    assert taken(first_out(lots, quantity=20, good_on=EARLY + timedelta(days=1))) == [(2, 10)]
    assert taken(first_out(lots, quantity=20, good_on=None)) == [(1, 10), (2, 10)]


def test_too_few_pieces_are_all_that_there_are() -> None:
    assert taken(first_out([a_lot(1, 3), a_lot(2, 0)], quantity=5)) == [(1, 3)]
    assert first_out([], quantity=5) == []


@given(
    st.lists(st.tuples(st.integers(0, 50), st.none() | st.dates(EARLY, LATE)), max_size=8),
    st.integers(0, 200),
    st.none() | st.dates(EARLY, LATE),
)
def test_no_lot_gives_more_than_it_has_and_none_is_passed_over(
    facts: list[tuple[int, date | None]], quantity: int, good_on: date | None
) -> None:
    lots = [a_lot(index, available, expires_on) for index, (available, expires_on) in enumerate(facts)]

    parts = {part.lot_id: part.quantity for part in first_out(lots, quantity=quantity, good_on=good_on)}

    usable = [lot for lot in lots if good_on is None or lot.expires_on is None or lot.expires_on >= good_on]
    assert sum(parts.values()) == min(quantity, sum(lot.available for lot in usable))
    assert parts.keys() <= {lot.lot_id for lot in usable}
    for lot in usable:
        left = lot.available - parts.get(lot.lot_id, 0)
        assert left >= 0
        later = [other for other in usable if (other.expires_on or date.max) > (lot.expires_on or date.max)]
        assert left == 0 or not any(other.lot_id in parts for other in later)


def a_hash(**changed: object) -> str:
    facts: dict[str, object] = {
        "item": "MASK",
        "sequence": 1,
        "previous": NO_HASH,
        "key": "R1",
        "kind": "receipt",
        "happened_at": NOW,
        "reason": "",
        "account_id": None,
        "reverses": None,
        "shipment_id": None,
        "digest": "",
        "legs": [Leg(holder="area:2", lot="[1]", quantity=5), Leg(holder="supplier:supplier", lot="[1]", quantity=-5)],
        **changed,
    }
    return chain_hash(**facts)  # type: ignore[arg-type]


def test_the_hash_of_a_movement_is_that_of_its_canonical_text() -> None:
    text = (
        '{"account":null,"digest":"","happened_at":"2020-02-18T09:00:00.000000Z","item":"MASK","key":"R1",'
        '"kind":"receipt","legs":[["area:2","[1]",5],["supplier:supplier","[1]",-5]],'
        f'"previous":"{NO_HASH}","reason":"","reverses":null,"sequence":1,"shipment":null}}'
    )

    assert a_hash() == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_of_legs_and_the_clock_they_are_told_by_do_not_matter() -> None:
    legs = [Leg(holder="supplier:supplier", lot="[1]", quantity=-5), Leg(holder="area:2", lot="[1]", quantity=5)]
    shanghai = timezone(timedelta(hours=8))

    assert a_hash(legs=legs) == a_hash(happened_at=NOW.astimezone(shanghai)) == a_hash()


@pytest.mark.parametrize(
    "changed",
    [
        {"item": "GEL"},
        {"sequence": 2},
        {"previous": "1" * 64},
        {"key": "R2"},
        {"kind": "count"},
        {"happened_at": NOW + timedelta(microseconds=1)},
        {"reason": "x"},
        {"account_id": 7},
        {"reverses": 1},
        {"shipment_id": 1},
        {"digest": "d"},
        {"legs": [Leg(holder="area:3", lot="[1]", quantity=5)]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_is_changed_the_hash_is_another(changed: dict[str, object]) -> None:
    assert a_hash(**changed) != a_hash()


def test_holders_and_lots_are_named_with_all_that_is_said_of_them() -> None:
    facts = {"number": "L-7", "source_kind": SourceKind.DONATION, "source_name": "红十字会", "fund_tag": "07"}

    assert holder_label(HolderKind.AREA, area_id=12, household_id=None, name="") == "area:12"
    assert holder_label(HolderKind.LENT_OUT, area_id=12, household_id=None, name="北门") == "lent_out:12:北门"
    assert holder_label(HolderKind.HOUSEHOLD, area_id=None, household_id=5, name="") == "household:5"
    assert lot_label(3, expires_on=EARLY, **facts) == '[3, "L-7", "2020-02-20", "donation", "红十字会", "07"]'
    assert lot_label(3, expires_on=None, **facts) == '[3, "L-7", "", "donation", "红十字会", "07"]'


def test_a_digest_tells_commands_apart_and_not_the_order_of_their_members() -> None:
    assert digest({"a": 1, "b": NOW}) == digest({"b": NOW, "a": 1}) != digest({"a": 2, "b": NOW})


@pytest.mark.parametrize(
    ("available", "used", "days_here", "cover"),
    [
        (100, 70, 30, 10),  # 10 a day
        (109, 70, 30, 10),  # whole days
        (100, 70, 2, 2),  # in two days 35 a day, not 10
        (100, 70, 0, 1),  # a day at least: 70 a day
        (0, 70, 30, 0),
        (100, 0, 30, None),
        (100, -5, 30, None),
    ],
)
def test_cover_counts_at_the_pace_of_the_last_seven_days(
    available: int, used: int, days_here: int, cover: int | None
) -> None:
    since = NOW - timedelta(days=days_here)

    assert cover_days(available=available, used=used, since=since, now=NOW) == cover


@pytest.mark.parametrize(
    ("available", "cover", "alarm_days", "alarm"),
    [
        (10, 2, 3, True),
        (10, 3, 3, False),
        (10, None, 3, False),
        (0, None, 3, True),  # nothing is used any more because nothing is left
        (0, 0, None, False),
    ],
)
def test_a_low_stock_raises_the_alarm(available: int, cover: int | None, alarm_days: int | None, alarm: bool) -> None:
    assert raises_alarm(available=available, cover=cover, alarm_days=alarm_days) is alarm


def test_use_is_summed_up_the_tree() -> None:
    # item 1: 5 in community 3 and 7 in community 4, both below office 2; area 1 above is not the viewer's
    before, lately = NOW - timedelta(days=5), NOW - timedelta(days=2)
    five, seven, one = (Used(pieces=n, since=since) for n, since in ((5, lately), (7, before), (1, lately)))

    used = summed_up({(1, 3): five, (1, 4): seven, (2, 4): one}, {3: 2, 4: 2, 2: 1})

    twelve = Used(pieces=12, since=before)
    assert used == {(1, 3): five, (1, 4): seven, (1, 2): twelve, (1, 1): twelve, (2, 4): one, (2, 2): one, (2, 1): one}
