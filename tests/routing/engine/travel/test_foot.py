from pathlib import Path

import pytest

from logistics.routing.engine.travel import FOOT, TROLLEY, BadRoadFile, GreatCircleTravel, Point, RoadTravel
from logistics.routing.engine.travel.foot import blocks_trolley, blocks_walker, footway, trolley_way
from tests.routing.engine.travel.towns import TEN_M_S, a_town, at


@pytest.mark.parametrize(
    ("tags", "kmh"),
    [
        ({"highway": "footway"}, 4.32),
        ({"highway": "residential", "maxspeed": "50"}, 4.32),
        ({"highway": "steps"}, 1.8),
        ({"highway": "residential", "oneway": "yes"}, 4.32),
        ({"highway": "cycleway", "foot": "designated"}, 4.32),
        ({"highway": "service", "access": "no", "foot": "yes"}, 4.32),
    ],
)
def test_ways_are_walked_both_ways(tags: dict[str, str], kmh: float) -> None:
    way = footway(tags)

    assert way is not None
    assert (way.along_kmh, way.against_kmh, way.visitors_only) == (kmh, kmh, False)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "trunk"},
        {"highway": "cycleway"},
        {"highway": "footway", "foot": "no"},
        {"highway": "service", "access": "no"},
        {"highway": "secondary", "foot": "use_sidepath"},
        {"highway": "pedestrian", "area": "yes"},
        {"waterway": "river"},
    ],
)
def test_nobody_walks_there(tags: dict[str, str]) -> None:
    assert footway(tags) is None


def test_a_compounds_private_lane_is_for_its_own_volunteers() -> None:
    lane = footway({"highway": "service", "access": "private"})

    assert lane is not None
    assert lane.visitors_only


def test_a_trolley_needs_a_ramp_at_steps() -> None:
    assert trolley_way({"highway": "steps"}) is None
    ramp = trolley_way({"highway": "steps", "ramp:stroller": "yes"})
    assert ramp is not None
    assert ramp.along_kmh == 1.8


def test_an_escalator_goes_one_way() -> None:
    down = footway({"highway": "footway", "oneway:foot": "-1"})

    assert down is not None
    assert (down.along_kmh, down.against_kmh) == (0.0, 4.32)


@pytest.mark.parametrize(
    ("tags", "walker", "trolley"),
    [
        ({}, False, False),
        ({"barrier": "gate"}, False, False),
        ({"barrier": "bollard"}, False, False),
        ({"barrier": "gate", "locked": "yes"}, True, True),
        ({"barrier": "gate", "access": "no"}, True, True),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, False, False),
        ({"barrier": "fence"}, True, True),
        ({"barrier": "turnstile"}, False, True),
    ],
)
def test_what_stops_a_walker(tags: dict[str, str], walker: bool, trolley: bool) -> None:
    assert (blocks_walker(tags), blocks_trolley(tags)) == (walker, trolley)


def a_yard(folder: Path) -> Path:
    """A square of 120 m: streets A-B-C, a footpath A-D, steps D-C."""
    return a_town(
        folder,
        nodes={"A": (0, 0), "B": (120, 0), "C": (120, 120), "D": (0, 120)},
        ways=[
            ("A B C", TEN_M_S | {"oneway": "yes"}),
            ("A D", {"highway": "footway"}),
            ("D C", {"highway": "steps"}),
        ],
    )


def test_walkers_use_footpaths_and_ignore_one_ways(tmp_path: Path) -> None:
    travel = RoadTravel.open(a_yard(tmp_path), cache_dir=None, mode=FOOT)

    matrix = travel.matrix([at(0, 0), at(0, 120), at(120, 0)])

    # 120 m ÷ 1.2 m/s
    assert matrix.metres[0].tolist() == [0, 120, 120]
    assert matrix.seconds[0].tolist() == [0, 100, 100]
    assert matrix.seconds[2, 0] == 100
    assert travel.metric.description.startswith("fastest way on foot at 4.32 km/h")


def test_a_trolley_goes_round_the_steps(tmp_path: Path) -> None:
    town = a_yard(tmp_path)
    points = [at(0, 120), at(120, 120)]

    # steps: 120 m ÷ 0.5 m/s = 240 s; round: 360 m ÷ 1.2 m/s = 300 s
    assert RoadTravel.open(town, cache_dir=None, mode=FOOT).matrix(points).seconds[0, 1] == 240
    assert RoadTravel.open(town, cache_dir=None, mode=TROLLEY).matrix(points).seconds[0, 1] == 300


def test_modes_do_not_share_what_is_kept_on_disk(tmp_path: Path) -> None:
    town = a_town(tmp_path, nodes={"A": (0, 0), "B": (430, 0)}, ways=[("A B", TEN_M_S)])
    points, cache = [at(0, 0), at(430, 0)], tmp_path / "cache"

    seconds = [
        RoadTravel.open(town, cache_dir=cache, mode=mode).matrix(points).seconds[0, 1] for mode in (FOOT, TROLLEY)
    ]

    assert [*seconds, RoadTravel.open(town, cache_dir=cache).matrix(points).seconds[0, 1]] == [358, 358, 43]


def test_a_file_without_ways_for_walkers_is_refused(tmp_path: Path) -> None:
    town = a_town(tmp_path, nodes={"A": (0, 0), "B": (430, 0)}, ways=[("A B", {"highway": "motorway", "oneway": "no"})])

    with pytest.raises(BadRoadFile, match="holds no road one may walk"):
        RoadTravel.open(town, cache_dir=None, mode=FOOT)


def test_straight_walks_are_stretched_by_a_half() -> None:
    matrix = GreatCircleTravel.on_foot().matrix([Point(id="a", lng=0, lat=0), Point(id="b", lng=0.001, lat=0)])

    # 0.001° at the equator is 111.195 m, x 1.5 = 166.8 m, ÷ 1.2 m/s = 139.0 s
    assert (matrix.metres[0, 1], matrix.seconds[0, 1]) == (167, 139)
