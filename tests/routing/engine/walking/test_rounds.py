from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import UNREACHABLE
from logistics.routing.engine.walking import (
    EXACT_LOADS_MAX,
    BuildingDrop,
    GateWalk,
    Volunteers,
    at_clock,
    check_walk,
    loads_of,
    plan_walk,
)
from logistics.routing.engine.walking.exact import exact_rounds
from logistics.routing.engine.walking.search import searched_rounds
from tests.routing.engine.walking.builders import a_drop, a_team, a_walk, brute_force


def the_order(plan) -> list[list[list[str]]]:
    return [[[drop.building for drop in trip.hand_overs] for trip in one.trips] for one in plan.rounds]


def test_one_volunteer_goes_out_and_back_once() -> None:
    plan = plan_walk(a_walk(30, 50))

    # 60 unloading, 30 out, 5 + 2 x 1 at the door, 20 on, 7 at the door, 50 back; or the other way round
    assert plan.done_s == 60 + 30 + 7 + 20 + 7 + 50
    assert plan.busy_s == 114
    assert plan.service_s == 174
    assert plan.proven
    assert check_walk(a_walk(30, 50), plan) == []


def test_two_volunteers_go_different_ways() -> None:
    walk = a_walk(40, -30, team=a_team(count=2))

    plan = plan_walk(walk)

    # 40 + 7 + 40 and 30 + 7 + 30; alone it would take 154
    assert the_order(plan) == [[["B1"]], [["B2"]]]
    assert (plan.done_s, plan.busy_s) == (60 + 87, 87 + 67)


def test_a_volunteer_who_does_not_end_it_earlier_stays_at_the_gate() -> None:
    plan = plan_walk(a_walk(50, 50, team=a_team(count=2, s_per_door=0, s_per_package=0)))

    assert the_order(plan) in ([[["B1", "B2"]]], [[["B2", "B1"]]])
    assert (plan.done_s, plan.busy_s) == (160, 100)


def test_what_is_too_much_for_one_trip_takes_two_with_loading_before_each() -> None:
    plan = plan_walk(a_walk(30, 50, team=a_team(packages_each=3, loading_s=10)))

    # (10 + 30 + 7 + 30) + (10 + 50 + 7 + 50)
    assert plan.done_s == 60 + 77 + 117
    first, second = plan.rounds[0].trips
    assert (first.begins_s, first.leaves_s) == (60, 70)
    assert second.begins_s == first.back_s


def test_a_building_with_more_than_one_load_is_visited_as_often_as_it_takes() -> None:
    walk = a_walk(30, buildings=(a_drop(1, packages=7, grams=7_001, doors=4),), team=a_team(packages_each=3))

    plan = plan_walk(walk)

    # 3 + 3 + 1 packages; 7,001 g are cut at floor(7001 x 3 / 7) = 3000, floor(7001 x 6 / 7) = 6000
    drops = [trip.hand_overs[0] for trip in plan.rounds[0].trips]
    assert sorted((drop.packages, drop.grams, drop.doors) for drop in drops) == [
        (1, 1_001, 1),
        (3, 3_000, 2),
        (3, 3_000, 2),
    ]
    # each 30 + 30; doors 2 x 5, 2 x 5, 1 x 5; packages 3, 3, 1
    assert plan.busy_s == 180 + 25 + 7
    assert check_walk(walk, plan) == []


def test_grams_cut_a_load_where_packages_do_not() -> None:
    walk = a_walk(30, buildings=(a_drop(1, packages=5, grams=50_000),), team=a_team(grams_each=20_000))

    assert [load.packages for load in loads_of(walk)] == [2, 2, 1]


def test_a_vehicle_that_does_not_wait_leaves_when_it_is_unloaded() -> None:
    plan = plan_walk(a_walk(30, 50, vehicle_waits=False))

    assert (plan.service_s, plan.done_s) == (60, 174)


def test_clock_times_follow_the_moment_service_begins() -> None:
    walk = a_walk(30)

    plan = at_clock(plan_walk(walk), 36_000)

    (trip,) = plan.rounds[0].trips
    assert (trip.begins_s, trip.leaves_s, trip.hand_overs[0].arrival_s) == (36_060, 36_060, 36_090)
    assert (trip.hand_overs[0].departure_s, trip.back_s, plan.done_s) == (36_097, 36_127, 36_127)
    assert (plan.busy_s, plan.service_s) == (67, 127)
    assert check_walk(walk, plan, start_s=36_000) == []


