from pathlib import Path

import pytest

from logistics.routing.engine.travel import FOOT, RoadTravel
from logistics.routing.engine.walking import numbered_matrix, walking_matrix
from tests.routing.engine.travel.towns import a_town, at


def test_walks_are_straight_lines_stretched_where_there_are_no_roads() -> None:
    # 100 m x 1.5 ÷ 1.2 m/s
    assert walking_matrix([at(0, 0), at(0, 100)]).tolist() == [[0, 125], [125, 0]]


def test_walks_follow_footways_where_there_are_some_and_cross_the_yard_elsewhere(tmp_path: Path) -> None:
    town = a_town(tmp_path, nodes={"A": (0, 0), "B": (0, 100)}, ways=[("A B", {"highway": "footway"})])
    roads = RoadTravel.open(town, cache_dir=None, max_access_m=20, mode=FOOT)

    seconds = walking_matrix([at(0, 0), at(0, 100), at(200, 0)], roads=roads)

    # 100 m ÷ 1.2 m/s along the path; 200 m x 1.5 straight
    assert seconds[0].tolist() == [0, 83, 250]
    assert seconds[2, 2] == 0


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        ("1", 2),  # front row, one to the side of the gate
        ("2", 1),  # straight behind it
        ("3", 2),
        ("4", 3),  # second row, counted backwards: behind 3
        ("6", 3),
        ("9", 4),
        ("10", 2),  # beyond the compound's count: in the middle
        ("A", 2),
    ],
)
def test_numbered_buildings_stand_in_rows_from_the_gate(number: str, steps: int) -> None:
    # 45 m at 1.2 m/s are 37.5 s
    assert numbered_matrix([number], 9)[0, 1] == round(37.5 * steps)


def test_neighbours_by_number_are_neighbours_on_foot() -> None:
    # 3 and 4 stand one behind the other, 1 and 6 too: 45 m
    assert numbered_matrix(["3", "4", "1", "6"], 9)[[1, 3], [2, 4]].tolist() == [38, 38]


def test_a_compound_of_one_building_is_a_few_steps_from_its_gate() -> None:
    assert numbered_matrix(["1"], 0).tolist() == [[0, 38], [38, 0]]
