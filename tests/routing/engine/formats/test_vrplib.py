"""CVRPLIB files: the convention of each type; what is wrong is named with its line."""

import pytest

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.formats import BadProblemFile, plan_of_routes
from logistics.routing.engine.formats.vrplib import read_vrplib

from .files import CVRP, DEPOTS, MIXED, ORTEC


def test_cvrp_rounds_to_the_nearest_integer() -> None:
    problem = read_vrplib(CVRP, "tiny.vrp").problem

    # √2 = 1.41 → 1, √13 = 3.61 → 4
    assert problem.metres.tolist() == [[0, 5, 1], [5, 0, 4], [1, 4, 0]]
    assert [(stop.id, stop.demand_g) for stop in problem.stops] == [("1", 10), ("2", 7)]


@pytest.mark.parametrize(("customers", "vehicles"), [(2, 2), (30, 8 + 15 + 7)])
def test_an_unlimited_fleet_is_half_as_many_again_and_eight_but_one_a_customer(customers: int, vehicles: int) -> None:
    # 30 customers of 10 in vehicles of 20: 15 needed, 7 more, 8 more
    rows = range(2, customers + 2)
    text = CVRP.replace("DIMENSION : 3", f"DIMENSION : {customers + 1}")
    text = text.replace("2 3 4\n3 1 1\n", "".join(f"{row} {row} 0\n" for row in rows))
    text = text.replace("2 10\n3 7\n", "".join(f"{row} 10\n" for row in rows))

    assert len(read_vrplib(text, "tiny.vrp").problem.vehicles) == vehicles


def test_windows_on_a_plane_make_tenths_truncated() -> None:
    windows = "SERVICE_TIME : 9\nNODE_COORD"
    text = CVRP.replace("CVRP", "VRPTW").replace("NODE_COORD", windows).replace("DIMENSION", "VEHICLES : 4\nDIMENSION")
    text = text.replace("DEPOT_SECTION", "TIME_WINDOW_SECTION\n1 0 100\n2 5 50\n3 0 60\nDEPOT_SECTION")

    read = read_vrplib(text, "tiny.vrp")

    assert read.problem.metres.tolist() == [[0, 50, 14], [50, 0, 36], [14, 36, 0]]
    assert read.problem.stop("1").window == TimeWindow(start_s=50, end_s=500)
    assert [stop.service_s for stop in read.problem.stops] == [90, 90]
    assert len(read.problem.vehicles) == 4
    assert read.scale == 10


def test_given_weights_are_taken_as_they_are() -> None:
    read = read_vrplib(ORTEC, "asym.vrp")

    plan = plan_of_routes(read, [(1, ["1", "2"])], solver="by hand")

    assert read.problem.seconds.tolist() == [[0, 10, 20], [11, 0, 5], [21, 6, 0]]
    assert plan.cost == 10 + 5 + 21  # waiting until 100 is free
    assert plan.routes[0].visits[0].start_s == 100


@pytest.mark.parametrize(
    ("layout", "weights"),
    [
        ("LOWER_ROW", "5 1\n4"),
        ("UPPER_ROW", "5 1 4"),
        ("LOWER_DIAG_ROW", "0 5 0\n1 4 0"),
        ("UPPER_DIAG_ROW", "0 5 1\n0 4 0"),
        ("LOWER_COL", "5 1 4"),
        ("UPPER_COL", "5 1 4"),
        ("LOWER_DIAG_COL", "0 5 1 0 4 0"),
        ("UPPER_DIAG_COL", "0 5 0 1 4 0"),
        ("FULL_MATRIX", "0 5 1 5 0\n4 1 4 0"),
    ],
)
def test_every_layout_of_weights_gives_the_same_matrix(layout: str, weights: str) -> None:
    text = CVRP.replace("EUC_2D", f"EXPLICIT\nEDGE_WEIGHT_FORMAT : {layout}").replace(
        "DEMAND_SECTION", f"EDGE_WEIGHT_SECTION\n{weights}\nDEMAND_SECTION"
    )

    assert read_vrplib(text, "tiny.vrp").problem.metres.tolist() == [[0, 5, 1], [5, 0, 4], [1, 4, 0]]


