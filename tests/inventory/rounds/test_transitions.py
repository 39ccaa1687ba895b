"""What a round may become, who may say so, and how each refusal is called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.inventory.allocation.claims import NoRuleWithin, ReserveTooLarge
from logistics.inventory.rounds import service
from logistics.inventory.rounds.errors import (
    ArrivalConfirmed,
    BadTerms,
    FourEyes,
    NotAnOffice,
    NothingAsked,
    NotWhatYouSaw,
    RoundStale,
)
from logistics.inventory.rounds.models import AllocationRound
from logistics.inventory.rounds.rules import Refusal, RoundState, Tier
from tests.builders import NOW
from tests.inventory.rounds.office import (
    Tree,
    a_tree,
    approved,
    arrives,
    asked,
    cancelled,
    classed,
    done,
    drafted,
    given,
    seen,
    state,
    stock,
    stocked,
)

D, A, S, R, C = RoundState


def a_draft() -> tuple[Tree, int]:
    """100 pieces for 150 below `e1`."""
    tree = a_tree()
    stocked(tree, "e1", 100)
    asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    return tree, drafted(tree, "e1")


def a_round(wanted: RoundState) -> tuple[Tree, int]:
    tree, round_id = a_draft()
    if wanted is C:
        done(service.cancel_round, round_id, account_id=tree.clerk_id)
    if wanted in (A, S, R):
        approved(tree, round_id)
    if wanted in (S, R):
        done(service.dispatch_round, round_id, account_id=tree.chief_id)
    if wanted is R:
        for area, shipped in (("e1a", 67), ("e1b", 33)):
            arrives(tree, round_id, area, shipped)
    assert state(round_id) is wanted
    return tree, round_id


def verbs(tree: Tree, round_id: int) -> dict[RoundState, Callable[[], object]]:
    """What brings a round into each state."""
    return {
        D: lambda: done(service.recompute_round, round_id, account_id=tree.clerk_id),
        A: lambda: approved(tree, round_id),
        S: lambda: done(service.dispatch_round, round_id, account_id=tree.chief_id),
        R: lambda: arrives(tree, round_id, "e1a", 67),
        C: lambda: cancelled(tree, round_id),
    }


ALLOWED = {(D, D), (D, A), (D, C), (A, S), (A, C), (S, S), (R, R), (A, A), (C, C), (S, R), (R, S)}
"""With those that change nothing: an approval, a dispatch, a cancellation or an arrival entered again."""


@pytest.mark.parametrize(("now", "wanted"), sorted(set(product(RoundState, repeat=2)) - ALLOWED))
def test_a_round_cannot_go_there_from_here(tables: Flask, now: RoundState, wanted: RoundState) -> None:
    tree, round_id = a_round(now)

    with pytest.raises(BadTransition) as refused:
        verbs(tree, round_id)[wanted]()

    assert (refused.value.code, refused.value.data["state"], refused.value.data["wanted"]) == (
        "bad_transition",
        now,
        wanted,
    )
    assert state(round_id) is now


@pytest.mark.parametrize("now", [A, C, S, R])
def test_saying_it_again_changes_nothing(any_tables: Flask, now: RoundState) -> None:
    tree, round_id = a_round(now)
    before = stock(tree)

    verbs(tree, round_id)[now]()

    assert (state(round_id), stock(tree)) == (now, before)


def test_whoever_drafted_does_not_approve(any_tables: Flask) -> None:
    tree, round_id = a_draft()

    for verb in (service.approve_round, service.issue_round):
        with pytest.raises(FourEyes) as refused:
            done(verb, round_id, account_id=tree.clerk_id, fingerprint=seen(round_id))
        assert (refused.value.code, refused.value.status) == ("four_eyes", 403)

    assert state(round_id) is D


def test_whoever_computed_it_again_has_drafted_it(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    done(service.recompute_round, round_id, account_id=tree.chief_id, terms=service.Terms(rule="max_min"))

    with pytest.raises(FourEyes):
        approved(tree, round_id)
    done(service.approve_round, round_id, account_id=tree.clerk_id, fingerprint=seen(round_id))

    assert state(round_id) is A


def test_the_database_itself_keeps_four_eyes(any_tables: Flask) -> None:
    tree, round_id = a_draft()

    with pytest.raises(IntegrityError, match="four_eyes"), transaction() as session:
        session.execute(
            update(AllocationRound)
            .where(AllocationRound.id == round_id)
            .values(state=A, approved_at=NOW, approved_by_id=tree.clerk_id)
        )


def test_what_was_computed_again_since_is_not_approved_unseen(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    before = seen(round_id)
    done(service.recompute_round, round_id, account_id=tree.clerk_id, terms=service.Terms(rule="max_min"))

    with pytest.raises(NotWhatYouSaw):
        done(service.approve_round, round_id, account_id=tree.chief_id, fingerprint=before)

    assert state(round_id) is D


def a_change(tree: Tree, what: str, request_id: int) -> None:
    if what == "supply":
        stocked(tree, "e1", 1, key="more")
    elif what == "added":
        asked(tree, "e1b", 1, post="gate")
    elif what == "gone":
        done(service.withdraw_request, request_id)
    elif what == "refusal":
        done(service.decline_request, request_id, Refusal.NO_NEED)
    elif what == "tier":
        classed(tree, "e1a", Tier.CASES)
    else:
        quantity = 90 if what == "requested" else 100
        change = service.ChangeRequest(request_id=request_id, version=1, quantity=quantity, note="for the clinic")
        done(service.change_request, change)


@pytest.mark.parametrize("what", ["supply", "added", "gone", "refusal", "tier", "requested", "text"])
def test_a_draft_under_which_something_changed_is_stale_until_it_is_computed_again(
    any_tables: Flask, what: str
) -> None:
    tree = a_tree()
    stocked(tree, "e1", 100)
    request_id = asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    round_id = drafted(tree, "e1")
    a_change(tree, what, request_id)

    with pytest.raises(RoundStale) as refused:
        approved(tree, round_id)
    assert (refused.value.code, refused.value.data["changes"]) == ("round_stale", [what])
    assert state(round_id) is D
    assert stock(tree)["e1"][1] == 0

    done(service.recompute_round, round_id, account_id=tree.clerk_id)
    approved(tree, round_id)
    assert state(round_id) is A


def test_stock_that_is_no_longer_good_when_the_promise_ends_is_not_shared_out(any_tables: Flask) -> None:
    tree = a_tree()
    today = NOW.date()  # 17:00 in Shanghai
    stocked(tree, "e1", 30, key="R1", expires_on=today)
    stocked(tree, "e1", 40, key="R2", expires_on=today + timedelta(days=1))
    asked(tree, "e1a", 100)

    round_id = drafted(tree, "e1")

    assert given(round_id) == {"e1a": 40}
    approved(tree, round_id)


def test_a_request_taken_by_one_round_makes_the_other_draft_stale(any_tables: Flask) -> None:
    tree, first = a_draft()
    second = drafted(tree, "e1", rule="max_min")

    approved(tree, first)

    with pytest.raises(RoundStale) as refused:
        approved(tree, second)
    assert refused.value.data["changes"] == ["supply", "gone"]
    with pytest.raises(NothingAsked):
        done(service.recompute_round, second, account_id=tree.clerk_id)
    done(service.cancel_round, second, account_id=tree.clerk_id)


def test_a_cancelled_draft_leaves_its_requests_for_the_next_round(any_tables: Flask) -> None:
    tree, round_id = a_draft()
    done(service.cancel_round, round_id, account_id=tree.clerk_id)

    assert given(drafted(tree, "e1")) == {"e1a": 67, "e1b": 33}


def test_an_arrival_is_confirmed_once_and_not_with_other_numbers(any_tables: Flask) -> None:
    tree, round_id = a_round(S)

    for _ in range(2):
        arrives(tree, round_id, "e1a", 60)
    with pytest.raises(ArrivalConfirmed):
        arrives(tree, round_id, "e1a", 67)
    with pytest.raises(NotFound):
        arrives(tree, round_id, "e2a", 1)  # nothing is sent there

    assert stock(tree)["e1a"] == (60, 0)


def test_a_draft_needs_an_office_a_request_and_sound_terms(any_tables: Flask) -> None:
    tree = a_tree()
    with pytest.raises(NothingAsked):
        drafted(tree, "e1")
    asked(tree, "e1a", 10)

    with pytest.raises(NotAnOffice):
        drafted(tree, "e1a")
    for terms, error in (
        ({"rule": "fair"}, BadTerms),
        ({"rule": "tiers", "within": "tiers"}, NoRuleWithin),
        ({"reserve": "a lot"}, BadTerms),
        ({"reserve": "٥"}, BadTerms),
        ({"reserve": "101%"}, ReserveTooLarge),
    ):
        with pytest.raises(error):
            drafted(tree, "e1", **terms)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        done(service.cancel_round, 99, account_id=tree.clerk_id)
    with reading() as session:
        assert session.query(AllocationRound).count() == 0
