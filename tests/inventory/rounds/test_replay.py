"""A round computed again gives the same numbers; what somebody changed in the tables is named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.communities.models import Area
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.rounds import service
from logistics.inventory.rounds.inputs.record import fingerprint, read_inputs
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.inventory.rounds.rules import Refusal, Tier
from tests.inventory.rounds.office import a_tree, asked, classed, done, drafted, sent, stocked


def a_round(rule: str = "tiers", **terms: Any) -> int:
    """A sent round over two levels with a tier, a declined request, a post and boxes of ten."""
    tree = a_tree(pack=10)
    stocked(tree, "city", 333)
    for area, quantity in (("e1a", 200), ("e1b", 90), ("e2a", 75), ("w1a", 140)):
        asked(tree, area, quantity)
    asked(tree, "w1b", 40, post="north gate", checkpoints=2)
    done(service.decline_request, asked(tree, "e2b", 500), Refusal.NO_ROOM)
    classed(tree, "w1a", Tier.TRANSMISSION)
    round_id = drafted(tree, "city", rule=rule, **terms)
    sent(tree, round_id)
    return round_id


def differences(round_id: int) -> list[tuple[str, str, Any, Any]]:
    with reading() as session:
        found = service.replay(session, round_id).differences
    return [(one.what, one.place, one.stored, one.computed) for one in found]


def tampered(table: type, where: Any, **values: Any) -> None:
    with transaction() as session:
        session.execute(update(table).where(where).values(**values))


TERMS: list[dict[str, Any]] = [
    {"rule": "proportional", "reserve": "10%", "seed": "any words"},
    {"rule": "max_min", "floor": 10},
    {"rule": "tiers", "within": "max_min", "floor": 10, "floor_per": service.FloorPer.CHECKPOINT},
    {"rule": "weights", "weigh_by": (service.Need.CHECKPOINTS, service.Need.COVER), "carry": False},
]


@pytest.mark.parametrize("terms", TERMS, ids=lambda terms: terms["rule"])
def test_a_round_computed_again_gives_the_same_numbers(any_tables: Flask, terms: dict[str, Any]) -> None:
    round_id = a_round(**terms)

    with reading() as session:
        found = service.replay(session, round_id)
        stored = session.get_one(AllocationRound, round_id)
        shares = session.execute(select(RoundShare.place, RoundShare.allocated)).all()

    assert found.differences == ()
    assert found.fingerprint == stored.fingerprint == fingerprint(stored.inputs)
    assert {one.place: one.allocated for one in found.computed} == dict(shares)  # type: ignore[arg-type]
    assert read_inputs(stored.inputs).text() == stored.inputs


def test_a_share_that_was_changed_is_named_with_both_numbers(any_tables: Flask) -> None:
    round_id = a_round()
    assert differences(round_id) == []

    tampered(RoundShare, RoundShare.place == "e1b", allocated=0)
    with reading() as session:
        now = dict(session.execute(select(RoundShare.place, RoundShare.allocated)).all())  # type: ignore[arg-type]

    # 33 boxes, 14 of them for w1a's tier; of the 19 left `east` gets 17.12, so 18, of these e1 14.3, so 15; of these
    # e1b, which asks 90 of 290, 4.66, so 4
    assert now["e1b"] == 0
    assert differences(round_id) == [("allocated", "e1b", 0, 40)]


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"requested": 1_000}, "requested"),
        ({"tier": 1}, "tier"),
        ({"carry": 5}, "carry"),
        ({"weight": 5}, "weight"),
        ({"parent_place": "e2"}, "parent"),
        ({"depth": 7}, "depth"),
        ({"explanation": []}, "reasons"),
        ({"post": "gate"}, "area"),
        ({"refusal": Refusal.NO_NEED, "allocated": 0}, "refusal"),
    ],
)
def test_every_column_of_a_share_is_looked_at(tables: Flask, values: dict[str, Any], what: str) -> None:
    round_id = a_round()

    tampered(RoundShare, RoundShare.place == "e1a", **values)

    assert (what, "e1a") in [(one[0], one[1]) for one in differences(round_id)]
    assert len(differences(round_id)) == len(values)


def test_a_share_that_goes_to_another_community_is_named(tables: Flask) -> None:
    round_id = a_round()
    with reading() as session:
        other = session.scalars(select(Area.id).where(Area.code == "w1b")).one()

    tampered(RoundShare, RoundShare.place == "e1a", area_id=other)

    assert differences(round_id) == [("area", "e1a", "w1b", "e1a")]


def test_a_share_that_is_gone_or_was_never_computed_is_named(tables: Flask) -> None:
    round_id = a_round()

    tampered(RoundShare, RoundShare.place == "e1a", place="e1c")

    assert differences(round_id) == [("share", "e1a", None, "computed"), ("share", "e1c", "stored", None)]


def test_inputs_that_were_changed_do_not_fit_their_fingerprint(any_tables: Flask) -> None:
    round_id = a_round()
    with reading() as session:
        row = session.get_one(AllocationRound, round_id)
        content, before = json.loads(row.inputs), row.fingerprint
    content["supply"] = 340
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    tampered(AllocationRound, AllocationRound.id == round_id, inputs=text)

    found = differences(round_id)
    assert found[:2] == [("fingerprint", "", before, fingerprint(text)), ("supply", "", 333, 340)]


def test_inputs_nobody_can_read_and_another_method_are_named(tables: Flask) -> None:
    round_id = a_round()
    with reading() as session:
        text = session.get_one(AllocationRound, round_id).inputs

    older = text.replace('"method":"allocation-1"', '"method":"allocation-0"')
    tampered(AllocationRound, AllocationRound.id == round_id, inputs=older, fingerprint=fingerprint(older))
    assert differences(round_id) == [("method", "", "allocation-0", "allocation-1")]

    for wrong in (
        "{}",
        "[]",
        "not JSON",
        text.replace('"format":1', '"format":2'),
        text.replace('"supply":333', '"supply":-1'),
        text.replace('"supply":333', '"supply":"333"'),
        text.replace('"requested":200', '"requested":null'),
        text.replace('"rule":"tiers"', '"rule":"none"'),
    ):
        tampered(AllocationRound, AllocationRound.id == round_id, inputs=wrong)
        assert [one[0] for one in differences(round_id)] == ["inputs"]


def test_a_round_that_is_not_there_cannot_be_computed_again(tables: Flask) -> None:
    with reading() as session, pytest.raises(NotFound):
        service.replay(session, 1)
