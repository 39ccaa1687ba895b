"""A made-up city for tables of sizes: compounds full of gates, morning, afternoon and evening windows, one-way traffic.

The same number and seed give the same city on every machine. Distance is time here (one matrix for both), so that cost
is seconds driven, as in the published families.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine import Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.formats import ReadProblem

STOPS_PER_VEHICLE = 50
HOUR_S = 3_600
DAY_S = 15 * HOUR_S
# Density stays the same at every size: a hundred stops on 3 km × 3 km, 25 to a compound, gates within some 120 m.
SIDE_M, STOPS_PER_COMPOUND, COMPOUND_M = 3_000.0, 25, 120.0
GOODS = (1, 13)
# What the fleet can carry, over what is asked for on average.
SPARE = 1.15
WINDOWS = ((0, 14), (3, 7), (8, 11), (11, 14))
WINDOW_SHARES = (0.3, 0.25, 0.25, 0.2)
SPEED_M_S, JUNCTION_S, CONGESTION, CONGESTED_FROM_M = 7.0, 20.0, 0.12, 200.0


def made_city(stop_count: int, *, seed: int) -> ReadProblem:
    """A city of so many stops, with a vehicle for every fifty of them."""
    random = np.random.default_rng(seed)
    side = SIDE_M * (stop_count / 100) ** 0.5
    compounds = max(4, stop_count // STOPS_PER_COMPOUND)
    centres = random.uniform(0, side, (compounds, 2))
    sizes = random.gamma(2.0, 1.0, compounds)
    homes = random.choice(compounds, stop_count, p=sizes / sizes.sum())
    gates = centres[homes] + random.normal(0, COMPOUND_M, (stop_count, 2))
    depot = random.uniform(0.25 * side, 0.75 * side, (1, 2))
    at = np.clip(np.vstack([depot, gates]), 0, side)
    goods = random.integers(*GOODS, stop_count)
    kinds = random.choice(len(WINDOWS), stop_count, p=WINDOW_SHARES)
    vehicle_count = -(-stop_count // STOPS_PER_VEHICLE)
    capacity = round(STOPS_PER_VEHICLE * SPARE * (sum(GOODS) - 1) / 2)
    seconds = driving_s(at)
    problem = Problem(
        depots=(Depot(id="D", place=0, opens_s=0, closes_s=DAY_S),),
        vehicles=tuple(a_van(number, capacity) for number in range(1, vehicle_count + 1)),
        stops=tuple(
            Stop(
                id=str(number),
                place=number,
                demand_g=int(amount),
                packages=0,
                window=TimeWindow(start_s=WINDOWS[kind][0] * HOUR_S, end_s=WINDOWS[kind][1] * HOUR_S),
                service_s=60 + 10 * int(amount),
                depot=None,
            )
            for number, (amount, kind) in enumerate(zip(goods, kinds, strict=True), start=1)
        ),
        seconds=seconds,
        metres=seconds,
    )
    return ReadProblem(
        name=f"city{stop_count}", format="made", convention="cost is seconds driven", problem=problem, coordinates=at
    )


def a_van(number: int, capacity: int) -> Vehicle:
    return Vehicle(
        id=f"van {number}",
        type="van",
        depot="D",
        capacity_g=capacity,
        capacity_packages=0,
        shift=TimeWindow(start_s=0, end_s=DAY_S),
        cost_per_km=1_000,
        cost_per_h=0,
    )


def driving_s(at: NDArray[np.float64]) -> NDArray[np.int32]:
    """(n, n) seconds, row = from: streets mostly at right angles, slower eastwards; read-only, so that it is shared."""
    count = len(at)
    seconds = np.empty((count, count), dtype=np.int32)
    x, y = at[:, 0].astype(np.float32), at[:, 1].astype(np.float32)
    for place in range(count):
        east, north = x - x[place], y - y[place]
        metres = 0.7 * (np.abs(east) + np.abs(north)) + 0.3 * np.hypot(east, north)
        slower = 1 + CONGESTION * np.sign(east) * (np.abs(east) > CONGESTED_FROM_M)
        seconds[place] = np.rint(metres / SPEED_M_S * slower + JUNCTION_S)
    np.fill_diagonal(seconds, 0)
    seconds.setflags(write=False)
    return seconds
