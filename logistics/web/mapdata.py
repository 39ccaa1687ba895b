"""The JSON the map is drawn from: routes, stops, depots, with every word already in the page's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from logistics.clock import SHANGHAI
from logistics.labels import label
from logistics.routing.rules import StopKind
from logistics.routing.views import PlanDetail, StopView
from logistics.web.formats import clock, duration, kilograms, kilometres, number, span
from logistics.web.routes import DrivenRoute, driven_routes, on_roads
from logistics.web.words import _

SAMPLE_ROADS = "sample-"
"""How the road file of the sample district begins: nobody is to be credited for streets that are made up."""

Facts = list[tuple[str, str]]


def map_document(plan: PlanDetail, *, tile_url: str, tile_attribution: str) -> dict[str, Any]:
    """Everything `map.js` needs. Minutes count from midnight of the delivery date in Shanghai."""
    day_start = datetime.combine(plan.delivery_date, datetime.min.time(), SHANGHAI)

    def minute(moment: datetime | None) -> int | None:
        return None if moment is None else round((moment - day_start).total_seconds() / 60)

    routes = driven_routes(plan.routes)
    depots = {depot.store_id: (depot.lng, depot.lat) for depot in plan.depots}
    ends = [m for r in routes for m in (r.route.depart_at, r.route.return_at)]
    visits = [m for r in routes for stop in r.route.stops for m in (stop.arrival_at, stop.departure_at)]
    times = [m for m in map(minute, (*ends, *visits)) if m is not None]
    credits = [tile_attribution] if tile_url and tile_attribution else []
    if on_roads(plan):
        invented = str(plan.metric.get("source", "")).startswith(SAMPLE_ROADS)
        credits.append(_("Invented roads") if invented else _("Roads © OpenStreetMap contributors"))
    return {
        "tile_url": tile_url,
        "attribution": " | ".join(credits),
        "first_minute": min(times, default=0) // 5 * 5,
        "last_minute": -(-max(times, default=1440) // 5) * 5,
        "depots": [
            {"name": d.name, "lng": d.lng, "lat": d.lat, "facts": [(_("Opening hours"), span(d.opens_at, d.closes_at))]}
            for d in plan.depots
        ],
        "routes": [
            {
                "id": r.route.id,
                "number": r.number,
                "tone": r.tone,
                "dash": r.dash,
                "name": route_name(r),
                "line": r.route.line,
                "facts": _route_facts(r),
                "track": _track(r, depots.get(r.route.store_id), minute),
            }
            for r in routes
        ],
        "stops": [_stop(stop, r, minute(stop.arrival_at)) for r in routes for stop in r.route.stops]
        + [_stop(stop, None, None) for stop in plan.dropped],
    }


def route_name(r: DrivenRoute) -> str:
    return " · ".join(part for part in (f"{r.number}", r.route.type_name, r.route.code, r.route.plate) if part)


def window_key(stop: StopView) -> str:
    """What the window filter compares: the span in words."""
    return span(stop.window_start_at, stop.window_end_at)


def _route_facts(r: DrivenRoute) -> Facts:
    return [
        (_("Tour"), span(r.route.depart_at, r.route.return_at)),
        (_("Stops"), number(len(r.route.stops))),
        (_("Distance"), kilometres(r.route.distance_m)),
        (_("Duration"), duration(r.duration_s)),
        (_("Load"), f"{kilograms(r.weight_g)} / {kilograms(r.route.capacity_g)}"),
        (_("Packages"), f"{number(r.package_count)} / {number(r.route.capacity_packages)}"),
    ]


def _stop(stop: StopView, r: DrivenRoute | None, minute: int | None) -> dict[str, Any]:
    door = stop.kind is StopKind.DOOR
    return {
        "id": stop.id,
        "route": r.route.id if r else None,
        "tone": r.tone if r else None,
        "position": stop.position,
        "lng": stop.lng,
        "lat": stop.lat,
        "door": door,
        "name": stop.name,
        "title": _stop_title(stop, r),
        "note": _stop_note(stop, door),
        "window": window_key(stop),
        "minute": minute,
        "facts": _stop_facts(stop, r),
    }


def _stop_title(stop: StopView, r: DrivenRoute | None) -> str:
    if r is None:
        return _("Not planned: %(name)s", name=stop.name)
    if stop.position is None:
        return _("Route %(route)s: %(name)s", route=r.number, name=stop.name)
    return _("Route %(route)s, stop %(stop)s: %(name)s", route=r.number, stop=stop.position, name=stop.name)


def _stop_note(stop: StopView, door: bool) -> str:
    if stop.drop_reason:
        return _(
            "%(reason)s. %(help)s",
            reason=label(stop.drop_reason, "drop_reason"),
            help=label(stop.drop_reason, "drop_help"),
        )
    return _("Leave at the door, do not meet.") if door else ""


def _stop_facts(stop: StopView, r: DrivenRoute | None) -> Facts:
    facts: Facts = []
    if r is not None:
        facts.append((_("Route"), f"{r.number}" if stop.position is None else f"{r.number} · {stop.position}"))
    facts += [(_("Kind"), label(stop.kind, "stop_kind")), (_("Window"), window_key(stop))]
    if r is not None:
        facts += [
            (_("Arrival"), clock(stop.arrival_at)),
            (_("Start"), clock(stop.start_at)),
            (_("Departure"), clock(stop.departure_at)),
            (_("Load after"), kilograms(stop.load_g_after)),
        ]
    facts += [
        (_("Weight"), kilograms(stop.weight_g)),
        (_("Packages"), number(stop.package_count)),
        (_("Batches"), number(len(stop.batches))),
    ]
    return facts


def _track(r: DrivenRoute, depot: tuple[float, float] | None, minute: Any) -> list[tuple[int, float, float]]:
    """Where the vehicle is when: leaving the depot, at each stop, back. A viewer without the depot sees the stops; of
    a route shared with others nothing is drawn between them."""
    track: list[tuple[int, float, float]] = []
    if r.route.shared:
        return track
    if depot:
        track.append((minute(r.route.depart_at), *depot))
    for stop in r.route.stops:
        track += [(minute(stop.arrival_at), stop.lng, stop.lat), (minute(stop.departure_at), stop.lng, stop.lat)]
    if depot:
        track.append((minute(r.route.return_at), *depot))
    return track
