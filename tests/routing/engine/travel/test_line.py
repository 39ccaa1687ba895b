import pytest

from .lines import length_m
from .towns import SQUARE, TEN_M_S, a_town, at, degrees, opened

ONE_WAY = TEN_M_S | {"oneway": "yes"}


def drawn(travel, *spots):
    points = [at(x, y, id=str(index)) for index, (x, y) in enumerate(spots)]
    return travel.line(points), travel.matrix(points)


def near(*spots):
    return [pytest.approx(degrees(*spot), abs=2e-7) for spot in spots]


def test_line_follows_the_bends_of_the_road(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B C D", TEN_M_S)]))

    line, _ = drawn(travel, (0, 0), (0, 1000))

    assert line == near((0, 0), (1000, 0), (1000, 1000), (0, 1000))


def test_line_against_the_way_runs_backwards(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B C D", TEN_M_S)]))

    line, _ = drawn(travel, (0, 1000), (1000, 500), (500, 0))

    assert line == near((0, 1000), (1000, 1000), (1000, 500), (1000, 0), (500, 0))


def test_line_holds_the_access_legs(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    line, matrix = drawn(travel, (200, 50), (700, -30))

    assert line == near((200, 50), (200, 0), (700, 0), (700, -30))
    assert length_m(line) == pytest.approx(50 + 500 + 30, abs=0.1)
    assert matrix.metres[0, 1] == 580


def test_line_to_a_target_behind_on_a_one_way_street_goes_round(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B C D A", ONE_WAY)]))

    line, _ = drawn(travel, (700, 0), (400, 0))

    assert line == near((700, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0), (400, 0))


def test_line_obeys_turn_restrictions(tmp_path):
    nodes = {"X": (0, 0), "W": (-1000, 0), "E": (1000, 0), "N": (0, 1000), "P": (1000, 1000)}
    ways = [("W X", TEN_M_S), ("X E", TEN_M_S), ("X N", TEN_M_S), ("E P N", TEN_M_S)]
    travel = opened(a_town(tmp_path, nodes=nodes, ways=ways, turns=[(0, "X", 2, "no_left_turn")]))

    line, _ = drawn(travel, (-900, 0), (0, 900))

    assert line == near((-900, 0), (0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 900))


def test_line_through_stops_twice_in_a_row_and_back(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    line, _ = drawn(travel, (200, 50), (200, 50), (600, 0), (200, 50))

    assert line == near((200, 50), (200, 0), (600, 0), (200, 0), (200, 50))


def test_line_between_two_gates_opposite_each_other_crosses_the_street(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    line, matrix = drawn(travel, (200, 50), (200, -50))

    assert line == near((200, 50), (200, 0), (200, -50))
    assert matrix.metres[0, 1] == 100


def test_line_of_one_point_is_the_point_and_of_none_is_empty(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    assert travel.line([at(200, 50)]) == [degrees(200, 50)]
    assert travel.line([]) == []


def test_line_within_a_loop_with_one_junction(tmp_path):
    # a close: B is its only junction
    travel = opened(a_town(tmp_path, nodes=SQUARE | {"E": (-500, 0)}, ways=[("E A", TEN_M_S), ("A B C D A", ONE_WAY)]))

    line, matrix = drawn(travel, (-500, 0), (1000, 500), (-500, 0))

    assert line == near((-500, 0), (0, 0), (1000, 0), (1000, 500), (1000, 1000), (0, 1000), (0, 0), (-500, 0))
    assert matrix.metres[0, 1] == 500 + 1500
    assert matrix.metres[1, 0] == 2500 + 500
