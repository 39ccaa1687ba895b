"""Why a stop was dropped, in the numbers the planner kept."""

from __future__ import annotations

from collections.abc import Mapping

from logistics.routing.views import StopView
from logistics.web.formats import clock_minutes, kilograms, number
from logistics.web.words import _


def explain(stop: StopView) -> list[str]:
    """Sentences with the numbers that a stop fails by; none where the planner kept none."""
    detail = stop.drop_detail or {}
    sentences = []

    def whole(name: str) -> int | None:
        value = detail.get(name)
        return value if isinstance(value, int) else None

    demand, capacity = whole("demand_g"), whole("largest_capacity_g")
    if demand is not None and capacity is not None:
        sentences.append(
            _("It weighs %(w)s, the largest vehicle takes %(c)s.", w=kilograms(demand), c=kilograms(capacity))
        )
    packages, room = whole("packages"), whole("largest_capacity_packages")
    if packages is not None and room is not None:
        sentences.append(_("%(n)s packages, the largest vehicle takes %(c)s.", n=number(packages), c=number(room)))
    free, free_packages = whole("free_g_max"), whole("free_packages_max")
    if demand is not None and free is not None and demand > free:
        sentences.append(
            _("It weighs %(w)s, the emptiest vehicle has room for %(c)s.", w=kilograms(demand), c=kilograms(free))
        )
    if packages is not None and free_packages is not None and packages > free_packages:
        left = {"n": number(packages), "c": number(free_packages)}
        sentences.append(_("%(n)s packages, the emptiest vehicle has room for %(c)s.", **left))
    arrival, end, released = whole("earliest_arrival_s"), whole("window_end_s"), whole("released_s")
    if arrival is not None and end is not None and arrival > end:
        times = {"a": clock_minutes(-(-arrival // 60)), "e": clock_minutes(end // 60)}
        sentences.append(_("Earliest arrival %(a)s, the window ends %(e)s.", **times))
    if released is not None:
        sentences.append(_("Its goods are packed at %(a)s.", a=clock_minutes(-(-released // 60))))
    back, latest = whole("earliest_return_s"), whole("latest_return_s")
    if back is not None and latest is not None and back > latest:
        times = {"a": clock_minutes(-(-back // 60)), "e": clock_minutes(latest // 60)}
        sentences.append(_("Earliest return %(a)s, the shift ends %(e)s.", **times))
    sentences += _of_the_vehicles(detail)
    away = whole("distance_m")
    if away is not None:
        sentences.append(_("%(n)s m from the nearest road.", n=number(away)))
    opens, closes = whole("gate_opens_min"), whole("gate_closes_min")
    if opens is not None and closes is not None:
        sentences.append(_("The gate is open %(a)s to %(e)s.", a=clock_minutes(opens), e=clock_minutes(closes)))
    return sentences


def _of_the_vehicles(detail: Mapping[str, object]) -> list[str]:
    """What the vehicles lack: skills, kilometres, hours."""
    sentences = []
    missing = detail.get("skills_missing")
    if isinstance(missing, str):
        sentences.append(_("No vehicle has: %(skills)s.", skills=missing))
    far, farthest = detail.get("round_trip_m"), detail.get("longest_m")
    if isinstance(far, int) and isinstance(farthest, int):
        sentences.append(
            _("There and back is %(n)s m, a vehicle may drive %(c)s m.", n=number(far), c=number(farthest))
        )
    long, longest = detail.get("round_trip_s"), detail.get("longest_s")
    if isinstance(long, int) and isinstance(longest, int):
        minutes = {"n": number(-(-long // 60)), "c": number(longest // 60)}
        sentences.append(_("There and back takes %(n)s min, a vehicle may be out %(c)s min.", **minutes))
    return sentences
