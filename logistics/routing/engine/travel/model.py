"""What a journey is measured in: points, matrices, and the promise every travel source keeps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

UNREACHABLE: int = 2**31 - 1
"""Stands in both matrices where no journey exists: the largest int32."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius, metres (IUGG; Moritz 2000, DOI 10.1007/s001900050278)."""


class BadRoadFile(ValueError):
    """A road file that cannot be used; `file_name` carries no folder, `reason` says what would be right."""

    def __init__(self, file_name: str, reason: str) -> None:
        super().__init__(f"{file_name}: {reason}")
        self.file_name = file_name
        self.reason = reason


class UnplacedPoints(ValueError):
    """A line was asked through points that have no place on the roads; `unplaced` names each one."""

    def __init__(self, unplaced: tuple[Unplaced, ...]) -> None:
        told = "; ".join(str(one) for one in unplaced)
        super().__init__(f"no line can be drawn: {told}. Leave these points out or correct their coordinates")
        self.unplaced = unplaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place a vehicle starts from or stops at, in WGS-84 degrees.

    Raises ValueError for an empty id, a coordinate that is no number or out of range; swapped lng and lat are said so.
    """

    id: str
    lng: float
    lat: float
    name: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a point needs an id that is not empty")
        if not (math.isfinite(self.lng) and math.isfinite(self.lat)):
            raise ValueError(f"point {self.id}: lng {self.lng}, lat {self.lat} is no place; both must be numbers")
        if -180 <= self.lng <= 180 and -90 <= self.lat <= 90:
            return
        if -90 <= self.lng <= 90 and -180 <= self.lat <= 180:
            raise ValueError(
                f"point {self.id}: lng and lat are swapped: lat {self.lat} is beyond 90; "
                f"lng={self.lat}, lat={self.lng} would be right"
            )
        raise ValueError(
            f"point {self.id}: lng {self.lng}, lat {self.lat} is out of range; "
            "degrees with lng in -180..180 and lat in -90..90 would be right"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A point that no vehicle can drive to, with the reason.

    `far_from_road`: the nearest road is beyond the longest access leg. `unreachable`: a road is near, but it cannot be
    driven to and left again. `distance_m` is the straight distance to the nearest road, None if there is none.
    """

    point_id: str
    name: str
    reason: Literal["far_from_road", "unreachable"]
    distance_m: int | None

    def __str__(self) -> str:
        who = f"{self.point_id} {self.name}".strip()
        away = "" if self.distance_m is None else f" ({self.distance_m} m from the nearest road)"
        return f"{who}: {self.reason.replace('_', ' ')}{away}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """How times and distances were come by, so that a plan can say it years later.

    `source` is a file name without its folder; `sha256` is that of the file (empty for the great circle).
    """

    kind: Literal["roads", "great_circle"]
    description: str
    source: str
    sha256: str

    def to_dict(self) -> dict[str, str]:
        """The four fields as plain strings, ready for JSON."""
        return {
            "kind": self.kind,
            "description": self.description,
            "source": self.source,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Seconds and metres between points: `(n, n)` int32, row = from, column = to, in the order of `ids`.

    The diagonal is 0. A point of `unplaced` has UNREACHABLE in its whole row and column, the diagonal included.
    Both arrays are read-only: they are shared between solvers.
    """

    ids: tuple[str, ...]
    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    unplaced: tuple[Unplaced, ...]
    metric: Metric

    def __post_init__(self) -> None:
        shape = (len(self.ids), len(self.ids))
        for name, array in (("seconds", self.seconds), ("metres", self.metres)):
            if array.shape != shape or array.dtype != np.int32:
                raise ValueError(f"{name} is {array.dtype} of shape {array.shape}; int32 of {shape} would be right")
            array.flags.writeable = False


class TravelSource(Protocol):
    """Anything that knows how long a journey takes and where it runs."""

    @property
    def metric(self) -> Metric:
        """How this source measures."""
        ...

    def matrix(self, points: Sequence[Point]) -> TravelMatrix:
        """Seconds and metres between every two points. Raises ValueError if two points share an id."""
        ...

    def line(self, points: Sequence[Point]) -> list[tuple[float, float]]:
        """The journey through `points` in order as `(lng, lat)` pairs, access legs included.

        Raises UnplacedPoints if a point has no place on the roads.
        """
        ...


def ids_of(points: Sequence[Point]) -> tuple[str, ...]:
    """The ids in order. Raises ValueError naming an id that comes twice."""
    seen: set[str] = set()
    for point in points:
        if point.id in seen:
            raise ValueError(f"point id {point.id} comes twice; every point of a matrix needs its own id")
        seen.add(point.id)
    return tuple(point.id for point in points)


def coordinates_of(points: Sequence[Point]) -> NDArray[np.float64]:
    """`(n, 2)` degrees, columns lng and lat."""
    return np.array([(point.lng, point.lat) for point in points], dtype=np.float64).reshape(len(points), 2)


def haversine_m(
    lng_a: NDArray[np.float64], lat_a: NDArray[np.float64], lng_b: NDArray[np.float64], lat_b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle metres between degrees, broadcast as numpy does (Sinnott 1984, "Virtues of the Haversine")."""
    half_lat = np.radians(lat_b - lat_a) / 2
    half_lng = np.radians(lng_b - lng_a) / 2
    cosines = np.cos(np.radians(lat_a)) * np.cos(np.radians(lat_b))
    chord = np.sin(half_lat) ** 2 + cosines * np.sin(half_lng) ** 2
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return metres
