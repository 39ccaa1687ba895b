"""Pure rules of planning a day: states, service times, and how batches become stops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.clock import SHANGHAI
from logistics.communities.rules import PointKind

PICKUP_FIXED_S = 240
"""Park at the gate, find the keeper, sign: four minutes whatever is dropped."""
PICKUP_PER_PACKAGE_S = 10
DOOR_FIXED_S = 240
DOOR_PER_PACKAGE_S = 60
"""A leave-at-door package is walked from the gate to its door."""


class PlanState(StrEnum):
    QUEUED = "queued"
    SOLVING = "solving"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


PLAN_TRANSITIONS: Mapping[PlanState, frozenset[PlanState]] = {
    PlanState.QUEUED: frozenset({PlanState.SOLVING, PlanState.FAILED, PlanState.CANCELLED}),
    PlanState.SOLVING: frozenset({PlanState.SOLVING, PlanState.READY, PlanState.FAILED, PlanState.CANCELLED}),
    PlanState.READY: frozenset(),
    PlanState.FAILED: frozenset(),
    PlanState.CANCELLED: frozenset(),
}


GATE_CLOSED = "gate_closed"
"""Why a stop is dropped before any solver sees it: its gate is shut for the whole of its delivery window."""

VEHICLE_FIXED_CENTS = 8_000
"""What sending one more vehicle costs: a driver called in, a gate list to extend."""
VEHICLE_CENTS_PER_H = 4_000
VEHICLE_CENTS_PER_KM_BASE = 80
VEHICLE_CENTS_PER_KM_PER_TONNE = 40
"""Fuel and wear grow with size: 1.28 CNY a kilometre for a van of 1,200 kg, 2.40 CNY for a truck of 4,000 kg."""


class StopKind(StrEnum):
    """How the goods are handed over at the gate: set down at points, or walked to doors and left there."""

    PICKUP = "pickup"
    DOOR = "door"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLoad:
    """A batch as planning sees it. `place` is the code of the compound whose gate it goes to. With `any_depot` every
    depot of the plan has its goods, and `depot` is the one it is named after.
    """

    batch_id: int
    depot: str
    any_depot: bool = False
    place: str
    place_name: str
    kind: StopKind
    window_start: datetime
    window_end: datetime
    weight_g: int
    volume_ml: int
    package_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one vehicle carries at most."""

    weight_g: int
    package_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStop:
    """One stop of a vehicle at a compound's gate; drops every batch in `batch_ids`."""

    code: str
    name: str
    depot: str
    any_depot: bool = False
    place: str
    kind: StopKind
    window_start: datetime
    window_end: datetime
    weight_g: int
    volume_ml: int
    package_count: int
    service_s: int
    batch_ids: tuple[int, ...]


def cents_per_km(capacity_g: int) -> int:
    """Cost of a vehicle's kilometre by its capacity in grams."""
    return VEHICLE_CENTS_PER_KM_BASE + VEHICLE_CENTS_PER_KM_PER_TONNE * capacity_g // 1_000_000


def stop_kind(kind: PointKind) -> StopKind:
    """How a batch for a point of this kind is handed over."""
    return StopKind.DOOR if kind is PointKind.DOOR else StopKind.PICKUP


def open_window(window: tuple[datetime, datetime], gate: tuple[datetime, datetime]) -> tuple[datetime, datetime] | None:
    """The part of a delivery window in which the gate is open, or None where there is none."""
    start, end = max(window[0], gate[0]), min(window[1], gate[1])
    return (start, end) if start < end else None


def service_s(kind: StopKind, package_count: int) -> int:
    """Seconds a vehicle stands at a gate: a fixed part and a part per package."""
    if kind is StopKind.DOOR:
        return DOOR_FIXED_S + DOOR_PER_PACKAGE_S * package_count
    return PICKUP_FIXED_S + PICKUP_PER_PACKAGE_S * package_count


def stops_from_batches(batches: Iterable[BatchLoad], *, fleets: Mapping[str, Collection[Capacity]]) -> list[GateStop]:
    """Group the batches of one depot, gate, window and kind into stops.

    A group that no single vehicle of the depot (`fleets`, by depot) can carry, or that takes longer to hand over than
    its window lasts, is split between batches, in order of batch id; a single batch stays a stop of its own even so,
    which the plan names as dropped if nobody can serve it. Every stop has a code of its own; stops come back ordered
    by code.
    """
    groups: dict[tuple[str, str, datetime, datetime, StopKind], list[BatchLoad]] = defaultdict(list)
    for batch in batches:
        groups[batch.depot, batch.place, batch.window_start, batch.window_end, batch.kind].append(batch)
    by_code: dict[str, list[list[BatchLoad]]] = defaultdict(list)
    for key in sorted(groups):
        loads = sorted(groups[key], key=lambda b: b.batch_id)
        by_code[_code(loads[0])] += _split(loads, fleets.get(key[0], ()))
    stops = [
        _stop(part, code=f"{code}/{number}" if len(parts) > 1 else code)
        for code, parts in by_code.items()
        for number, part in enumerate(parts, start=1)
    ]
    return sorted(stops, key=lambda stop: stop.code)


def _split(loads: list[BatchLoad], fleet: Collection[Capacity]) -> list[list[BatchLoad]]:
    parts: list[list[BatchLoad]] = [[]]
    for load in loads:
        if parts[-1] and not _is_one_visit([*parts[-1], load], fleet):
            parts.append([])
        parts[-1].append(load)
    return parts


def _is_one_visit(loads: list[BatchLoad], fleet: Collection[Capacity]) -> bool:
    """Whether some one vehicle carries all of it, and it is handed over within the length of the window."""
    weight_g = sum(load.weight_g for load in loads)
    packages = sum(load.package_count for load in loads)
    window_s = (loads[0].window_end - loads[0].window_start).total_seconds()
    carried = any(weight_g <= one.weight_g and packages <= one.package_count for one in fleet)
    return carried and service_s(loads[0].kind, packages) <= window_s


def _code(load: BatchLoad) -> str:
    """What people call the stop: depot, compound, window in local time and kind."""
    start, end = load.window_start.astimezone(SHANGHAI), load.window_end.astimezone(SHANGHAI)
    return f"{load.depot}/{load.place}/{start:%H%M}-{end:%H%M}/{load.kind.value}"


def _stop(loads: list[BatchLoad], *, code: str) -> GateStop:
    first = loads[0]
    packages = sum(b.package_count for b in loads)
    return GateStop(
        code=code,
        name=first.place_name,
        depot=first.depot,
        any_depot=all(b.any_depot for b in loads),
        place=first.place,
        kind=first.kind,
        window_start=first.window_start,
        window_end=first.window_end,
        weight_g=sum(b.weight_g for b in loads),
        volume_ml=sum(b.volume_ml for b in loads),
        package_count=packages,
        service_s=service_s(first.kind, packages),
        batch_ids=tuple(b.batch_id for b in loads),
    )
