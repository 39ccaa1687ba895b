"""The library against a search that shares no line with it: streets physically cut at the points, a heap, a loop."""

import heapq
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.routing.engine.travel.graph import build_graph
from logistics.routing.engine.travel.network import build_network
from logistics.routing.engine.travel.osm import read_roads
from logistics.routing.engine.travel.search import Search
from logistics.routing.engine.travel.snap import Places
from logistics.routing.engine.travel.turns import banned_pairs

from .lines import length_m
from .towns import DEGREE_M, a_town, at, opened

SIDE = 4
QUARTERS = 4
"""Points stand on the quarters of a street; the town's grid is counted in quarters."""
STREET_M = 0.0009 * DEGREE_M
"""About 100 m, and whole in the 1e-7 degrees of the file: all streets are exactly as long, ties are exact."""
QUARTER_S_OF_LIMIT = {f"{STREET_M / seconds * 3.6 / 0.8:.12f}": seconds / QUARTERS for seconds in (20, 10, 5)}
"""Limits at which a street takes 20, 10 or 5 s, and a quarter of it 5, 2.5 or 1.25 s."""

CELLS = [(x, y) for y in range(SIDE) for x in range(SIDE)]
NAME = {cell: chr(ord("a") + index) for index, cell in enumerate(CELLS)}
STREETS = [((x, y), (x + 1, y)) for x, y in CELLS if x + 1 < SIDE] + [
    ((x, y), (x, y + 1)) for x, y in CELLS if y + 1 < SIDE
]
SNAKE = {frozenset(pair) for pair in pairwise(sorted(CELLS, key=lambda c: (c[1], c[0] if c[1] % 2 == 0 else -c[0])))}
"""Two-way always, through every crossing: so all of the town is strongly connected."""

street = st.tuples(st.sampled_from(["two-way", "with", "against", "none"]), st.sampled_from(sorted(QUARTER_S_OF_LIMIT)))
towns = st.tuples(*[street for _ in STREETS])
spots = st.lists(st.tuples(st.integers(0, len(STREETS) - 1), st.integers(0, QUARTERS)), min_size=2, max_size=7)


def kinds_of(town):
    """The drawn streets that exist: (from cell, to cell, along allowed, against allowed, limit)."""
    for (a, b), (kind, limit) in zip(STREETS, town, strict=True):
        open_both = frozenset((a, b)) in SNAKE or kind == "two-way"
        if open_both or kind != "none":
            yield a, b, open_both or kind == "with", open_both or kind == "against", limit


def write(folder, town, turns=()):
    oneway = {(True, True): "no", (True, False): "yes", (False, True): "-1"}
    ways = [
        (f"{NAME[a]} {NAME[b]}", {"highway": "residential", "maxspeed": limit, "oneway": oneway[along, against]})
        for a, b, along, against, limit in kinds_of(town)
    ]
    return a_town(folder, nodes={NAME[c]: (c[0] * STREET_M, c[1] * STREET_M) for c in CELLS}, ways=ways, turns=turns)


def plain_dijkstra(links, start):
    """(seconds, quarters) from start to every place, fastest first, then shortest; `links[a]` are (b, s, q)."""
    best, heap = {}, [(0.0, 0.0, start)]
    while heap:
        seconds, metres, here = heapq.heappop(heap)
        if here not in best:
            best[here] = (seconds, metres)
            for there, s, m in links.get(here, ()):
                heapq.heappush(heap, (seconds + s, metres + m, there))
    return best


def cut_at_points(town, chosen):
    """Links between the spots of all streets in grid quarters, every street cut where a point stands."""
    links = {}
    for a, b, along, against, limit in kinds_of(town):
        cuts = sorted({0, QUARTERS} | {offset for index, offset in chosen if STREETS[index] == (a, b)})
        places = [(a[0] * QUARTERS + cut * (b[0] - a[0]), a[1] * QUARTERS + cut * (b[1] - a[1])) for cut in cuts]
        for (here, there), (low, high) in zip(pairwise(places), pairwise(cuts), strict=True):
            piece = ((high - low) * QUARTER_S_OF_LIMIT[limit], high - low)
            if along:
                links.setdefault(here, []).append((there, *piece))
            if against:
                links.setdefault(there, []).append((here, *piece))
    return links


