"""Travel by road: an OpenStreetMap file, opened once, asked for matrices and lines."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cache import Cache, digest
from .graph import Graph, build_graph
from .model import (
    UNREACHABLE,
    BadRoadFile,
    Metric,
    Point,
    TravelMatrix,
    Unplaced,
    UnplacedPoints,
    coordinates_of,
    ids_of,
)
from .modes import VAN, Mode
from .network import Network, build_network
from .osm import ADVICE, read_roads
from .path import Drawing, Line
from .search import Search
from .snap import AT_NODE_M, Places, Snapper
from .turns import banned_pairs

Matrix = NDArray[np.int32]

FORMAT = 1
"""Raise it whenever the same file and parameters give other arrays: old cache files are then not found any more."""

SAME_SPOT = 1e-7
"""Degrees: the grain of an OpenStreetMap coordinate, about a centimetre."""


class RoadTravel:
    """Fastest journeys on the roads of one file, of a delivery van unless another mode is given.

    Points stand on the nearest road of the main network, with a straight access leg at either end (a van's at 10 km/h).
    Lights and queues are in the class speeds. Not modelled: restrictions by hour, by weight or height, or over a whole
    way instead of a node; ferries.
    """

    def __init__(
        self, network: Network, graph: Graph, *, metric: Metric, cache: Cache, max_access_m: int, mode: Mode = VAN
    ) -> None:
        self.metric = metric
        self.mode = mode
        self.network, self.graph = network, graph
        self.max_access_m = max_access_m
        self._cache = cache
        self._snapper = Snapper(network, graph, max_access_m=max_access_m)
        self._search = Search(network, graph, access_kmh=mode.access_kmh)
        self._drawing = Drawing(self._search)

    @classmethod
    def open(cls, path: Path, *, cache_dir: Path | None, max_access_m: int = 500, mode: Mode = VAN) -> RoadTravel:
        """Reads an .osm.pbf, or what a former reading of the same bytes left in `cache_dir`.

        Raises BadRoadFile (a ValueError) naming the file if it is cut short, no road file, or has no road that can be
        driven to and left again; FileNotFoundError if it is not there; ValueError if `max_access_m` is negative.
        """
        if max_access_m < 0:
            raise ValueError(f"max_access_m is {max_access_m}; whole metres from 0 would be right")
        if not path.is_file():
            raise FileNotFoundError(f"{path.name}: no such road file; {ADVICE}")
        sha256 = _sha256(path)
        cache = Cache(cache_dir)
        network, graph = _load_or_build(path, sha256, cache, mode)
        metric = Metric(
            kind="roads",
            description=(
                f"{mode.told}; points within {max_access_m} m of a road, access legs at {mode.access_kmh:g} km/h"
            ),
            source=path.name,
            sha256=sha256,
        )
        return cls(network, graph, metric=metric, cache=cache, max_access_m=max_access_m, mode=mode)

    def matrix(self, points: Sequence[Point]) -> TravelMatrix:
        """Fastest seconds between every two points, and the metres along those same paths.

        Points with the same coordinates are 0 apart. Raises ValueError if two points share an id.
        """
        ids = ids_of(points)
        lng_lat = coordinates_of(points)
        key = _matrix_key(self.metric.sha256, self.max_access_m, lng_lat, self.mode)
        stored = _stored_matrix(self._cache, key, len(ids))
        if stored is not None:
            seconds, metres = stored
        else:
            seconds, metres = self._computed(lng_lat)
            self._cache.save("matrix", key, {"seconds": seconds, "metres": metres})
            self._cache.trim("matrix")
        unplaced = self._unplaced(points, lng_lat, seconds)
        return TravelMatrix(ids=ids, seconds=seconds, metres=metres, unplaced=unplaced, metric=self.metric)

    def line(self, points: Sequence[Point]) -> list[tuple[float, float]]:
        """The journey through the points in order, as `(lng, lat)` along the roads; access legs are straight.

        Raises UnplacedPoints if a point has no place on the roads or no journey leads on from it.
        """
        if not points:
            return []
        lng_lat = coordinates_of(points)
        places = self._snapper.place(lng_lat)
        if not places.placed.all():
            raise UnplacedPoints(self._snapper.report(points, places))
        stops = [(point.lng, point.lat) for point in points]
        line: Line = stops[:1]
        for index, leg in enumerate(self._drawing.legs(places)):
            if not leg:
                lost = points[index + 1]
                raise UnplacedPoints(
                    (Unplaced(point_id=lost.id, name=lost.name, reason="unreachable", distance_m=None),)
                )
            if stops[index] == stops[index + 1]:
                continue
            line.extend(
                spot for spot in leg if not _is_same(spot, stops[index]) and not _is_same(spot, stops[index + 1])
            )
            line.append(stops[index + 1])
        return line

    def _computed(self, lng_lat: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The two matrices; each set of equal coordinates is searched from once."""
        count = len(lng_lat)
        places = self._snapper.place(lng_lat)
        placed = np.flatnonzero(places.placed)
        _, chosen, spot = np.unique(lng_lat[placed], axis=0, return_index=True, return_inverse=True)
        if len(chosen) == count:
            return self._search.matrix(places)  # every point its own spot: no second copy of a large matrix
        seconds = np.full((count, count), UNREACHABLE, dtype=np.int32)
        metres = seconds.copy()
        kept = placed[chosen]
        spots = Places(
            edge=places.edge[kept],
            share=places.share[kept],
            access_m=places.access_m[kept],
            node=places.node[kept],
        )
        among_s, among_m = self._search.matrix(spots)
        seconds[np.ix_(placed, placed)] = among_s[np.ix_(spot, spot)]
        metres[np.ix_(placed, placed)] = among_m[np.ix_(spot, spot)]
        return seconds, metres

    def _unplaced(
        self, points: Sequence[Point], lng_lat: NDArray[np.float64], seconds: NDArray[np.int32]
    ) -> tuple[Unplaced, ...]:
        lost = np.flatnonzero(np.diagonal(seconds) == UNREACHABLE)
        if not len(lost):
            return ()
        left = [points[index] for index in lost.tolist()]
        return self._snapper.report(left, self._snapper.place(lng_lat[lost]))


def kept_matrix(
    points: Sequence[Point], *, sha256: str, cache_dir: Path, max_access_m: int = 500
) -> tuple[Matrix, Matrix] | None:
    """Seconds and metres as `RoadTravel.matrix` gave them for these points on the road file of that sha256, which need
    not be there any more; None where the cache does not have them."""
    lng_lat = coordinates_of(points)
    return _stored_matrix(Cache(cache_dir), _matrix_key(sha256, max_access_m, lng_lat, VAN), len(lng_lat))


def _matrix_key(sha256: str, max_access_m: int, lng_lat: NDArray[np.float64], mode: Mode) -> str:
    return digest(_parameters(mode), sha256, str(max_access_m), lng_lat.tobytes())


def _stored_matrix(cache: Cache, key: str, count: int) -> tuple[Matrix, Matrix] | None:
    stored = cache.load("matrix", key, ("seconds", "metres"))
    if stored is None or any(a.shape != (count, count) or a.dtype != np.int32 for a in stored.values()):
        return None
    return stored["seconds"], stored["metres"]


def _is_same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) <= SAME_SPOT and abs(one[1] - other[1]) <= SAME_SPOT


