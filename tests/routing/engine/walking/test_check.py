"""Each rule of the check: a plan that keeps it, and one that breaks it in one number."""

from dataclasses import replace
from typing import Any

import pytest

from logistics.routing.engine import UNREACHABLE
from logistics.routing.engine.walking import GateWalk, HandOver, Round, Trip, WalkPlan, check_walk
from tests.routing.engine.walking.builders import a_drop, a_team, a_walk


def a_hand_over(**changes: Any) -> HandOver:
    """B1 at 30 s from the gate, reached at 90, two packages at one door: 5 + 2 x 1 s."""
    given = {"building": "B1", "packages": 2, "grams": 2_000, "doors": 1, "arrival_s": 90, "departure_s": 97}
    return HandOver(**{**given, **changes})


def a_trip(*drops: HandOver, **changes: Any) -> Trip:
    given = {"begins_s": 60, "leaves_s": 60, "hand_overs": drops or (a_hand_over(),), "back_s": 127}
    return Trip(**{**given, **changes})


def a_plan(*trips: Trip, **changes: Any) -> WalkPlan:
    """The only volunteer goes to B1 and back: 60 unloading, 30 + 7 + 30."""
    given = {
        "rounds": (Round(volunteer=1, trips=trips or (a_trip(),)),),
        "done_s": 127,
        "busy_s": 67,
        "service_s": 127,
        "proven": True,
    }
    return WalkPlan(**{**given, **changes})


def broken(plan: WalkPlan, walk: GateWalk | None = None, *, start_s: int = 0) -> dict[str, list[str]]:
    rules: dict[str, list[str]] = {}
    for violation in check_walk(a_walk(30) if walk is None else walk, plan, start_s=start_s):
        rules.setdefault(violation.rule, []).append(violation.message)
    return rules


def test_the_plan_by_hand_keeps_every_rule() -> None:
    assert broken(a_plan()) == {}


def test_a_building_nobody_listed_is_told_alone() -> None:
    assert broken(a_plan(a_trip(a_hand_over(building="B9")))) == {
        "only_listed_buildings_are_visited": ["building 'B9' is on a round but not on the list"]
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"packages": 3, "departure_s": 98}, "building 'B1' gets 3 packages, it is to get 2"),
        ({"grams": 1_999}, "building 'B1' gets 1999 grams, it is to get 2000"),
    ],
)
def test_every_package_is_brought_once(changes: dict[str, int], message: str) -> None:
    assert broken(a_plan(a_trip(a_hand_over(**changes))))["every_package_is_brought_once"] == [message]


def test_a_visit_with_nothing_is_none() -> None:
    empty = a_hand_over(packages=0, grams=0, arrival_s=97, departure_s=102)

    found = broken(a_plan(a_trip(a_hand_over(), empty, back_s=132), done_s=132, busy_s=72, service_s=132))

    assert found["every_package_is_brought_once"] == ["building 'B1' is visited with 0 packages"]


def test_what_one_can_carry_goes_at_once() -> None:
    half = {"packages": 1, "grams": 1_000}
    first = a_trip(a_hand_over(**half, departure_s=96), back_s=126)
    second = a_trip(a_hand_over(**half, arrival_s=156, departure_s=162), begins_s=126, leaves_s=126, back_s=192)

    found = broken(a_plan(first, second, done_s=192, busy_s=132, service_s=192))

    rule = "a_building_is_visited_once_if_one_can_carry_it"
    assert found == {rule: ["building 'B1' is visited 2 times, though one trip carries its goods"]}
    assert (
        broken(a_plan(first, second, done_s=192, busy_s=132, service_s=192), a_walk(30, team=a_team(packages_each=1)))
        == {}
    )


