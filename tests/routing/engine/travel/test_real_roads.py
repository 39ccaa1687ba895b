"""The library on real roads: Jinan against other engines, Helsinki and Liechtenstein against their own signs."""

import csv
import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest

from logistics.routing.engine.travel import Point, RoadTravel

from .lines import length_m

DATA = Path(__file__).resolve().parents[4] / ".." / "shared" / "data"
JINAN = DATA / "jinan" / "jinan_roads.osm.pbf"
DAY = DATA / "e2e_jinan"
HELSINKI = DATA / "osm_extracts" / "Helsinki.osm.pbf"
LIECHTENSTEIN = DATA / "osm_extracts" / "v_liechtenstein-latest.osm.pbf"

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(not JINAN.exists(), reason="the real data are not beside the checkout (../shared/data)"),
]


def oracle(name):
    """Ids and matrix of one oracle file; NaN where it has no value."""
    with gzip.open(DAY / "oracle" / f"{name}.csv.gz", "rt") as file:
        rows = list(csv.reader(file))
    return rows[0][1:], np.array([[float(value or "nan") for value in row[1:]] for row in rows[1:]])


@pytest.fixture(scope="module")
def jinan():
    return RoadTravel.open(JINAN, cache_dir=None)


@pytest.fixture(scope="module")
def stops():
    with gzip.open(DAY / "day" / "compounds.csv.gz", "rt") as file:
        known = {row["compound"]: row for row in csv.DictReader(file)}
    with (DAY / "day" / "depots.csv").open() as file:
        known |= {row["depot"]: row for row in csv.DictReader(file)}
    ids, _ = oracle("osrm_m")
    return [
        Point(id=id, lng=float(known[id]["lng"]), lat=float(known[id]["lat"]), name=known[id]["name"]) for id in ids
    ]


@pytest.fixture(scope="module")
def matrix(jinan, stops):
    return jinan.matrix(stops)


def relative_differences(ours, name):
    ids, theirs = oracle(name)
    compared = ~np.eye(len(ids), dtype=bool) & (theirs > 0)
    return np.abs(ours[compared] / theirs[compared] - 1)


def test_every_compound_of_the_day_has_a_place_on_the_roads(matrix):
    assert len(matrix.ids) == 185  # 184 compounds and the depot
    assert matrix.unplaced == ()


@pytest.mark.parametrize(("name", "median_max"), [("osrm_m", 0.03), ("matrix_shortest_m", 0.10)])
def test_metres_agree_with_other_engines(matrix, name, median_max):
    differences = relative_differences(matrix.metres, name)

    assert np.median(differences) < median_max


def test_seconds_agree_with_the_class_speeds_of_the_field(matrix):
    assert np.median(relative_differences(matrix.seconds, "matrix_fastest_s")) < 0.10


def test_pairs_a_third_apart_from_osrm_are_next_door(matrix, stops):
    _, theirs = oracle("osrm_m")
    with np.errstate(all="ignore"):
        apart = (theirs > 0) & (np.abs(matrix.metres / theirs - 1) > 1 / 3)

    # access legs, which OSRM leaves out, weigh on short pairs only: 88 of 34,040, nearly all under 2 km
    assert apart.sum() < 0.005 * theirs.size
    assert np.median(theirs[apart]) < 1000


def test_lines_in_jinan_are_as_long_as_their_matrix_says(jinan, matrix, stops):
    chosen = np.random.default_rng(20200220).permutation(len(stops))[:30]

    line = jinan.line([stops[index] for index in chosen])

    expected_m = sum(int(matrix.metres[a, b]) for a, b in pairwise(chosen))
    assert length_m(line) == pytest.approx(expected_m, rel=0.001)
    assert len(line) > 5 * len(chosen)


