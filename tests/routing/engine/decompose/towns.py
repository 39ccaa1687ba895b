"""Towns large enough to be split, with round numbers: gates on a grid, 10 s and 100 m for every step along it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from logistics.routing.engine import Problem, Stop
from tests.routing.engine.builders import a_depot, a_stop, a_vehicle

DAY_S = 10_000


def a_town(stops: int = 64, *, vehicles: int = 8, changed: dict[int, dict[str, Any]] | None = None) -> Problem:
    """Depot D in a corner of a square of gates, one stop of 100 g a gate, vans for half as much again.

    `changed` are fields of single stops by number (from 0)."""
    side = int(np.ceil(np.sqrt(stops + 1)))
    capacity = -(-stops * 150 // vehicles)
    return Problem(
        depots=(a_depot(),),
        vehicles=tuple(
            a_vehicle(id=f"V{number}", capacity_g=capacity, capacity_packages=stops) for number in range(vehicles)
        ),
        stops=tuple(
            a_stop(f"S{number}", place=number + 1, **(changed or {}).get(number, {})) for number in range(stops)
        ),
        **matrices(side, stops + 1),
    )


def matrices(side: int, places: int) -> dict[str, Any]:
    at = np.array([divmod(place, side) for place in range(places)], dtype=np.int32)
    steps = np.abs(at[:, None] - at[None, :]).sum(axis=2, dtype=np.int32)
    seconds, metres = steps * 10, steps * 100
    for matrix in (seconds, metres):
        matrix.setflags(write=False)
    return {"seconds": seconds, "metres": metres}


@st.composite
def mixed_towns(draw: st.DrawFn) -> Problem:
    """Two depots, some vans with a skill, and stops with every promise that ties them to vehicles or to each other."""
    stop_count = draw(st.integers(8, 40))
    vehicle_count = draw(st.integers(3, 8))
    town = a_town(stop_count, vehicles=vehicle_count)
    depots = (a_depot(), a_depot(id="E", place=stop_count))
    vehicles = tuple(
        dataclasses.replace(
            vehicle,
            depot=draw(st.sampled_from(["D", "E"])),
            skills=draw(st.sampled_from([frozenset[str](), frozenset({"cold"})])),
        )
        for vehicle in town.vehicles
    )
    names = [vehicle.id for vehicle in vehicles]
    stops = tuple(_promising(draw, stop, names) for stop in town.stops)
    return dataclasses.replace(town, depots=depots, vehicles=vehicles, stops=stops)


def _promising(draw: st.DrawFn, stop: Stop, names: list[str]) -> Stop:
    few = st.frozensets(st.sampled_from(names), min_size=1, max_size=2)
    kind = draw(st.sampled_from(["plain", "plain", "depot", "cold", "allowed", "forbidden", "pinned", "together"]))
    changes: dict[str, Any] = {
        "plain": {"depot": None},
        "depot": {"depot": draw(st.sampled_from(["D", "E"]))},
        "cold": {"depot": None, "skills": frozenset({"cold"})},
        "allowed": {"depot": None, "vehicles_allowed": draw(few)},
        "forbidden": {"depot": None, "vehicles_forbidden": draw(few)},
        "pinned": {"depot": None, "pinned_vehicle": draw(st.sampled_from(names))},
        "together": {"depot": None, "together": draw(st.sampled_from(["a", "b", "c"]))},
    }[kind]
    return dataclasses.replace(stop, **changes)
