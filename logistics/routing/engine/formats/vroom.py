"""VROOM's JSON input, as far as it fits: jobs, vehicles that return to where they started, and matrices.

Read are `jobs` (id, location or location_index, service, delivery or amount, one time window, priority 0),
`vehicles` (id, profile, start and end or their indexes, capacity, time_window, costs, description) and `matrices`
(durations, distances, costs) of the one profile in use. Capacities have up to three dimensions: they become grams,
packages and millilitres, in this order. Whatever else would change the plan (shipments, skills, breaks, steps,
setup times, pickups, several windows or profiles, limits of tasks or distance, speed factors, open routes) is refused
by its name.

Without matrices the straight line × 1.35 at 25 km/h between `[longitude, latitude]` locations is taken.

The objective is VROOM's: the sum of driving durations, or of the `costs` matrix if there is one; with `per_hour` 0
that of kilometres; and `fixed` costs. Waiting and service are free.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.json_values import Value, longitude_latitude, matrix_of, parse_json
from logistics.routing.engine.formats.numbers import LARGEST
from logistics.routing.engine.formats.problem_file import COST_PER_KM_OF_ONE, ReadProblem, problem_of
from logistics.routing.engine.items import UNREACHABLE, Depot, Stop, TimeWindow, Vehicle
from logistics.routing.engine.travel.great_circle import GreatCircleTravel
from logistics.routing.engine.travel.model import Point
from logistics.routing.engine.validation import LARGEST_TIME_S

ROOT = ("jobs", "vehicles", "matrices", "options", "comment")
JOB = ("id", "description", "location", "location_index", "service", "delivery", "amount", "time_windows")
JOB_NEUTRAL = ("setup", "priority", "skills", "pickup")
VEHICLE = (
    "id",
    "description",
    "profile",
    "start",
    "start_index",
    "end",
    "end_index",
    "capacity",
    "time_window",
    "costs",
    "skills",  # they only matter to jobs that ask for some, and those are refused
)
LIMITS = ("max_tasks", "max_travel_time", "max_distance", "max_first_load", "speed_factor")
VEHICLE_NEUTRAL = ("breaks", "steps", *LIMITS)
MATRIX = ("durations", "distances", "costs")
PER_HOUR = 3_600
"""VROOM's default price: a second costs one."""
COARSE, FINE = 1, 18
"""Cents to VROOM's unit of cost: a price per hour that is no multiple of 18 needs eighteenths to stay whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file while it is read: rows of the matrices by what it says of a place, and the span of its clock."""

    root: Value
    indexed: bool
    rows: dict[object, int] = field(default_factory=dict)
    points: dict[int, tuple[float, float]] = field(default_factory=dict)

    def place(self, value: Value, name: str) -> int:
        """The row of a job's `location` or a vehicle's `start` or `end`."""
        point = longitude_latitude(value.get(name)) if value.has(name) else None
        if self.indexed:
            row = value.get(f"{name}_index").whole(at_least=0)
        elif point is None:
            value.get(name).refuse("is null, and there are no matrices")
        else:
            row = self.rows.setdefault(point, len(self.rows))
        if point is not None:
            self.points[row] = point
        return row


def looks_like_vroom(root: Value) -> bool:
    """Whether a JSON file is VROOM's input."""
    return isinstance(root.value, dict) and "vehicles" in root.value and not {"depots", "stops"} & set(root.value)


def read_vroom(text: str, file: str) -> ReadProblem:
    """The problem in a VROOM input file.

    Raises:
        BadProblemFile: if it is no JSON, with the line; or if a field is wrong or cannot be expressed, with its name.
    """
    root = parse_json(text, file)
    root.fields(ROOT, neutral=("shipments",))
    jobs, cars = root.get("jobs").list(), root.get("vehicles").list()
    reading = Reading(root=root, indexed=root.has("matrices"))
    for value in jobs:
        value.fields(JOB, neutral=JOB_NEUTRAL)
    for value in cars:
        value.fields(VEHICLE, neutral=VEHICLE_NEUTRAL)
    homes = [_home(reading, value) for value in cars]
    job_places = [reading.place(value, "location") for value in jobs]
    seconds, distances, costs = _matrices(reading, cars)
    prices, scale, metres = _prices(cars, seconds=seconds, distances=distances, costs=costs)
    day = _whole_day(jobs, cars, seconds)
    depots = {home: Depot(id=f"P{home}", place=home, opens_s=day.start_s, closes_s=day.end_s) for home in homes}
    return ReadProblem(
        name=file.rpartition(".")[0] or file,
        format="vroom",
        convention="VROOM: driving cost and fixed costs; waiting and service free",
        problem=problem_of(
            file,
            depots=list(depots.values()),
            vehicles=[
                _vehicle(value, depots[home], price, day=day, job_count=len(jobs))
                for value, home, price in zip(cars, homes, prices, strict=True)
            ],
            stops=[_stop(value, place, day) for value, place in zip(jobs, job_places, strict=True)],
            seconds=seconds,
            metres=metres,
        ),
        scale=scale,
        coordinates=_coordinates(reading, len(seconds)),
        geographic=True,
        numbered_vehicles=True,
    )


def _home(reading: Reading, value: Value) -> int:
    start, end = reading.place(value, "start"), reading.place(value, "end")
    if start != end:
        value.refuse("starts and ends at different places; here a vehicle returns to where it started")
    return start


