"""Road matrices of growing size beside a bare shortest-path search: seconds, memory, and how they grow.

    python -m benchmarks.travel ROADS.osm.pbf [--size 200 --size 1000 --size 5000] [--seed 1]

Points lie at random within 200 m of the roads' vertices. Each size has a process of its own; its clock starts when the
roads are in memory. The baseline of the same process is scipy's Dijkstra over the same graph from as many of its
junctions: seconds only, no access legs, no metres, no turn at either end.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.tables import begun, markdown, told_by
from logistics.routing.engine.travel import UNREACHABLE, Point, RoadTravel

SIZES = (200, 1_000, 5_000)
AWAY_M, METRES_PER_DEGREE = 200.0, 111_320.0
ROWS_AT_ONCE = 256
HEADS = ("points", "seconds", "bare Dijkstra, s", "ratio", "peak memory, GB", "of which the matrix, GB", "no way, %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One size; memory in bytes, `lost` the share of pairs without a way."""

    points: int
    seconds: float
    bare_s: float
    memory: int
    matrix: int
    lost: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roads", type=Path, help="road file")
    parser.add_argument("--size", type=int, action="append", help="points (may be repeated)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)  # a process of the table's own
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(asdict(measured(arguments.roads, arguments.one, arguments.seed))))
        return
    rows = []
    for size in arguments.size or SIZES:
        process = begun("benchmarks.travel", arguments.roads, "--seed", arguments.seed, "--one", size)
        told = told_by(*process.communicate(), process.returncode)
        rows.append([f"{size:,}", told] if isinstance(told, str) else cells(Measured(**told)))
    print("\n".join(markdown(HEADS, rows, left=())))


def measured(roads: Path, size: int, seed: int) -> Measured:
    """The matrix of so many points, and the same number of bare searches, in this process."""
    travel = RoadTravel.open(roads, cache_dir=None)
    points = somewhere(travel, size, seed)
    began_s = time.perf_counter()
    matrix = travel.matrix(points)
    seconds = time.perf_counter() - began_s
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Measured(
        points=size,
        seconds=seconds,
        bare_s=bare_search_s(travel, size, seed),
        memory=memory,
        matrix=matrix.seconds.nbytes + matrix.metres.nbytes,
        lost=float((matrix.seconds == UNREACHABLE).mean()),
    )


def somewhere(travel: RoadTravel, size: int, seed: int) -> list[Point]:
    """Points near vertices of the roads, drawn evenly."""
    random = np.random.default_rng(seed)
    network = travel.network
    chosen = random.integers(0, len(network.lng), size)
    away = random.uniform(-AWAY_M, AWAY_M, (2, size)) / METRES_PER_DEGREE
    lng = network.lng[chosen] + away[0] / np.cos(np.radians(network.lat[chosen]))
    lat = network.lat[chosen] + away[1]
    return [
        Point(id=str(number), lng=float(x), lat=float(y), name="")
        for number, (x, y) in enumerate(zip(lng, lat, strict=True))
    ]


def bare_search_s(travel: RoadTravel, size: int, seed: int) -> float:
    """How long scipy takes from `size` states of the graph to as many."""
    graph = travel.graph
    count = graph.state_count
    table = csr_array((graph.costs, graph.heads, graph.row_start), shape=(count, count))
    states: NDArray[np.int64] = np.random.default_rng(seed).integers(0, count, size)
    kept = np.empty((size, size), dtype=np.int32)
    began_s = time.perf_counter()
    for begin in range(0, size, ROWS_AT_ONCE):
        rows = slice(begin, begin + ROWS_AT_ONCE)
        kept[rows] = np.minimum(dijkstra(table, directed=True, indices=states[rows])[:, states], UNREACHABLE)
    return time.perf_counter() - began_s


def cells(one: Measured) -> list[str]:
    return [
        f"{one.points:,}",
        f"{one.seconds:.2f}",
        f"{one.bare_s:.2f}",
        f"{one.seconds / one.bare_s:.2f}",
        f"{one.memory / 1e9:.2f}",
        f"{one.matrix / 1e9:.2f}",
        f"{100 * one.lost:.2f}",
    ]


if __name__ == "__main__":
    main()
