"""What every rule promises, whatever is asked for: checked over all rules, trees, packs, floors, caps and reserves."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.allocation import Claim, Outcome, Parameters, RuleName, Share, share

from .asking import asked, below, given_to, ruled


def can_take(claims: list[Claim], parameters: Parameters) -> dict[str, int]:
    """Pieces in whole packs that each place can take, found from the bottom up and by itself."""
    by_place, families = {one.place: one for one in claims}, below(claims)
    found: dict[str, int] = {}

    def most(place: str) -> int:
        one = by_place.get(place)
        limits = (
            [n // parameters.pack * parameters.pack for n in (one.requested, one.cap) if n is not None] if one else []
        )
        if place in families:
            limits.append(sum(most(child.place) for child in families[place]))
        elif one is not None and one.weight == 0 and parameters.method is RuleName.WEIGHTS:
            limits.append(-(-max(one.floor, parameters.floor) // parameters.pack) * parameters.pack)
        found[place] = min(limits)
        return found[place]

    for place in {*by_place, *(parent for parent in families if parent is not None)}:
        most(place)
    return found


def at_the_top(outcome: Outcome) -> list[Share]:
    return [one for one in outcome.shares if one.parent is None]


@given(asked(), ruled())
def test_nobody_is_given_more_than_it_can_take_and_all_in_whole_packs(
    claims: list[Claim], parameters: Parameters
) -> None:
    most = can_take(claims, parameters)

    outcome = share(claims, parameters)

    assert {one.place for one in outcome.shares} == set(most)
    for one in outcome.shares:
        assert 0 <= one.allocated <= min(one.requested, most[one.place])
        assert one.allocated % parameters.pack == 0


@given(asked(), ruled())
def test_nothing_is_left_that_could_be_given(claims: list[Claim], parameters: Parameters) -> None:
    most = can_take(claims, parameters)

    outcome = share(claims, parameters)

    top = sum(one.allocated for one in at_the_top(outcome))
    there_is = parameters.supply - parameters.reserve.of(parameters.supply)
    wanted = sum(most[one.place] for one in at_the_top(outcome))
    assert top == min(there_is // parameters.pack * parameters.pack, wanted)
    assert outcome.reserve + top + outcome.left_over == parameters.supply


@given(asked(), ruled())
def test_every_place_hands_on_exactly_what_it_was_given(claims: list[Claim], parameters: Parameters) -> None:
    outcome = share(claims, parameters)

    handed: dict[str, int] = {}
    for one in outcome.shares:
        if one.parent is not None:
            handed[one.parent] = handed.get(one.parent, 0) + one.allocated
    assert handed.items() <= given_to(outcome).items()


@given(asked(), ruled(), st.data())
def test_the_order_of_the_claims_does_not_count(
    claims: list[Claim], parameters: Parameters, data: st.DataObject
) -> None:
    turned = data.draw(st.permutations(claims))

    assert share(turned, parameters) == share(claims, parameters)


@given(asked(), ruled(), st.integers(1, 60))
def test_more_supply_is_never_less_for_anyone(claims: list[Claim], parameters: Parameters, more: int) -> None:
    before = given_to(share(claims, parameters))
    after = given_to(share(claims, replace(parameters, supply=parameters.supply + more)))

    assert all(after[place] >= pieces for place, pieces in before.items())


@given(asked(trees=False), ruled())
def test_floors_come_first(claims: list[Claim], parameters: Parameters) -> None:
    most = can_take(claims, parameters)
    floors = {
        one.place: min(-(-max(one.floor, parameters.floor) // parameters.pack) * parameters.pack, most[one.place])
        for one in claims
    }

    found = given_to(share(claims, parameters))

    if parameters.packs * parameters.pack >= sum(floors.values()):
        assert all(found[place] >= floor for place, floor in floors.items())
    else:  # the supply is shared as if everybody had asked for its floor
        assert all(found[place] <= floor for place, floor in floors.items())


@given(asked(), ruled())
def test_a_lower_tier_is_given_nothing_before_a_higher_one_is_full(claims: list[Claim], parameters: Parameters) -> None:
    """Down the whole tree, where the places above state nothing of their own."""
    parameters = replace(parameters, rule=RuleName.TIERS, floor=0)
    claims = [replace(one, floor=0) for one in claims if one.place in "abcdefgh"]
    most, tier = can_take(claims, parameters), {one.place: one.tier or 1 for one in claims}

    found = given_to(share(claims, parameters))

    served = max((tier[one] for one in tier if found[one]), default=0)
    assert all(found[one] == most[one] for one in tier if tier[one] < served)
