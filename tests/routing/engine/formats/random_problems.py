"""Random problems that use every field of the model, sound ones only, for what must hold for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from logistics.routing.engine import UNREACHABLE, Depot, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.items import Break, Underway
from logistics.routing.engine.travelling import Profile, SpeedSlot

SKILLS = ("chilled", "quarantine", "tail lift", "冷链")
PROFILES = ("", "walk", "三轮")
AMOUNTS = st.integers(0, 10**9)
CAPACITIES = st.integers(1, 10**9)
MONEY = st.integers(0, 10**9)
SKILL_SETS = st.frozensets(st.sampled_from(SKILLS))
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def spans(draw: st.DrawFn, count: int) -> list[TimeWindow]:
    """So many spans in order and apart."""
    ends = sorted(draw(st.sets(st.integers(-(10**6), 10**6), min_size=2 * count, max_size=2 * count)))
    return [TimeWindow(start_s=ends[2 * k], end_s=ends[2 * k + 1]) for k in range(count)]


@st.composite
def breaks(draw: st.DrawFn) -> tuple[Break, ...]:
    """Up to three, each over before the next may begin."""
    found: list[Break] = []
    clock_s = draw(st.integers(-1_000, 1_000))
    for _ in range(draw(st.integers(0, 3))):
        earliest_s = clock_s + draw(st.integers(0, 500))
        latest_s = earliest_s + draw(st.integers(0, 500))
        found.append(Break(earliest_s=earliest_s, latest_s=latest_s, duration_s=draw(st.integers(1, 500))))
        clock_s = latest_s + found[-1].duration_s
    return tuple(found)


@st.composite
def matrices(draw: st.DrawFn, size: int) -> NDArray[np.int32]:
    entries = st.integers(0, 10**6) | st.just(UNREACHABLE)
    cells = draw(st.lists(entries, min_size=size**2, max_size=size**2))
    matrix = np.array(cells, dtype=np.int32).reshape(size, size)
    np.fill_diagonal(matrix, 0)
    return matrix


@st.composite
def speeds(draw: st.DrawFn) -> tuple[SpeedSlot, ...]:
    starts = sorted(draw(st.sets(st.integers(-1_000, 100_000), max_size=3)))
    return tuple(SpeedSlot(start_s=start_s, percent=draw(st.integers(1, 1_000))) for start_s in starts)


@st.composite
def profiles(draw: st.DrawFn, size: int) -> Profile:
    return Profile(seconds=draw(matrices(size)), metres=draw(matrices(size)), speeds=draw(speeds()))


@st.composite
def vehicles(draw: st.DrawFn, vehicle_id: str, depots: Sequence[str], size: int) -> Vehicle:
    return Vehicle(
        id=vehicle_id,
        type=draw(NAMES),
        depot=draw(st.sampled_from(depots)),
        end_depot=draw(maybe(st.sampled_from(depots))),
        capacity_g=draw(CAPACITIES),
        capacity_packages=draw(CAPACITIES),
        capacity_ml=draw(maybe(CAPACITIES)),
        shift=draw(spans(1))[0],
        profile=draw(st.sampled_from(PROFILES)),
        longest_s=draw(maybe(AMOUNTS)),
        longest_m=draw(maybe(AMOUNTS)),
        most_stops=draw(maybe(st.integers(5, 10**9))),
        reloads=draw(st.integers(0, 9)),
        reload_s=draw(AMOUNTS),
        breaks=draw(breaks()),
        skills=draw(SKILL_SETS),
        underway=draw(maybe(st.builds(Underway, place=st.integers(0, size - 1), ready_s=st.integers(-(10**6), 10**6)))),
        fixed_cost=draw(MONEY),
        cost_per_km=draw(MONEY),
        cost_per_h=draw(MONEY),
    )


@st.composite
def stops(draw: st.DrawFn, stop_id: str, fleet: Sequence[Vehicle], depots: Sequence[str], size: int) -> Stop:
    """A stop that may be pinned to a vehicle, and then asks for nothing that the vehicle lacks."""
    first, *further = draw(spans(draw(st.integers(1, 3))))
    ids = [vehicle.id for vehicle in fleet]
    pinned = draw(maybe(st.sampled_from(fleet)))
    allowed = draw(maybe(st.frozensets(st.sampled_from(ids), min_size=1)))
    forbidden = frozenset() if allowed is not None or pinned else draw(st.frozensets(st.sampled_from(ids)))
    return Stop(
        id=stop_id,
        place=draw(st.integers(0, size - 1)),
        demand_g=draw(AMOUNTS),
        packages=draw(st.integers(0, 50)),
        volume_ml=draw(AMOUNTS),
        window=first,
        further_windows=tuple(further),
        service_s=draw(st.integers(0, 10**9 - 600 * 50)),
        service_s_per_package=draw(st.integers(0, 600)),
        late_cents_per_h=draw(maybe(MONEY)),
        released_s=draw(maybe(st.integers(-(10**6), 10**6))),
        depot=pinned.depot if pinned else draw(maybe(st.sampled_from(depots))),
        skills=pinned.skills if pinned else draw(SKILL_SETS),
        vehicles_allowed=allowed | {pinned.id} if allowed is not None and pinned else allowed,
        vehicles_forbidden=forbidden,
        pinned_vehicle=pinned.id if pinned else None,
        pinned_position=None,
        together=None if pinned else draw(maybe(NAMES.filter(bool))),
        drop_cost=draw(maybe(MONEY)),
        priority=draw(st.integers(0, 100)),
        name=draw(NAMES),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Two depots, one to three vehicles and stops, three profiles over four places."""
    size = 4
    depots = []
    for number, span in enumerate(draw(spans(2))):
        place = draw(st.integers(0, size - 1))
        depots.append(Depot(id=f"D{number}", place=place, opens_s=span.start_s, closes_s=span.end_s))
    names = [depot.id for depot in depots]
    fleet = [draw(vehicles(f"车{number}", names, size)) for number in range(draw(st.integers(1, 3)))]
    given = [draw(stops(f"S{number}", fleet, names, size)) for number in range(draw(st.integers(1, 3)))]
    given = [_alone(stop, number) for number, stop in enumerate(given)]
    own = draw(profiles(size))
    return Problem(
        depots=tuple(depots),
        vehicles=tuple(fleet),
        stops=tuple(given),
        seconds=own.seconds,
        metres=own.metres,
        speeds=own.speeds,
        profiles={name: draw(profiles(size)) for name in PROFILES if name},
        longest_route_cents_per_h=draw(MONEY),
    )


def _alone(stop: Stop, number: int) -> Stop:
    """The first pinned stop gets a position, and groups have no depot of their own, so that no two promises clash."""
    changes: dict[str, Any] = {}
    if stop.pinned_vehicle is not None and number == 0:
        changes["pinned_position"] = 1
    if stop.together is not None:
        changes["depot"] = None
    return replace(stop, **changes)