def test_a_triangle_is_read_as_one_row_however_it_is_broken_into_lines() -> None:
    """E-n13-k4 begins so; its best known cost needs 14 between the depot and 2, and 21 between 1 and 2."""
    text = CVRP.replace("EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT : LOWER_ROW").replace(
        "DEMAND_SECTION", "EDGE_WEIGHT_SECTION\n9 14 21\nDEMAND_SECTION"
    )

    assert read_vrplib(text, "tiny.vrp").problem.metres.tolist() == [[0, 9, 14], [9, 0, 21], [14, 21, 0]]


@pytest.mark.parametrize(
    ("kind", "points", "distance"),
    [
        ("CEIL_2D", "1 0 0\n2 1 1\n", 2),  # √2
        ("FLOOR_2D", "1 0 0\n2 5 5\n", 7),  # 7.07
        ("EXACT_2D", "1 0 0\n2 1 1\n", 1_414),
        ("MAN_2D", "1 0 0\n2 1.2 3.5\n", 5),  # 4.7
        ("MAX_2D", "1 0 0\n2 1.2 3.4\n", 3),
        ("EUC_3D", "1 0 0 0\n2 2 3 6\n", 7),  # √(4 + 9 + 36)
        ("GEO", "1 16.47 96.10\n2 16.47 94.44\n", 153),  # burma14's first leg
        ("ATT", "1 6734 1453\n2 2233 10\n", 1_495),  # att48's first leg, 1494.7
        ("ATT", "1 0 0\n2 10 0\n", 4),  # √10 = 3.16, up
        ("ATT", "1 0 0\n2 30 10\n", 10),  # √100
    ],
)
def test_distances_are_as_tsplib_defines_them(kind: str, points: str, distance: int) -> None:
    third = "3 0 0 0\n" if kind == "EUC_3D" else "3 0 0\n"
    text = CVRP.replace("EUC_2D", kind).replace("1 0 0\n2 3 4\n3 1 1\n", points + third)

    read = read_vrplib(text, "tiny.vrp")

    assert read.problem.metres[0, 1] == read.problem.seconds[1, 0] == distance
    assert read.problem.metres.diagonal().tolist() == [0, 0, 0]
    if kind == "GEO":  # 96 degrees 10 minutes, longitude first
        assert read.geographic
        assert read.coordinates is not None
        assert read.coordinates[0].tolist() == pytest.approx([96 + 10 / 60, 16 + 47 / 60])


@pytest.mark.parametrize(
    ("point", "says"),
    [
        ("117.02 36.39", "is at 117.02 36.39, which is longitude before latitude; swapped it is right: 36.39 117.02"),
        ("91 180", "is at 91 180; latitude must be from -90 to 90 and longitude from -180 to 180"),
        ("36 181", "is at 36 181; latitude must be from -90 to 90 and longitude from -180 to 180"),
    ],
)
def test_a_point_that_is_not_on_the_globe_is_refused_with_its_line(point: str, says: str) -> None:
    text = CVRP.replace("EUC_2D", "GEO").replace("2 3 4\n", f"2 {point}\n")

    with pytest.raises(BadProblemFile) as refused:
        read_vrplib(text, "x.vrp")

    assert str(refused.value) == f"x.vrp, line 9: the node {says}"


def test_points_at_the_ends_of_the_globe_are_read() -> None:
    text = CVRP.replace("EUC_2D", "GEO").replace("2 3 4\n", "2 -90 180\n")

    assert read_vrplib(text, "x.vrp").geographic


def test_points_to_display_are_for_drawing_only() -> None:
    text = ORTEC.replace("NODE_COORD_SECTION", "DISPLAY_DATA_SECTION")

    read = read_vrplib(text, "asym.vrp")

    assert read.coordinates is not None
    assert read.problem.seconds[0, 1] == 10


def test_depots_come_first_and_bind_their_vehicles() -> None:
    read = read_vrplib(DEPOTS, "two.vrp")

    assert [vehicle.depot for vehicle in read.problem.vehicles] == ["D1", "D2"]
    assert [stop.id for stop in read.problem.stops] == ["2", "3"]
    assert read.problem.metres[0, 2] == 2_500  # √(1.5² + 2²) = 2.5
    assert read.problem.stop("2").service_s == 2_500
    assert [vehicle.longest_s for vehicle in read.problem.vehicles] == [50_000, 50_000]
    assert read.numbered_vehicles


