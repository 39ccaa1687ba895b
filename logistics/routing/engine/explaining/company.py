"""Which stops no plan whatsoever can hold, whoever else is on the route.

Others can help: there is a place to rest between two long legs, a way round a closed leg, a later return that leaves
less to wait for. So a vehicle is asked here for less than any route needs: it drives the shortest way over the places
of any stops, rests wherever it happens to be, on the road too, and is paid for driving and service alone. What it
cannot do even so is impossible; what is not proven is left to the search.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.explaining.alone import (
    NOT_EVER_S,
    Legs,
    Moments,
    arrivals,
    earliest_departure,
    earliest_start,
    forbidden_without_roads,
)
from logistics.routing.engine.explaining.columns import StopColumns
from logistics.routing.engine.explaining.kinds import Kind
from logistics.routing.engine.explaining.ways import FAR, Ways
from logistics.routing.engine.items import Break
from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.travelling import PERCENT

Able = NDArray[np.bool_]


def admitted(problem: Problem, kind: Kind, columns: StopColumns) -> Able:
    """Whether nothing but roads and times forbids a vehicle of the kind to serve each stop."""
    able: Able = ~np.logical_or.reduce(list(forbidden_without_roads(problem, kind, columns).values()))
    return able


def perhaps_served(problem: Problem, kinds: Sequence[Kind], stops: Sequence[Stop], ways: Ways) -> Able:
    """For each stop whether some vehicle could serve it among others; False is a proof that none can.

    `ways` are those to these stops.
    """
    perhaps = np.zeros(len(stops), dtype=np.bool_)
    columns = StopColumns.of(problem, stops)
    for kind in kinds:
        rows = np.flatnonzero(~perhaps)
        rows = rows[admitted(problem, kind, columns.take(rows))]
        some = columns.take(rows)
        could = np.ones(len(rows), dtype=np.bool_)
        for legs in ways.legs(kind.vehicle, some.place) if len(rows) else ():
            could &= _in_time(problem, kind.vehicle, some, legs)
            if not could.any():
                break
        perhaps[rows] = could
    return perhaps


def decided_alone(problem: Problem, vehicle: Vehicle, stops: Sequence[Stop]) -> bool:
    """Whether the vehicle can serve these stops among others only if it can serve them, in some order, alone.

    That is so without breaks and reloads, and where the scheduler's return, the earliest, is the one with the least
    paid time; if no way over other places is shorter than a leg between these stops, for which `Ways.are_legs` is to be
    asked too.
    """
    if vehicle.breaks or vehicle.reloads:
        return False
    plain = not problem.travel(vehicle).speeds and all(
        not stop.further_windows and stop.late_cents_per_h is None for stop in stops
    )
    return vehicle.longest_s is None or plain


def _in_time(problem: Problem, vehicle: Vehicle, columns: StopColumns, legs: Legs) -> Able:
    """Whether hours, windows, breaks and limits leave room for the stop and these legs."""
    hours, travel = problem.hours_of(vehicle), problem.travel(vehicle)
    possible: Able = ~legs.closed
    if vehicle.longest_m is not None:
        possible &= legs.there_m + legs.back_m <= vehicle.longest_m
    if vehicle.longest_s is not None:
        fastest = max((PERCENT, *(slot.percent for slot in travel.speeds)))
        driven_s = (legs.there_s + legs.back_s) * PERCENT // fastest
        possible &= driven_s + columns.serving_s <= vehicle.longest_s
    # Of rests in slow hours it would depend which part of the way they are taken on: then there are none.
    breaks = () if travel.speeds else vehicle.breaks
    begin = earliest_departure(problem, vehicle, columns)
    served = np.zeros(len(begin), dtype=np.bool_)
    for home in range(len(breaks) + 1):
        depart, rested = begin, np.ones(len(begin), dtype=np.bool_)
        for rest in breaks[:home]:
            if vehicle.underway is None:
                depart = np.maximum(depart, rest.earliest_s + rest.duration_s)
            else:
                rested &= begin >= rest.earliest_s + rest.duration_s
        for ahead in range(home, len(breaks) + 1):
            arrival, rested_ahead = _driven(depart, legs.there_s, breaks[home:ahead])
            start = earliest_start(columns, arrivals(travel.speeds, arrival - legs.there_s, legs.there_s))
            for behind in range(ahead, len(breaks) + 1):
                end, rested_behind = _driven(start + columns.serving_s, legs.back_s, breaks[ahead:behind])
                back = arrivals(travel.speeds, end - legs.back_s, legs.back_s)
                in_time = rested & rested_ahead & rested_behind & (start < NOT_EVER_S) & (back <= hours.end_s)
                if behind < len(breaks):
                    in_time &= back <= breaks[behind].latest_s
                if vehicle.longest_s is not None and vehicle.underway is not None:
                    in_time &= back - vehicle.underway.ready_s <= vehicle.longest_s
                served |= in_time
    return possible & served & (legs.there_s < FAR) & (legs.back_s < FAR)


def _driven(clock: Moments, left: Moments, rests: Sequence[Break]) -> tuple[Moments, Able]:
    """The end of so many seconds on the road and of all rests, each as early as can be, and whether none is too late.

    A rest may begin in the middle of a leg.
    """
    in_time = np.ones(len(clock), dtype=np.bool_)
    for rest in rests:
        begins = np.maximum(clock, rest.earliest_s)
        in_time &= begins <= rest.latest_s
        left = np.maximum(0, left - (begins - clock))
        clock = begins + rest.duration_s
    return clock + left, in_time
