"""A route as a row of steps that the clock passes, each known both ways.

`after(clock)` is the earliest end of a step begun at `clock` or later, NEVER if it cannot be taken any more; `before`
is the latest clock from which it still ends by a given second, or LONG_AGO. Neither falls when its argument rises, so
the earliest clock is always the best one to go on with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.routing.engine.problem import Problem, SpeedSlot, Stop, TimeWindow, Vehicle
from logistics.routing.engine.scheduling.trips import Way, released_s, trips_of
from logistics.routing.engine.travelling import arrival_s, latest_departure_s

NEVER = 2**62
LONG_AGO = -NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A leg of `leg_s` seconds at the speed of the matrix."""

    leg_s: int
    speeds: tuple[SpeedSlot, ...]

    def after(self, clock_s: int) -> int:
        return arrival_s(self.speeds, depart_s=clock_s, leg_s=self.leg_s)

    def before(self, clock_s: int) -> int:
        return latest_departure_s(self.speeds, arrive_s=clock_s, leg_s=self.leg_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """Coming back to the depot to load, while it is open."""

    closes_s: int

    def after(self, clock_s: int) -> int:
        return clock_s if clock_s <= self.closes_s else NEVER

    def before(self, clock_s: int) -> int:
        return min(clock_s, self.closes_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Loading again."""

    reload_s: int

    def after(self, clock_s: int) -> int:
        return clock_s + self.reload_s

    def before(self, clock_s: int) -> int:
        return clock_s - self.reload_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Leaving the depot once it is open and the goods of the trip are packed."""

    ready_s: int

    def after(self, clock_s: int) -> int:
        return max(clock_s, self.ready_s)

    def before(self, clock_s: int) -> int:
        return clock_s if clock_s >= self.ready_s else LONG_AGO


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """Service starts as soon as a window is open, or after the last one up to `latest_s`, and lasts `serving_s`."""

    stop: str
    windows: tuple[TimeWindow, ...]
    serving_s: int
    latest_s: int

    def after(self, clock_s: int) -> int:
        for window in self.windows:
            if clock_s <= window.end_s:
                return max(clock_s, window.start_s) + self.serving_s
        return clock_s + self.serving_s if clock_s <= self.latest_s else NEVER

    def before(self, clock_s: int) -> int:
        start_s = clock_s - self.serving_s
        if start_s > self.windows[-1].end_s:
            return min(start_s, self.latest_s)
        for window in reversed(self.windows):
            if start_s >= window.start_s:
                return min(start_s, window.end_s)
        return LONG_AGO


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The vehicle stands and may rest: on arrival at a visit, or where it is before the leg that leads there."""

    before: int
    on_arrival: bool


Work = Drive | Enter | Load | Leave | Serve
Step = Work | Pause


def steps_of(
    problem: Problem, vehicle: Vehicle, stops: Sequence[Stop], reload_before: Sequence[int], way: Way
) -> list[Step]:
    """From departure to return."""
    trip_of = dict(zip(reload_before, trips_of(stops, reload_before)[1:], strict=True))
    steps = first_steps(vehicle)
    for index, stop in enumerate(stops):
        if index in trip_of:
            steps += load_steps(problem, vehicle, trip_of[index], leg_s=way.to_depot[index].seconds, index=index)
        steps += stop_steps(problem, vehicle, stop, leg_s=way.to_stop[index].seconds, index=index)
    steps.append(Drive(leg_s=way.home.seconds, speeds=problem.travel(vehicle).speeds))
    return steps


def first_steps(vehicle: Vehicle) -> list[Step]:
    """Before departure only a vehicle that is underway pauses: the others leave later."""
    return [] if vehicle.underway is None else [Pause(before=0, on_arrival=False)]


def load_steps(problem: Problem, vehicle: Vehicle, trip: Sequence[Stop], *, leg_s: int, index: int) -> list[Step]:
    """Coming back to the depot ahead of visit number `index` and loading the goods of the trip."""
    depot = problem.depot(vehicle.depot)
    packed_s = released_s(trip)
    pause = Pause(before=index, on_arrival=False)
    return [
        Drive(leg_s=leg_s, speeds=problem.travel(vehicle).speeds),
        Enter(closes_s=depot.closes_s),
        pause,
        Load(reload_s=vehicle.reload_s),
        pause,
        Leave(ready_s=depot.opens_s if packed_s is None else max(depot.opens_s, packed_s)),
    ]


def stop_steps(problem: Problem, vehicle: Vehicle, stop: Stop, *, leg_s: int, index: int) -> list[Step]:
    """Driving to visit number `index` and serving it."""
    windows = stop.windows
    latest_s = windows[-1].end_s if stop.late_cents_per_h is None else NEVER
    return [
        Drive(leg_s=leg_s, speeds=problem.travel(vehicle).speeds),
        Pause(before=index, on_arrival=True),
        Serve(stop=stop.id, windows=windows, serving_s=stop.serving_s, latest_s=latest_s),
        Pause(before=index + 1, on_arrival=False),
    ]
