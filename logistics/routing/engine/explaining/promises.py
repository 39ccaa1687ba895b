"""Promises about other stops that no plan can keep: a position without enough stops ahead, a group without a vehicle.

What counts as a proof is a `Proof`: by the stops concerned alone, like those of `alone`, when nothing else would be on
the route; or, like those of `company`, whatever else may be on it.
"""

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.explaining.alone import SERVED, alone, first_obstacles
from logistics.routing.engine.explaining.columns import StopColumns
from logistics.routing.engine.explaining.company import admitted, decided_alone
from logistics.routing.engine.explaining.kinds import Kind
from logistics.routing.engine.explaining.ways import Ways
from logistics.routing.engine.plan import Dropped, DropReason
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route

ORDERS_TRIED_MAX = 120
"""Time is proved to be too short by trying every order: five stops in a group have 120."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What rules a vehicle out.

    `able` tells for each stop whether it could be among those that a vehicle of the kind serves. It is enough to try
    some stops on the vehicle with nothing else where both `decisive` and `direct` say so: the first by the rules, at
    once, the second by the roads, which takes long and is asked last.
    """

    able: Callable[[Problem, Kind, StopColumns], NDArray[np.bool_]]
    decisive: Callable[[Problem, Vehicle, Sequence[Stop]], bool]
    direct: Callable[[Vehicle, Sequence[Stop]], bool]


ALONE = Proof(
    able=lambda problem, kind, columns: first_obstacles(problem, kind, columns) == SERVED,
    decisive=lambda _, __, ___: True,
    direct=lambda _, __: True,
)


def in_any_company(ways: Ways) -> Proof:
    """What rules a vehicle out whatever else is on the route, as far as `ways` may still read the roads."""
    return Proof(able=admitted, decisive=decided_alone, direct=ways.are_legs)


def broken_pins(
    problem: Problem, kinds: Sequence[Kind], gone: Mapping[str, Dropped], proof: Proof
) -> Iterator[Dropped]:
    """Stops whose position in the vehicle's route cannot be reached; `gone` are those that cannot be served at all."""
    wanted: dict[str, list[Stop]] = defaultdict(list)
    for stop in problem.stops:
        if stop.pinned_vehicle is not None and (stop.pinned_position or 0) > 1 and stop.id not in gone:
            wanted[stop.pinned_vehicle].append(stop)
    if not wanted:
        return
    columns = StopColumns.of(problem, [stop for stop in problem.stops if stop.id not in gone])
    for vehicle_id, stops in wanted.items():
        only = Kind(vehicle=problem.vehicle(vehicle_id), members=frozenset([vehicle_id]))
        served = np.flatnonzero(proof.able(problem, only, columns)).tolist()
        for stop in stops:
            detail = _pin_fault(problem, only.vehicle, stop, [columns.stops[row] for row in served], proof)
            if detail is not None:
                yield Dropped(stop=stop.id, reason=DropReason.PIN_IMPOSSIBLE, detail=detail)


def _pin_fault(
    problem: Problem, vehicle: Vehicle, stop: Stop, served: Sequence[Stop], proof: Proof
) -> dict[str, int | str] | None:
    """The numbers of the rule that keeps the stop from its position, or None."""
    ahead = (stop.pinned_position or 1) - 1
    others = [other for other in served if other.id != stop.id and (other.pinned_position or 0) <= ahead]
    detail: dict[str, int | str] = {"vehicle": vehicle.id, "position": ahead + 1, "others": len(others)}
    if len(others) < ahead:
        return detail
    if vehicle.reloads:
        return None
    capacity_ml = None if vehicle.capacity_ml is None else vehicle.capacity_ml - stop.volume_ml
    for name, load, capacity in (
        ("g", [other.demand_g for other in others], vehicle.capacity_g - stop.demand_g),
        ("packages", [other.packages for other in others], vehicle.capacity_packages - stop.packages),
        ("ml", [other.volume_ml for other in others], capacity_ml),
    ):
        least = sum(sorted(load)[:ahead])
        if capacity is not None and least > capacity:
            return {**detail, f"others_{name}": least, f"free_{name}": capacity}
    if math.perm(len(others), ahead) > ORDERS_TRIED_MAX or not proof.decisive(problem, vehicle, [*others, stop]):
        return None
    last = alone(stop)
    orders = permutations([alone(other) for other in others], ahead)
    if any(_drives(problem, vehicle, [*order, last]) for order in orders):
        return None
    if not proof.direct(vehicle, [*others, stop]):
        return None
    return {**detail, "time": "short"}


def split_groups(
    problem: Problem, kinds: Sequence[Kind], gone: Mapping[str, Dropped], proof: Proof
) -> Iterator[Dropped]:
    """Stops that must share a vehicle with others and cannot; `gone` are those that cannot be served at all."""
    groups: dict[str, list[Stop]] = defaultdict(list)
    for stop in problem.stops:
        if stop.together is not None:
            groups[stop.together].append(stop)
    for name, members in groups.items():
        lost = [stop for stop in members if stop.id in gone]
        detail: dict[str, int | str] | None
        if lost:
            detail = {"stop": lost[0].id, "because": gone[lost[0].id].reason.value}
        elif len(members) > 1:
            detail = _group_fault(problem, kinds, members, proof)
        else:
            detail = None
        if detail is not None:
            for stop in members:
                if stop.id not in gone:
                    numbers = {"group": name, "members": len(members), **detail}
                    yield Dropped(stop=stop.id, reason=DropReason.TOGETHER, detail=numbers)


def _group_fault(
    problem: Problem, kinds: Sequence[Kind], members: Sequence[Stop], proof: Proof
) -> dict[str, int | str] | None:
    columns = StopColumns.of(problem, members)
    able = [kind for kind in kinds if proof.able(problem, kind, columns).all()]
    able = [kind for kind in able if frozenset.intersection(*(kind.serving(stop) for stop in members))]
    if not able:
        return {"vehicles_able": 0}
    able = [kind for kind in able if kind.vehicle.most_stops is None or kind.vehicle.most_stops >= len(members)]
    if not able:
        return {"stops_over": len(members)}
    for name, load in (
        ("g", sum(stop.demand_g for stop in members)),
        ("packages", sum(stop.packages for stop in members)),
        ("ml", sum(stop.volume_ml for stop in members)),
    ):
        capacities: list[int | None] = [getattr(kind.vehicle, f"capacity_{name}") for kind in able]
        fitting = [
            kind
            for kind, capacity in zip(able, capacities, strict=True)
            if capacity is None or load <= capacity or kind.vehicle.reloads
        ]
        if not fitting:
            return {f"group_{name}": load, f"largest_capacity_{name}": max(c for c in capacities if c is not None)}
        able = fitting
    if math.factorial(len(members)) > ORDERS_TRIED_MAX or any(kind.vehicle.reloads for kind in able):
        return None
    if not all(proof.decisive(problem, kind.vehicle, members) for kind in able):
        return None
    # The kind's first vehicle stands for another of the kind that the stops may name.
    freed = [
        dataclasses.replace(alone(stop), pinned_vehicle=None, vehicles_allowed=None, vehicles_forbidden=frozenset())
        for stop in members
    ]
    if any(_drives(problem, kind.vehicle, order) for kind in able for order in permutations(freed)):
        return None
    if not all(proof.direct(kind.vehicle, members) for kind in able):
        return None
    return {"vehicles_able": sum(len(kind.members) for kind in able), "time": "short"}


def _drives(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
    try:
        schedule_route(problem, vehicle, stops)
    except InfeasibleRoute:
        return False
    return True
