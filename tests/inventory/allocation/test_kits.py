"""Kits and several items under shared limits: the worst fill first, then the sum of fills, then the draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.errors import Invalid
from logistics.inventory.allocation import Item, Kit, KitPlan, KitProblem, Wish, broken_by, sentence, share_kits
from logistics.inventory.allocation.kit_problem import UnknownName, WishedTwice
from logistics.inventory.allocation.kits import BILLION

MASKS = Kit(name="masks", contents={"mask": 1}, pack=10)
POST = Kit(name="post", contents={"mask": 5, "thermometer": 1})


def problem(*wishes: tuple[str, str, int], masks: int = 100, thermometers: int = 5, kg: int = 10_000) -> KitProblem:
    """Masks of 1 kg and thermometers of 20, whatever the scale: a van takes `kg` in all."""
    return KitProblem(
        items=[
            Item(name="mask", supply=masks, uses={"kg": 1}),
            Item(name="thermometer", supply=thermometers, uses={"kg": 20}),
        ],
        kits=[MASKS, POST],
        limits={"kg": kg},
        wishes=[Wish(place=place, kit=kit, requested=requested) for place, kit, requested in wishes],
    )


def given_by(plan: KitPlan) -> dict[tuple[str, str], int]:
    return {(one.place, one.kit): one.allocated for one in plan.shares}


def test_the_worst_fill_comes_first() -> None:
    # 60 masks for 100 and 20: boxes of 10. One box for the small one is half of it; half of the other is 5: 6 in all
    plan = share_kits(problem(("a", "masks", 100), ("b", "masks", 20), masks=60))

    assert given_by(plan) == {("a", "masks"): 50, ("b", "masks"): 10}
    assert (plan.worst, plan.proven) == (Fraction(1, 2), True)


def test_a_kit_takes_of_every_item() -> None:
    # 3 thermometers are 3 kits, which take 15 masks; 100 - 15 are 8 boxes of the 10 asked for
    plan = share_kits(problem(("a", "post", 4), ("b", "masks", 100), thermometers=3))

    assert given_by(plan) == {("a", "post"): 3, ("b", "masks"): 80}
    assert plan.worst == Fraction(3, 4)


def test_a_shared_load_binds_all() -> None:
    # a kit weighs 25, a box 10. Of 100 kg: two of 4 kits are 50, and 5 of 10 boxes 50: half of both
    plan = share_kits(problem(("a", "post", 4), ("b", "masks", 100), kg=100))

    assert given_by(plan) == {("a", "post"): 2, ("b", "masks"): 50}


def test_what_is_left_beyond_the_worst_fill_goes_where_it_fills_most() -> None:
    # 110 kg: as before, and the 10 left are a box more
    plan = share_kits(problem(("a", "post", 4), ("b", "masks", 100), kg=110))

    assert given_by(plan) == {("a", "post"): 2, ("b", "masks"): 60}
    assert {one.kit: one.least for one in plan.shares} == {"post": 2, "masks": 50}
    assert {one.kit: sentence(one.reasons) for one in plan.shares} == {
        "post": "asked 4, everyone is filled to 50 % at least, here by 2",
        "masks": "asked 100, everyone is filled to 50 % at least, here by 5 boxes of 10, "
        "plus 1 that stock and limits still allow",
    }


def test_a_wish_that_cannot_be_served_even_alone_does_not_hold_the_others_down() -> None:
    plan = share_kits(problem(("a", "post", 4), ("b", "masks", 100), ("c", "masks", 9), thermometers=0))

    assert given_by(plan) == {("a", "post"): 0, ("b", "masks"): 100, ("c", "masks"): 0}
    assert {one.place: one.alone for one in plan.shares} == {"a": False, "b": True, "c": False}
    assert {one.place: sentence(one.reasons) for one in plan.shares} == {
        "a": "asked 4, not one could be served even if nobody else asked",
        "b": "asked 100, everyone is filled to 100 % at least, here by 10 boxes of 10",
        "c": "asked 9, less than a box of 10",
    }
    assert plan.worst == 1


def test_what_is_equal_is_settled_by_the_draw() -> None:
    wishes = (("a", "masks", 10), ("b", "masks", 10))
    winners = set()
    for seed in "12345678":
        plan = share_kits(replace(problem(*wishes, masks=10), seed=seed))
        assert share_kits(replace(problem(*wishes[::-1], masks=10), seed=seed)) == plan
        winners |= {place for (place, _), pieces in given_by(plan).items() if pieces}

    assert winners == {"a", "b"}


def test_nobody_wishing_is_a_plan_too() -> None:
    assert share_kits(problem()) == KitPlan(shares=(), worst=Fraction(1), proven=True)


def test_names_that_were_not_stated_are_refused() -> None:
    with pytest.raises(UnknownName, match="a: gloves is not among"):
        problem(("a", "gloves", 1))
    with pytest.raises(WishedTwice, match="a wishes for masks twice"):
        problem(("a", "masks", 1), ("a", "masks", 2))
    with pytest.raises(UnknownName, match="mask: m3 is not among"):
        KitProblem(items=[Item(name="mask", supply=1, uses={"m3": 1})], kits=[], limits={}, wishes=[])


problems = st.builds(
    lambda wishes, masks, thermometers, kg: problem(
        *((f"p{n}", kit, requested) for n, (kit, requested) in enumerate(wishes)),
        masks=masks,
        thermometers=thermometers,
        kg=kg,
    ),
    st.lists(st.tuples(st.sampled_from(["masks", "post"]), st.integers(0, 45)), max_size=4),
    st.integers(0, 120),
    st.integers(0, 6),
    st.integers(0, 200),
)


def by_brute_force(one: KitProblem) -> tuple[Fraction, int]:
    """The best worst fill of those that can be served alone, and then the largest sum of fills, of all plans."""
    items, kits = {item.name: item for item in one.items}, {kit.name: kit for kit in one.kits}

    def holds(packs: tuple[int, ...]) -> bool:
        used = dict.fromkeys(items, 0)
        for count, wish in zip(packs, one.wishes, strict=True):
            for name, pieces in kits[wish.kit].contents.items():
                used[name] += count * kits[wish.kit].pack * pieces
        load = sum(used[name] * items[name].uses["kg"] for name in used)
        return load <= one.limits["kg"] and all(used[name] <= items[name].supply for name in used)

    most = [wish.requested // kits[wish.kit].pack for wish in one.wishes]
    nothing = [0] * len(most)
    alone = [bool(n) and holds((*nothing[:k], 1, *nothing[k + 1 :])) for k, n in enumerate(most)]
    top = [min(n, 6) if kits[wish.kit] is POST else n for n, wish in zip(most, one.wishes, strict=True)]
    ways = [packs for packs in product(*(range(n + 1) for n in top)) if holds(packs)]

    def worst(packs: tuple[int, ...]) -> Fraction:
        return min(
            (Fraction(n, m) for n, m, counts in zip(packs, most, alone, strict=True) if counts), default=Fraction(1)
        )

    best = max(map(worst, ways))
    fills = [
        sum(n * (BILLION // max(m, 1)) for n, m in zip(packs, most, strict=True))
        for packs in ways
        if worst(packs) == best
    ]
    return best, max(fills)


@settings(max_examples=150)
@given(problems)
def test_no_plan_is_better_and_the_check_finds_nothing(one: KitProblem) -> None:
    plan = share_kits(one)

    kits = {kit.name: kit for kit in one.kits}
    fills = sum(
        share.allocated // kits[share.kit].pack * (BILLION // max(share.requested // kits[share.kit].pack, 1))
        for share in plan.shares
    )
    assert broken_by(one, plan) == []
    assert plan.proven
    assert (plan.worst, fills) == by_brute_force(one)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        (15, "a is given 15 masks, not whole packs of 10"),
        (40, "a is given 40 masks of 30"),
        (-10, "a is given -10 masks of 30"),
        (30, "30 of 20 mask"),
        (10, "the worst fill is 1/3, not 2/3"),
    ],
)
def test_the_check_finds_what_is_wrong(pieces: int, told: str) -> None:
    one = problem(("a", "masks", 30), masks=20)
    plan = share_kits(one)

    wrong = broken_by(one, replace(plan, shares=(replace(plan.shares[0], allocated=pieces),)))

    assert told in wrong


def test_the_check_finds_a_load_too_heavy_and_a_share_too_few() -> None:
    one = problem(("a", "masks", 30))
    plan = share_kits(one)

    assert broken_by(replace(one, limits={"kg": 25}), plan) == ["30 of 25 kg"]
    assert "0 shares for 1 wishes" in broken_by(one, replace(plan, shares=()))


def test_requests_of_millions_are_filled_without_counting_them_up() -> None:
    wishes = (("a", 100_000_000), ("b", 100_000_000), ("c", 3))
    one = KitProblem(
        items=[Item(name="m", supply=150_000_000, uses={})],
        kits=[Kit(name="m", contents={"m": 1})],
        limits={},
        wishes=[Wish(place=place, kit="m", requested=requested) for place, requested in wishes],
    )

    plan = share_kits(one)

    # with 2 of 3 the worst is 2/3; with all 3 the others share 149,999,997, which is 74,999,998 each and one left over
    assert given_by(plan)["c", "m"] == 3
    assert sum(given_by(plan).values()) == 150_000_000
    assert plan.worst == Fraction(74_999_998, 100_000_000)
    assert broken_by(one, plan) == []


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Item(name="m", supply=-1, uses={}), "m: supply is -1"),
        (lambda: Item(name="m", supply=1, uses={"kg": -1}), "m: kg is -1"),
        (lambda: Kit(name="k", contents={"m": -1}), "k: m is -1"),
        (lambda: Kit(name="k", contents={"m": 1}, pack=0), "k: pack is 0"),
        (lambda: Kit(name="k", contents={}), "The kit k holds nothing"),
        (lambda: Wish(place="a", kit="m", requested=-1), "a: requested is -1"),
        (lambda: problem(kg=-1), "limits: kg is -1"),
        (lambda: replace(problem(), kits=[MASKS, MASKS]), "masks is stated twice"),
    ],
)
def test_numbers_and_names_that_cannot_be_are_refused(build: Callable[[], object], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        build()


def test_the_check_is_no_witness_of_the_plans_own_words() -> None:
    one = problem(("a", "masks", 30), ("b", "post", 4), masks=30)
    plan = share_kits(one)
    told = [replace(share, alone=False) if share.place == "a" else share for share in plan.shares]

    assert broken_by(one, plan) == []
    assert broken_by(one, replace(plan, shares=tuple(told))) == ["a could be served masks if it were alone"]
