"""From a problem to the kernel's tables, and from its routes back to vehicles and stops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from logistics.routing.engine.costs import FINE_PER_CENT
from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.solvers.closing import PACKAGES_PER_STOP, serving_weight
from logistics.routing.engine.solvers.ruin_recreate.expressing import leaving_out_price
from logistics.routing.engine.solvers.ruin_recreate.fleet import UNLIMITED, Fleet, fleet_of
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    ACCESS,
    ACCESS_BOUND,
    CAPACITY_G,
    CAPACITY_ML,
    CAPACITY_PACKAGES,
    CLOCKED,
    CLOSES,
    DEPOT_DISTANCE,
    END_PLACE,
    EXCHANGED,
    FIXED,
    FLAGS,
    GRAMS,
    HOURS_END,
    HOURS_START,
    LIMITED,
    LONGEST_M,
    LONGEST_S,
    MIXED,
    ML,
    MOST_STOPS,
    NODE_COLUMNS,
    OPENS,
    OPTIONAL,
    PACKAGES,
    PER_METRE,
    PER_SECOND,
    PRICE,
    SERVICE,
    SHARE,
    SLOTS,
    START_PLACE,
    STOP_COLUMNS,
    TIMED,
    WAITING,
    Floats,
    Int32s,
    Int64s,
    Tables,
    read_only,
)
from logistics.routing.engine.solvers.ruin_recreate.matrices import Matrices, longest_open
from logistics.routing.engine.solvers.ruin_recreate.neighbours import Nearness, neighbour_lists

# Neighbours tried on either side of a stop, and neighbours whose routes are ruined.
TRIED, RUINED = 32, 100
# How many of the nearest stops make the typical leg that temperatures are measured in.
TYPICAL_NEAREST = 5

SlotRoutes = dict[int, list[int]]
"""Stops by number, in order, of each slot in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The tables; stop `k` is `stops[k]`, and kind `t` is `fleet.vehicles[t]`.

    `slot_kinds[slot]` is a slot's kind; `times` (stops, node columns) holds the columns of each stop that never change.
    `typical_leg` is the cost of a short leg, in fine units.
    """

    tables: Tables
    stops: tuple[Stop, ...]
    fleet: Fleet
    slot_kinds: Int64s
    times: Int32s
    typical_leg: float

    def orders(self, routes: SlotRoutes) -> dict[str, list[Stop]]:
        """Each vehicle's stops in order."""
        return self.orders_of_kinds([(int(self.slot_kinds[slot]), tuple(route)) for slot, route in routes.items()])

    def orders_of_kinds(self, routes: Sequence[tuple[int, tuple[int, ...]]]) -> dict[str, list[Stop]]:
        """The same for routes given by kind of vehicle."""
        free = [iter(vehicles) for vehicles in self.fleet.vehicles]
        return {next(free[kind]).id: [self.stops[stop] for stop in route] for kind, route in routes}

    def slot_routes(self, orders: Mapping[str, Sequence[Stop]]) -> SlotRoutes:
        """The slots that drive these orders; the stops must be the model's, the vehicles have hours."""
        number = {stop.id: index for index, stop in enumerate(self.stops)}
        kind_of = {vehicle.id: kind for kind, group in enumerate(self.fleet.vehicles) for vehicle in group}
        first = np.searchsorted(self.slot_kinds, np.arange(len(self.fleet.vehicles))).tolist()
        routes: SlotRoutes = {}
        for vehicle, order in orders.items():
            if order:
                kind = kind_of[vehicle]
                routes[first[kind]] = [number[stop.id] for stop in order]
                first[kind] += 1
        return routes


