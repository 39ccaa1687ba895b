import pytest

from logistics.routing.engine.travel.tags import (
    banned_turn,
    blocks_van,
    carriageway,
    directions,
    posted_kmh,
    right_of_way,
    speed_kmh,
)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (True, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reverse"}, (False, True)),
        ({"oneway": "reversible"}, (False, False)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "-1"}, (False, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"highway": "motorway_link"}, (True, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
    ],
)
def test_directions_follow_the_tags(tags, expected):
    assert directions(tags) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("50", 50),
        ("30 mph", 48.28032),  # 30 × 1.609344
        ("30mph", 48.28032),
        ("50;30", 50),
        ("walk", 7),
        ("CN:urban", 50),
        ("none", None),
        ("0", None),
        ("", None),
    ],
)
def test_posted_limit_is_read_in_kmh(value, expected):
    assert posted_kmh(value) == (expected if expected is None else pytest.approx(expected))


def test_tagged_road_is_driven_at_four_fifths_of_its_limit():
    assert speed_kmh({"highway": "primary", "maxspeed": "60"}, "forward") == pytest.approx(48)  # 60 × 0.8


def test_limit_of_one_direction_binds_that_direction_only():
    tags = {"highway": "primary", "maxspeed": "60", "maxspeed:backward": "30"}

    assert speed_kmh(tags, "forward") == pytest.approx(48)
    assert speed_kmh(tags, "backward") == pytest.approx(24)


def test_untagged_road_is_driven_at_its_class_speed():
    assert speed_kmh({"highway": "secondary"}, "forward") == 40


def test_van_never_exceeds_100_kmh():
    assert speed_kmh({"highway": "motorway", "maxspeed": "130"}, "forward") == 100  # 130 × 0.8 = 104


def test_parking_aisle_posted_at_30_is_driven_at_10():
    assert speed_kmh({"highway": "service", "service": "parking_aisle", "maxspeed": "30"}, "forward") == 10


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, None),
        ({"access": "no"}, "closed"),
        ({"access": "private"}, "closed"),
        ({"access": "no", "motor_vehicle": "yes"}, "open"),
        ({"access": "yes", "motor_vehicle": "no"}, "closed"),
        ({"motor_vehicle": "no", "goods": "delivery"}, "visitors"),
        ({"vehicle": "destination"}, "visitors"),
        ({"access": "customers"}, "visitors"),
        ({"motorcar": "no"}, "closed"),
        ({"motor_vehicle": "unbekannt", "access": "no"}, "closed"),
        ({"access": "nonsense"}, None),
    ],
)
def test_most_specific_known_access_decides(tags, expected):
    assert right_of_way(tags) == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "steps", "motor_vehicle": "yes"},
        {"highway": "construction"},
        {"highway": "residential", "access": "private"},
        {"highway": "pedestrian"},
        {"highway": "pedestrian", "access": "yes"},
        {"highway": "track"},
        {"highway": "service", "service": "emergency_access"},
        {"highway": "residential", "area": "yes"},
        {"highway": "residential", "oneway": "reversible"},
        {"building": "yes"},
    ],
)
def test_van_keeps_off(tags):
    assert carriageway(tags) is None


def test_pedestrian_street_open_for_deliveries_is_crawled_by_visitors():
    road = carriageway({"highway": "pedestrian", "motor_vehicle": "delivery"})

    assert road is not None
    assert (road.along_kmh, road.against_kmh, road.visitors_only) == (6, 6, True)


def test_motorway_runs_one_way_and_nobody_stops_there():
    road = carriageway({"highway": "motorway"})

    assert road is not None
    assert (road.along_kmh, road.against_kmh, road.no_stopping) == (80, 0, True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, False),
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"access": "no"}, False),
    ],
)
def test_barrier_stops_a_van_unless_it_opens(tags, expected):
    assert blocks_van(tags) is expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"restriction": "no_left_turn"}, "no_left_turn"),
        ({"restriction": "only_straight_on", "except": "bicycle;bus"}, "only_straight_on"),
        ({"restriction": "no_left_turn", "except": "bus; goods"}, None),
        ({"restriction:motorcar": "no_u_turn"}, "no_u_turn"),
        ({"restriction:hgv": "no_left_turn"}, None),
        ({}, None),
    ],
)
def test_turn_restriction_binds_a_van_unless_it_is_excepted(tags, expected):
    assert banned_turn(tags) == expected