def test_every_door_is_met() -> None:
    two_doors = a_walk(30, buildings=(a_drop(1, doors=2),))

    assert broken(a_plan(), two_doors)["every_door_is_met"] == ["building 'B1': 1 doors are met, it has 2"]
    assert broken(a_plan(a_trip(a_hand_over(doors=2, departure_s=102), back_s=132)))["every_door_is_met"] == [
        "building 'B1': 2 doors with 2 packages, 1 to 1 are there"
    ]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"packages_each": 2}, "volunteer 1 on trip 1 carries 4 packages, at most 2 at once are allowed"),
        ({"grams_each": 3_999}, "volunteer 1 on trip 1 carries 4000 grams, at most 3999 at once are allowed"),
    ],
)
def test_nobody_carries_too_much(limits: dict[str, int], message: str) -> None:
    second = a_hand_over(building="B2", arrival_s=117, departure_s=124)
    plan = a_plan(a_trip(a_hand_over(), second, back_s=174), done_s=174, busy_s=114, service_s=174)

    assert broken(plan, a_walk(30, 50)) == {}
    assert broken(plan, a_walk(30, 50, team=a_team(**limits))) == {"nobody_carries_too_much": [message]}


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((1, 3), "volunteer 3 has a round, there are volunteers 1 to 2"),
        ((0, 2), "volunteer 0 has a round, there are volunteers 1 to 2"),
        ((2, 2), "volunteer 2 has 2 rounds, one is right"),
    ],
)
def test_no_more_volunteers_than_there_are(numbers: tuple[int, int], message: str) -> None:
    other = a_trip(a_hand_over(building="B2", arrival_s=110, departure_s=117), back_s=167)
    rounds = tuple(
        Round(volunteer=number, trips=(trip,)) for number, trip in zip(numbers, (a_trip(), other), strict=True)
    )
    walk = a_walk(30, 50, team=a_team(count=2))

    found = broken(a_plan(rounds=rounds, done_s=167, busy_s=174, service_s=167), walk)

    assert found == {"no_more_volunteers_than_there_are": [message]}


def test_legs_follow_the_matrix() -> None:
    early = a_plan(a_trip(back_s=126), done_s=126, busy_s=66)

    assert broken(early) == {
        "legs_follow_the_matrix": ["volunteer 1 on trip 1 takes 29 s from place 1 to 0, the matrix says 30 s"]
    }


def test_nobody_walks_where_there_is_no_way() -> None:
    seconds = a_walk(30, 50).seconds.copy()
    seconds[1, 2] = UNREACHABLE
    second = a_hand_over(building="B2", arrival_s=117, departure_s=124)

    plan = a_plan(a_trip(a_hand_over(), second, back_s=174), done_s=174, busy_s=114, service_s=174)

    assert broken(plan, a_walk(30, 50, seconds=seconds)) == {
        "legs_follow_the_matrix": ["volunteer 1 on trip 1 walks from place 1 to 2, where there is no way"]
    }


def test_nobody_loads_before_the_goods_are_on_the_ground() -> None:
    assert broken(a_plan(), a_walk(30, unloading_s=61)) == {
        "trips_follow_each_other": ["volunteer 1 on trip 1 loads from 60, 1 s too early"]
    }
    assert broken(a_plan(), start_s=1)["trips_follow_each_other"] == [
        "volunteer 1 on trip 1 loads from 60, 1 s too early"
    ]


def test_loading_takes_its_time_and_a_trip_carries_something() -> None:
    assert broken(a_plan(), a_walk(30, team=a_team(loading_s=10))) == {
        "trips_follow_each_other": ["volunteer 1 on trip 1 leaves at 60, not at 60 + 10"]
    }
    idle = Trip(begins_s=127, leaves_s=127, hand_overs=(), back_s=127)
    assert broken(a_plan(a_trip(), idle))["trips_follow_each_other"] == ["volunteer 1 on trip 2 carries nothing"]


def test_hand_overs_take_their_time() -> None:
    assert broken(a_plan(), a_walk(30, team=a_team(s_per_door=6))) == {
        "hand_overs_take_their_time": ["building 'B1' takes 7 s, 1 doors and packages take 8 s"]
    }


def test_sums_add_up() -> None:
    assert broken(replace(a_plan(), done_s=128))["sums_add_up"] == [
        "the walk is said to be done at 128, the last volunteer is back at 127"
    ]
    assert broken(replace(a_plan(), busy_s=68)) == {
        "sums_add_up": ["all trips are said to take 68 s, they add up to 67 s"]
    }


def test_the_vehicle_stands_there_long_enough() -> None:
    assert broken(replace(a_plan(), service_s=126)) == {
        "service_is_long_enough": ["the vehicle stands at the gate for 126 s, it is needed for 127 s"]
    }
    assert broken(replace(a_plan(), service_s=60), a_walk(30, vehicle_waits=False)) == {}
    assert broken(replace(a_plan(), service_s=59), a_walk(30, vehicle_waits=False)) == {
        "service_is_long_enough": ["the vehicle stands at the gate for 59 s, it is needed for 60 s"]
    }
