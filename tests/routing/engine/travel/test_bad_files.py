import pytest

from logistics.routing.engine.travel import BadRoadFile, RoadTravel

from .towns import SQUARE, TEN_M_S, a_town, opened


def test_file_cut_short_is_refused_by_name(tmp_path):
    path = a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)])
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(BadRoadFile, match=r"^town\.osm\.pbf: .*cut short.*would be right") as refused:
        opened(path)

    assert refused.value.file_name == "town.osm.pbf"
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"not a road file at all", b"\x00" * 500])
def test_file_that_is_no_pbf_is_refused(tmp_path, content):
    path = tmp_path / "photo.osm.pbf"
    path.write_bytes(content)

    with pytest.raises(BadRoadFile, match=r"photo\.osm\.pbf"):
        opened(path)


def test_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order,household\n1,2\n")

    with pytest.raises(BadRoadFile, match=r"orders\.csv.*\.osm\.pbf"):
        opened(path)


def test_file_without_roads_is_refused(tmp_path):
    with pytest.raises(BadRoadFile, match="holds no road a van may drive"):
        opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", {"highway": "footway"}), ("B C", {"building": "yes"})]))


def test_file_whose_roads_lead_nowhere_is_refused(tmp_path):
    with pytest.raises(BadRoadFile, match="no road that can be driven to and left again"):
        opened(a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S | {"oneway": "yes"})]))


def test_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"jinan\.osm\.pbf: no such road file"):
        opened(tmp_path / "jinan.osm.pbf")


def test_negative_access_leg_is_refused(tmp_path):
    path = a_town(tmp_path, nodes=SQUARE, ways=[("A B", TEN_M_S)])

    with pytest.raises(ValueError, match="max_access_m is -1"):
        RoadTravel.open(path, cache_dir=None, max_access_m=-1)
