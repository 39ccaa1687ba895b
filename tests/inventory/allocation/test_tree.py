"""Down the tree in one run: every level shares exactly what the level above was given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from logistics.inventory.allocation import Claim, Parameters, RuleName, share
from logistics.inventory.allocation.claims import ParentLoop
from logistics.inventory.allocation.levels import Group
from logistics.inventory.allocation.quota import by_quota
from logistics.inventory.allocation.tree import Tree

from .asking import asked, claim, shared

CITY = (
    claim("东区", None),
    claim("一街", None, parent="东区"),
    claim("二街", None, parent="东区"),
    claim("甲社区", 100, parent="一街"),
    claim("乙社区", 50, parent="一街"),
    claim("丙社区", 50, parent="二街"),
    claim("西区", 100),
)


def test_each_level_shares_what_the_level_above_was_given() -> None:
    # 150 of 300 is half at every level: 100 and 50; 75 and 25; 50 and 25; 25
    assert shared(*CITY, supply=150) == {
        "东区": 100,
        "西区": 50,
        "一街": 75,
        "二街": 25,
        "甲社区": 50,
        "乙社区": 25,
        "丙社区": 25,
    }


def test_places_above_come_first_and_those_below_one_place_stand_together() -> None:
    outcome = share(CITY, Parameters(supply=150, rule=RuleName.PROPORTIONAL))

    assert [(one.place, one.parent, one.depth, one.is_leaf) for one in outcome.shares] == [
        ("东区", None, 0, False),
        ("西区", None, 0, True),
        ("一街", "东区", 1, False),
        ("二街", "东区", 1, False),
        ("乙社区", "一街", 2, True),
        ("甲社区", "一街", 2, True),
        ("丙社区", "二街", 2, True),
    ]
    assert [one.place for one in outcome.leaves] == ["西区", "乙社区", "甲社区", "丙社区"]


def test_a_parent_without_a_claim_asks_for_the_sum_of_those_below() -> None:
    outcome = share(
        [claim("甲", 30, parent="街"), claim("乙", 10, parent="街"), claim("丙", 40)],
        Parameters(supply=40, rule=RuleName.PROPORTIONAL),
    )

    assert [(one.place, one.requested, one.allocated) for one in outcome.shares] == [
        ("丙", 40, 20),
        ("街", 40, 20),
        ("乙", 10, 5),
        ("甲", 30, 15),
    ]


def test_a_place_above_is_given_no_more_than_those_below_can_take_in_whole_packs() -> None:
    # 49 + 49 + 60 are 158, but in boxes of 50 only one box can be taken
    found = shared(*(claim(name, n, parent="街") for name, n in (("a", 49), ("b", 49), ("c", 60))), supply=500, pack=50)

    assert found == {"街": 50, "a": 0, "b": 0, "c": 50}


def test_a_place_above_may_ask_for_less_or_stand_for_more_than_those_below() -> None:
    # asks 20 for those below, who ask 60: no more than 20 goes there
    assert shared(claim("街", 20), claim("a", 60, parent="街"), supply=50) == {"街": 20, "a": 20}
    # asks 90 beside another's 30 but those below can take 30: stands for 90, exact 45, so it has the 30
    assert shared(claim("街", 90), claim("a", 30, parent="街"), claim("b", 30), supply=60 // 2 + 10) == {
        "街": 30,
        "b": 10,
        "a": 30,
    }


def test_tiers_hold_over_the_whole_tree() -> None:
    # tier 1 is 60 in the east and 40 in the west and has it all; 20 of 100 are left for tier 2: 60 and 40: 12 and 8
    found = shared(
        claim("东1", 60, tier=1, parent="东"),
        claim("东2", 60, tier=2, parent="东"),
        claim("西1", 40, tier=1, parent="西"),
        claim("西2", 40, tier=2, parent="西"),
        supply=120,
        rule=RuleName.TIERS,
    )

    assert found == {"东": 72, "西": 48, "东1": 60, "东2": 12, "西1": 40, "西2": 8}


def test_a_place_above_that_asks_for_less_goes_without_in_its_last_tier() -> None:
    # 15 of tier 1 and 30 of tier 2 below, 20 asked for above: 15 and 5, however much there is
    found = shared(
        claim("街", 20),
        claim("a", 15, tier=1, parent="街"),
        claim("b", 30, tier=2, parent="街"),
        supply=90,
        rule=RuleName.TIERS,
    )

    assert found == {"街": 20, "a": 15, "b": 5}


def test_a_place_above_that_states_its_tier_is_in_it_with_all_below() -> None:
    found = shared(
        claim("东", None, tier=1),
        claim("西", None, tier=2),
        claim("东2", 60, tier=2, parent="东"),
        claim("西1", 40, tier=1, parent="西"),
        supply=80,
        rule=RuleName.TIERS,
    )

    assert found == {"东": 60, "西": 20, "东2": 60, "西1": 20}


def test_floors_of_all_below_are_held_on_the_way_down() -> None:
    # boxes: of 4 the east, which asks 9 of 10, would have 3.6 and the west .4; each community has a floor of one
    claims = [claim("东1", 9, parent="东"), claim("西1", 1, parent="西")]

    assert shared(*claims, supply=4, floor=1) == {"东": 3, "西": 1, "东1": 3, "西1": 1}


def test_weights_add_up_and_a_stated_one_counts_instead() -> None:
    # 1 + 1 beside 2: 20 and 20; stated as 6 beside 2: 30 and 10
    below = [
        claim("a", 90, weight="1", parent="街"),
        claim("b", 90, weight="1", parent="街"),
        claim("c", 90, weight="2"),
    ]

    assert shared(*below, supply=40, rule=RuleName.WEIGHTS)["街"] == 20
    assert shared(*below, claim("街", None, weight="6"), supply=40, rule=RuleName.WEIGHTS)["街"] == 30
    assert shared(*below, claim("街", None, weight="0"), supply=40, rule=RuleName.WEIGHTS)["街"] == 0


def test_carry_overs_add_up() -> None:
    # 40 + 40 carried beside 40: 30 go 20 and 10
    below = [claim("a", 40, carry=40, parent="街"), claim("b", 40)]

    assert shared(*below, supply=30)["街"] == 20


@settings(max_examples=60)
@given(asked())
def test_the_rows_of_a_tree_do_not_depend_on_the_order_of_its_places(claims: list[Claim]) -> None:
    parents = {one.place: one.parent for one in claims}

    there, back = Tree.of(parents), Tree.of(dict(reversed(parents.items())))

    assert (there.places, there.parents.tolist()) == (back.places, back.parents.tolist())
    above = zip(there.places, there.parents.tolist(), strict=True)
    assert parents.items() <= {place: there.places[row] if row >= 0 else None for place, row in above}.items()


def test_a_loop_beside_a_parent_without_a_claim_is_found() -> None:
    with pytest.raises(ParentLoop):
        Tree.of({"a": "b", "b": "a", "c": "nowhere", "d": "elsewhere"})


def test_a_city_of_many_levels_is_consistent_and_each_office_shared_as_by_itself() -> None:
    random = np.random.default_rng(3)
    claims = [
        claim(f"{d}.{s}.{c}", int(random.integers(10, 900)), parent=f"{d}.{s}")
        for d in range(4)
        for s in range(6)
        for c in range(15)
    ]
    claims += [claim(f"{d}.{s}", None, parent=f"{d}") for d in range(4) for s in range(6)]
    supply = sum(one.requested or 0 for one in claims) * 6 // 10

    outcome = share(claims, Parameters(supply=supply, rule=RuleName.PROPORTIONAL, pack=50))

    given = {one.place: one for one in outcome.shares}
    for office in (one for one in outcome.shares if one.depth == 1):
        below = [one for one in outcome.shares if one.parent == office.place]
        assert sum(one.allocated for one in below) == office.allocated
        order = Tree.of({one.place: None for one in below}).tickets("1").argsort().argsort().tolist()
        group = Group(
            low=[0] * len(below),
            high=[one.requested // 50 for one in below],
            standing=[one.requested for one in below],
            rank=order,
        )
        assert [one.allocated // 50 for one in below] == by_quota(group, office.allocated // 50)
    assert sum(given[f"{d}"].allocated for d in range(4)) == supply // 50 * 50
