"""Random problems in which every feature may be on, small enough for numbers to be followed by hand."""

import numpy as np
from hypothesis import strategies as st

from logistics.routing.engine import (
    Break,
    Depot,
    Problem,
    Profile,
    SpeedSlot,
    Stop,
    TimeWindow,
    Underway,
    Vehicle,
)
from logistics.routing.engine.problem import UNREACHABLE

FEATURES = (
    "breaks",
    "speeds",
    "profiles",
    "windows",
    "lateness",
    "release",
    "reloads",
    "limits",
    "ends",
    "underway",
    "skills",
    "pins",
    "positions",
    "together",
    "drops",
    "priority",
    "balance",
    "closed",
    "volume",
)
PLACES = 9


@st.composite
def problems(draw, always=frozenset()):
    """Problems of 1 to 7 stops and 1 to 3 vehicles with each of the features on or off."""
    on = draw(st.sets(st.sampled_from(FEATURES))) | always
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return made_problem(on, random, draw(st.integers(1, 7)), draw(st.integers(1, 3)))


class Coarse:
    """Draws whole hundreds, so that clocks meet the ends of windows and breaks to the second."""

    def __init__(self, random):
        self.random = random.random
        self._random = random

    def integers(self, low, high, size=None):
        drawn = self._random.integers(low, high, size=size)
        return np.maximum(low, drawn - drawn % 100) if high >= 40 else drawn


def made_problem(on, random, stop_count, vehicle_count):
    """One problem with exactly these features."""
    if random.random() < 0.5:
        random = Coarse(random)
    seconds, metres = _matrix(random, on), _matrix(random, on)
    profiles = {}
    if "profiles" in on:
        slots = _speeds(random) if "speeds" in on else ()
        profiles["bike"] = Profile(seconds=_matrix(random, on), metres=_matrix(random, on), speeds=slots)
    depots = (
        Depot(id="D", place=0, opens_s=int(random.integers(0, 300)), closes_s=int(random.integers(3_000, 6_000))),
        Depot(id="E", place=1, opens_s=0, closes_s=int(random.integers(3_000, 6_000))),
    )
    vehicles = tuple(_vehicle(random, on, f"V{number}") for number in range(vehicle_count))
    stops = [_stop(random, on, number, vehicles) for number in range(stop_count)]
    return Problem(
        depots=depots,
        vehicles=vehicles,
        stops=tuple(stops),
        seconds=seconds,
        metres=metres,
        speeds=_speeds(random) if "speeds" in on else (),
        profiles=profiles,
        longest_route_cents_per_h=int(random.integers(1, 5_000)) if "balance" in on else 0,
    )


def _matrix(random, on):
    at = random.integers(0, 300, size=(PLACES, 2))
    matrix = np.abs(at[:, None] - at[None, :]).sum(axis=2) + random.integers(0, 40, size=(PLACES, PLACES))
    if "closed" in on:
        matrix[random.integers(2, PLACES), random.integers(2, PLACES)] = UNREACHABLE
    np.fill_diagonal(matrix, 0)
    return matrix.astype(np.int32)


def _speeds(random):
    starts = np.cumsum(random.integers(1, 1_500, size=3)).tolist()
    return tuple(SpeedSlot(start_s=start, percent=int(random.integers(30, 200))) for start in starts)


def _vehicle(random, on, name):
    given = {"depot": "D" if random.random() < 0.8 else "E"}
    if "breaks" in on:
        breaks, after = [], 0
        for _ in range(random.integers(0, 3)):
            earliest = after + int(random.integers(0, 1_500))
            latest, duration = earliest + int(random.integers(0, 800)), int(random.integers(1, 400))
            breaks.append(Break(earliest_s=earliest, latest_s=latest, duration_s=duration))
            after = latest + duration
        given["breaks"] = tuple(breaks)
    if "profiles" in on and random.random() < 0.5:
        given["profile"] = "bike"
    if "reloads" in on:
        given |= {"reloads": int(random.integers(0, 4)), "reload_s": int(random.integers(0, 200))}
    if "limits" in on:
        given["longest_s"] = int(random.integers(600, 4_000)) if random.random() < 0.7 else None
        given["longest_m"] = int(random.integers(600, 4_000)) if random.random() < 0.7 else None
        given["most_stops"] = int(random.integers(1, 6)) if random.random() < 0.7 else None
    if "ends" in on and random.random() < 0.6:
        given["end_depot"] = "E"
    if "underway" in on and random.random() < 0.5:
        given["underway"] = Underway(place=int(random.integers(0, PLACES)), ready_s=int(random.integers(0, 2_000)))
    if "skills" in on:
        given["skills"] = frozenset(skill for skill in ("cold", "lift") if random.random() < 0.6)
    if "volume" in on:
        given["capacity_ml"] = int(random.integers(200, 1_500))
    start = int(random.integers(0, 500))
    return Vehicle(
        **given,
        id=name,
        type="van",
        capacity_g=int(random.integers(300, 2_000)),
        capacity_packages=int(random.integers(3, 20)),
        shift=TimeWindow(start_s=start, end_s=start + int(random.integers(2_000, 6_000))),
        fixed_cost=int(random.integers(0, 50)),
        cost_per_km=int(random.integers(0, 300)),
        cost_per_h=int(random.integers(1, 5_000)),
    )


def _stop(random, on, number, vehicles):
    begin = int(random.integers(0, 2_500))
    window = TimeWindow(start_s=begin, end_s=begin + int(random.integers(0, 2_500)))
    given = {"depot": None if random.random() < 0.7 else "D"}
    if "windows" in on and random.random() < 0.6:
        later = window.end_s + int(random.integers(1, 800))
        given["further_windows"] = (TimeWindow(start_s=later, end_s=later + int(random.integers(0, 800))),)
        given["service_s_per_package"] = int(random.integers(0, 10))
    if "lateness" in on and random.random() < 0.6:
        given["late_cents_per_h"] = int(random.integers(0, 4_000))
    if "release" in on and random.random() < 0.6:
        given["released_s"] = int(random.integers(0, 2_000))
    if "skills" in on and random.random() < 0.4:
        given["skills"] = frozenset({"cold" if random.random() < 0.5 else "lift"})
    if "together" in on and random.random() < 0.5:
        given["together"] = "pair" if random.random() < 0.7 else "other"
        given["depot"] = None
    if "drops" in on and random.random() < 0.5:
        given["drop_cost"] = int(random.integers(0, 1_000))
    if "priority" in on:
        given["priority"] = int(random.integers(0, 3))
    if "volume" in on:
        given["volume_ml"] = int(random.integers(0, 400))
    if "pins" in on and "together" not in on and "skills" not in on and random.random() < 0.5:
        vehicle = vehicles[random.integers(0, len(vehicles))]
        given |= {"pinned_vehicle": vehicle.id, "depot": None}
        if "positions" in on and number == 0 and vehicle.most_stops is None:
            given["pinned_position"] = 1
    elif "pins" in on and len(vehicles) > 1 and random.random() < 0.4:
        given["vehicles_forbidden"] = frozenset({vehicles[0].id})
    elif "pins" in on and random.random() < 0.4:
        given["vehicles_allowed"] = frozenset({vehicles[-1].id})
    return Stop(
        **given,
        id=f"S{number}",
        place=int(random.integers(2, PLACES)),
        demand_g=int(random.integers(0, 500)),
        packages=int(random.integers(0, 5)),
        window=window,
        service_s=int(random.integers(0, 200)),
    )
