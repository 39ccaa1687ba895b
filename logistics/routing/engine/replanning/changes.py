"""What a new plan changes, each with its numbers and as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from logistics.routing.engine.orders import Orders, orders_in
from logistics.routing.engine.plan import Dropped, DropReason, Plan, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAdded:
    """A stop that the plan did not know is served; positions count from 1, over what is still to be driven."""

    stop: str
    vehicle: str
    position: int
    start_s: int

    def __str__(self) -> str:
        return f"stop {self.stop!r} is new: visit {self.position} of vehicle {self.vehicle!r}, at {self.start_s} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopServed:
    """A stop that was left out is served now."""

    stop: str
    vehicle: str
    position: int
    start_s: int

    def __str__(self) -> str:
        where = f"visit {self.position} of vehicle {self.vehicle!r}, at {self.start_s} s"
        return f"stop {self.stop!r} was left out and is served now: {where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMoved:
    """A stop goes on another vehicle."""

    stop: str
    before: str
    after: str
    position: int
    start_s: int

    def __str__(self) -> str:
        return (
            f"stop {self.stop!r} moves from vehicle {self.before!r} to {self.after!r}: "
            f"visit {self.position}, at {self.start_s} s"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDropped:
    """A stop that was served, by `vehicle`, or that is new (None) is left out, and why."""

    stop: str
    vehicle: str | None
    reason: DropReason
    detail: Mapping[str, int | str]

    def __str__(self) -> str:
        whence = "is new and" if self.vehicle is None else f"of vehicle {self.vehicle!r}"
        numbers = ", ".join(f"{name} {value}" for name, value in self.detail.items())
        return f"stop {self.stop!r} {whence} is left out: {self.reason}" + (f" ({numbers})" if numbers else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopGone:
    """A stop that was still to be served is not asked for any more."""

    stop: str
    vehicle: str

    def __str__(self) -> str:
        return f"stop {self.stop!r} of vehicle {self.vehicle!r} is not in the problem any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged:
    """The stops that a vehicle keeps are served in another order."""

    vehicle: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        count = sum(one != other for one, other in zip(self.before, self.after, strict=True))
        return f"vehicle {self.vehicle!r} serves {count} of its {len(self.before)} stops in another order"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalMoved:
    """Service of a stop that stays on its vehicle begins earlier or later by more than the bound."""

    stop: str
    vehicle: str
    before_s: int
    after_s: int

    def __str__(self) -> str:
        by_s = self.after_s - self.before_s
        way = f"{by_s} s later" if by_s > 0 else f"{-by_s} s earlier"
        return f"stop {self.stop!r} of vehicle {self.vehicle!r} is served at {self.after_s} s, {way}"


Change = StopAdded | StopServed | StopMoved | StopDropped | StopGone | OrderChanged | ArrivalMoved


def changes_between(
    current: Plan, plan: Plan, *, driven: Mapping[str, tuple[Visit, ...]], asked: frozenset[str], bound_s: int
) -> tuple[Change, ...]:
    """What the plan does otherwise than the current one, of what was still to be driven.

    `asked` are the stops that are still to be served or left out. First what becomes of stops, in the order of the new
    routes, then orders, then times that move by more than `bound_s`.
    """
    done = {visit.stop for visits in driven.values() for visit in visits}
    was = {
        visit.stop: (route.vehicle, visit)
        for route in current.routes
        for visit in route.visits
        if visit.stop not in done
    }
    left_out = {dropped.stop for dropped in current.dropped}
    found: list[Change] = []
    for route in plan.routes:
        for position, visit in enumerate(route.visits, start=1):
            stop, vehicle, start_s = visit.stop, route.vehicle, visit.start_s
            if stop not in was:
                new = StopServed if stop in left_out else StopAdded
                found.append(new(stop=stop, vehicle=vehicle, position=position, start_s=start_s))
            elif was[stop][0] != vehicle:
                before = was[stop][0]
                found.append(StopMoved(stop=stop, before=before, after=vehicle, position=position, start_s=start_s))
    found += [_dropped(one, was.get(one.stop)) for one in plan.dropped if one.stop in was or one.stop not in left_out]
    found += [StopGone(stop=stop, vehicle=vehicle) for stop, (vehicle, _) in was.items() if stop not in asked]
    found += _reordered(orders_in(current), orders_in(plan))
    for route in plan.routes:
        for visit in route.visits:
            origin, planned = was.get(visit.stop, ("", visit))
            if origin == route.vehicle and abs(visit.start_s - planned.start_s) > bound_s:
                times = {"before_s": planned.start_s, "after_s": visit.start_s}
                found.append(ArrivalMoved(stop=visit.stop, vehicle=origin, **times))
    return tuple(found)


def _dropped(dropped: Dropped, was: tuple[str, Visit] | None) -> StopDropped:
    return StopDropped(
        stop=dropped.stop,
        vehicle=None if was is None else was[0],
        reason=dropped.reason,
        detail=dropped.detail,
    )


def _reordered(before: Orders, after: Orders) -> Iterator[OrderChanged]:
    for vehicle, order in after.items():
        if vehicle in before:
            stays = set(before[vehicle].stops) & set(order.stops)
            old = tuple(stop for stop in before[vehicle].stops if stop in stays)
            new = tuple(stop for stop in order.stops if stop in stays)
            if old != new:
                yield OrderChanged(vehicle=vehicle, before=old, after=new)
