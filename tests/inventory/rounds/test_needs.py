"""What places weigh by their needs, and that inputs are written down so that they can be read again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.rounds.computing import compute, reserve_of
from logistics.inventory.rounds.inputs.needs import PARTS, days_short, weigh
from logistics.inventory.rounds.inputs.record import (
    AreaNode,
    FloorPer,
    Need,
    RoundInputs,
    Terms,
    fingerprint,
    read_inputs,
)
from logistics.inventory.rounds.rules import Standing


def test_a_weight_is_a_places_part_of_each_need_all_needs_alike() -> None:
    counts = {Need.HOUSEHOLDS: {"a": 300, "b": 100}, Need.CHECKPOINTS: {"a": 1, "b": 4}}

    # a: 3/4 and 1/5 are 19/40; b: 1/4 and 4/5 are 21/40
    assert weigh(counts, places=["a", "b"]) == {"a": 475_000, "b": 525_000}


def test_a_need_nobody_has_is_left_out_and_nobody_is_shut_out() -> None:
    none = {Need.ELDERS: {"a": 0}, Need.HOUSEHOLDS: {"a": 9, "b": 0}}

    assert weigh(none, places=["a", "b"]) == {"a": 1_000_000, "b": 1}
    assert weigh({Need.ELDERS: {}}, places=["a", "b"]) == {"a": PARTS, "b": PARTS}


@pytest.mark.parametrize(
    ("on_hand", "cover", "short"),
    [(0, None, 14), (5, None, 0), (5, 0, 14), (5, 3, 11), (5, 14, 0), (5, 99, 0)],
)
def test_the_fewer_days_a_stock_lasts_the_more_it_counts(on_hand: int, cover: int | None, short: int) -> None:
    assert days_short(on_hand=on_hand, cover=cover) == short


def test_a_reserve_is_pieces_or_a_part_of_the_supply() -> None:
    assert reserve_of(" 50 ").of(475) == 50
    assert reserve_of("10%").of(475) == 48  # 47.5, rounded up
    assert reserve_of("12.5%").of(80) == 10


places = st.builds(
    Standing,
    place=st.text(min_size=1, max_size=6),
    parent=st.just(""),
    request=st.text(max_size=6),
    version=st.integers(1, 9),
    requested=st.integers(1, 10_000),
    tier=st.integers(1, 3),
    weight=st.integers(1, PARTS),
    carry=st.integers(0, 500),
    carried_from=st.sampled_from(["", "02-05"]),
    floor=st.integers(0, 50),
    refusal=st.sampled_from(["", "", "no_room"]),
)
inputs = st.builds(
    RoundInputs,
    item=st.text(max_size=8),
    pack=st.integers(1, 60),
    supply=st.integers(0, 50_000),
    terms=st.builds(
        Terms,
        rule=st.sampled_from(["proportional", "max_min", "tiers", "weights"]),
        within=st.sampled_from(["proportional", "max_min", "weights"]),
        reserve=st.sampled_from(["0", "10%", "33"]),
        floor=st.integers(0, 9),
        floor_per=st.sampled_from(FloorPer),
        weigh_by=st.lists(st.sampled_from(Need), unique=True).map(tuple),
        carry=st.booleans(),
        seed=st.text(max_size=9),
    ),
    areas=st.just(()),
    places=st.lists(places, max_size=8, unique_by=lambda place: place.place).map(
        lambda found: tuple(sorted(found, key=lambda place: place.place))
    ),
)


@given(one=inputs)
def test_inputs_are_read_as_they_were_written_and_give_the_same_shares(one: RoundInputs) -> None:
    text = one.text()
    read = read_inputs(text)

    assert read == one
    assert (read.text(), fingerprint(read.text())) == (text, fingerprint(text))
    assert compute(read) == compute(one)


@given(one=inputs)
def test_a_round_never_gives_more_than_there_is_or_is_asked_for(one: RoundInputs) -> None:
    shares = compute(one)

    held_back = reserve_of(one.terms.reserve).of(one.supply)
    assert sum(share.allocated for share in shares) <= one.supply - held_back
    for share, place in zip(shares, one.places, strict=True):
        assert share.place == place.place
        assert 0 <= share.allocated <= place.requested
        assert share.allocated % one.pack == 0
        assert share.allocated == 0 or not place.refusal


def test_another_order_of_places_or_another_seed_is_another_round() -> None:
    base = RoundInputs(
        item="MASK", pack=1, supply=5, terms=Terms(rule="max_min"), areas=(AreaNode(place="e1", parent=""),), places=()
    )

    texts = {base.text(), replace(base, supply=6).text(), replace(base, terms=Terms(rule="max_min", seed="2")).text()}

    assert len(texts) == 3
