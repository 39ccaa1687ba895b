"""VROOM's JSON input: jobs, vehicles and matrices, as its version 1.15 documents them.

Read are `jobs` (id, location or location_index, setup, service, delivery or amount, skills, priority, time windows),
`vehicles` (id, type, profile, start and end or their indexes, capacity, time_window, costs, skills, breaks,
speed_factor, max_tasks, max_travel_time, max_distance, steps) and the `matrices` of every profile in use. Without
matrices the straight line × 1.35 at 25 km/h between `[longitude, latitude]` locations is taken.

What becomes something else here, exactly unless said:

- Capacities have up to three dimensions: grams, packages and millilitres, in this order.
- A start or end that is left out is a place of its own, next to every other.
- A break begins in its one window, between two jobs or before the first or after the last. VROOM may also break a leg
  in two, so a plan from here holds there, not always the other way.
- `max_travel_time` and `max_distance` limit the sum of what legs cost, so they hold where costs are times or distances
  alone; elsewhere they are refused unless no route can reach them.
- `setup` is part of the service where it always applies; where two jobs share a place it is refused.
- `steps` are where the search begins, as in VROOM.
- VROOM maximises the sum of priorities first and the number of jobs next; here `Stop.priority` weighs each job.

Shipments, pickups, times per vehicle type, a price per hour of service and the loads of breaks are refused by name, and
so is what is not known. The objective is VROOM's: driving, by time and distance or by the `costs` matrix, and `fixed`
costs; waiting and service are free.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.json_values import Value, parse_json
from logistics.routing.engine.formats.problem_file import ReadProblem, problem_of
from logistics.routing.engine.formats.vroom_items import (
    JOB,
    JOB_NEUTRAL,
    VEHICLE,
    amounts_of,
    refuse_setups,
    refuse_twice,
    seconds,
    start_of_steps,
    stop_of,
    vehicle_of,
    window_of,
    windows_of,
)
from logistics.routing.engine.formats.vroom_travel import (
    Places,
    drivings,
    given_tables,
    straight_tables,
    with_open_place,
)
from logistics.routing.engine.items import UNREACHABLE, Depot, TimeWindow
from logistics.routing.engine.travelling import Profile
from logistics.routing.engine.validation import LARGEST_TIME_S

ROOT = ("jobs", "vehicles", "matrices", "options", "comment")
OPEN = "open"
"""The depot of routes that start at their first job or end at their last."""


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
    for value in jobs:
        value.fields(JOB, neutral=JOB_NEUTRAL)
    for value in cars:
        value.fields(VEHICLE)
    refuse_twice(jobs, cars)
    tables = given_tables(root, cars) if root.has("matrices") else None
    sizes = [len(table.durations) for table in tables.values()] if tables is not None else []
    places = Places(size=(sizes[0] if sizes else 0) if tables is not None else None)
    ends = [_ends(places, value) for value in cars]
    rows = [places.row(value, "location") for value in jobs]
    refuse_setups(jobs, rows, [start for start, _ in ends])
    ways, profiles, scale = drivings(cars, tables or straight_tables(places, cars), visits=len(jobs))
    place_count = len(profiles[""].seconds) if profiles else 0
    day = _whole_day(jobs, cars, rows, profiles)
    if any(None in pair for pair in ends):
        profiles = {name: with_open_place(profile) for name, profile in profiles.items()}
    depots = _depots(ends, place_count, day)
    amounts = amounts_of(jobs, cars)
    stops = [stop_of(value, row, day=day, amounts=amounts) for value, row in zip(jobs, rows, strict=True)]
    own = profiles.pop("", None) or Profile(seconds=np.zeros((0, 0), np.int32), metres=np.zeros((0, 0), np.int32))
    return ReadProblem(
        name=file.rpartition(".")[0] or file,
        format="vroom",
        convention="VROOM: driving cost and fixed costs; waiting and service free",
        problem=problem_of(
            file,
            depots=list(depots.values()),
            vehicles=[
                vehicle_of(
                    value,
                    start=depots[start].id,
                    end=depots[end].id,
                    driving=driving,
                    day=day,
                    amounts=amounts,
                    job_count=len(jobs),
                )
                for value, (start, end), driving in zip(cars, ends, ways, strict=True)
            ],
            stops=stops,
            seconds=own.seconds,
            metres=own.metres,
            profiles=profiles,
        ),
        scale=scale,
        coordinates=_coordinates(places, place_count, len(own.seconds)),
        geographic=True,
        numbered_vehicles=True,
        start=start_of_steps(cars, stops),
    )


def _ends(places: Places, value: Value) -> tuple[int | None, int | None]:
    """The rows where a vehicle starts and ends, None where the file leaves it open."""
    start, end = (places.row(value, name) if places.has(value, name) else None for name in ("start", "end"))
    if start is None and end is None:
        value.refuse("has neither a start nor an end; it must have one of them")
    return start, end


def _depots(ends: Sequence[tuple[int | None, int | None]], open_row: int, day: TimeWindow) -> dict[int | None, Depot]:
    """One depot for each row where vehicles start or end, and one for those that are open."""
    rows = dict.fromkeys(row for pair in ends for row in pair)
    return {
        row: Depot(
            id=OPEN if row is None else f"P{row}",
            place=open_row if row is None else row,
            opens_s=day.start_s,
            closes_s=day.end_s,
        )
        for row in rows
    }


def _whole_day(
    jobs: Sequence[Value], cars: Sequence[Value], rows: Sequence[int], profiles: Mapping[str, Profile]
) -> TimeWindow:
    """From 0 until the last end of a window and, after it, time enough for one vehicle to rest and serve everybody."""
    pauses = [pause for value in cars if value.has("breaks") for pause in value.get("breaks").list()]
    windows = [window_of(value.get("time_window")) for value in cars if value.has("time_window")]
    windows += [window for value in (*jobs, *pauses) for window in windows_of(value)]
    served_s = sum(seconds(value, "service") for value in (*jobs, *pauses)) + sum(seconds(job, "setup") for job in jobs)
    farthest = np.zeros(max((len(profile.seconds) for profile in profiles.values()), default=0), dtype=np.int64)
    for profile in profiles.values():
        open_legs = np.where(profile.seconds == UNREACHABLE, 0, profile.seconds)
        farthest = np.maximum(farthest, open_legs.max(axis=1))
    driven_s = int(farthest[list(rows)].sum()) + int(farthest.max(initial=0))
    last_s = max((window.end_s for window in windows), default=0)
    return TimeWindow(start_s=0, end_s=min(last_s + served_s + driven_s, LARGEST_TIME_S))


def _coordinates(places: Places, place_count: int, size: int) -> NDArray[np.float64] | None:
    """A point for each row; the place of open ends, which is the last, is nowhere (NaN)."""
    if len(places.points) != place_count or not place_count:
        return None
    points = [places.points.get(row, (np.nan, np.nan)) for row in range(size)]
    return np.array(points, dtype=np.float64)
