import numpy as np
import pytest

from logistics.routing.engine.travel import UNREACHABLE, Point, UnplacedPoints

from .towns import DEGREE_M, SQUARE, TEN_M_S, a_town, at, degrees, journey, opened

A, B, C, D = (at(*spot, id=name) for name, spot in SQUARE.items())


def test_two_way_street_takes_its_length_at_its_speed(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    # 1,000 m ÷ 10 m/s = 100 s
    assert journey(travel, A, B) == (100, 1000)
    assert journey(travel, B, A) == (100, 1000)


def test_faster_detour_beats_the_short_street_and_metres_follow_it(tmp_path):
    slow = {"highway": "residential", "maxspeed": "5"}  # 0.8 × 5 = 4 km/h: 1,000 m in 900 s
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", slow), ("A D C B", TEN_M_S)]))

    # round the block: 3,000 m ÷ 10 m/s
    assert journey(travel, A, B) == (300, 3000)


def test_of_two_streets_as_fast_the_shorter_is_measured(tmp_path):
    double = {"highway": "residential", "maxspeed": "135"}  # 0.8 × 135 = 108, held at 100 km/h
    single = {"highway": "residential", "maxspeed": str(100 / 3 / 0.8)}  # a third: 1,000 m take as long as 3,000 m
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A D C B", double), ("A B", single)]))

    # 1,000 m ÷ (100/3 km/h) = 3,000 m ÷ 100 km/h = 108 s
    assert journey(travel, A, B) == (108, 1000)


@pytest.mark.parametrize(
    ("tags", "there_m", "back_m"),
    [({"oneway": "yes"}, 1000, 3000), ({"oneway": "-1"}, 3000, 1000), ({"oneway": "no"}, 1000, 1000)],
)
def test_one_way_street_is_driven_one_way(tmp_path, tags, there_m, back_m):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S | tags), ("B C D A", TEN_M_S)]))

    assert journey(travel, A, B)[1] == there_m
    assert journey(travel, B, A)[1] == back_m


def test_roundabout_is_driven_round(tmp_path):
    ring = TEN_M_S | {"junction": "roundabout"}
    nodes = SQUARE | {"E": (-500, 0), "F": (1500, 0)}
    travel = opened(a_town(tmp_path, nodes=nodes, ways=[("A B C D A", ring), ("E A", TEN_M_S), ("B F", TEN_M_S)]))

    # out 500 + one side 1,000 + 500; back 500 + three sides 3,000 + 500
    assert journey(travel, at(-500, 0), at(1500, 0)) == (200, 2000)
    assert journey(travel, at(1500, 0), at(-500, 0)) == (400, 4000)


def test_bend_between_junctions_counts_with_its_whole_length(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B C", TEN_M_S)]))

    assert journey(travel, A, C) == (200, 2000)


def test_point_beside_the_road_pays_the_access_leg(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    # 50 m at 10 km/h = 18 s, then 250 → 1,000 = 750 m ÷ 10 = 75 s
    assert journey(travel, at(250, 50), B) == (18 + 75, 50 + 750)
    # both ends: 18 + 36 s and 50 + 100 m of access; 500 m between the feet
    assert journey(travel, at(250, 50), at(750, -100)) == (18 + 36 + 50, 50 + 100 + 500)


def test_metres_are_metres_far_from_the_equator(tmp_path):
    north = 60 * DEGREE_M  # a degree of longitude is half as long there: cos 60° = 0.5
    travel = opened(a_town(tmp_path, nodes={"A": (0, north), "B": (2000, north)}, ways=[("A B", TEN_M_S)]))

    # 100 m at 10 km/h = 36 s, then 2,000 × 0.5 ÷ 2 = 500 m ÷ 10 m/s
    assert journey(travel, at(1000, north + 100), at(2000, north)) == (36 + 50, 100 + 500)


def test_points_of_one_street_do_not_leave_it(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S), ("B C D A", TEN_M_S)]))

    assert journey(travel, at(400, 0), at(700, 0)) == (30, 300)
    assert journey(travel, at(700, 0), at(400, 0)) == (30, 300)


