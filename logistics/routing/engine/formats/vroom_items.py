"""VROOM's jobs and vehicles as our stops and vehicles."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from logistics.routing.engine.formats.json_values import Value
from logistics.routing.engine.formats.numbers import LARGEST
from logistics.routing.engine.formats.vroom_travel import Driving, profile_name
from logistics.routing.engine.items import Break, Stop, TimeWindow, Vehicle
from logistics.routing.engine.validation import LARGEST_TIME_S

JOB = (
    "id",
    "description",
    "location",
    "location_index",
    "setup",
    "service",
    "delivery",
    "amount",
    "pickup",
    "skills",
    "priority",
    "time_windows",
)
JOB_NEUTRAL = ("setup_per_type", "service_per_type")
VEHICLE = (
    "id",
    "description",
    "type",  # it only matters beside times per type, and these are refused
    "profile",
    "start",
    "start_index",
    "end",
    "end_index",
    "capacity",
    "time_window",
    "costs",
    "skills",
    "breaks",
    "speed_factor",
    "max_tasks",
    "max_travel_time",
    "max_distance",
    "steps",
)
STEP = ("type", "id", "description", "service_at", "service_after", "service_before")
DIMENSIONS = 3
PRIORITY_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How many kinds of goods a file counts, from the capacities of its vehicles and the deliveries of its jobs."""

    count: int

    def of(self, value: Value, key: str) -> list[int]:
        """Grams, packages and millilitres."""
        if not value.has(key):
            return [0] * DIMENSIONS
        given = value.get(key).list()
        if len(given) > DIMENSIONS:
            value.get(key).refuse(f"has {len(given)} dimensions; here there are at most {DIMENSIONS}")
        if len(given) != self.count:
            value.get(key).refuse(f"has {len(given)} dimensions; others have {self.count}, and all must have the same")
        return [amount.whole(at_least=0) for amount in given] + [0] * (DIMENSIONS - len(given))


def amounts_of(jobs: Sequence[Value], cars: Sequence[Value]) -> Amounts:
    """What the first list of goods in the file counts."""
    keys = [(value, "capacity") for value in cars] + [
        (job, key) for job in jobs for key in ("delivery", "amount", "pickup")
    ]
    counts = [len(value.get(key).list()) for value, key in keys if value.has(key)]
    return Amounts(count=next(iter(counts), 0))


def refuse_twice(*lists: Sequence[Value]) -> None:
    """Refuses an id that two of a list have."""
    for values in lists:
        known: set[int] = set()
        for value in values:
            given = value.get("id").whole(at_least=0)
            if given in known:
                value.get("id").refuse(f"is {given} once more; each must have its own")
            known.add(given)


def refuse_setups(jobs: Sequence[Value], rows: Sequence[int], starts: Sequence[int | None]) -> None:
    """Refuses a setup time that would not always apply: VROOM leaves it out where the vehicle stands there already."""
    used = Counter(rows)
    for job, row in zip(jobs, rows, strict=True):
        if job.has("setup") and job.get("setup").whole(at_least=0) and (used[row] > 1 or row in starts):
            job.get("setup").refuse(
                "would apply once for several visits at one place, which cannot be expressed here; "
                "it can where no other job and no start of a vehicle is at its place"
            )


def stop_of(job: Value, row: int, *, day: TimeWindow, amounts: Amounts) -> Stop:
    """The stop that a job is; its setup, which always applies, is part of its service."""
    grams, packages, millilitres = amounts.of(job, "delivery" if job.has("delivery") else "amount")
    if any(amounts.of(job, "pickup")):
        job.get("pickup").refuse("would change the plan and cannot be expressed here")
    windows = windows_of(job) or [day]
    return Stop(
        id=str(job.get("id").whole(at_least=0)),
        place=row,
        demand_g=grams,
        packages=packages,
        volume_ml=millilitres,
        window=windows[0],
        further_windows=tuple(windows[1:]),
        service_s=seconds(job, "setup") + seconds(job, "service"),
        depot=None,
        skills=_skills(job),
        priority=job.get("priority").whole(at_least=0, at_most=PRIORITY_MAX) if job.has("priority") else 0,
        name=job.get("description").text() if job.has("description") else "",
    )


