"""Settles the sample: compounds along small streets, their offices and communities, and their delivery points."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import hypot
from random import Random

from logistics.communities.rules import PointKind
from logistics.day.folder.facts import CompoundRow, DepotRow, PointRow

from . import names
from .roads_file import on_globe
from .streets import Town

COMPOUND_COUNT = 30
APART_M = 380
SETBACK_M = 18
"""From the middle of the street to the gate."""
HOUSEHOLDS_PER_BUILDING = 48
LARGE_COUNT, STATION_COUNT = 4, 2
"""The largest compounds have a pickup point at every building; two of the next share a courier station."""

Placed = tuple[float, float, str]
"""A gate in plane metres, and the street it stands on."""


def settle(town: Town, seed: int) -> list[CompoundRow]:
    """The compounds, by code."""
    rng = Random(f"homes:{seed}")
    gates = sorted(_gates(rng, town), key=lambda gate: (_street_office(town, gate), gate[0]))
    sizes = Counter(_street_office(town, gate) for gate in gates)
    members: Counter[int] = Counter()
    compounds = []
    stems = rng.sample(names.COMPOUND_STEMS, COMPOUND_COUNT)
    for number, gate in enumerate(gates, start=1):
        office = _street_office(town, gate)
        community = names.COMMUNITIES[office][members[office] * len(names.COMMUNITIES[office]) // sizes[office]]
        members[office] += 1
        household_count = min(900, max(70, round(rng.lognormvariate(5.5, 0.5))))
        lng, lat = on_globe(gate[0], gate[1])
        late = rng.random() < 0.2
        compounds.append(
            CompoundRow(
                code=f"YD{number:02d}",
                name=stems[number - 1] + rng.choice(names.COMPOUND_ENDS),
                district=names.DISTRICT,
                street_office=names.STREET_OFFICES[office],
                community=f"{community}社区",
                address=f"{gate[2]}{rng.randrange(1, 320)}号",
                lng=lng,
                lat=lat,
                household_count=household_count,
                building_count=max(2, round(household_count / HOUSEHOLDS_PER_BUILDING)),
                gate_opens_min=7 * 60 if late else 6 * 60,
                gate_closes_min=21 * 60 if late else 22 * 60,
            )
        )
    return compounds


def open_stores(town: Town) -> list[DepotRow]:
    """The two shops, each beside a main road: one on the north bank, one on the south."""
    main = [
        place for street in town.streets if street.highway in ("primary", "secondary") and not street.bridge
        for place in street.places
    ]  # fmt: skip
    depots = []
    for number, (east, north) in enumerate(((0.62, 0.78), (0.3, 0.22))):
        wanted = town.width_m * east, town.height_m * north
        x, y = min(main, key=lambda place: hypot(place[0] - wanted[0], place[1] - wanted[1]))
        lng, lat = on_globe(x + 25, y + 25)
        depots.append(
            DepotRow(code=("HS", "LA")[number], name=names.STORES[number], merchant=names.MERCHANTS[number], lng=lng,
                     lat=lat, opens_min=6 * 60, closes_min=22 * 60)
        )  # fmt: skip
    return depots


def points_of_compounds(compounds: list[CompoundRow], seed: int) -> list[PointRow]:
    """Building points in the largest compounds, courier stations, and a vending point; gates follow by themselves."""
    rng = Random(f"points:{seed}")
    by_size = sorted(compounds, key=lambda compound: (-compound.household_count, compound.code))
    points = [
        PointRow(code=f"{c.code}-B{building}", name=f"{c.name} {building}号楼自提点", kind=PointKind.PICKUP_POINT,
                 compound=c.code, building=str(building), keeper=f"{rng.choice(names.KEEPERS)}楼长")
        for c in by_size[:LARGE_COUNT]
        for building in range(1, c.building_count + 1)
    ]  # fmt: skip
    points += [
        PointRow(code=f"{c.code}-STATION", name=f"{c.name} 快递驿站", kind=PointKind.COURIER_STATION, compound=c.code,
                 building="", keeper=f"{rng.choice(names.KEEPERS)}站长")
        for c in by_size[LARGE_COUNT : LARGE_COUNT + STATION_COUNT]
    ]  # fmt: skip
    vending = by_size[LARGE_COUNT + STATION_COUNT]
    points.append(
        PointRow(code=f"{vending.code}-VENDING", name=f"{vending.name} 临时便民点", kind=PointKind.VENDING_POINT,
                 compound=vending.code, building="", keeper="")
    )  # fmt: skip
    return sorted(points, key=lambda point: point.code)


def _gates(rng: Random, town: Town) -> list[Placed]:
    """Gates on small streets, well apart from one another and inside the town."""
    candidates = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, b[0] - a[0], b[1] - a[1], street.name)
        for street in town.streets
        if street.highway in ("residential", "tertiary")
        for a, b in pairwise(street.places)
    ]
    rng.shuffle(candidates)
    gates: list[Placed] = []
    for x, y, along_x, along_y, street_name in candidates:
        inside = 150 < x < town.width_m - 150 and 150 < y < town.height_m - 150 and abs(y - town.river_y_m) > 120
        if inside and all(hypot(x - gx, y - gy) >= APART_M for gx, gy, _ in gates):
            length = hypot(along_x, along_y)
            gates.append((x - SETBACK_M * along_y / length, y + SETBACK_M * along_x / length, street_name))
        if len(gates) == COMPOUND_COUNT:
            break
    return gates


def _street_office(town: Town, gate: Placed) -> int:
    if gate[1] < town.river_y_m:
        return 2
    return 0 if gate[0] < town.width_m / 2 else 1
