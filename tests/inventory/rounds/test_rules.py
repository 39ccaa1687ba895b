"""What a place is short of, what has changed under a draft, and who may become what."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from logistics.inventory.rounds.rules import (
    REQUEST_TRANSITIONS,
    ROUND_TRANSITIONS,
    TIER_RANKS,
    Arrived,
    Change,
    Changed,
    Refusal,
    RejectionReason,
    RequestState,
    RoundState,
    Standing,
    Tier,
    changes,
    shortfall,
)

E1A = Standing(
    place="e1a", parent="e1", request="Q1", version=1, requested=400, tier=3, weight=1, carry=0, carried_from="",
    floor=0, refusal="",
)  # fmt: skip
E1B = replace(E1A, place="e1b", request="Q2", requested=100, carry=20)


def short(arrived: Arrived | None, *, refusal: Refusal | None = None, allocated: int = 250) -> int:
    return shortfall(requested=400, allocated=allocated, refusal=refusal, arrived=arrived)


# what a place is short of


def test_until_the_goods_are_confirmed_the_shortfall_is_what_was_not_given() -> None:
    assert short(None) == 150  # 400 - 250
    assert short(None, allocated=400) == 0


def test_goods_that_never_came_or_came_broken_are_owed_too() -> None:
    assert short(Arrived(accepted=250)) == 150
    assert short(Arrived(accepted=230)) == 170  # 20 missing
    assert short(Arrived(accepted=200, rejected=50, reason=RejectionReason.DAMAGED)) == 200
    assert short(Arrived(accepted=0, rejected=250, reason=RejectionReason.WRONG_GOODS)) == 400


@pytest.mark.parametrize("reason", [RejectionReason.NO_ROOM, RejectionReason.NO_NEED])
def test_who_refuses_for_lack_of_room_or_need_is_short_of_nothing(reason: RejectionReason) -> None:
    assert short(Arrived(accepted=0, rejected=250, reason=reason)) == 0
    assert short(Arrived(accepted=249, rejected=1, reason=reason)) == 0


@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_zero_after_a_declined_request_is_no_shortfall(refusal: Refusal) -> None:
    assert short(None, refusal=refusal, allocated=0) == 0
    assert short(None, allocated=0) == 400


# what has changed


def test_nothing_has_changed_where_everything_is_as_it_was() -> None:
    assert changes([E1A, E1B], [E1B, E1A], supply_before=475, supply_after=475) == []


def test_every_change_is_named_with_what_was_and_what_is() -> None:
    now = [
        replace(E1A, requested=300, tier=1, weight=7, version=2),
        replace(E1B, carry=0, floor=5, parent="e2", refusal="no_room"),
        replace(E1A, place="e2a"),
    ]

    assert changes([E1A, E1B], now, supply_before=475, supply_after=400) == [
        Changed(what=Change.SUPPLY, before=475, after=400),
        Changed(what=Change.REQUESTED, place="e1a", before=400, after=300),
        Changed(what=Change.TIER, place="e1a", before=3, after=1),
        Changed(what=Change.WEIGHT, place="e1a", before=1, after=7),
        Changed(what=Change.REFUSAL, place="e1b", before="", after="no_room"),
        Changed(what=Change.CARRY, place="e1b", before=20, after=0),
        Changed(what=Change.FLOOR, place="e1b", before=0, after=5),
        Changed(what=Change.PARENT, place="e1b", before="e1", after="e2"),
        Changed(what=Change.ADDED, place="e2a", after=400),
    ]


def test_a_request_that_is_gone_or_another_one_is_named() -> None:
    gone = changes([E1A, E1B], [E1A], supply_before=1, supply_after=1)
    other = changes([E1A], [replace(E1A, request="Q9")], supply_before=1, supply_after=1)

    assert gone == [Changed(what=Change.GONE, place="e1b", before=100)]
    assert other == [Changed(what=Change.GONE, place="e1a", before=400)]


def test_other_words_in_a_request_are_a_change_too() -> None:
    assert changes([E1A], [replace(E1A, version=2)], supply_before=1, supply_after=1) == [
        Changed(what=Change.TEXT, place="e1a", before=1, after=2)
    ]


# transitions


def test_a_round_goes_one_way() -> None:
    D, A, S, R, C = RoundState
    allowed = {(D, A), (D, C), (A, S), (A, C), (S, R)}

    assert {(a, b) for a, b in product(RoundState, repeat=2) if b in ROUND_TRANSITIONS[a]} == allowed


def test_a_request_that_a_round_has_taken_stays_taken() -> None:
    assert REQUEST_TRANSITIONS[RequestState.ALLOCATED] == REQUEST_TRANSITIONS[RequestState.WITHDRAWN] == frozenset()
    assert set(REQUEST_TRANSITIONS) == set(RequestState)


def test_transmission_comes_before_cases_and_cases_before_none() -> None:
    assert sorted(Tier, key=TIER_RANKS.__getitem__) == [Tier.TRANSMISSION, Tier.CASES, Tier.NO_CASE]
