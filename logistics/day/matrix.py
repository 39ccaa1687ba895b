"""The matrix a plan was made with, found again for its export."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.errors import N_, Conflict
from logistics.routing.engine.travel import BadRoadFile, Point, kept_matrix
from logistics.routing.service import open_travel

Matrix = NDArray[np.int32]


class MatrixLost(Conflict):
    template = N_(
        "The matrix of plan %(plan)s cannot be written: %(source)s (sha256 %(sha256)s), on which it was measured, is "
        "gone or gives other times now. Put that very file back in its place and export again, or make a new plan."
    )
    code = "matrix_lost"


def matrix_npz(document: dict[str, Any], *, roads_file: str, travel_cache_dir: Path) -> bytes:
    """The matrix a plan was made with, over the ids of its depots and stops: `ids` (n,), `seconds` and `metres`
    (n, n) int32, row = from. `document` is the whole plan, `roads_file` what it was measured on.

    It comes from the travel cache, or is measured again if the road file is still the same; it is never one that the
    legs of the plan contradict.

    Raises:
        MatrixLost: it can be had from neither.
    """
    spots = [*document["depots"], *document["stops"]]
    places = _places(document)
    seconds, metres = _measured(document, places, roads_file=roads_file, travel_cache_dir=travel_cache_dir)
    row_of_place = {place.id: row for row, place in enumerate(places)}
    rows = [row_of_place[_place_of(spot)] for spot in spots]
    ids = [spot["id"] for spot in spots]
    among = np.ix_(rows, rows)
    if not _agrees(document, ids, seconds[among], metres[among]):
        raise _lost(document)
    out = io.BytesIO()
    np.savez_compressed(out, ids=np.array(ids, dtype=str), seconds=seconds[among], metres=metres[among])
    return out.getvalue()


def _places(document: dict[str, Any]) -> list[Point]:
    """The depots, then the gates, each once and in order of code, as planning asked for them: the cache knows them by
    their coordinates in this order."""
    depots = {_place_of(spot): spot for spot in document["depots"]}
    gates = {_place_of(spot): spot for spot in document["stops"]}
    return [
        Point(id=place, lng=spots[place]["lng"], lat=spots[place]["lat"])
        for spots in (depots, gates)
        for place in sorted(spots)
    ]


def _place_of(spot: dict[str, Any]) -> str:
    return f"gate:{spot['place']}" if "place" in spot else f"depot:{spot['id']}"


def _measured(
    document: dict[str, Any], places: list[Point], *, roads_file: str, travel_cache_dir: Path
) -> tuple[Matrix, Matrix]:
    sha256 = document["metric"].get("sha256", "")
    kept = kept_matrix(places, sha256=sha256, cache_dir=travel_cache_dir) if sha256 else None
    if kept is not None:
        return kept
    try:
        source = open_travel(roads_file if sha256 else "", cache_dir=travel_cache_dir)
    except (FileNotFoundError, BadRoadFile) as gone:
        raise _lost(document) from gone
    if source.metric.sha256 != sha256:
        raise _lost(document)
    travel = source.matrix(places)
    return travel.seconds, travel.metres


def _agrees(document: dict[str, Any], ids: list[str], seconds: Matrix, metres: Matrix) -> bool:
    """Whether every leg of the plan is as long as the matrix says; it is not if the speeds of the road classes were
    changed since, under the same road file."""
    row = {name: number for number, name in enumerate(ids)}
    return all(
        (seconds[row[here], row[there]], metres[row[here], row[there]]) == told for here, there, told in _legs(document)
    )


def _legs(document: dict[str, Any]) -> Iterator[tuple[str, str, tuple[int, int]]]:
    for route in document["routes"]:
        here = route["depot"]
        for visit in route["stops"]:
            yield here, visit["stop"], (visit["travel_s"], visit["travel_m"])
            here = visit["stop"]
        yield here, route["depot"], (route["return_travel_s"], route["return_travel_m"])


def _lost(document: dict[str, Any]) -> MatrixLost:
    metric = document["metric"]
    return MatrixLost(
        plan=document["plan"], source=metric.get("source") or metric.get("kind", ""), sha256=metric.get("sha256", "")
    )