def some_points(travel, count):
    """Points a few metres off the roads the travel library may stop on."""
    rng = np.random.default_rng(7)
    network, search = travel._snapper.network, travel._search
    usable = np.flatnonzero((search.edge_arc >= 0).any(axis=1))
    vertices = network.edge_start[rng.choice(usable, count)]
    jitter = rng.normal(0, 1e-4, (count, 2))
    return [
        Point(id=str(number), lng=float(network.lng[vertex] + dx), lat=float(network.lat[vertex] + dy))
        for number, (vertex, (dx, dy)) in enumerate(zip(vertices, jitter, strict=True))
    ]


class Signs:
    """What a file says of its streets, read without the library: driven pairs and forbidden triples of coordinates."""

    def __init__(self, path):
        spot_of, self.against_one_way, self.closed, ways = {}, set(), set(), {}
        self.no_turns, driven = set(), set()
        for thing in osmium.FileProcessor(str(path)).with_locations():
            if thing.is_node():
                spot_of[thing.id] = (thing.location.x, thing.location.y)
            elif thing.is_way() and "highway" in thing.tags:
                nodes = [spot_of[node.ref] for node in thing.nodes if node.ref in spot_of]
                ways[thing.id] = nodes
                pairs = list(pairwise(nodes))
                one_way = thing.tags.get("oneway") == "yes" and "oneway:motor_vehicle" not in thing.tags
                (self.against_one_way if one_way else driven).update((b, a) for a, b in pairs)
                driven.update(pairs)
                on_foot = thing.tags["highway"] in ("footway", "steps", "cycleway")
                # a sign for cars or goods vehicles would overrule the one for all motor vehicles
                no_vans = thing.tags.get("motor_vehicle") == "no" and not {"motorcar", "goods"} & {
                    t.k for t in thing.tags
                }
                if on_foot or no_vans:
                    self.closed.update(pairs)
            elif thing.is_relation() and thing.tags.get("restriction", "")[:3] == "no_" and "except" not in thing.tags:
                self.no_turns.update(self._turns(thing, ways, spot_of))
        self.against_one_way -= driven

    @staticmethod
    def _turns(relation, ways, spot_of):
        role = {member.role: member.ref for member in relation.members}
        via = spot_of.get(role["via"])
        before, after = ways.get(role["from"], []), ways.get(role["to"], [])
        ends = ((before[0], before[-1], after[0], after[-1])) if before and after else ()
        if via is None or via not in ends or role["from"] == role["to"]:
            return set()
        neighbours = [nodes[1] if nodes[0] == via else nodes[-2] for nodes in (before, after)]
        return {(neighbours[0], via, neighbours[1])}


@pytest.mark.parametrize("path", [HELSINKI, LIECHTENSTEIN], ids=["Helsinki", "Liechtenstein"])
def test_lines_obey_the_signs_of_the_file(path):
    travel, signs = RoadTravel.open(path, cache_dir=None), Signs(path)
    assert signs.no_turns
    assert signs.against_one_way
    points = some_points(travel, 400)

    line = [(round(lng * 1e7), round(lat * 1e7)) for lng, lat in travel.line(points)]

    assert not set(pairwise(line)) & signs.against_one_way
    assert not set(pairwise(line)) & signs.closed
    assert not set(zip(line, line[1:], line[2:], strict=False)) & signs.no_turns


@pytest.mark.parametrize("path", [HELSINKI, LIECHTENSTEIN], ids=["Helsinki", "Liechtenstein"])
def test_matrices_of_tagged_extracts_are_complete_and_plausible(path):
    travel = RoadTravel.open(path, cache_dir=None)

    matrix = travel.matrix(some_points(travel, 60))

    assert matrix.unplaced == ()
    far = matrix.metres > 1000
    kmh = matrix.metres[far] / matrix.seconds[far] * 3.6
    assert kmh.max() <= 100
    assert 10 < np.median(kmh) < 70


def test_thousand_points_take_seconds_not_minutes(jinan):
    matrix = jinan.matrix(some_points(jinan, 1000))

    assert matrix.seconds.shape == (1000, 1000)
    assert matrix.unplaced == ()
