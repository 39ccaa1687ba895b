"""Cordeau's files: thousandths, rounded; what is wrong is named with its line."""

import pytest

from logistics.routing.engine import TimeWindow, check
from logistics.routing.engine.formats import BadProblemFile, plan_of_routes, read_sol, write_sol
from logistics.routing.engine.formats.cordeau import read_cordeau

from .files import CORDEAU

PLAIN = "2 1 2 1\n0 20\n1 3 4 10 10 1 1 1\n2 1 1 0 7 1 1 1\n3 0 0 0 0 0 0\n"


def test_depots_come_first_and_have_their_own_limits() -> None:
    problem = read_cordeau(CORDEAU, "pr01.txt").problem

    assert [(depot.id, depot.place, depot.closes_s) for depot in problem.depots] == [
        ("D1", 0, 100_000),
        ("D2", 1, 100_000),
    ]
    assert [(vehicle.id, vehicle.depot, vehicle.capacity_g, vehicle.longest_s) for vehicle in problem.vehicles] == [
        ("1", "D1", 20, 50_000),
        ("2", "D1", 20, 50_000),
        ("3", "D2", 30, None),
        ("4", "D2", 30, None),
    ]
    assert problem.metres[0, 2] == 2_500  # √(1.5² + 2²) = 2.5
    assert problem.metres[1, 3] == 1_414  # √2


def test_customers_keep_their_numbers_and_their_depots() -> None:
    problem = read_cordeau(CORDEAU, "pr01.txt").problem

    stop = problem.stop("1")
    assert (stop.place, stop.demand_g, stop.service_s) == (2, 10, 2_500)
    assert stop.window == TimeWindow(start_s=10_000, end_s=40_000)
    # of two digits, the right one is the second depot
    assert [problem.stop(number).depot for number in ("1", "2", "3")] == [None, "D2", None]


def test_some_of_several_depots_allow_their_vehicles() -> None:
    text = CORDEAU.replace("6 2 3 2\n50 20\n", "6 2 3 3\n50 20\n40 20\n").replace("1 1 1 0 90", "1 2 1 4 0 90")
    text += "6 1 1 0 0 0 0 0 100\n"

    problem = read_cordeau(text, "three.txt").problem

    # 1 is 001, the third depot, and 4 is 100, the first: vehicles 1, 2 and 5, 6
    assert problem.stop("2").vehicles_allowed == frozenset({"1", "2", "5", "6"})


def test_cost_is_distance_in_thousandths() -> None:
    read = read_cordeau(CORDEAU, "pr01.txt")
    plan = plan_of_routes(read, [(1, ["1"]), (4, ["2", "3"])], solver="by hand")

    assert plan.cost == 2 * 2_500 + 1_414 + 4_123 + 5_000  # √17 = 4.1231
    assert check(read.problem, plan) == ()
    assert plan_of_routes(read, read_sol(write_sol(read, plan), "x.sol")[0], solver="by hand") == plan


def test_without_windows_the_day_is_long_enough_for_all() -> None:
    problem = read_cordeau(PLAIN, "p01").problem

    # farthest from each place: 5, 5 and √13 = 3.606; served in 10
    assert problem.depots[0].closes_s == 5_000 + 5_000 + 3_606 + 10_000
    assert problem.vehicles[0].longest_s is None


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("6 2 3 2", "4 2 3 2", 1, "the type is 4 (VRPTW); it must be 2 (MDVRP) or 6 (MDVRPTW)"),
        ("6 2 3 2", "8 2 3 2", 1, "the type is 8; it must be from 0 to 7"),
        ("6 2 3 2", "6 0 3 2", 1, "m, the vehicles per depot, is 0"),
        ("6 2 3 2", "6 90000 3 2", 1, "2 depots have 90000 vehicles each; there must be at most 100000"),
        ("6 2 3 2", "6 2 4 2", 8, "the file ends after 5 customers and depots; there must be 4 and 2; is it cut off?"),
        ("6 2 3 2", "6 2 2 2", 8, "this line is one too many: there are 2 customers and 2 depots"),
        ("6 2 3 2", "6 2 3 3", 4, "the line of a depot has 11 numbers; it must have D and Q"),
        ("0 30", "0 0", 3, "Q is 0; it must be from 1"),
        ("0 30", "-1 30", 3, "D is -1"),
        ("0 30", "nan 30", 3, "D is 'nan'; it must be a number"),
        ("2 8 1 1 7", "3 8 1 1 7", 5, "i is 3; it must be 2"),
        ("2 8 1 1 7", "2 8 1 1 -7", 5, "q is -7"),
        ("2 8 1 1 7", "2 8 one 1 7", 5, "y is 'one'; it must be a number"),
        ("7 1 1 1 0 90", "7 2 1 1 0 90", 5, "f is 2; here a customer is visited once"),
        ("7 1 1 1 0 90", "7 1 0 0 90", 5, "a is 0, so no depot may serve the customer"),
        ("7 1 1 1 0 90", "7 1 1 3 0 90", 5, "the list names 3; it must be a power of 2 below 2^2, one depot"),
        ("7 1 1 1 0 90", "7 1 3 1 0 90", 5, "the line has 10 numbers; it must have 12 (i x y d q f a, the list of 3"),
        ("1 2 10 40", "1 2 41 40", 4, "the window ends at 40, before it begins at 41"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in CORDEAU

    with pytest.raises(BadProblemFile, match=rf"^bad, line {line}: ") as refused:
        read_cordeau(CORDEAU.replace(old, new, 1), "bad")

    assert says in str(refused.value)


@pytest.mark.parametrize("text", [CORDEAU, PLAIN])
def test_a_file_cut_anywhere_is_refused(text: str) -> None:
    words = text.split(" ")
    for kept in range(4, len(words)):
        with pytest.raises(BadProblemFile, match=r"cut off\?|it must have|there must be"):
            read_cordeau(" ".join(words[:kept]), "cut")
