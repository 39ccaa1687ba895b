"""Parts hold every vehicle and every stop once, and nothing that belongs together is torn apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.routing.engine import Problem, SolveOptions
from logistics.routing.engine.decompose.atlas import Atlas
from logistics.routing.engine.decompose.first_split import first_split
from logistics.routing.engine.decompose.parts import Part, cut
from logistics.routing.engine.decompose.resplit import resplit
from logistics.routing.engine.decompose.tasks import Stretch
from tests.routing.engine.decompose.solvers import FirstFit
from tests.routing.engine.decompose.towns import a_town, mixed_towns


def split_first(problem: Problem, count: int, angle: float = 0.0) -> list[Part]:
    return first_split(Atlas(problem), part_count=count, angle=angle)


def routes_of(problem: Problem) -> dict[int, list[int]]:
    """Routes that hold, by numbers."""
    plan = FirstFit().solve_part(problem, SolveOptions(time_limit_s=1), Stretch(), lambda: False)
    atlas = Atlas(problem)
    return {
        atlas.number_of_vehicle[route.vehicle]: [atlas.number_of_stop[visit.stop] for visit in route.visits]
        for route in plan.routes
    }


def servable(problem: Problem) -> set[int]:
    """Stops whose whole group some vehicle may serve, as far as pins and promises go."""
    atlas = Atlas(problem)
    return {stop for group in atlas.groups(range(len(problem.stops))) if atlas.able(group).any() for stop in group}


def assert_sound(problem: Problem, parts: list[Part]) -> None:
    """Every vehicle once, every stop that can be served once, promises inside one part, and each part a problem."""
    vehicles = sorted(vehicle for part in parts for vehicle in part.vehicles)
    stops = sorted(stop for part in parts for stop in part.stops)
    assert vehicles == list(range(len(problem.vehicles)))
    assert len(stops) == len(set(stops))
    assert set(stops) == servable(problem)
    part_of = {stop: number for number, part in enumerate(parts) for stop in part.stops}
    home_of = {problem.vehicles[vehicle].id: number for number, part in enumerate(parts) for vehicle in part.vehicles}
    groups: dict[str, set[int]] = {}
    for stop, number in part_of.items():
        it = problem.stops[stop]
        if it.pinned_vehicle is not None:
            assert home_of[it.pinned_vehicle] == number
        if it.together is not None:
            groups.setdefault(it.together, set()).add(number)
        assert any(problem.may_serve(problem.vehicles[vehicle], it) for vehicle in parts[number].vehicles)
    assert all(len(homes) == 1 for homes in groups.values())
    for part in parts:
        if part.vehicles and part.stops:
            cut(problem, part)  # raises where a promise names what the part has not


@given(mixed_towns(), st.integers(1, 5), st.floats(0, 6))
def test_the_first_parts_hold_everything_once(problem: Problem, count: int, angle: float) -> None:
    parts = split_first(problem, count, angle)

    assert len(parts) == count
    assert_sound(problem, parts)


@given(mixed_towns(), st.integers(1, 5), st.integers(0, 2), st.integers(0, 99))
def test_later_parts_hold_everything_once_and_routes_whole(problem: Problem, count: int, turn: int, seed: int) -> None:
    routes = routes_of(problem)

    reloads = {vehicle: (len(order),) for vehicle, order in list(routes.items())[1:]}

    parts = resplit(Atlas(problem), routes, reloads, part_count=count, turn=turn, random=np.random.default_rng(seed))

    assert_sound(problem, parts)
    driven = {vehicle: list(order) for part in parts for vehicle, order in part.routes.items()}
    assert driven == routes
    assert {vehicle: before for part in parts for vehicle, before in part.reloads.items()} == reloads
    for part in parts:
        assert set(part.reloads) <= set(part.routes) <= set(part.vehicles)
        assert {stop for order in part.routes.values() for stop in order} <= set(part.stops)


def test_parts_are_of_one_size_and_lie_apart() -> None:
    town = a_town(63)  # with the depot 8 × 8 places

    parts = split_first(town, 4)

    assert sorted(len(part.stops) for part in parts) == [15, 16, 16, 16]
    assert [len(part.vehicles) for part in parts] == [2, 2, 2, 2]
    corner_to_corner_s = 14 * 10
    for part in parts:
        places = np.array(part.stops) + 1
        assert town.seconds[np.ix_(places, places)].max() <= corner_to_corner_s * 3 // 5


@pytest.mark.parametrize("cold_stop", [0, 62])  # beside the depot, and in the far corner
def test_the_only_cold_van_goes_to_where_the_cold_goods_are(cold_stop: int) -> None:
    town = a_town(63, vehicles=8, changed={cold_stop: {"skills": frozenset({"cold"})}})
    cold_van = dataclasses.replace(town.vehicles[3], skills=frozenset({"cold"}))
    town = dataclasses.replace(town, vehicles=(*town.vehicles[:3], cold_van, *town.vehicles[4:]))
    neighbour = cold_stop + 1 if cold_stop == 0 else cold_stop - 1

    parts = split_first(town, 4)

    (part,) = [part for part in parts if 3 in part.vehicles]
    assert {cold_stop, neighbour} <= set(part.stops)


def test_a_stop_nobody_may_serve_is_in_no_part() -> None:
    town = a_town(16, vehicles=2, changed={3: {"skills": frozenset({"cold"})}})

    parts = split_first(town, 2)

    assert sorted(stop for part in parts for stop in part.stops) == [0, 1, 2, *range(4, 16)]


def test_a_stop_pinned_beyond_its_parts_size_waits() -> None:
    town = a_town(16, vehicles=2, changed={0: {"pinned_vehicle": "V0", "pinned_position": 9}})
    routes = {0: [1, 2], 1: [3, 4, 5]}

    parts = resplit(Atlas(town), routes, {}, part_count=2, turn=1, random=np.random.default_rng(1))

    for part in parts:
        cut(town, part)
    by_vehicle = {vehicle: part for part in parts for vehicle in part.vehicles}
    assert (0 in by_vehicle[0].stops) == (len(by_vehicle[0].stops) >= 9)


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_splits_repeat_under_a_seed(turn: int) -> None:
    town = a_town(40)
    routes = routes_of(town)

    one, other = (
        resplit(Atlas(town), routes, {}, part_count=3, turn=turn, random=np.random.default_rng(7)) for _ in range(2)
    )

    assert one == other
