"""Small problems with round numbers: places on a line, 10 m and 1 s apart for every step."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine import Depot, Plan, Problem, Route, Stop, TimeWindow, Vehicle, Visit

DAY = TimeWindow(start_s=0, end_s=10_000)


def a_line(positions: Sequence[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Seconds and metres between places on a line: one step takes 1 s and is 10 m long."""
    at = np.array(positions, dtype=np.int32).reshape(-1)
    seconds = np.abs(at[:, None] - at[None, :])
    return seconds, seconds * 10


def a_depot(**changes: Any) -> Depot:
    return Depot(**{"id": "D", "place": 0, "opens_s": 0, "closes_s": 10_000, **changes})


def a_vehicle(**changes: Any) -> Vehicle:
    """1,000 g, 10 packages; 1 yuan a kilometre (0.1 cent a metre), 36 yuan an hour (1 cent a second)."""
    given = {
        "id": "V",
        "type": "van",
        "depot": "D",
        "capacity_g": 1_000,
        "capacity_packages": 10,
        "shift": DAY,
        "cost_per_km": 100,
        "cost_per_h": 3_600,
    }
    return Vehicle(**{**given, **changes})


def a_stop(id: str = "S", **changes: Any) -> Stop:
    """100 g in 1 package at place 1, all day, 5 s of service."""
    given = {
        "id": id,
        "place": 1,
        "demand_g": 100,
        "packages": 1,
        "window": DAY,
        "service_s": 5,
        "depot": "D",
    }
    return Stop(**{**given, **changes})


def a_problem(
    *stops: Stop,
    positions: Sequence[int] = (0, 100, 200, 300),
    depots: Sequence[Depot] | None = None,
    vehicles: Sequence[Vehicle] | None = None,
    **changes: Any,
) -> Problem:
    """Depot D at 0, places 1 to 3 at 100, 200 and 300 on a line, one vehicle V."""
    seconds, metres = a_line(positions)
    given = {
        "depots": tuple((a_depot(),) if depots is None else depots),
        "vehicles": tuple((a_vehicle(),) if vehicles is None else vehicles),
        "stops": stops,
        "seconds": seconds,
        "metres": metres,
    }
    return Problem(**{**given, **changes})


def a_visit(stop: str = "S", **changes: Any) -> Visit:
    """The only visit of `a_route`: 100 s out, served from 100 to 105."""
    given = {
        "stop": stop,
        "travel_s": 100,
        "travel_m": 1_000,
        "arrival_s": 100,
        "start_s": 100,
        "departure_s": 105,
        "load_after_g": 0,
    }
    return Visit(**{**given, **changes})


def a_route(*visits: Visit, **changes: Any) -> Route:
    """V to stop S and back: 100 + 5 + 100 = 205 s, 2 × 1,000 m."""
    given = {
        "vehicle": "V",
        "depart_s": 0,
        "return_s": 205,
        "distance_m": 2_000,
        "visits": visits or (a_visit(),),
        "return_travel_s": 100,
        "return_travel_m": 1_000,
    }
    return Route(**{**given, **changes})


def a_plan(*routes: Route, **changes: Any) -> Plan:
    """One route of 2,000 m × 0.1 + 205 s × 1 = 405 cents unless routes are given."""
    given = {"routes": routes or (a_route(),), "dropped": (), "cost": 405, "solver": "hand", "seconds": 0.0}
    return Plan(**{**given, "solutions": 1, **changes})
