"""The clock through all steps of a route, forward and backward, for every number of breaks taken so far.

A break is taken where the vehicle stands, in order. Of two ways to have taken as many breaks, the earlier clock is
always the better one (and backward the later), so one clock for each number of breaks is enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from logistics.routing.engine.plan import Rest
from logistics.routing.engine.problem import Break, Vehicle
from logistics.routing.engine.scheduling.rules import InfeasibleRoute, RouteRule
from logistics.routing.engine.scheduling.steps import LONG_AGO, NEVER, Enter, Pause, Serve, Step

Clocks = list[int]
"""By the number of breaks taken: seconds, or NEVER or LONG_AGO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way through the steps: the clock at the start and after each step, and the rests on the way."""

    clocks_s: tuple[int, ...]
    rests: tuple[Rest, ...]


def start_clocks(vehicle: Vehicle, ready_s: int) -> Clocks:
    """Who has not left yet rests at home first; who is underway has had the breaks that are over by then."""
    rested_s = [ready_s, *(rest.earliest_s + rest.duration_s for rest in vehicle.breaks)]
    if vehicle.underway is None:
        return [max(ready_s, clock_s) for clock_s in rested_s]
    return [ready_s if clock_s <= ready_s else NEVER for clock_s in rested_s]


def forward(vehicle: Vehicle, steps: Sequence[Step], start: Clocks) -> list[Clocks]:
    """The earliest clocks at the start and after every step.

    Raises:
        InfeasibleRoute: WINDOW_MISSED, or SHIFT_OVER where the vehicle comes back to a closed depot.
    """
    row = [start]
    for step in steps:
        if isinstance(step, Pause):
            row.append(_paused(vehicle.breaks, row[-1]))
            continue
        clocks = [clock_s if clock_s == NEVER else step.after(clock_s) for clock_s in row[-1]]
        if min(clocks) == NEVER:
            raise _dead_end(vehicle, step, min(row[-1]))
        row.append(clocks)
    return row


def path_to(breaks: Sequence[Break], steps: Sequence[Step], row: Sequence[Clocks], taken: int) -> Path:
    """The way of `forward` to this number of breaks at the end, with each break as late as its clocks allow.

    The later a break, the earlier everything ahead of it. Where a wait hides a break, another way could still make a
    stop less late for the same end; which one is cheapest would be a search of its own.
    """
    clocks_s = [row[-1][taken]]
    rests = []
    for index in range(len(steps) - 1, -1, -1):
        step = steps[index]
        if isinstance(step, Pause):
            end_s = row[index + 1][taken]
            while taken > 0 and (begin_s := _begin_s(breaks[taken - 1], row[index + 1][taken - 1])) != NEVER:
                if begin_s + breaks[taken - 1].duration_s != end_s:
                    break
                rests.append(Rest(before=step.before, on_arrival=step.on_arrival, start_s=begin_s, end_s=end_s))
                taken -= 1
                end_s = row[index + 1][taken]
        clocks_s.append(row[index][taken])
    return Path(clocks_s=tuple(reversed(clocks_s)), rests=tuple(reversed(rests)))


def backward(breaks: Sequence[Break], steps: Sequence[Step], end: Clocks) -> list[Clocks]:
    """The latest clocks at the start and after every step from which the steps left can be passed and the end reached.

    Such a step may be a stop that may be late: then nothing but the steps behind it limits its clock.
    """
    row = [end]
    for step in reversed(steps):
        clocks = row[-1]
        if isinstance(step, Pause):
            row.append(_paused_back(breaks, clocks))
        else:
            row.append([clock_s if clock_s == LONG_AGO else step.before(clock_s) for clock_s in clocks])
    return row[::-1]


def _paused(breaks: Sequence[Break], clocks: Clocks) -> Clocks:
    after = list(clocks)
    for taken, rest in enumerate(breaks):
        begin_s = _begin_s(rest, after[taken])
        if begin_s != NEVER:
            after[taken + 1] = min(after[taken + 1], begin_s + rest.duration_s)
    return after


def _begin_s(rest: Break, clock_s: int) -> int:
    """When a rest begins if the vehicle stands from `clock_s` on: NEVER if that is too late for it."""
    return max(clock_s, rest.earliest_s) if clock_s <= rest.latest_s else NEVER


def _paused_back(breaks: Sequence[Break], clocks: Clocks) -> Clocks:
    before = list(clocks)
    for taken in range(len(breaks) - 1, -1, -1):
        rest = breaks[taken]
        begin_s = before[taken + 1] - rest.duration_s
        if begin_s >= rest.earliest_s:
            before[taken] = max(before[taken], min(begin_s, rest.latest_s))
    return before


def _dead_end(vehicle: Vehicle, step: Step, clock_s: int) -> InfeasibleRoute:
    if isinstance(step, Serve):
        return InfeasibleRoute(
            RouteRule.WINDOW_MISSED, vehicle=vehicle.id, stop=step.stop, value=clock_s, limit=step.windows[-1].end_s
        )
    if isinstance(step, Enter):
        return InfeasibleRoute(RouteRule.SHIFT_OVER, vehicle=vehicle.id, stop=None, value=clock_s, limit=step.closes_s)
    raise AssertionError(f"{step} can always be passed")
