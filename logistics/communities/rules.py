"""Pure rules of who is served where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class AreaLevel(StrEnum):
    """The levels of the tree, top to bottom. A tree of one district needs no city."""

    CITY = "city"
    DISTRICT = "district"
    STREET_OFFICE = "street_office"
    COMMUNITY = "community"


class PointKind(StrEnum):
    PICKUP_POINT = "pickup_point"
    COURIER_STATION = "courier_station"
    VENDING_POINT = "vending_point"
    DOOR = "door"


class StatusKind(StrEnum):
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOption:
    """A delivery point of a compound; `building_id` None serves every building of it."""

    point_id: int
    kind: PointKind
    building_id: int | None


def choose_point(points: Sequence[PointOption], *, building_id: int, quarantined: bool) -> PointOption | None:
    """The delivery point of a household, or None where the compound has no fitting one.

    A quarantined household is served at its door. Everybody else comes to a pickup point, else to a courier station;
    of each kind the one for the household's building goes before one for the whole compound, and the lowest id decides
    between equals. A point of another building serves nobody of this one.
    """
    wanted = (PointKind.DOOR,) if quarantined else (PointKind.PICKUP_POINT, PointKind.COURIER_STATION)
    fitting = [point for point in points if point.kind in wanted and point.building_id in (None, building_id)]
    return min(fitting, key=lambda p: (wanted.index(p.kind), p.building_id is None, p.point_id), default=None)