def test_target_behind_on_a_one_way_street_is_reached_round_the_block(tmp_path):
    one_way = TEN_M_S | {"oneway": "yes"}
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", one_way), ("B C D A", one_way)]))

    assert journey(travel, at(400, 0), at(700, 0)) == (30, 300)
    # 300 to B, 3,000 round the block to A, 400 along: 3,700 m
    assert journey(travel, at(700, 0), at(400, 0)) == (370, 3700)


def test_road_round_the_block_may_beat_the_slow_street_both_points_stand_on(tmp_path):
    slow = {"highway": "residential", "maxspeed": "5"}  # 4 km/h = 1.11 m/s
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", slow), ("B C D A", TEN_M_S)]))

    # direct 980 m at 4 km/h = 882 s; round: 10 m slow (9 s) + 3,000 m (300 s) + 10 m slow (9 s)
    assert journey(travel, at(10, 0), at(990, 0)) == (318, 3020)


def test_point_at_a_junction_may_leave_by_any_road(tmp_path):
    into_a = TEN_M_S | {"oneway": "yes"}
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("B A", into_a), ("A D C B", TEN_M_S)]))

    assert journey(travel, A, D) == (100, 1000)
    assert journey(travel, D, A) == (100, 1000)


def test_same_coordinates_are_nothing_apart(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    matrix = travel.matrix([at(250, 50, id="gate"), at(250, 50, id="station"), B])

    assert matrix.metres[:2, :2].tolist() == [[0, 0], [0, 0]]
    assert matrix.metres[:2, 2].tolist() == [800, 800]


def test_far_point_is_reported_and_never_moved(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]), max_access_m=200)
    far = Point(id="far", lng=degrees(0, 201)[0], lat=degrees(0, 201)[1], name="山上")

    matrix = travel.matrix([A, far, B])

    told = [(one.point_id, one.name, one.reason, one.distance_m) for one in matrix.unplaced]
    assert told == [("far", "山上", "far_from_road", 201)]
    assert (matrix.seconds[1] == UNREACHABLE).all()
    assert (matrix.metres[:, 1] == UNREACHABLE).all()
    assert matrix.metres[0, 2] == 1000


def test_point_just_within_the_longest_access_leg_is_placed(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]), max_access_m=200)

    assert travel.matrix([at(0, 199)]).unplaced == ()


def test_point_on_an_island_is_unreachable(tmp_path):
    island = {"I": (9000, 0), "J": (9100, 0)}
    travel = opened(a_town(tmp_path, nodes=SQUARE | island, ways=[("A B C D A", TEN_M_S), ("I J", TEN_M_S)]))

    (one,) = travel.matrix([A, at(9050, 30, id="island")]).unplaced

    assert (one.point_id, one.reason, one.distance_m) == ("island", "unreachable", 30)


def test_point_on_a_stub_is_placed_on_the_main_roads_if_they_are_near(tmp_path):
    stub = {"I": (500, 100), "J": (500, 150)}
    travel = opened(a_town(tmp_path, nodes=SQUARE | stub, ways=[("A B C", TEN_M_S), ("I J", TEN_M_S)]))

    # 150 m straight to A–B at 10 km/h = 54 s, then 500 m ÷ 10 m/s = 50 s
    assert journey(travel, at(500, 150), B) == (104, 650)


def test_one_way_dead_end_is_no_place_to_stop(tmp_path):
    ways = [("A B", TEN_M_S), ("B C", TEN_M_S | {"oneway": "yes"})]
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=ways))

    (one,) = travel.matrix([A, at(1000, 900, id="trap")]).unplaced

    assert (one.point_id, one.reason) == ("trap", "unreachable")


def test_nobody_stops_on_a_motorway_when_a_street_is_near(tmp_path):
    ways = [("A B", {"highway": "motorway", "oneway": "no"}), ("A D C B", TEN_M_S)]
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=ways), max_access_m=600)

    # 400 m from the motorway, 600 m from D–C: the street is taken; 600 m + 500 m along to C
    assert journey(travel, at(500, 400), C)[1] == 1100


