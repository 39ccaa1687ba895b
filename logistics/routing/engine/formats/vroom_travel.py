"""VROOM's places, matrices and prices in our terms: one profile of ours for each way of driving and of paying for it.

VROOM pays for driving alone: `per_hour` for the time of the legs, `per_km` for their length, never for waiting or
service. So hours are free here, and the `metres` of a profile are what its legs cost: durations and distances weighed
by the vehicle's prices, or the `costs` matrix, over the greatest number that leaves whole ones. `cost_per_km` then is
the price of a thousand of these, in cents of which `scale` are one unit of VROOM's cost.

A vehicle's `speed_factor` is what VROOM makes of it: 1 / factor rounded to hundredths for times, and 100 × per_hour /
factor rounded for costs. Times are rounded up to whole seconds a leg, so that what holds here holds there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.json_values import Value, longitude_latitude, matrix_of
from logistics.routing.engine.formats.numbers import LARGEST
from logistics.routing.engine.formats.problem_file import COST_PER_KM_OF_ONE
from logistics.routing.engine.items import UNREACHABLE
from logistics.routing.engine.travel.great_circle import GreatCircleTravel
from logistics.routing.engine.travel.model import Point
from logistics.routing.engine.travelling import Profile

PER_HOUR = 3_600
"""VROOM's default price: a second costs one."""
FINE = 360_000
"""VROOM counts costs in these parts of one: a hundredth of a second at one an hour is one part, a metre at one a
kilometre 360."""
METRE = 360
HUNDREDTHS = 100
SPEED_FACTOR_MAX = 5
DEFAULT_PROFILE = "car"