def build_model(problem: Problem, stops: Sequence[Stop], *, workers: int = 1) -> Model:
    """The model for all vehicles that have hours and the given stops; there must be one of each."""
    fleet = fleet_of(problem, stops)
    matrices = Matrices(problem, fleet.vehicles[0][0])
    rows = _stop_rows(problem, stops, fleet, matrices)
    times = _times(stops, fleet)
    slot_kinds = np.repeat(np.arange(len(fleet.kinds)), fleet.kinds[:, SLOTS])
    places = np.array([stop.place for stop in stops], dtype=np.int32)
    flags = _flags(fleet, matrices, times, places)
    rates = _rates(fleet, matrices, flags)
    lists = neighbour_lists(
        Nearness(
            metres=matrices.metres,
            metres_back=matrices.metres_back,
            seconds=matrices.seconds,
            seconds_back=matrices.seconds_back,
            places=places,
            times=times,
            stops=rows,
            meeting=((fleet.access.astype(np.int32) @ fleet.access.T.astype(np.int32)) > 0).astype(np.uint8),
            weights=np.array([*_per_typical_second(matrices, rates), float(flags[TIMED])]),
        ),
        tried=TRIED,
        ruined=RUINED,
        workers=workers,
    )
    near = lists.near[:, :TYPICAL_NEAREST]
    legs = rates[0] * matrices.metres[places[:, None], places[near]]
    legs = legs + rates[1] * matrices.seconds[places[:, None], places[near]]
    tables = Tables(
        metres=matrices.metres,
        metres_back=matrices.metres_back,
        seconds=matrices.seconds,
        seconds_back=matrices.seconds_back,
        entries=np.concatenate([places, fleet.kinds[slot_kinds, END_PLACE]]).astype(np.int32),
        exits=np.concatenate([places, fleet.kinds[slot_kinds, START_PLACE]]).astype(np.int32),
        stops=rows,
        kinds=fleet.kinds,
        access=fleet.access,
        before=lists.before,
        after=lists.after,
        before_m=matrices.metres_back[places[:, None], places[lists.before]],
        after_m=matrices.metres[places[:, None], places[lists.after]],
        near=lists.near,
        least=fleet.kinds[:, [PER_METRE]].min(axis=0),
        keys=_keys(fleet, matrices, rows, places, rates),
        flags=flags,
    )
    return Model(
        tables=Tables(*(read_only(array) for array in tables)),
        stops=tuple(stops),
        fleet=fleet,
        slot_kinds=slot_kinds,
        times=times,
        typical_leg=max(1.0, float(np.median(legs.mean(axis=1)))),
    )


def _stop_rows(problem: Problem, stops: Sequence[Stop], fleet: Fleet, matrices: Matrices) -> Int64s:
    kinds = [group[0] for group in fleet.vehicles]
    price = leaving_out_price(problem, kinds, longest_open(matrices.metres))
    rows = np.zeros((len(stops), STOP_COLUMNS), dtype=np.int64)
    rows[:, GRAMS] = [stop.demand_g for stop in stops]
    rows[:, PACKAGES] = [stop.packages for stop in stops]
    rows[:, ML] = [stop.volume_ml for stop in stops]
    rows[:, ACCESS] = fleet.rows
    rows[:, PRICE] = [
        price * serving_weight(stop) // PACKAGES_PER_STOP if stop.drop_cost is None else stop.drop_cost * FINE_PER_CENT
        for stop in stops
    ]
    rows[:, OPTIONAL] = [stop.drop_cost is not None for stop in stops]
    return rows


def _times(stops: Sequence[Stop], fleet: Fleet) -> Int32s:
    """(stops, node columns): windows cut to the hours of the fleet, and service, in the kernel's seconds."""
    end_s = int(fleet.kinds[:, HOURS_END].max())
    times = np.zeros((len(stops), NODE_COLUMNS), dtype=np.int32)
    for index, stop in enumerate(stops):
        times[index, OPENS] = min(max(0, stop.window.start_s - fleet.origin_s), end_s + 1)
        times[index, CLOSES] = max(min(end_s, stop.window.end_s - fleet.origin_s), -1)
        times[index, SERVICE] = min(stop.serving_s, end_s + 1)
    return times


