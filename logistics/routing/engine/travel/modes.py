"""The ways to travel that a road file can be read for: by van, on foot, with a trolley."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

from . import foot, tags

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Rules that read tags for one way to travel.

    `rules` is the module whose constants decide, `access_kmh` the speed of the straight leg between a road and a point;
    `may` and `told` are for sentences.
    """

    name: str
    may: str
    told: str
    access_kmh: float
    rules: ModuleType
    carriageway: Callable[[Tags], tags.Carriageway | None]
    blocks: Callable[[Tags], bool]
    banned_turn: Callable[[Tags], str | None]


VAN = Mode(
    name="van",
    may="a van may drive",
    told=(
        "fastest way of a delivery van by OpenStreetMap class speeds, posted limits, one-ways, access and turn "
        "restrictions"
    ),
    access_kmh=10.0,  # between road and gate a van crawls or the driver walks with a cart
    rules=tags,
    carriageway=tags.carriageway,
    blocks=tags.blocks_van,
    banned_turn=tags.banned_turn,
)
FOOT = Mode(
    name="foot",
    may="one may walk",
    told=f"fastest way on foot at {foot.WALK_KMH:g} km/h by OpenStreetMap footways, streets, access and barriers",
    access_kmh=foot.WALK_KMH,
    rules=foot,
    carriageway=foot.footway,
    blocks=foot.blocks_walker,
    banned_turn=foot.no_banned_turn,
)
TROLLEY = Mode(
    name="trolley",
    may="one may walk with a trolley",
    told=f"fastest way with a trolley at {foot.WALK_KMH:g} km/h by OpenStreetMap footways (no steps), access, barriers",
    access_kmh=foot.WALK_KMH,
    rules=foot,
    carriageway=foot.trolley_way,
    blocks=foot.blocks_trolley,
    banned_turn=foot.no_banned_turn,
)