def _matrices(
    reading: Reading, cars: Sequence[Value]
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None, NDArray[np.int32] | None]:
    """Durations, distances and costs; the latter two None where the file has none."""
    if not reading.indexed:
        points = [Point(id=str(row), lng=lng, lat=lat) for row, (lng, lat) in sorted(reading.points.items())]
        travel = GreatCircleTravel().matrix(points)
        return travel.seconds, travel.metres, None
    profiles = {value.get("profile").text() if value.has("profile") else "car": value for value in cars}
    if len(profiles) != 1:
        list(profiles.values())[1].refuse(f"the profiles {', '.join(sorted(profiles))} are in use; here there is one")
    tables = reading.root.get("matrices").get(next(iter(profiles)))
    tables.fields(MATRIX)
    durations = matrix_of(tables.get("durations"))
    others = [
        matrix_of(tables.get(key), size=len(durations)) if tables.has(key) else None for key in ("distances", "costs")
    ]
    return durations, others[0], others[1]


def _prices(
    cars: Sequence[Value],
    *,
    seconds: NDArray[np.int32],
    distances: NDArray[np.int32] | None,
    costs: NDArray[np.int32] | None,
) -> tuple[list[tuple[int, int]], int, NDArray[np.int32]]:
    """(fixed, per 1,000 units of the matrix) of each vehicle, the scale, and the matrix that costs are counted on."""
    given = []
    for value in cars:
        prices = value.get("costs") if value.has("costs") else Value({}, file=value.file, field=f"{value.field}.costs")
        prices.fields(("fixed", "per_hour", "per_km"))
        names = (("fixed", 0), ("per_hour", PER_HOUR), ("per_km", 0))
        given.append([prices.get(key).whole(at_least=0) if prices.has(key) else default for key, default in names])
    if costs is not None:
        return [(fixed, COST_PER_KM_OF_ONE) for fixed, _, _ in given], COARSE, costs
    if not any(per_km for _, _, per_km in given):
        scale = COARSE if all(per_hour % FINE == 0 for _, per_hour, _ in given) else FINE
        # a second is a metre of this matrix: per_hour / 3,600 a second is per_hour × 5/18 a thousand of them
        return [(fixed * scale, per_hour * 5 * scale // FINE) for fixed, per_hour, _ in given], scale, seconds
    if any(per_hour for _, per_hour, _ in given):
        wrong = next(value for value, prices in zip(cars, given, strict=True) if prices[2])
        wrong.get("costs").refuse("per_km counts here only if per_hour is 0 for every vehicle; give a costs matrix")
    if distances is None:
        cars[0].get("costs").refuse("per_km needs a matrix of distances")
    return [(fixed, per_km) for fixed, _, per_km in given], COARSE, distances


def _whole_day(jobs: Sequence[Value], cars: Sequence[Value], seconds: NDArray[np.int32]) -> TimeWindow:
    """From 0 until the last end of a window and, after it, time enough for one vehicle to serve everybody."""
    ends = [_window(value.get("time_window")).end_s for value in cars if value.has("time_window")]
    ends += [
        _window(window).end_s for job in jobs if job.has("time_windows") for window in job.get("time_windows").list()
    ]
    service_s = sum(job.get("service").whole(at_least=0) for job in jobs if job.has("service"))
    ways = np.where(seconds == UNREACHABLE, 0, seconds)
    return TimeWindow(start_s=0, end_s=max(ends, default=0) + service_s + int(ways.max(axis=1).sum(dtype=np.int64)))


def _vehicle(value: Value, depot: Depot, price: tuple[int, int], *, day: TimeWindow, job_count: int) -> Vehicle:
    amounts = _amounts(value, "capacity")
    if amounts and not any(amounts):
        value.get("capacity").refuse("is zero; the vehicle can carry nothing")
    return Vehicle(
        id=str(value.get("id").whole(at_least=0)),
        type=value.get("description").text() if value.has("description") else "vehicle",
        depot=depot.id,
        capacity_g=amounts[0] if amounts else LARGEST,
        capacity_packages=amounts[1] if len(amounts) > 1 else job_count,
        capacity_ml=amounts[2] if len(amounts) > 2 else None,
        shift=_window(value.get("time_window")) if value.has("time_window") else day,
        fixed_cost=price[0],
        cost_per_km=price[1],
        cost_per_h=0,
    )


def _stop(value: Value, place: int, day: TimeWindow) -> Stop:
    amounts = [*_amounts(value, "delivery" if value.has("delivery") else "amount"), 0, 0, 0]
    windows = value.get("time_windows").list() if value.has("time_windows") else []
    if len(windows) > 1:
        value.get("time_windows").refuse(f"has {len(windows)} windows; here a stop has one")
    return Stop(
        id=str(value.get("id").whole(at_least=0)),
        place=place,
        demand_g=amounts[0],
        packages=amounts[1],
        volume_ml=amounts[2],
        window=_window(windows[0]) if windows else day,
        service_s=value.get("service").whole(at_least=0) if value.has("service") else 0,
        depot=None,
        name=value.get("description").text() if value.has("description") else "",
    )


def _amounts(value: Value, key: str) -> list[int]:
    amounts = [amount.whole(at_least=0) for amount in value.get(key).list()] if value.has(key) else []
    if len(amounts) > 3:
        value.get(key).refuse(f"has {len(amounts)} dimensions; here there are at most 3")
    return amounts


def _window(value: Value) -> TimeWindow:
    pair = value.list()
    if len(pair) != 2:
        value.refuse(f"has {len(pair)} numbers; it must be [start, end]")
    start_s, end_s = (end.whole(at_least=0, at_most=LARGEST_TIME_S) for end in pair)
    if end_s < start_s:
        value.refuse(f"ends at {end_s}, before it begins at {start_s}")
    return TimeWindow(start_s=start_s, end_s=end_s)


def _coordinates(reading: Reading, size: int) -> NDArray[np.float64] | None:
    if len(reading.points) != size:
        return None
    return np.array([reading.points[row] for row in range(size)], dtype=np.float64)
