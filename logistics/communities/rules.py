"""Pure rules of who is served where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class AreaLevel(StrEnum):
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

    A quarantined household is served at its door. Everybody else comes to the pickup point of the building, else of
    the compound, else to the courier station; the lowest id decides between equals.
    """
    if quarantined:
        ranked = [p for p in points if p.kind is PointKind.DOOR]
    else:
        ranked = [p for p in points if p.kind in _RANK and p.building_id in (None, building_id)]
    return min(
        ranked,
        key=lambda p: (p.building_id != building_id, _RANK.get(p.kind, 0), p.point_id),
        default=None,
    )


_RANK = {PointKind.PICKUP_POINT: 0, PointKind.COURIER_STATION: 1}
