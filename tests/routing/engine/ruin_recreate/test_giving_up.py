"""A step that is given up because it is sure to be too dear is one that would not have been kept."""

import numpy as np
import pytest

from logistics.routing.engine.solvers.ruin_recreate.annealing import anneal
from logistics.routing.engine.solvers.ruin_recreate.layout import EXCHANGED, NOW, Settings
from logistics.routing.engine.solvers.ruin_recreate.model import build_model
from logistics.routing.engine.solvers.ruin_recreate.states import filled_state
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle

# Without blinks the random numbers of a step do not depend on how many places are worth a look.
STEADY = Settings(blink_chance=0.0, retype_chance=0.0, looked_at=1e9)


def a_plane(stop_count=40, *, at=None, vehicle_count=8, room=10, **stop):
    """Stops on a plane, where no detour is shorter than the direct way; at so many places."""
    random = np.random.default_rng(1)
    places = np.arange(stop_count) if at is None else random.integers(0, at, stop_count)
    where = random.integers(0, 2_000, size=(stop_count + 1, 2))
    metres = np.abs(where[:, None] - where[None, :]).sum(axis=2)
    stops = [
        a_stop(f"S{number}", place=int(place) + 1, **{"demand_g": 1, **stop}) for number, place in enumerate(places)
    ]
    vehicles = [a_vehicle(id=f"V{number}", capacity_packages=room) for number in range(vehicle_count)]
    return a_problem(*stops, vehicles=vehicles, seconds=metres, metres=metres)


def bounded(model, *, by_hand):
    flags = model.tables.flags.copy()
    flags[EXCHANGED] = 0 if by_hand else 1
    flags.flags.writeable = False
    return model.tables._replace(flags=flags)


def kept_and_lost(problem, heat, *, looked_at):
    """Of 600 steps how many are kept without a bound, and how many of those are not with one."""
    model = build_model(problem, problem.stops)
    assert not model.tables.flags[EXCHANGED]
    free, bound = bounded(model, by_hand=False), bounded(model, by_hand=True)
    state, twin = (filled_state(model, 1, {}, range(len(model.stops))) for _ in range(2))
    kept = lost = 0
    for number in range(600):
        for array, same in zip(twin, state, strict=True):
            array[...] = same
        state.random[:] = twin.random[:] = number + 1
        accepted = anneal(bound, state, STEADY._replace(looked_at=looked_at), np.int64(1), heat, heat)
        if anneal(free, twin, STEADY, np.int64(1), heat, heat):
            kept += 1
            lost += accepted == 0
            assert not accepted or state.numbers[NOW] == twin.numbers[NOW]
    return kept, lost


@pytest.mark.parametrize("heat", [1.0, 1e5, 1e7])
@pytest.mark.parametrize(
    "problem",
    [
        a_plane(),
        a_plane(drop_cost=120),
        a_plane(drop_cost=9),
        a_plane(packages=4),  # two stops a vehicle: 24 are left out
        a_plane(96, at=2, packages=4),
        a_plane(120, at=2, vehicle_count=3, room=40),
    ],
    ids=["all", "dear", "cheap", "left out", "two places", "two full places"],
)
def test_no_step_is_lost_that_would_be_kept_without_a_bound(problem, heat):
    kept, lost = kept_and_lost(problem, heat, looked_at=1e9)

    assert kept > 0
    assert lost == 0


def test_neighbours_alone_are_not_enough_where_many_stops_share_a_place():
    # The 32 neighbours of most stops are in other vehicles, which are full.
    crowded = a_plane(120, at=2, vehicle_count=3, room=40)

    kept, lost = kept_and_lost(crowded, 1.0, looked_at=0.0)
    assert lost > kept // 2
    kept, lost_at_times = kept_and_lost(crowded, 1.0, looked_at=32.0)
    assert lost_at_times < lost


def flag_of(*vehicles, depots=None):
    problem = a_problem(a_stop(depot=None), vehicles=vehicles, depots=depots)
    return bool(build_model(problem, problem.stops).tables.flags[EXCHANGED])


def test_a_bound_would_be_wrong_where_vehicles_differ_in_price_alone():
    assert flag_of(a_vehicle(), a_vehicle(id="dear", fixed_cost=1))
    assert flag_of(a_vehicle(), a_vehicle(id="dear", cost_per_km=101))
    assert flag_of(a_vehicle(), a_vehicle(id="dear", cost_per_h=3_601))


def test_it_is_right_where_they_differ_in_loads_or_begin_elsewhere():
    assert not flag_of(a_vehicle(), a_vehicle(id="twin"))
    assert not flag_of(a_vehicle(), a_vehicle(id="large", capacity_g=2_000))
    other = a_depot(id="E", place=1)
    assert not flag_of(a_vehicle(), a_vehicle(id="dear", depot="E", fixed_cost=5), depots=(a_depot(), other))
