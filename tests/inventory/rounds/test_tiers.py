"""Communities are classed by day, with history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask

from logistics.db import reading
from logistics.inventory.rounds import service
from logistics.inventory.rounds.errors import NotACommunity, TierTooFar
from logistics.inventory.rounds.rules import Tier
from tests.inventory.rounds.office import TODAY, Tree, a_tree, classed


def on(tree: Tree, area: str, day: date) -> dict[str, Tier]:
    codes = {area_id: code for code, area_id in tree.areas.items()}
    with reading() as session:
        return {codes[area_id]: tier for area_id, tier in service.tiers_below(session, tree[area], on=day).items()}


def test_the_class_of_a_day_is_the_latest_that_has_begun(any_tables: Flask) -> None:
    tree = a_tree()
    classed(tree, "e1a", Tier.CASES, starts_on=TODAY - timedelta(days=3))
    classed(tree, "e1a", Tier.TRANSMISSION, starts_on=TODAY)
    classed(tree, "e2b", Tier.NO_CASE, starts_on=TODAY + timedelta(days=1))

    assert on(tree, "east", TODAY - timedelta(days=4)) == {}
    assert on(tree, "east", TODAY - timedelta(days=1)) == {"e1a": Tier.CASES}
    assert on(tree, "east", TODAY) == {"e1a": Tier.TRANSMISSION}
    assert on(tree, "east", TODAY + timedelta(days=1)) == {"e1a": Tier.TRANSMISSION, "e2b": Tier.NO_CASE}
    assert on(tree, "west", TODAY + timedelta(days=1)) == {}


def test_of_two_entries_for_one_day_the_last_one_counts(any_tables: Flask) -> None:
    tree = a_tree()
    classed(tree, "e1a", Tier.TRANSMISSION)
    classed(tree, "e1a", Tier.CASES)

    assert on(tree, "e1", TODAY) == {"e1a": Tier.CASES}


def test_an_entry_for_an_earlier_day_does_not_undo_a_later_one(any_tables: Flask) -> None:
    tree = a_tree()
    classed(tree, "e1a", Tier.TRANSMISSION, starts_on=TODAY)
    classed(tree, "e1a", Tier.NO_CASE, starts_on=TODAY - timedelta(days=5))

    assert on(tree, "e1a", TODAY) == {"e1a": Tier.TRANSMISSION}
    assert on(tree, "e1a", TODAY - timedelta(days=5)) == {"e1a": Tier.NO_CASE}


def test_offices_are_not_classed_and_no_day_is_out_of_this_world(any_tables: Flask) -> None:
    tree = a_tree()

    with pytest.raises(NotACommunity):
        classed(tree, "e1", Tier.CASES)
    classed(tree, "e1a", Tier.CASES, starts_on=TODAY - timedelta(days=366))
    with pytest.raises(TierTooFar):
        classed(tree, "e1a", Tier.CASES, starts_on=TODAY + timedelta(days=367))
