"""Solomon files: tenths, truncated; what is wrong is named with its line."""

import pytest

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.formats import BadProblemFile, plan_of_routes
from logistics.routing.engine.formats.solomon import read_solomon

from .files import SOLOMON


def test_distances_and_times_are_tenths_truncated() -> None:
    read = read_solomon(SOLOMON, "small.txt")

    problem = read.problem
    # depot to 2: √2 = 1.41421 → 14; 1 to 2: √13 = 3.60555 → 36
    assert problem.metres.tolist() == [[0, 50, 14], [50, 0, 36], [14, 36, 0]]
    assert problem.seconds.tolist() == problem.metres.tolist()
    assert problem.stop("1").window == TimeWindow(start_s=50, end_s=500)
    assert problem.stop("1").service_s == 100
    assert problem.stop("1").demand_g == 10
    assert problem.depots[0].closes_s == 1_000


def test_the_fleet_is_that_of_the_file() -> None:
    vehicles = read_solomon(SOLOMON, "small.txt").problem.vehicles

    assert [vehicle.id for vehicle in vehicles] == ["1", "2"]
    assert {vehicle.capacity_g for vehicle in vehicles} == {20}


def test_cost_is_distance_in_tenths() -> None:
    read = read_solomon(SOLOMON, "small.txt")

    plan = plan_of_routes(read, [(1, ["1", "2"])], solver="by hand")

    assert plan.cost == 50 + 36 + 14
    assert str(read.objective(plan.cost)) == "10"
    assert read.coordinates is not None


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("    2      1          1          7          0         60         10\n", "    2      1     \n", 12, "cut off"),
        ("  2         20\n", "  2         0\n", 5, "CAPACITY is 0; it must be from 1"),
        ("  2         20\n", "  0         20\n", 5, "NUMBER is 0"),
        ("5         50", "51        50", 11, "DUE DATE 50 is before READY TIME 51"),
        ("      4          10", "      four       10", 11, "YCOORD. is 'four'; it must be a number"),
        ("      4          10", "      nan        10", 11, "YCOORD. is 'nan'; it must be a number"),
        ("      4          10", "      4          -1", 11, "DEMAND is -1"),
        ("    2      1 ", "    3      1 ", 12, "CUST NO. is 3; it must be 2"),
        ("SMALL", "R1_2_3", 12, "the file ends after 2 customers, R1_2_3 has 200; is it cut off?"),
        ("SMALL", "RC207", 12, "RC207 has 25 or 50 or 100; is it cut off?"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in SOLOMON

    with pytest.raises(BadProblemFile, match=rf"^small\.txt, line {line}: ") as refused:
        read_solomon(SOLOMON.replace(old, new), "small.txt")

    assert says in str(refused.value)
    assert refused.value.line == line


@pytest.mark.parametrize("lines", [0, 2, 4, 7, 9, 10])
def test_half_a_file_is_refused(lines: int) -> None:
    text = "\n".join(SOLOMON.splitlines()[:lines])

    with pytest.raises(BadProblemFile, match=r"cut off|below it must stand|empty"):
        read_solomon(text, "small.txt")
