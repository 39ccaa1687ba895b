"""Vehicles that are alike as one type, and which types may serve which stops."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import Problem, Stop, Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The vehicles that have hours, by kind: those of one kind differ in nothing but their names.

    `(kinds, classes)` `may_serve` tells which kind may serve which class of stops, and `class_of[k]` is the class of
    stop `k`: stops of one class may be served by the same vehicles.
    """

    kinds: tuple[tuple[Vehicle, ...], ...]
    class_of: NDArray[np.intp]
    may_serve: NDArray[np.bool_]


def fleet_of(problem: Problem, stops: Sequence[Stop]) -> Fleet:
    """The kinds of vehicle that have hours to work in, and the classes of the given stops."""
    asked: dict[tuple[object, ...], Stop] = {}
    for stop in stops:
        asked.setdefault(_asks(stop), stop)
    kinds: dict[tuple[object, ...], list[Vehicle]] = {}
    served: dict[tuple[object, ...], tuple[bool, ...]] = {}
    for vehicle in problem.vehicles:
        hours = problem.hours_of(vehicle)
        if hours.start_s > hours.end_s:
            continue
        answers = tuple(problem.may_serve(vehicle, stop) for stop in asked.values())
        end_depot = vehicle.depot if vehicle.end_depot is None else vehicle.end_depot
        plain = replace(vehicle, id="", type="", shift=hours, end_depot=end_depot, skills=frozenset())
        key = (*astuple(plain), answers)
        kinds.setdefault(key, []).append(vehicle)
        served[key] = answers
    # What is asked in different words may be the same vehicles.
    columns = np.array(list(served.values()), dtype=np.bool_).reshape(len(kinds), len(asked))
    may_serve, class_of_words = np.unique(columns, axis=1, return_inverse=True)
    words = {words: index for index, words in enumerate(asked)}
    class_of = class_of_words.reshape(-1)[[words[_asks(stop)] for stop in stops]]
    return Fleet(kinds=tuple(map(tuple, kinds.values())), class_of=class_of, may_serve=may_serve)


def _asks(stop: Stop) -> tuple[object, ...]:
    return stop.depot, stop.skills, stop.vehicles_allowed, stop.vehicles_forbidden, stop.pinned_vehicle


def unforced_classes(fleet: Fleet, at_depots: Sequence[Sequence[int]]) -> list[int]:
    """The classes of stops that closed legs alone do not keep from the wrong kinds of vehicle.

    A leg is closed where no kind may be at both its ends; `at_depots` holds the kinds at each depot. What a kind can
    reach over open legs is then whatever is linked to it by kinds that share a class or a depot, so the legs are enough
    for a class that all kinds so linked may serve.
    """
    linked = {kind: {kind} for kind in range(len(fleet.kinds))}
    for group in [*map(np.flatnonzero, fleet.may_serve.T), *at_depots]:
        merged = set().union(*(linked[int(kind)] for kind in group))
        for kind in merged:
            linked[kind] = merged
    return [
        number
        for number, serving in enumerate(fleet.may_serve.T)
        if not set().union(*(linked[int(kind)] for kind in np.flatnonzero(serving))) <= set(np.flatnonzero(serving))
    ]
