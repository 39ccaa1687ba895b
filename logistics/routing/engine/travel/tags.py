"""What a delivery van may do on a street, read from its OpenStreetMap tags."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CLASS_KMH: dict[str, float] = {
    "motorway": 80,
    "motorway_link": 45,
    "trunk": 60,
    "trunk_link": 40,
    "primary": 50,
    "primary_link": 30,
    "secondary": 40,
    "secondary_link": 25,
    "tertiary": 35,
    "tertiary_link": 20,
    "unclassified": 25,
    "residential": 25,
    "road": 25,
    "service": 15,
    "living_street": 10,
    "track": 15,
    "pedestrian": 6,
    "busway": 15,
}
"""Speed of a van where nothing is tagged, km/h, on a fair day.

The order and the links are those of OSRM's car profile (motorway 90, trunk 85, primary 65, secondary 55, tertiary 40,
unclassified and residential 25, service 15, living street 10), whose upper classes are what an empty road allows; they
are lowered by 10 to 30 % for lights and turns, which are not modelled one by one. On the 185 stops of the Jinan day the
journeys come out at 43 km/h in the median, against 42 km/h in an oracle of class speeds and 55 km/h in OSRM."""

SERVICE_KMH: dict[str, float] = {"parking_aisle": 10, "driveway": 10, "drive-through": 5, "alley": 10}
"""Service roads that are slower than their class."""

NEEDS_PERMISSION = frozenset({"track", "pedestrian", "busway"})
"""Classes closed to vans unless a sign about vehicles opens them: `access=yes` on a pedestrian street means feet."""

NO_STOPPING = frozenset({"motorway", "motorway_link"})
"""Nobody unloads on a motorway: a point is placed beside one only if no other road is near."""

TAGGED_SHARE = 0.8
"""Share of a posted limit really driven, lights and turns included (OSRM car profile, `speed_reduction`)."""
TOP_KMH = 100.0
"""A loaded van's top speed whatever is posted."""

MILE_KM = 1.609344

ACCESS_KEYS = ("goods", "motorcar", "motor_vehicle", "vehicle", "access")
"""Most specific first; the last one speaks of walkers too.

`goods` are vans up to 3.5 t; a sign about cars binds a van as well, which would be in its way.
"""
OPEN = frozenset({"yes", "permissive", "designated", "public", "official"})
FOR_VISITORS = frozenset({"destination", "delivery", "customers"})
"""Open to who delivers there, not to who passes through."""
CLOSED = frozenset(
    {"no", "private", "agricultural", "forestry", "agricultural;forestry", "emergency", "military", "permit"}
    | {"psv", "bus", "restricted", "residents", "employees", "use_sidepath"}
)

PASSABLE_BARRIERS = frozenset(
    {"gate", "lift_gate", "swing_gate", "cattle_grid", "border_control", "toll_booth", "sally_port", "entrance", "no"}
    | {"height_restrictor", "arch", "kerb", "bump_gate", "checkpoint", "speed_bump", "coupure"}
)
"""Barriers a van drives through unless a sign closes them (OSRM car profile); every other barrier node stops it."""

Right = Literal["open", "visitors", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriageway:
    """How a van drives a way: km/h along and against its nodes (0 = not allowed)."""

    along_kmh: float
    against_kmh: float
    visitors_only: bool
    no_stopping: bool


def right_of_way(tags: Mapping[str, str], keys: tuple[str, ...] = ACCESS_KEYS) -> Right | None:
    """What the access tags grant a van: the most specific key with a known value decides; None if none speaks."""
    for key in keys:
        value = tags.get(key, "")
        if value in OPEN:
            return "open"
        if value in FOR_VISITORS:
            return "visitors"
        if value in CLOSED:
            return "closed"
    return None


def carriageway(tags: Mapping[str, str]) -> Carriageway | None:
    """How a van drives a way with these tags; None if it may not, or if the way is no road."""
    road = tags.get("highway", "")
    if road not in CLASS_KMH or tags.get("area") == "yes" or tags.get("service") == "emergency_access":
        return None
    needs_permission = road in NEEDS_PERMISSION
    right = right_of_way(tags, ACCESS_KEYS[:-1] if needs_permission else ACCESS_KEYS)
    if right == "closed" or (right is None and needs_permission):
        return None
    along, against = directions(tags)
    if not (along or against):
        return None
    return Carriageway(
        along_kmh=speed_kmh(tags, "forward") if along else 0.0,
        against_kmh=speed_kmh(tags, "backward") if against else 0.0,
        visitors_only=right == "visitors",
        no_stopping=road in NO_STOPPING,
    )


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether a van may drive along and against the way's nodes.

    Motorways and roundabouts are one-way unless tagged otherwise; a reversible lane cannot be planned on, so neither.
    """
    value = tags.get("oneway:motor_vehicle") or tags.get("oneway", "")
    if value in ("yes", "true", "1"):
        return True, False
    if value in ("-1", "reverse"):
        return False, True
    if value == "reversible":
        return False, False
    implied = tags.get("highway") == "motorway" or tags.get("junction") in ("roundabout", "circular")
    if implied and value not in ("no", "false", "0"):
        return True, False
    return True, True


def speed_kmh(tags: Mapping[str, str], direction: Literal["forward", "backward"]) -> float:
    """Speed driven in one direction, km/h: 0.8 × the posted limit, else the class speed; never above 100."""
    road = tags["highway"]
    usual = SERVICE_KMH.get(tags.get("service", ""), CLASS_KMH[road]) if road == "service" else CLASS_KMH[road]
    posted = posted_kmh(tags.get(f"maxspeed:{direction}", "")) or posted_kmh(tags.get("maxspeed", ""))
    if posted is None:
        return usual
    driven = min(posted * TAGGED_SHARE, TOP_KMH)
    # a car park posted at 30 is still driven at a walk
    return min(driven, usual) if road in ("service", "living_street", "pedestrian", "track") else driven


def posted_kmh(value: str) -> float | None:
    """A `maxspeed` value as km/h ("50", "30 mph", "walk", "CN:urban"); None where it names no speed."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?", value.split(";")[0].strip())
    if found:
        speed = float(found[1]) * (MILE_KM if found[2] == "mph" else 1.0)
        return speed or None
    if value == "walk" or value.endswith(":living_street"):
        return 7.0
    if value.endswith(":urban"):
        return 50.0
    return None


def blocks_van(tags: Mapping[str, str]) -> bool:
    """Whether a node with these tags (a bollard, a locked gate) stops a van; its own access tags come first."""
    if "barrier" not in tags:
        return False
    right = right_of_way(tags)
    if right is not None:
        return right == "closed"
    return tags["barrier"] not in PASSABLE_BARRIERS


def banned_turn(tags: Mapping[str, str]) -> str | None:
    """The `no_…` or `only_…` word of a turn restriction that binds a van; None if it does not."""
    word = tags.get("restriction:goods") or tags.get("restriction:motorcar") or tags.get("restriction", "")
    excepted = {kind.strip() for kind in tags.get("except", "").split(";")}
    if excepted & {"goods", "motorcar", "motor_vehicle", "vehicle"}:
        return None
    return word if word.startswith(("no_", "only_")) else None