def _load_or_build(path: Path, sha256: str, cache: Cache, mode: Mode) -> tuple[Network, Graph]:
    network_names = tuple(field.name for field in dataclasses.fields(Network))
    graph_names = tuple(field.name for field in dataclasses.fields(Graph))
    key = digest(_parameters(mode), sha256)
    stored = cache.load("roads", key, network_names + graph_names)
    if stored is not None:
        return _of(Network, network_names, stored), _of(Graph, graph_names, stored)
    roads = read_roads(path, mode)
    network = build_network(roads)
    graph = build_graph(network, banned_pairs(network, roads.turns))
    if not graph.state_count:
        raise BadRoadFile(path.name, f"has no road that can be driven to and left again; {ADVICE}")
    arrays = {name: getattr(network, name) for name in network_names}
    cache.save("roads", key, arrays | {name: getattr(graph, name) for name in graph_names})
    return network, graph


def _of(kind: Any, names: tuple[str, ...], stored: dict[str, NDArray[Any]]) -> Any:
    return kind(**{name: stored[name] for name in names})


def _parameters(mode: Mode) -> str:
    """Everything besides the file that decides times: change a class speed and old cache files are not found."""
    rules = {name: value for name, value in sorted(vars(mode.rules).items()) if name.isupper()}
    told = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in rules.items()}
    decisive = (FORMAT, told, mode.access_kmh, AT_NODE_M)
    return repr(decisive if mode.name == VAN.name else (*decisive, mode.name))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
