"""Where a volunteer may walk, by hand or with a trolley, read from OpenStreetMap tags."""

from __future__ import annotations

from collections.abc import Mapping

from .tags import Carriageway

WALK_KMH = 4.32
"""1.2 m/s. Healthy adults at their normal pace walk 0.94 (women over 80) to 1.43 m/s (men in their forties) in the mean
(Bohannon & Williams Andrews 2011, "Normal walking speed: a descriptive meta-analysis", DOI
10.1016/j.physio.2010.12.004); who carries bags or pulls a trolley is taken in the middle."""
STEPS_KMH = 1.8
"""0.5 m/s along the steps with bags, up and down together: an assumption."""

FOOT_CLASSES = frozenset(
    {"footway", "path", "pedestrian", "steps", "corridor", "living_street", "residential", "service", "road", "track"}
    | {"unclassified", "tertiary", "tertiary_link", "secondary", "secondary_link", "primary", "primary_link"}
)
FOOT_NEEDS_PERMISSION = frozenset({"cycleway", "bridleway", "trunk", "trunk_link", "busway"})
"""Open to walkers only where a sign says so."""

FOOT_KEYS = ("foot", "access")
FOOT_OPEN = frozenset({"yes", "permissive", "designated", "public", "official"})
FOOT_FOR_VISITORS = frozenset({"destination", "delivery", "customers", "private", "residents", "permit", "employees"})
"""A compound's own lanes are private, and the volunteers of its gate are let in; nobody cuts through, though."""
FOOT_CLOSED = frozenset({"no", "military", "emergency", "use_sidepath", "agricultural", "forestry"})
FOOT_WALLS = frozenset({"wall", "fence", "hedge", "retaining_wall", "ditch", "city_wall", "guard_rail"})
"""Barriers nobody walks through unless a sign opens them; of the others a locked one stops everybody too."""
TROLLEY_STOPS = frozenset({"stile", "turnstile", "full-height_turnstile", "log", "block", "kissing_gate"})


def footway(tags: Mapping[str, str]) -> Carriageway | None:
    """How a way with these tags is walked; None if it may not be, or if it is no way. One-ways bind vehicles only."""
    return _footway(tags, steps_kmh=STEPS_KMH)


def trolley_way(tags: Mapping[str, str]) -> Carriageway | None:
    """As `footway`, but with a trolley: no steps unless they have a ramp."""
    ramps = any(tags.get(key) in ("yes", "separate") for key in ("ramp", "ramp:wheelchair", "ramp:stroller"))
    return _footway(tags, steps_kmh=STEPS_KMH if ramps else 0.0)


def blocks_walker(tags: Mapping[str, str]) -> bool:
    """Whether a node with these tags stops a walker."""
    if "barrier" not in tags:
        return False
    right = _right(tags)
    if right is not None:
        return right == "closed"
    return tags["barrier"] in FOOT_WALLS or tags.get("locked") == "yes"


def blocks_trolley(tags: Mapping[str, str]) -> bool:
    """Whether a node with these tags stops a trolley: what stops a walker, or is climbed or squeezed through."""
    return blocks_walker(tags) or tags.get("barrier") in TROLLEY_STOPS


def no_banned_turn(tags: Mapping[str, str]) -> None:
    """Turn restrictions bind vehicles."""


def _footway(tags: Mapping[str, str], *, steps_kmh: float) -> Carriageway | None:
    road = tags.get("highway", "")
    if road not in FOOT_CLASSES | FOOT_NEEDS_PERMISSION or tags.get("area") == "yes":
        return None
    right = _right(tags)
    if right == "closed" or (right is None and road in FOOT_NEEDS_PERMISSION):
        return None
    kmh = steps_kmh if road == "steps" else WALK_KMH
    if not kmh:
        return None
    oneway = tags.get("oneway:foot", "")
    along, against = oneway != "-1", oneway not in ("yes", "1")
    return Carriageway(
        along_kmh=kmh if along else 0.0,
        against_kmh=kmh if against else 0.0,
        visitors_only=right == "visitors",
        no_stopping=False,
    )


def _right(tags: Mapping[str, str]) -> str | None:
    """What the access tags grant a walker, the one about feet first; None if none speaks."""
    for key in FOOT_KEYS:
        value = tags.get(key, "")
        if value in FOOT_OPEN:
            return "open"
        if value in FOOT_FOR_VISITORS:
            return "visitors"
        if value in FOOT_CLOSED:
            return "closed"
    return None
