"""What one round leaves a place short of counts in the next one; after a refusal it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading
from logistics.inventory.rounds import service
from logistics.inventory.rounds.inputs.queries import owed_below
from logistics.inventory.rounds.models import RoundShare
from logistics.inventory.rounds.rules import Refusal, RejectionReason, Tier
from tests.builders import NOW
from tests.inventory.rounds.office import (
    Tree,
    a_tree,
    arrives,
    asked,
    classed,
    done,
    drafted,
    given,
    sent,
    stocked,
)

NEXT_DAY = NOW + timedelta(days=1)


def a_sent_round(**asks: int) -> tuple[Tree, int]:
    """100 pieces below `e1`, shared out proportionally and sent."""
    tree = a_tree()
    stocked(tree, "e1", 100)
    for area, quantity in asks.items():
        asked(tree, area, quantity)
    round_id = drafted(tree, "e1")
    sent(tree, round_id)
    return tree, round_id


def owed(tree: Tree, area: str = "e1") -> dict[str, int]:
    with reading() as session:
        rows = owed_below(session, item_id=tree.item_id, area_id=tree[area])
    return {place: one.pieces for (_item, place), one in rows.items()}


def reasons(round_id: int, place: str) -> list[dict[str, Any]]:
    with reading() as session:
        statement = select(RoundShare.explanation).where(RoundShare.round_id == round_id, RoundShare.place == place)
        return list(session.scalars(statement).one())


def test_a_shortfall_counts_in_the_next_round_and_is_explained(any_tables: Flask) -> None:
    # 100 for 150: e1a gets 67 of 100, e1b 33 of 50
    tree, first = a_sent_round(e1a=100, e1b=50)
    assert given(first) == {"e1a": 67, "e1b": 33}
    assert owed(tree) == {"e1a": 33, "e1b": 17}
    arrives(tree, first, "e1a", 67)
    arrives(tree, first, "e1b", 33)

    stocked(tree, "e1", 50, key="R2")
    asked(tree, "e1a", 50)
    asked(tree, "e1b", 50)
    second = drafted(tree, "e1", now=NEXT_DAY)
    without = drafted(tree, "e1", now=NEXT_DAY, carry=False)

    # 50 for 50 + 33 and 50 + 17: 50 * 83 / 150 = 27.67 and 22.33
    assert given(second) == {"e1a": 28, "e1b": 22}
    assert given(without) == {"e1a": 25, "e1b": 25}
    (carried,) = [reason for reason in reasons(second, "e1a") if reason["kind"] == "carried"]
    assert (carried["packs"], carried["carry"], carried["since"]) == (3, 33, "02-18")


def test_a_shortfall_never_lifts_a_share_above_the_request(any_tables: Flask) -> None:
    tree, _ = a_sent_round(e1a=1_000, e1b=50)
    stocked(tree, "e1", 30, key="R2")
    asked(tree, "e1a", 10)
    asked(tree, "e1b", 50)

    assert given(drafted(tree, "e1", now=NEXT_DAY)) == {"e1a": 10, "e1b": 20}


def test_a_shortfall_has_its_turn_once(any_tables: Flask) -> None:
    tree, _ = a_sent_round(e1a=100, e1b=50)
    stocked(tree, "e1", 60, key="R2")
    asked(tree, "e1a", 30)
    second = drafted(tree, "e1", now=NEXT_DAY)
    sent(tree, second, now=NEXT_DAY)

    # e1a got all it asked for the second time; e1b was not in that round and is still owed
    assert given(second) == {"e1a": 30}
    assert owed(tree) == {"e1b": 17}


def test_only_the_last_round_of_a_place_counts(any_tables: Flask) -> None:
    tree, _ = a_sent_round(e1a=100, e1b=50)
    stocked(tree, "e1", 5, key="R2")
    asked(tree, "e1a", 12)
    second = drafted(tree, "e1", now=NEXT_DAY)
    sent(tree, second, now=NEXT_DAY)

    assert owed(tree) == {"e1a": 7, "e1b": 17}  # 12 - 5, and no longer 33


@pytest.mark.parametrize("reason", [RejectionReason.NO_ROOM, RejectionReason.NO_NEED])
def test_what_is_refused_on_arrival_is_no_shortfall(any_tables: Flask, reason: RejectionReason) -> None:
    tree, round_id = a_sent_round(e1a=100, e1b=50)

    arrives(tree, round_id, "e1a", 0, 67, reason)
    arrives(tree, round_id, "e1b", 30, 3, reason)

    assert owed(tree) == {}


def test_what_came_broken_or_not_at_all_is_owed_too(any_tables: Flask) -> None:
    tree, round_id = a_sent_round(e1a=100, e1b=50)

    arrives(tree, round_id, "e1a", 60, 7, RejectionReason.DAMAGED)
    arrives(tree, round_id, "e1b", 20)

    assert owed(tree) == {"e1a": 40, "e1b": 30}


def test_a_declined_request_gets_a_stated_zero_and_is_owed_nothing(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 100)
    declined = asked(tree, "e1a", 80)
    asked(tree, "e1b", 120)
    done(service.decline_request, declined, Refusal.NO_ROOM)
    round_id = drafted(tree, "e1")
    sent(tree, round_id)

    assert given(round_id) == {"e1a": 0, "e1b": 100}
    assert reasons(round_id, "e1a") == [{"kind": "declined", "requested": 80, "refusal": "no_room"}]
    assert owed(tree) == {"e1b": 20}
    with reading() as session:
        states = session.execute(select(RoundShare.place, RoundShare.refusal).order_by(RoundShare.place)).all()
    assert states == [("e1a", Refusal.NO_ROOM), ("e1b", None)]


def test_a_round_in_which_all_declined_gives_nothing(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "east", 100)
    request_id = asked(tree, "e1a", 80)
    done(service.decline_request, request_id, Refusal.NO_NEED)

    round_id = drafted(tree)

    assert given(round_id) == {"e1a": 0}


def test_a_draft_or_an_approved_round_owes_nobody_anything_yet(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 10)
    asked(tree, "e1a", 100)
    drafted(tree, "e1")

    assert owed(tree) == {}


def test_pieces_of_a_shipment_go_to_its_places_in_order_of_their_codes(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 30)
    for post in ("", "east gate", "west gate"):
        asked(tree, "e1a", 10, post=post)
    round_id = drafted(tree, "e1")
    sent(tree, round_id)
    assert given(round_id) == {"e1a": 10, "e1a/east gate": 10, "e1a/west gate": 10}

    arrives(tree, round_id, "e1a", 14, 4, RejectionReason.DAMAGED)

    # 10 accepted and 4 of the next; 4 rejected; the rest is missing
    assert owed(tree) == {"e1a/east gate": 6, "e1a/west gate": 10}


def test_tiers_floors_weights_and_a_reserve_reach_the_rule(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 100)
    asked(tree, "e1a", 80, checkpoints=3)
    asked(tree, "e1b", 80, checkpoints=1)
    classed(tree, "e1b", Tier.TRANSMISSION)

    assert given(drafted(tree, "e1", rule="tiers")) == {"e1a": 20, "e1b": 80}
    assert given(drafted(tree, "e1", rule="tiers", reserve="10%")) == {"e1a": 10, "e1b": 80}
    assert given(drafted(tree, "e1", rule="tiers", reserve="30")) == {"e1a": 0, "e1b": 70}
    # ten a checkpoint: 30 and 10 before the rule, what is left first to the tier that comes first
    floors = drafted(tree, "e1", rule="tiers", floor=10, floor_per=service.FloorPer.CHECKPOINT)
    assert given(floors) == {"e1a": 30, "e1b": 70}
    # three checkpoints to one: 75 and 25
    weighed = drafted(tree, "e1", rule="weights", weigh_by=(service.Need.CHECKPOINTS,))
    assert given(weighed) == {"e1a": 75, "e1b": 25}
    assert given(drafted(tree, "e1", rule="weights")) == {"e1a": 50, "e1b": 50}


def test_nobody_weighs_more_by_asking_for_many_posts(any_tables: Flask) -> None:
    tree = a_tree()
    stocked(tree, "e1", 120)
    for post in ("", "gate", "yard"):
        asked(tree, "e1a", 100, post=post)
    asked(tree, "e1b", 100)
    done(service.decline_request, asked(tree, "e1b", 100, post="gate"), Refusal.NO_NEED)

    # neither has any stock: fourteen days short each, of which the three places of e1a have a third
    weighed = given(drafted(tree, "e1", rule="weights", weigh_by=(service.Need.COVER,)))

    assert weighed == {"e1a": 20, "e1a/gate": 20, "e1a/yard": 20, "e1b": 60, "e1b/gate": 0}