def vehicle_of(
    value: Value, *, start: str, end: str, driving: Driving, day: TimeWindow, amounts: Amounts, job_count: int
) -> Vehicle:
    """The vehicle, from one place to the same or another."""
    goods = amounts.of(value, "capacity")
    if amounts.count and not any(goods):
        value.get("capacity").refuse("is zero; the vehicle can carry nothing")
    shift = window_of(value.get("time_window")) if value.has("time_window") else day
    return Vehicle(
        id=str(value.get("id").whole(at_least=0)),
        type=value.get("type").text() if value.has("type") else profile_name(value),
        depot=start,
        end_depot=None if end == start else end,
        capacity_g=goods[0] if amounts.count else LARGEST,
        capacity_packages=goods[1] if amounts.count > 1 else job_count,
        capacity_ml=goods[2] if amounts.count > 2 else None,
        shift=shift,
        profile=driving.profile,
        longest_m=driving.longest_m,
        most_stops=value.get("max_tasks").whole(at_least=0) if value.has("max_tasks") else None,
        breaks=_breaks(value, shift),
        skills=_skills(value),
        fixed_cost=driving.fixed_cost,
        cost_per_km=driving.cost_per_km,
        cost_per_h=0,
    )


def _breaks(value: Value, shift: TimeWindow) -> tuple[Break, ...]:
    """In VROOM breaks lie inside the vehicle's hours, so these cut their windows; one of no time says nothing."""
    found: list[tuple[Break, Value]] = []
    for rest in value.get("breaks").list() if value.has("breaks") else ():
        rest.fields(("id", "description", "time_windows", "service"), neutral=("max_load",))
        duration_s = seconds(rest, "service")
        windows = windows_of(rest) or [shift]
        if len(windows) > 1:
            rest.get("time_windows").refuse(f"has {len(windows)} windows; here a break has one")
        if not duration_s:
            continue
        earliest_s = max(windows[0].start_s, shift.start_s)
        latest_s = min(windows[0].end_s, shift.end_s - duration_s)
        if latest_s < earliest_s:
            rest.refuse(f"of {duration_s} s does not fit into the hours from {shift.start_s} to {shift.end_s}")
        found.append((Break(earliest_s=earliest_s, latest_s=latest_s, duration_s=duration_s), rest))
    found.sort(key=lambda pair: (pair[0].earliest_s, pair[0].latest_s))
    for (before, _), (after, rest) in pairwise(found):
        if after.earliest_s < before.latest_s + before.duration_s:
            rest.refuse(
                f"may begin at {after.earliest_s}, and the break ahead of it may last until "
                f"{before.latest_s + before.duration_s}; here breaks must be apart"
            )
    return tuple(pause for pause, _ in found)


def start_of_steps(cars: Sequence[Value], stops: Sequence[Stop]) -> dict[str, tuple[str, ...]] | None:
    """The plan to begin with that the `steps` of the vehicles describe; None if there are none."""
    orders: dict[str, tuple[str, ...]] = {}
    left = {stop.id for stop in stops}
    for value in cars:
        order = []
        for step in value.get("steps").list() if value.has("steps") else ():
            step.fields(STEP)
            kind = step.get("type").text()
            if kind in ("start", "break", "end"):
                continue
            if kind != "job":
                step.get("type").refuse(f"is {kind}; it must be start, job, break or end")
            job = str(step.get("id").whole(at_least=0))
            if job not in left:
                step.get("id").refuse(f"is {job}; it must be a job, and each may be in one step only")
            left.remove(job)
            order.append(job)
        if order:
            orders[str(value.get("id").whole(at_least=0))] = tuple(order)
    return orders or None


def seconds(value: Value, key: str) -> int:
    """A time that takes 0 where the file is silent."""
    return value.get(key).whole(at_least=0) if value.has(key) else 0


def windows_of(value: Value) -> list[TimeWindow]:
    """The `time_windows` of a job or break, sorted as VROOM does; none if there are none."""
    given = value.get("time_windows").list() if value.has("time_windows") else []
    windows = sorted(((window_of(window), window) for window in given), key=lambda pair: pair[0].start_s)
    for (before, _), (after, inner) in pairwise(windows):
        if after.start_s <= before.end_s:
            inner.refuse(
                f"begins at {after.start_s}, and the one ahead of it ends at {before.end_s}; they must be apart"
            )
    return [window for window, _ in windows]


def window_of(value: Value) -> TimeWindow:
    """A window `[start, end]` in seconds."""
    pair = value.list()
    if len(pair) != 2:
        value.refuse(f"has {len(pair)} numbers; it must be [start, end]")
    start_s, end_s = (end.whole(at_least=0, at_most=LARGEST_TIME_S) for end in pair)
    if end_s < start_s:
        value.refuse(f"ends at {end_s}, before it begins at {start_s}")
    return TimeWindow(start_s=start_s, end_s=end_s)


def _skills(value: Value) -> frozenset[str]:
    given = value.get("skills").list() if value.has("skills") else []
    return frozenset(str(skill.whole(at_least=0, at_most=2**32 - 1)) for skill in given)