def test_two_buildings_without_a_way_between_them_are_not_on_one_trip() -> None:
    seconds = np.array([[0, 30, 30], [30, 0, UNREACHABLE], [30, UNREACHABLE, 0]], dtype=np.int32)

    plan = plan_walk(a_walk(30, 30, seconds=seconds))

    assert plan.done_s == 60 + 2 * 67


def walks(most: int, *, volunteers: int = 3) -> st.SearchStrategy[GateWalk]:
    @st.composite
    def build(draw: st.DrawFn) -> GateWalk:
        count = draw(st.integers(1, most))
        legs = draw(st.lists(st.integers(0, 200), min_size=(count + 1) ** 2, max_size=(count + 1) ** 2))
        seconds = np.array(legs, dtype=np.int32).reshape(count + 1, count + 1)
        np.fill_diagonal(seconds, 0)
        whole = draw(st.booleans())
        buildings = []
        for place in range(1, count + 1):
            packages = draw(st.integers(1, 4 if whole else 9))
            doors = draw(st.integers(1, packages))
            grams = draw(st.integers(0, 5_000 * packages))
            buildings.append(BuildingDrop(id=f"B{place}", place=place, packages=packages, grams=grams, doors=doors))
        team = Volunteers(
            count=draw(st.integers(1, volunteers)),
            packages_each=draw(st.integers(4, 9)),
            grams_each=draw(st.integers(5_000, 20_000)),
            loading_s=draw(st.integers(0, 30)),
            s_per_door=draw(st.integers(0, 30)),
            s_per_package=draw(st.integers(0, 9)),
        )
        waits, unloading_s = draw(st.booleans()), draw(st.integers(0, 300))
        return GateWalk(
            buildings=tuple(buildings), seconds=seconds, volunteers=team, unloading_s=unloading_s, vehicle_waits=waits
        )

    return build()


@given(walk=walks(6))
@settings(max_examples=60, deadline=None)
def test_small_walks_are_as_good_as_trying_everything(walk: GateWalk) -> None:
    plan = plan_walk(walk)

    assert check_walk(walk, plan) == []
    if len(loads_of(walk)) <= 6:
        assert (plan.done_s - walk.unloading_s, plan.busy_s) == brute_force(walk)


@given(walk=walks(40, volunteers=6), steps=st.integers(0, 200), seed=st.integers(0, 2**31 - 1))
@settings(max_examples=60, deadline=None)
def test_rounds_of_any_walk_pass_the_check(walk: GateWalk, steps: int, seed: int) -> None:
    plan = plan_walk(walk, seed=seed, steps=steps)

    assert check_walk(walk, plan) == []
    assert plan.proven == (len(loads_of(walk)) <= EXACT_LOADS_MAX)


def a_town_walk(count: int, *, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    at = random.integers(0, 400, (count + 1, 2))
    legs = np.rint(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))).astype(np.int64)
    packages = random.integers(1, 6, count)
    return {"legs": legs, "handing": 10 + 5 * packages, "packages": packages, "grams": 2_000 * packages}


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_the_proven_end_of_ten_loads(seed: int) -> None:
    walk = a_town_walk(10, seed=seed)
    limits = {"most": (12, 24_000), "loading_s": 15, "volunteers": 2}

    def ends(rounds: list[list[list[int]]]) -> tuple[int, int]:
        each = [sum(_trip_s(walk, trip) for trip in trips) for trips in rounds]
        return max(each), sum(each)

    found = searched_rounds(**walk, **limits, steps=20_000, seed=1)

    assert ends(found) == ends(exact_rounds(**walk, **limits))


def _trip_s(walk: dict[str, np.ndarray], trip: list[int]) -> int:
    rows = [0, *(load + 1 for load in trip), 0]
    legs_s = sum(int(walk["legs"][here, there]) for here, there in pairwise(rows))
    return 15 + legs_s + sum(int(walk["handing"][load]) for load in trip)


def test_the_same_seed_gives_the_same_rounds() -> None:
    walk = a_town_walk(30, seed=3)
    limits = {"most": (12, 24_000), "loading_s": 15, "volunteers": 3, "steps": 500}

    once = searched_rounds(**walk, **limits, seed=7)

    assert searched_rounds(**walk, **limits, seed=7) == once
    assert searched_rounds(**walk, **limits, seed=8) != once