def _flags(fleet: Fleet, matrices: Matrices, times: Int32s, places: Int32s) -> Int64s:
    kinds = fleet.kinds
    starts, ends = kinds[:, HOURS_START], kinds[:, HOURS_END]
    # All stops in one route, each left by its longest leg: if that keeps the hours, every route does.
    leaving_s = matrices.seconds.max(axis=1).astype(np.int64)
    at_most_s = int(
        leaving_s[places].sum() + leaving_s[kinds[:, START_PLACE]].max() + times[:, SERVICE].astype(np.int64).sum()
    )
    all_day = bool((times[:, OPENS] <= starts.min()).all() and (times[:, CLOSES] >= ends.max()).all())
    timed = not all_day or matrices.closed or at_most_s > int((ends - starts).min())
    paid = bool((kinds[:, PER_SECOND] > 0).any() or (kinds[:, LONGEST_S] < UNLIMITED).any())
    flags = np.zeros(FLAGS, dtype=np.int64)
    flags[TIMED] = timed
    flags[CLOCKED] = timed or paid
    flags[WAITING] = timed and paid and bool((times[:, OPENS] > starts.min()).any())
    flags[LIMITED] = bool((kinds[:, [LONGEST_S, LONGEST_M, MOST_STOPS]] < UNLIMITED).any())
    flags[MIXED] = len(kinds) > 1
    flags[ACCESS_BOUND] = not fleet.access.all()
    flags[EXCHANGED] = _exchanged(kinds)
    return flags


def _exchanged(kinds: Int64s) -> bool:
    """Whether two kinds share places and hours but not prices."""
    work = kinds[:, [START_PLACE, END_PLACE, HOURS_START, HOURS_END]]
    priced = np.hstack([work, kinds[:, [FIXED, PER_METRE, PER_SECOND]]])
    return len(np.unique(priced, axis=0)) > len(np.unique(work, axis=0))


def _rates(fleet: Fleet, matrices: Matrices, flags: Int64s) -> tuple[float, float]:
    """What a metre and a second cost, in the middle of the fleet; driving that costs nothing counts by its length."""
    weights = fleet.kinds[:, SLOTS]
    per_metre = float(np.average(fleet.kinds[:, PER_METRE], weights=weights))
    per_second = float(np.average(fleet.kinds[:, PER_SECOND], weights=weights)) if flags[CLOCKED] else 0.0
    return (per_metre, per_second) if per_metre + per_second > 0 else (1.0, 0.0)


def _per_typical_second(matrices: Matrices, rates: tuple[float, float]) -> tuple[float, float]:
    """The rates, so scaled that a typical leg costs as much as it has seconds: then time and money can be added."""
    sample = slice(None, None, max(1, len(matrices.metres) // 200))
    metres, seconds = (np.minimum(m[sample, sample], 10**8).mean() for m in (matrices.metres, matrices.seconds))
    cost = rates[0] * metres + rates[1] * seconds
    scale = seconds / cost if cost > 0 and seconds > 0 else 1.0
    return float(rates[0] * scale), float(rates[1] * scale)


def _keys(fleet: Fleet, matrices: Matrices, rows: Int64s, places: Int32s, rates: tuple[float, float]) -> Floats:
    """(stops, keys): load as a share of the largest vehicle, and what the leg from the nearest depot costs."""
    keys = np.zeros((len(rows), 2))
    for load, capacity in ((GRAMS, CAPACITY_G), (PACKAGES, CAPACITY_PACKAGES), (ML, CAPACITY_ML)):
        largest = max(1, int(fleet.kinds[:, capacity].max()))
        keys[:, SHARE] = np.maximum(keys[:, SHARE], rows[:, load] / largest)
    homes = np.unique(fleet.kinds[:, START_PLACE])
    from_homes = rates[0] * matrices.metres[homes][:, places] + rates[1] * matrices.seconds[homes][:, places]
    keys[:, DEPOT_DISTANCE] = from_homes.min(axis=0)
    return keys