def test_a_mixed_fleet_pays_fixed_and_unit_costs() -> None:
    read = read_vrplib(MIXED, "mixed.vrp")

    plan = plan_of_routes(read, [(1, ["1"]), (3, ["2"])], solver="by hand")

    assert [vehicle.type for vehicle in read.problem.vehicles] == ["type 1", "type 1", "type 2"]
    # (100 + 50 × 10) + (300 + 80 × 2 × 1.414)
    assert str(read.objective(plan.cost)) == "1126.24"


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "says"),
    [
        (CVRP, "2 10\n", "2 ten\n", 13, "the demand is 'ten'"),
        (CVRP, "2 10\n", "", 13, "the row's number is 3; it must be 2"),
        (CVRP, "3 7\n", "", 13, "DEMAND_SECTION ends here after 2 rows; it must have 3"),
        (CVRP, "3 7\n", "3 7\n4 8\n", 15, "DEMAND_SECTION has 4 rows; it must have 3"),
        (CVRP, "CAPACITY : 20", "CAPACITY : 0", 6, "CAPACITY is 0; it must be from 1"),
        (CVRP, "TYPE : CVRP", "TYPE : TSP", 3, "TYPE is TSP; it must be one of CVRP"),
        (CVRP, "EUC_2D", "XRAY1", 5, "EDGE_WEIGHT_TYPE is XRAY1; it must be EXPLICIT or one of EUC_2D, CEIL_2D, FLO"),
        (CVRP, "EUC_2D", "EUC_3D", 8, "NODE_COORD_SECTION: the row has 3 words; it must have 4"),
        (ORTEC, "FULL_MATRIX", "FUNCTION", 6, "EDGE_WEIGHT_FORMAT is FUNCTION; it must be one of FULL_MATRIX, LOWER_R"),
        (CVRP, " 1\n -1", " 2\n -1", 16, "the depot is node 2"),
        (CVRP, "DEPOT_SECTION", "PICKUP_SECTION\n1 0\nDEPOT_SECTION", 15, "PICKUP_SECTION is not known here"),
        (CVRP, "2 3 4\n", "2 3 inf\n", 9, "y is 'inf'; it must be a number"),
        (ORTEC, "2 100 200", "2 200 100", 29, "the window ends at 100, before it begins at 200"),
        (ORTEC, "11 0 5\n", "11 0\n", 11, "EDGE_WEIGHT_SECTION ends here after 8 weights; it must have 9"),
        (ORTEC, "11 0 5\n", "11 0 -5\n", 10, "the weight -5 is negative"),
        (ORTEC, "11 0 5\n", "11 0 nan\n", 10, "the weight is 'nan'"),
        (ORTEC, "11 0 5\n", "11 0 99999999999\n", 10, "the weight 99999999999 is too large"),
        (ORTEC, "VEHICLES : 2\n", "VEHICLES : 900000000\n", 5, "VEHICLES is 900000000; it must be from 1 to 100000"),
        (DEPOTS, "2 2\nDEPOT", "2 3\nDEPOT", 30, "the depot is 3; it must be from 1 to 2"),
        (MIXED, "3 20\n", "3 0\n", 17, "the capacity is 0"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, old: str, new: str, line: int, says: str) -> None:
    assert old in text

    with pytest.raises(BadProblemFile, match=rf"^bad\.vrp, line {line}: ") as refused:
        read_vrplib(text.replace(old, new, 1), "bad.vrp")

    assert says in str(refused.value)


@pytest.mark.parametrize("text", [CVRP, ORTEC, DEPOTS, MIXED])
def test_a_file_cut_anywhere_is_refused(text: str) -> None:
    lines = text.splitlines()
    for kept in range(len(lines)):
        if lines[kept - 1].strip() == "-1" and "EOF" in lines[kept]:
            continue  # -1 ends the last section: only the word EOF is missing
        with pytest.raises(BadProblemFile, match=r"cut off|ends"):
            read_vrplib("\n".join(lines[:kept]), "cut.vrp")


def test_points_too_far_apart_for_whole_numbers_are_refused() -> None:
    with pytest.raises(BadProblemFile, match=r"two points lie 9e\+08 apart; × 1000 that must stay below 2147483647"):
        read_vrplib(DEPOTS.replace("2 9 0", "2 900000000 0").replace("EUC_2D", "MAX_2D"), "far.vrp")
    with pytest.raises(BadProblemFile, match=r"the points lie 9e\+08 apart; × 1000 that must stay below 2147483647"):
        read_vrplib(DEPOTS.replace("2 9 0", "2 900000000 0"), "far.vrp")
