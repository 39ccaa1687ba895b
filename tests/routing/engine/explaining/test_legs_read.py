"""How many legs a proof reads, and what is left unproven when it may read no more."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import Break, Dropped, DropReason, TimeWindow, drop_reasons
from logistics.routing.engine.explain import never_served
from logistics.routing.engine.explaining.company import perhaps_served
from logistics.routing.engine.explaining.kinds import kinds_of
from logistics.routing.engine.explaining.promises import broken_pins, in_any_company, split_groups
from logistics.routing.engine.explaining.ways import Ways
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_line, a_problem, a_stop, a_vehicle
from tests.routing.engine.explaining import test_whole_fleets

# 100 s there, 5 s for A, 5 s for B, 100 s home: 210 s.
PAIR = (a_stop("A", together="g"), a_stop("B", together="g"))
# A row has 4 legs. From the depot to place 1 and back, in seconds and in metres: the row itself, and the nearest
# place's, 2 × 2 × (4 + 4).
PAIR_LEGS = 32


def proven(problem, found):
    """What no vehicle can do in any company, and how many legs were read to prove it."""
    ways = Ways(problem, problem.stops, legs_read_max=1_000)
    dropped = list(found(problem, kinds_of(problem), {}, in_any_company(ways)))
    return dropped, 1_000 - ways.legs_left


@pytest.mark.parametrize("longest_s", [[210], [209, 210], [210, 209]])
def test_of_a_group_that_some_vehicle_drives_no_road_is_read(longest_s):
    vehicles = [a_vehicle(id=f"V{limit}", longest_s=limit) for limit in longest_s]

    assert proven(a_problem(*PAIR, vehicles=vehicles), split_groups) == ([], 0)


@pytest.mark.parametrize("longest_s", [[209], [209, 208]])
def test_of_a_group_that_no_vehicle_drives_the_roads_are_read_once_for_all_kinds(longest_s):
    vehicles = [a_vehicle(id=f"V{limit}", longest_s=limit) for limit in longest_s]

    detail = {"group": "g", "members": 2, "vehicles_able": len(longest_s), "time": "short"}
    dropped = [Dropped(stop=name, reason=DropReason.TOGETHER, detail=detail) for name in "AB"]
    assert proven(a_problem(*PAIR, vehicles=vehicles), split_groups) == (dropped, PAIR_LEGS)


@pytest.mark.parametrize(("longest_s", "read"), [(209, PAIR_LEGS), (210, 0)])
def test_for_a_position_the_roads_are_read_only_if_no_order_is_driven(longest_s, read):
    stops = [a_stop("A"), a_stop("B", pinned_vehicle="V", pinned_position=2)]
    problem = a_problem(*stops, vehicles=[a_vehicle(longest_s=longest_s)])

    detail = {"vehicle": "V", "position": 2, "others": 1, "time": "short"}
    dropped = [Dropped(stop="B", reason=DropReason.PIN_IMPOSSIBLE, detail=detail)]
    assert proven(problem, broken_pins) == (dropped if read else [], read)


def test_no_road_is_read_where_the_rules_leave_nothing_to_prove():
    lunch = Break(earliest_s=9_000, latest_s=9_500, duration_s=100)
    problem = a_problem(*PAIR, vehicles=[a_vehicle(longest_s=209, breaks=(lunch,))])

    assert proven(problem, split_groups) == ([], 0)


@pytest.mark.parametrize(("legs_read_max", "never"), [(0, set()), (43, set()), (44, {"A", "B"})])
def test_a_group_is_impossible_only_if_its_roads_could_be_read(legs_read_max, never):
    problem = a_problem(*PAIR, vehicles=[a_vehicle(longest_s=209)])

    # Each alone, there and back: last legs from 2 places to 1 and from home to 2 stops, 2 × (2 + 2), and the ways over
    # place 1, 2 × 4. Together: 32, of which the last 4 could only tell that no other place is nearer.
    assert never_served(problem, drop_reasons(problem), legs_read_max=legs_read_max) == never


def test_the_legs_to_read_are_shared_by_all_groups():
    # The second pair is like the first, at place 2, 200 s away: 410 s.
    others = [a_stop(name, place=2, together="h") for name in "CD"]
    problem = a_problem(*PAIR, *others, vehicles=[a_vehicle(longest_s=209)])
    ways = Ways(problem, problem.stops, legs_read_max=100)
    proof = in_any_company(ways)

    # With 3 places to go over, the pair at place 1 reads from the depot 2 × (4 + 4), from place 1 as far as 100 s, over
    # both others, 2 × (4 + 8): 40. The pair at place 2 reads 2 × (4 + 8) from each side: 48.
    assert {dropped.stop for dropped in split_groups(problem, kinds_of(problem), {}, proof)} == set("ABCD")
    assert ways.legs_left == 12
    # Asked once more, nothing is read again.
    assert len(list(split_groups(problem, kinds_of(problem), {}, proof))) == 4
    assert ways.legs_left == 12

    ways = Ways(problem, problem.stops, legs_read_max=60)
    left = split_groups(problem, kinds_of(problem), {}, in_any_company(ways))
    assert {dropped.stop for dropped in left} == set("AB")


@pytest.mark.parametrize(
    ("legs_read_max", "found_s", "legs_left"), [(4, (0, 0), 4), (5, (100, 0), 0), (9, (100, 0), 4), (10, (100, 100), 0)]
)
def test_a_last_leg_that_cannot_be_read_is_as_short_as_none(legs_read_max, found_s, legs_left):
    # To F from 4 places and from home, 5 legs; as many back.
    problem = a_problem(a_stop("F", place=3), a_stop("A"), a_stop("B", place=2))
    ways = Ways(problem, problem.stops[:1], legs_read_max=legs_read_max)

    legs = next(ways.legs(problem.vehicles[0], np.array([3])))

    assert (legs.there_s.item(), legs.back_s.item(), legs.closed.item()) == (*found_s, False)
    assert ways.legs_left == legs_left


def test_legs_are_read_only_to_stops_that_something_else_does_not_forbid():
    # F is in time nowhere: the last leg there has 100 s. A and B are too heavy.
    late = a_stop("F", place=3, window=TimeWindow(start_s=0, end_s=99))
    stops = [a_stop("A", demand_g=1_001), late, a_stop("B", place=2, demand_g=1_001)]
    vehicles = [a_vehicle(), a_vehicle(id="W", capacity_packages=9)]
    problem = a_problem(*stops, vehicles=vehicles)
    ways = Ways(problem, stops, legs_read_max=1_000)

    assert perhaps_served(problem, kinds_of(problem), stops, ways).tolist() == [False, False, False]

    # For V 4 + 1 there and back; W knows the last legs and asks only from its home.
    assert ways.legs_left == 1_000 - 10 - 2


def test_with_nothing_to_read_only_roads_are_left_unproven():
    seconds, metres = a_line([0, 100, 200, 300])
    seconds[3, :3] = UNREACHABLE
    stops = [a_stop("F", place=3), a_stop("B", place=2), a_stop("H", demand_g=1_001)]
    problem = a_problem(*stops, seconds=seconds, metres=metres)

    assert never_served(problem, drop_reasons(problem), legs_read_max=0) == {"H"}
    assert never_served(problem, drop_reasons(problem)) == {"F", "H"}


@settings(max_examples=200, deadline=None, print_blob=True)
@given(problem=test_whole_fleets.problems(), legs_read_max=st.integers(0, 100))
def test_who_reads_less_calls_nothing_else_impossible(problem, legs_read_max):
    reasons = drop_reasons(problem)

    assert never_served(problem, reasons, legs_read_max=legs_read_max) <= never_served(problem, reasons)