def test_motorway_takes_the_points_no_street_is_near_to(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", {"highway": "motorway", "oneway": "no"})]))

    assert journey(travel, at(500, 100), B)[1] == 600


def test_bollard_stops_a_van_and_a_gate_does_not(tmp_path):
    nodes = SQUARE | {"E": (500, 0)}
    ways = [("A E B", TEN_M_S), ("B C D A", TEN_M_S)]

    gate = opened(a_town(tmp_path, nodes=nodes, ways=ways, node_tags={"E": {"barrier": "gate"}}))
    assert journey(gate, at(400, 0), at(600, 0)) == (20, 200)

    bollard = opened(a_town(tmp_path, nodes=nodes, ways=ways, node_tags={"E": {"barrier": "bollard"}}))
    # 400 back to A, 3,000 round the block, 400 from B
    assert journey(bollard, at(400, 0), at(600, 0)) == (380, 3800)


def test_private_street_is_not_driven(tmp_path):
    ways = [("A B", TEN_M_S | {"access": "private"}), ("B C D A", TEN_M_S)]
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=ways))

    assert journey(travel, A, B)[1] == 3000


def test_visitors_street_is_driven_to_and_from_but_not_through(tmp_path):
    ways = [("A B", TEN_M_S | {"motor_vehicle": "destination"}), ("B C D A", TEN_M_S)]
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=ways))

    # through would be 1,000 m + 200 m
    assert journey(travel, at(0, 100), at(1000, 100))[1] == 2800
    assert journey(travel, at(0, 100), at(300, 0)) == (40, 400)
    assert journey(travel, at(300, 0), at(0, 100)) == (40, 400)
    assert journey(travel, at(300, 0), at(800, 0)) == (50, 500)


def test_street_behind_a_visitors_street_is_reached_through_it(tmp_path):
    nodes = SQUARE | {"E": (500, 300), "F": (500, 0)}
    visitors = TEN_M_S | {"access": "destination"}
    # F–E is untagged, but whoever goes there comes through the visitors' street A–F–B
    ways = [("A F B", visitors), ("F E", TEN_M_S), ("B C D A", TEN_M_S)]
    travel = opened(a_town(tmp_path, nodes=nodes, ways=ways))

    assert journey(travel, at(0, 100), at(500, 300)) == (90, 900)
    assert journey(travel, at(500, 300), at(1000, 100)) == (90, 900)
    assert journey(travel, at(0, 100), at(1000, 100))[1] == 2800


def test_town_of_visitors_streets_only_is_still_driven(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B C D A", TEN_M_S | {"access": "destination"})]))

    assert journey(travel, A, C) == (200, 2000)


def test_way_with_nodes_beyond_the_extract_is_cut_there(tmp_path):
    path = a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)])
    without_d = {name: spot for name, spot in SQUARE.items() if name != "D"}
    path = _town_naming_a_missing_node(tmp_path, without_d)

    travel = opened(path)

    assert journey(travel, A, B) == (100, 1000)
    assert travel.matrix([at(0, 900)]).unplaced[0].reason == "far_from_road"


def _town_naming_a_missing_node(folder, nodes):
    import osmium
    from osmium.osm import mutable

    path = folder / "clipped.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, spot in enumerate(nodes.values(), start=1):
            writer.add_node(mutable.Node(id=number, location=degrees(*spot), tags={}))
        writer.add_way(mutable.Way(id=1, nodes=[1, 2, 3, 99, 1], tags=dict(TEN_M_S)))
    return path


def test_no_points_make_an_empty_matrix_and_one_point_a_zero(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    assert travel.matrix([]).seconds.shape == (0, 0)
    assert travel.matrix([A]).seconds.tolist() == [[0]]


def test_matrix_is_int32_in_the_order_asked(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B C", TEN_M_S)]))

    matrix = travel.matrix([C, A, B])

    assert matrix.ids == ("C", "A", "B")
    assert matrix.seconds.dtype == matrix.metres.dtype == np.int32
    assert matrix.metres.tolist() == [[0, 2000, 1000], [2000, 0, 1000], [1000, 1000, 0]]


def test_metric_names_the_file_without_its_folder(tmp_path):
    metric = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)])).metric

    assert (metric.kind, metric.source, len(metric.sha256)) == ("roads", "town.osm.pbf", 64)
    assert str(tmp_path) not in str(metric.to_dict())


def test_line_through_an_unplaced_point_is_refused_by_name(tmp_path):
    travel = opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)]))

    with pytest.raises(UnplacedPoints, match=r"far: far from road \(4000 m") as refused:
        travel.line([A, at(0, 4000, id="far")])

    assert [one.point_id for one in refused.value.unplaced] == ["far"]
