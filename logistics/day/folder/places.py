"""Reads places: to WGS-84, and against the map they must lie on."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

from logistics.errors import N_

from .cells import Cells
from .datum import Place, to_wgs84
from .tables import OpenTable

DEGREE_M = 111_195
AREA_MARGIN_M = 2_000
"""A gate this far beyond the last road of the map may still be reached; planning reports how far it is from a road."""
CHINA_LNG, CHINA_LAT = (73.0, 136.0), (17.0, 54.0)
DECIMALS = 7
"""A centimetre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapArea:
    """The rectangle that a road map covers, in WGS-84 degrees. `name` is the map's file name."""

    name: str
    west: float
    south: float
    east: float
    north: float

    def holds(self, place: Place, *, margin_m: int = AREA_MARGIN_M) -> bool:
        """Whether a place is on the map or at most `margin_m` beside it."""
        lng, lat = place
        up = margin_m / DEGREE_M
        side = up / max(cos(radians(lat)), 0.01)
        return self.west - side <= lng <= self.east + side and self.south - up <= lat <= self.north + up


def read_place(row: Cells, table: OpenTable, area: MapArea | None) -> Place:
    """The place of a line in WGS-84; (0, 0), with the line marked bad, where it has none."""
    lng_field, lat_field = table.place
    stated = row.degrees(lng_field), row.degrees(lat_field)
    if row.bad:
        return 0.0, 0.0
    swapped = stated[1], stated[0]
    if _looks_swapped(stated, area, table):
        row.refuse(
            lng_field,
            N_("longitude %(value)s and latitude %(lat)s are swapped"),
            N_("%(lng_field)s %(lat)s and %(lat_field)s %(value)s would be right"),
            lat=row.values[lat_field],
            lng_field=lng_field,
            lat_field=lat_field,
        )
    elif abs(stated[1]) > 90:
        row.refuse(lat_field, N_("“%(value)s” is no latitude"), N_("degrees from -90 to 90 would be right"))
    elif stated == (0.0, 0.0):
        row.refuse(lng_field, N_("the place is 0, 0"), N_("the place of the gate would be right"))
    if row.bad:
        return swapped
    lng, lat = to_wgs84(stated, table.datum)
    place = round(lng, DECIMALS), round(lat, DECIMALS)
    if area is not None and not area.holds(place):
        row.refuse(
            lng_field,
            N_("the place %(lng).5f, %(lat).5f is outside the road map %(map)s"),
            N_("a place within %(west).4f to %(east).4f E and %(south).4f to %(north).4f N would be right"),
            lng=place[0],
            lat=place[1],
            map=area.name,
            west=area.west,
            east=area.east,
            south=area.south,
            north=area.north,
        )
    return place


def _looks_swapped(stated: Place, area: MapArea | None, table: OpenTable) -> bool:
    """Whether the place makes no sense as it is and does with longitude and latitude exchanged."""
    swapped = stated[1], stated[0]
    if abs(swapped[1]) > 90:
        return False
    if area is not None:
        return not area.holds(to_wgs84(stated, table.datum)) and area.holds(to_wgs84(swapped, table.datum))
    return not _in_china(stated) and _in_china(swapped)


def _in_china(place: Place) -> bool:
    return CHINA_LNG[0] <= place[0] <= CHINA_LNG[1] and CHINA_LAT[0] <= place[1] <= CHINA_LAT[1]
