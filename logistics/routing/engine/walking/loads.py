"""Cutting what no volunteer can carry at once into loads; what one can carry goes in one piece."""

from dataclasses import dataclass

from logistics.routing.engine.walking.items import BuildingDrop, Volunteers
from logistics.routing.engine.walking.walk import GateWalk


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Packages of one building that are carried together; handing them over takes `handing_s`."""

    building: BuildingDrop
    packages: int
    grams: int
    doors: int
    handing_s: int


def loads_of(walk: GateWalk) -> list[Load]:
    """The loads of every building, in order: as many full ones as it takes, and the rest.

    Full loads first leave the smallest rest, which shares a trip with other buildings most easily. (In an optimal
    split delivery full loads need not be optimal, but they cost at most twice the optimum: Archetti, Savelsbergh &
    Speranza 2006, "Worst-case analysis for split delivery vehicle routing problems", DOI 10.1287/trsc.1050.0117.)
    Grams follow packages, cumulatively rounded down, so that they add up; a door whose packages are cut is met twice.
    """
    return [load for building in walk.buildings for load in _cut(building, walk.volunteers)]


def _cut(building: BuildingDrop, team: Volunteers) -> list[Load]:
    size = min(building.packages, team.packages_each)
    if building.grams > team.grams_each:
        # so many packages weigh at most ceil(grams * size / packages), however the rounding falls
        size = min(size, team.grams_each * building.packages // building.grams)
    loads, sent = [], 0
    while sent < building.packages:
        packages = min(size, building.packages - sent)
        before_g = building.grams * sent // building.packages
        sent += packages
        grams = building.grams * sent // building.packages - before_g
        doors = -(-building.doors * packages // building.packages)
        handing_s = team.s_per_door * doors + team.s_per_package * packages
        loads.append(Load(building=building, packages=packages, grams=grams, doors=doors, handing_s=handing_s))
    return loads
