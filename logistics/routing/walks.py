"""The second leg of a stop: which goods go from the gate to which building, and who carries them.

Only compounds that name volunteers have one; elsewhere a stop takes the time it always took. Of a building its number
is known and not its place, so the walk is over a grid of numbered buildings (decision 10).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.communities.rules import PointKind
from logistics.communities.service import PointPlace
from logistics.fulfilment import service as fulfilment
from logistics.fulfilment.service import BatchFacts
from logistics.orders import service as orders
from logistics.routing.engine.walking import (
    BuildingDrop,
    GateWalk,
    Volunteers,
    WalkPlan,
    numbered_matrix,
)
from logistics.routing.rules import PICKUP_FIXED_S, PICKUP_PER_PACKAGE_S, GateStop, StopKind

VOLUNTEER_PACKAGES = 6
VOLUNTEER_G = 60_000
"""What one volunteer pulls on a folding trolley; a package of 15 kg is what one carries up a stair."""
LOADING_S = 30
POINT_S, POINT_PER_PACKAGE_S = 30, 5
"""At a building's point: the keeper counts and signs."""
DOOR_S, DOOR_PER_PACKAGE_S = 60, 10
"""At a door: up with the bag, put down, ring, down again. The way from the gate is not in it, the walk is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingGoods:
    """What goes to one building of a stop: `doors` doors, or its one point."""

    number: str
    packages: int
    weight_g: int
    doors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWalk:
    """The buildings of a stop by number, and the volunteers at its gate. What is for no building stays at the gate."""

    kind: StopKind
    buildings: tuple[BuildingGoods, ...]
    building_count: int
    volunteer_count: int
    package_count: int


def load_walks(
    session: Session,
    stops: Iterable[GateStop],
    batches: Sequence[BatchFacts],
    places: Mapping[int, PointPlace],
) -> dict[str, StopWalk]:
    """The walks of all stops whose compound has volunteers and whose goods go to a building, by stop code."""
    walked = {batch.batch_id: batch for batch in batches if places[batch.point_id].volunteer_count}
    if not walked:
        return {}
    goods = _goods(session, walked, places)
    walks = {}
    for stop in stops:
        buildings: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for number, *parts in (row for batch_id in stop.batch_ids for row in goods.get(batch_id, ())):
            buildings[number] = [sum(pair) for pair in zip(buildings[number], parts, strict=True)]
        if buildings:
            place = places[walked[stop.batch_ids[0]].point_id]
            walks[stop.code] = StopWalk(
                kind=stop.kind,
                buildings=tuple(
                    BuildingGoods(
                        number=number,
                        packages=packages,
                        weight_g=weight_g,
                        doors=doors if stop.kind is StopKind.DOOR else 1,
                    )
                    for number, (packages, weight_g, doors) in sorted(buildings.items())
                ),
                building_count=place.building_count,
                volunteer_count=place.volunteer_count,
                package_count=stop.package_count,
            )
    return walks


def _goods(
    session: Session, batches: Mapping[int, BatchFacts], places: Mapping[int, PointPlace]
) -> dict[int, list[tuple[str, int, int, int]]]:
    """`(building, packages, grams, doors)` by batch: of a building's point as one, of doors household by household."""
    at_point = {
        batch_id: places[batch.point_id].building
        for batch_id, batch in batches.items()
        if batch.kind is not PointKind.DOOR and places[batch.point_id].building
    }
    goods = {
        batch_id: [(number, batches[batch_id].package_count, batches[batch_id].weight_g, 1)]
        for batch_id, number in at_point.items()
    }
    doors = [batch_id for batch_id, batch in batches.items() if batch.kind is PointKind.DOOR]
    packed = fulfilment.orders_in_batches(session, doors)
    homes = {head.order_id: head.household_id for head in orders.order_heads(session, [row[1] for row in packed])}
    numbers = communities.buildings_of(session, set(homes.values()))
    at_door: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for batch_id, order_id, weight_g, packages in packed:
        sums = at_door[batch_id, homes[order_id]]
        sums[0] += packages
        sums[1] += weight_g
    for (batch_id, household_id), (packages, weight_g) in sorted(at_door.items()):
        goods.setdefault(batch_id, []).append((numbers[household_id], packages, weight_g, 1))
    return goods


def gate_walk(walk: StopWalk) -> GateWalk:
    """The walk as the engine plans it. The vehicle waits: whoever drives records the handover when all are back."""
    at_doors = walk.kind is StopKind.DOOR
    return GateWalk(
        buildings=tuple(
            BuildingDrop(id=one.number, place=place, packages=one.packages, grams=one.weight_g, doors=one.doors)
            for place, one in enumerate(walk.buildings, start=1)
        ),
        seconds=numbered_matrix([one.number for one in walk.buildings], walk.building_count),
        volunteers=Volunteers(
            count=walk.volunteer_count,
            packages_each=VOLUNTEER_PACKAGES,
            grams_each=VOLUNTEER_G,
            loading_s=LOADING_S,
            s_per_door=DOOR_S if at_doors else POINT_S,
            s_per_package=DOOR_PER_PACKAGE_S if at_doors else POINT_PER_PACKAGE_S,
        ),
        unloading_s=PICKUP_FIXED_S + PICKUP_PER_PACKAGE_S * walk.package_count,
    )


def told_rounds(rounds: WalkPlan, start_s: int) -> list[dict[str, Any]]:
    """Rounds as they are kept with a stop: seconds after `start_s`, when service begins."""
    return [
        {
            "volunteer": one.volunteer,
            "trips": [
                {
                    "leaves_s": trip.leaves_s - start_s,
                    "back_s": trip.back_s - start_s,
                    "drops": [
                        {
                            "building": drop.building,
                            "packages": drop.packages,
                            "weight_g": drop.grams,
                            "arrival_s": drop.arrival_s - start_s,
                        }
                        for drop in trip.hand_overs
                    ],
                }
                for trip in one.trips
            ],
        }
        for one in rounds.rounds
    ]