Matrix = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The matrices of one profile of the file; None where it has none."""

    durations: Matrix
    distances: Matrix | None
    costs: Matrix | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Rows of the matrices by what the file says of a place; `size` is None where there are no matrices."""

    size: int | None
    rows: dict[object, int] = field(default_factory=dict)
    points: dict[int, tuple[float, float]] = field(default_factory=dict)

    def row(self, value: Value, name: str) -> int:
        """The row of a job's `location` or a vehicle's `start` or `end`."""
        point = longitude_latitude(value.get(name)) if value.has(name) else None
        if self.size is not None:
            row = value.get(f"{name}_index").whole(at_least=0, at_most=self.size - 1)
        elif point is None:
            value.get(name).refuse("is null, and there are no matrices")
        else:
            row = self.rows.setdefault(point, len(self.rows))
        if point is not None:
            self.points[row] = point
        return row

    def has(self, value: Value, name: str) -> bool:
        """Whether the file says where a vehicle starts or ends."""
        return value.has(name) or (self.size is not None and value.has(f"{name}_index"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """How one vehicle drives and what that costs; `longest_m` limits the sum of its profile's `metres`."""

    profile: str
    fixed_cost: int
    cost_per_km: int
    longest_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Price:
    """Parts of `FINE` for a unit of duration and one of distance; None where the `costs` matrix says it all."""

    fixed: int
    weights: tuple[int, int] | None
    percent: int
    """Hundredths of a second that one second of the matrix takes."""

    @property
    def shared(self) -> int:
        """The greatest number that divides both weights; 0 where driving is free."""
        return FINE if self.weights is None else math.gcd(*self.weights)


def profile_name(value: Value) -> str:
    """The profile that a vehicle names."""
    return value.get("profile").text() if value.has("profile") else DEFAULT_PROFILE


def given_tables(root: Value, cars: Sequence[Value]) -> dict[str, Tables]:
    """The matrices of every profile in use."""
    tables: dict[str, Tables] = {}
    size: int | None = None
    for value in cars:
        name = profile_name(value)
        if name in tables:
            continue
        given = root.get("matrices").get(name)
        given.fields(("durations", "distances", "costs"))
        durations = matrix_of(given.get("durations"), size=size)
        size = len(durations)
        distances, costs = (
            matrix_of(given.get(key), size=size) if given.has(key) else None for key in ("distances", "costs")
        )
        tables[name] = Tables(durations=durations, distances=distances, costs=costs)
    return tables


def straight_tables(places: Places, cars: Sequence[Value]) -> dict[str, Tables]:
    """Straight lines × 1.35 at 25 km/h for every profile in use."""
    points = [Point(id=str(row), lng=lng, lat=lat) for row, (lng, lat) in sorted(places.points.items())]
    travel = GreatCircleTravel().matrix(points)
    table = Tables(durations=travel.seconds, distances=travel.metres, costs=None)
    return {profile_name(value): table for value in cars}


def drivings(
    cars: Sequence[Value], tables: dict[str, Tables], *, visits: int
) -> tuple[list[Driving], dict[str, Profile], int]:
    """How each vehicle drives, our profiles by name (that of the first vehicle is ""), and the scale of costs."""
    prices = [_price(value, tables[profile_name(value)]) for value in cars]
    per_cent = FINE // COST_PER_KM_OF_ONE
    scale = per_cent // math.gcd(per_cent, *(price.shared for price in prices))
    names: dict[tuple[str, int, object], str] = {}
    profiles: dict[str, Profile] = {}
    found = []
    for value, price in zip(cars, prices, strict=True):
        table = tables[profile_name(value)]
        ratio = price.weights and tuple(weight // (price.shared or 1) for weight in price.weights)
        key = (profile_name(value), price.percent, ratio)
        if key not in names:
            names[key] = f"{key[0]} {len(names) + 1}" if names else ""
            profiles[names[key]] = _profile(value, table, price)
        profile = profiles[names[key]]
        found.append(
            Driving(
                profile=names[key],
                fixed_cost=price.fixed * scale,
                cost_per_km=price.shared * scale // per_cent,
                longest_m=_longest(value, table, price, profile.metres, visits=visits),
            )
        )
    return found, profiles, scale


def with_open_place(profile: Profile) -> Profile:
    """The profile with one more place, which is next to every other: where routes start or end that have no depot."""
    seconds, metres = (np.pad(matrix, (0, 1)) for matrix in (profile.seconds, profile.metres))
    return Profile(seconds=seconds, metres=seconds if profile.metres is profile.seconds else metres)


def _price(value: Value, table: Tables) -> _Price:
    prices = value.get("costs") if value.has("costs") else Value({}, file=value.file, field=f"{value.field}.costs")
    prices.fields(("fixed", "per_hour", "per_km"), neutral=("per_task_hour",))
    fixed, per_hour, per_km = (
        prices.get(key).whole(at_least=0) if prices.has(key) else default
        for key, default in (("fixed", 0), ("per_hour", PER_HOUR), ("per_km", 0))
    )
    factor = value.get("speed_factor").number() if value.has("speed_factor") else 1.0
    if not 0 < factor <= SPEED_FACTOR_MAX:
        value.get("speed_factor").refuse(f"is {factor:g}; it must be above 0 and at most {SPEED_FACTOR_MAX}")
    percent = math.floor(1 / factor * HUNDREDTHS + 0.5)
    if table.costs is not None:
        if per_hour != PER_HOUR:
            prices.get("per_hour").refuse(f"is {per_hour}; beside a costs matrix it must be left out, as in VROOM")
        return _Price(fixed=fixed, weights=None, percent=percent)
    if per_km and table.distances is None:
        prices.get("per_km").refuse("needs a matrix of distances")
    hours = math.floor(1 / factor * HUNDREDTHS * per_hour + 0.5)
    return _Price(fixed=fixed, weights=(hours, METRE * per_km), percent=percent)


def _profile(value: Value, table: Tables, price: _Price) -> Profile:
    seconds = table.durations
    if price.percent != HUNDREDTHS:
        scaled = -(-seconds.astype(np.int64) * price.percent // HUNDREDTHS)
        seconds = _held(value.get("speed_factor"), scaled, closed=table.durations == UNREACHABLE)
    if price.weights is None:
        assert table.costs is not None  # only then are there no weights
        return Profile(seconds=seconds, metres=table.costs)
    per_second, per_metre = (weight // (price.shared or 1) for weight in price.weights)
    if not per_metre:  # nothing but time has a price; where that has none either, any matrix will do
        return Profile(seconds=seconds, metres=seconds if price.percent == HUNDREDTHS else table.durations)
    assert table.distances is not None  # refused with the price
    closed = (table.durations == UNREACHABLE) | (table.distances == UNREACHABLE)
    weighed = table.durations.astype(np.int64) * per_second + table.distances.astype(np.int64) * per_metre
    return Profile(seconds=seconds, metres=_held(value.get("costs"), weighed, closed=closed))


def _held(value: Value, matrix: NDArray[np.int64], *, closed: NDArray[np.bool_]) -> Matrix:
    """The matrix in 32 bits, closed legs marked."""
    matrix = np.where(closed, 0, matrix)
    if matrix.max(initial=0) >= UNREACHABLE:
        value.refuse(f"makes a leg count {matrix.max()}; weighed by it, every leg must stay below {UNREACHABLE}")
    return np.where(closed, UNREACHABLE, matrix).astype(np.int32)


def _longest(value: Value, table: Tables, price: _Price, metres: Matrix, *, visits: int) -> int | None:
    """What `max_travel_time` and `max_distance` leave for the sum of `metres`; None where they cannot bind."""
    limits = []
    for name, matrix, unit in (
        ("max_travel_time", table.durations, price.percent),
        ("max_distance", table.distances, HUNDREDTHS),
    ):
        if not value.has(name):
            continue
        stated = value.get(name)
        if matrix is None:
            stated.refuse("needs a matrix of distances")
        most = stated.whole(at_least=0, at_most=10**12) * HUNDREDTHS // unit
        times = _multiple(metres, matrix)
        if times is not None and most * times <= LARGEST:
            limits.append(most * times)
        elif (visits + 1) * int(np.where(matrix == UNREACHABLE, 0, matrix).max(initial=0)) > most:
            what = "times" if name == "max_travel_time" else "distances"
            stated.refuse(
                f"limits {what} and the vehicle's legs cost something else; it holds here only for what costs"
            )
    return min(limits, default=None)


def _multiple(matrix: Matrix, other: Matrix) -> int | None:
    """How many times the other matrix this one is; None if it is no whole multiple."""
    if matrix is other:
        return 1
    open_legs = (matrix != UNREACHABLE) & (other != UNREACHABLE)
    mine, others = np.where(open_legs, matrix, 0).astype(np.int64), np.where(open_legs, other, 0).astype(np.int64)
    if not others.any():
        return None
    times = int(mine.max() // others.max())
    return times if times and np.array_equal(mine, others * times) else None
