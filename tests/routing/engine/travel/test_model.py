import numpy as np
import pytest

from logistics.routing.engine.travel import (
    GreatCircleTravel,
    Metric,
    Point,
    RoadTravel,
    TravelMatrix,
    TravelSource,
    Unplaced,
)
from logistics.routing.engine.travel.model import haversine_m


def test_point_within_the_globe_is_taken():
    point = Point(id="JN1", lng=-180, lat=90)

    assert (point.lng, point.lat, point.name) == (-180, 90, "")


def test_point_with_lng_and_lat_swapped_is_told_so():
    with pytest.raises(ValueError, match=r"JN1: lng and lat are swapped.*lng=116\.9, lat=36\.6"):
        Point(id="JN1", lng=36.6, lat=116.9)


@pytest.mark.parametrize(("lng", "lat"), [(181, 36), (116, -91), (200, 200)])
def test_point_off_the_globe_is_refused(lng, lat):
    with pytest.raises(ValueError, match="JN1: "):
        Point(id="JN1", lng=lng, lat=lat)


@pytest.mark.parametrize("lng", [float("nan"), float("inf")])
def test_point_without_a_number_is_refused(lng):
    with pytest.raises(ValueError, match="must be numbers"):
        Point(id="JN1", lng=lng, lat=0)


def test_point_without_an_id_is_refused():
    with pytest.raises(ValueError, match="id"):
        Point(id="", lng=0, lat=0)


def test_degree_of_the_equator_is_111_195_metres():
    # 6,371,008.8 m × π / 180 = 111,195.08 m
    one = np.array([1.0])
    assert haversine_m(one * 0, one * 0, one, one * 0)[0] == pytest.approx(111_195.08, abs=0.01)


def test_great_circle_is_stretched_by_1_35_and_driven_at_25_kmh():
    matrix = GreatCircleTravel().matrix([Point(id="a", lng=0, lat=0), Point(id="b", lng=0.01, lat=0)])

    # 1,111.95 m × 1.35 = 1,501.1 m; 1,501.1 ÷ (25 ÷ 3.6) = 216.2 s
    assert matrix.metres.tolist() == [[0, 1501], [1501, 0]]
    assert matrix.seconds.tolist() == [[0, 216], [216, 0]]
    assert matrix.unplaced == ()
    assert matrix.ids == ("a", "b")


def test_great_circle_line_is_straight_through_the_points():
    points = [Point(id="a", lng=0, lat=0), Point(id="b", lng=0.01, lat=0), Point(id="a2", lng=0, lat=0)]

    assert GreatCircleTravel().line(points) == [(0, 0), (0.01, 0), (0, 0)]


def test_great_circle_of_no_points_is_empty():
    matrix = GreatCircleTravel().matrix([])

    assert matrix.seconds.shape == (0, 0)
    assert GreatCircleTravel().line([]) == []


def test_two_points_of_one_id_are_refused():
    with pytest.raises(ValueError, match="id a comes twice"):
        GreatCircleTravel().matrix([Point(id="a", lng=0, lat=0), Point(id="a", lng=1, lat=0)])


def test_matrix_of_another_shape_is_refused():
    wrong = np.zeros((2, 1), dtype=np.int32)

    with pytest.raises(ValueError, match="seconds is int32 of shape"):
        TravelMatrix(ids=("a", "b"), seconds=wrong, metres=wrong, unplaced=(), metric=GreatCircleTravel().metric)


def test_matrix_cannot_be_written_to():
    matrix = GreatCircleTravel().matrix([Point(id="a", lng=0, lat=0)])

    with pytest.raises(ValueError, match="read-only"):
        matrix.seconds[0, 0] = 1


def test_metric_turns_into_plain_strings():
    metric = Metric(kind="roads", description="fastest", source="jinan.osm.pbf", sha256="ab")

    assert metric.to_dict() == {
        "kind": "roads",
        "description": "fastest",
        "source": "jinan.osm.pbf",
        "sha256": "ab",
    }


def test_unplaced_point_reads_as_a_sentence():
    one = Unplaced(point_id="JN1", name="三庆", reason="far_from_road", distance_m=812)

    assert str(one) == "JN1 三庆: far from road (812 m from the nearest road)"


def test_both_sources_keep_the_same_promise():
    sources: list[type[TravelSource]] = [GreatCircleTravel, RoadTravel]

    assert all(callable(source.matrix) and callable(source.line) for source in sources)