def position(index, offset):
    a, b = STREETS[index]
    return a[0] * QUARTERS + offset * (b[0] - a[0]), a[1] * QUARTERS + offset * (b[1] - a[1])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(town=towns, chosen=spots)
def test_matrix_is_what_a_plain_dijkstra_finds(town, chosen):
    there = {(a, b) for a, b, *_ in kinds_of(town)}
    chosen = [(index, offset) for index, offset in chosen if STREETS[index] in there]
    places = [position(*one) for one in chosen]
    quarter_m = STREET_M / QUARTERS
    points = [at(x * quarter_m, y * quarter_m, id=str(number)) for number, (x, y) in enumerate(places)]

    with tempfile.TemporaryDirectory() as folder:
        travel = opened(write(Path(folder), town))
        matrix = travel.matrix(points)
        line = travel.line(points)

    links = cut_at_points(town, chosen)
    for row, start in enumerate(places):
        best = plain_dijkstra(links, start)
        for column, stop in enumerate(places):
            seconds, quarters = best[stop]
            assert matrix.seconds[row, column] == int(seconds + 0.5)
            assert matrix.metres[row, column] == pytest.approx(quarters * quarter_m, abs=1)
    driven = sum(int(matrix.metres[number, number + 1]) for number in range(len(points) - 1))
    assert length_m(line) == pytest.approx(driven, abs=len(points))


def turns_of(town, drawn):
    """Turn rules at random crossings: (from way, crossing, to way, word), ways counted as they are written."""
    existing = [(a, b) for a, b, *_ in kinds_of(town)]
    for cell_number, before, after, word in drawn:
        cell = CELLS[cell_number]
        here = [index for index, ends in enumerate(existing) if cell in ends]
        yield here[before % len(here)], NAME[cell], here[after % len(here)], word


def seconds_by_arcs(network, bans, arcs, start, stop):
    """Seconds from the middle of one edge to the middle of another, arc after arc; None if no journey obeys."""
    heap = [(network.arc_s[arc] / 2, arc) for arc in arcs if network.arc_edge[arc] == start]
    best, done = None, set()
    heapq.heapify(heap)
    while heap:
        seconds, arc = heapq.heappop(heap)
        if arc in done:
            continue
        done.add(arc)
        for onward in arcs:
            if network.arc_tail[onward] == network.arc_head[arc] and onward not in bans.get(arc, ()):
                if network.arc_edge[onward] == stop:
                    total = seconds + network.arc_s[onward] / 2
                    best = total if best is None else min(best, total)
                heapq.heappush(heap, (seconds + network.arc_s[onward], onward))
    return best


some_turns = st.lists(
    st.tuples(
        st.integers(0, len(CELLS) - 1),
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from(["no_left_turn", "no_u_turn", "only_straight_on"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(town=towns, drawn=some_turns, ends=st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_banned_turns_cost_what_a_search_over_arcs_finds(town, drawn, ends):
    with tempfile.TemporaryDirectory() as folder:
        roads = read_roads(write(Path(folder), town, turns=list(turns_of(town, drawn))))
    network = build_network(roads)
    bans = banned_pairs(network, roads.turns)
    graph = build_graph(network, bans)
    search = Search(network, graph)
    usable = np.flatnonzero((search.edge_arc >= 0).any(axis=1))
    start, stop = usable[ends[0] % len(usable)], usable[ends[1] % len(usable)]
    if start == stop:
        return
    middle = Places(
        edge=np.array([start, stop]), share=np.full(2, 0.5), access_m=np.zeros(2), node=np.full(2, -1, dtype=np.int64)
    )

    seconds, _ = search.matrix(middle)

    expected = seconds_by_arcs(network, bans, np.flatnonzero(graph.start_state >= 0), start, stop)
    assert seconds[0, 1] == pytest.approx(expected, abs=0.6)
