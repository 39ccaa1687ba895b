"""A part as bytes, for a worker on another machine, and its routes as bytes back.

A parcel is numpy's own archive (npz): matrices in the smallest type that holds them, everything else as JSON. Nothing
in it is ever executed. Back come orders of stops only: whoever asked schedules them himself.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.costs import plan_cost
from logistics.routing.engine.decompose.parts import Part
from logistics.routing.engine.decompose.tasks import Stretch
from logistics.routing.engine.formats.json_values import parse_json
from logistics.routing.engine.formats.problem_file import BadProblemFile
from logistics.routing.engine.formats.records_json import record_of, written
from logistics.routing.engine.plan import Dropped, DropReason, Plan
from logistics.routing.engine.problem import (
    UNREACHABLE,
    BadProblem,
    Depot,
    Problem,
    Profile,
    SpeedSlot,
    Stop,
    Vehicle,
)
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route
from logistics.routing.engine.solvers.protocol import SolveOptions

TEXT = "text"
SHORT_MAX = np.iinfo(np.uint16).max
"""Stands for UNREACHABLE in matrices of 16 bits."""
_RECORDS: tuple[tuple[str, type[Any]], ...] = (("depots", Depot), ("vehicles", Vehicle), ("stops", Stop))


class BadParcel(ValueError):
    """Bytes that are no parcel of ours, or orders that no plan of the part can follow."""


def packed(problem: Problem, options: SolveOptions, stretch: Stretch) -> bytes:
    """The part, how long to search and where to begin."""
    arrays: dict[str, NDArray[Any]] = {}
    names: dict[int, str] = {}

    def named(matrix: NDArray[np.int32]) -> str:
        if id(matrix) not in names:
            names[id(matrix)] = f"matrix{len(names)}"
            arrays[names[id(matrix)]] = _small(matrix)
        return names[id(matrix)]

    def travel(profile: Profile | Problem) -> dict[str, Any]:
        speeds = written(profile.speeds)
        return {"seconds": named(profile.seconds), "metres": named(profile.metres), "speeds": speeds}

    text = {
        **{name: [written(item) for item in getattr(problem, name)] for name, _ in _RECORDS},
        **travel(problem),
        "profiles": {name: travel(profile) for name, profile in problem.profiles.items()},
        "longest_route_cents_per_h": problem.longest_route_cents_per_h,
        "time_limit_s": options.time_limit_s,
        "seed": options.seed,
        "iteration_limit": options.iteration_limit,
        "start": _listed(options.start),
        "start_reloads": _listed(options.start_reloads),
        "stretch": [stretch.begin, stretch.end],
    }
    arrays[TEXT] = np.frombuffer(json.dumps(text, ensure_ascii=False).encode(), dtype=np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpacked(parcel: bytes) -> tuple[Problem, SolveOptions, Stretch]:
    """What `packed` was given.

    Raises:
        BadParcel: if the bytes are not whole, or not ours.
    """
    try:
        with np.load(io.BytesIO(parcel), allow_pickle=False) as archive:
            matrices = {name: _large(archive[name]) for name in archive.files if name != TEXT}
            text = archive[TEXT].tobytes().decode()
        root = parse_json(text, "parcel")
        given = root.object()
        records: dict[str, Any] = {
            name: tuple(record_of(one, kind) for one in root.get(name).list()) for name, kind in _RECORDS
        }

        def travel(value: Any) -> dict[str, Any]:
            slots = tuple(record_of(slot, SpeedSlot) for slot in value.get("speeds").list())
            return {name: matrices[value.value[name]] for name in ("seconds", "metres")} | {"speeds": slots}

        profiles = root.get("profiles")
        problem = Problem(
            **records,
            **travel(root),
            profiles={name: Profile(**travel(profiles.get(name))) for name in profiles.object()},
            longest_route_cents_per_h=given["longest_route_cents_per_h"],
        )
        names = ("time_limit_s", "seed", "iteration_limit", "start")
        reloads = given.get("start_reloads")  # an older release, whose parcels may still wait, knew none
        options = SolveOptions(**{name: given[name] for name in names}, start_reloads=reloads, workers=1)
        return problem, options, Stretch(begin=given["stretch"][0], end=given["stretch"][1])
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, TypeError, ValueError) as fault:
        raise BadParcel(f"a parcel of {len(parcel)} bytes: {fault}") from fault


def packed_orders(plan: Plan) -> bytes:
    """The routes' stops in order, and before which of them the vehicle loads again."""
    orders = {
        route.vehicle: [[visit.stop for visit in route.visits], [reload.before for reload in route.reloads]]
        for route in plan.routes
    }
    return json.dumps(orders, ensure_ascii=False).encode()


def plan_of_parcel(whole: Problem, part: Part, answer: bytes, *, solver: str) -> Plan:
    """The part's plan that these orders make, scheduled anew.

    Raises:
        BadParcel: if it is no answer, or it names what the part has not, or an order breaks a rule.
    """
    vehicles = {whole.vehicles[index].id: whole.vehicles[index] for index in part.vehicles}
    stops = {whole.stops[index].id: whole.stops[index] for index in part.stops}
    try:
        orders: dict[str, tuple[Sequence[str], Sequence[int]]] = json.loads(answer)
        routes = tuple(
            schedule_route(whole, vehicles[name], [stops.pop(stop) for stop in order], [int(at) for at in reloads])
            for name, (order, reloads) in orders.items()
        )
    except (BadProblemFile, BadProblem, InfeasibleRoute, AssertionError) as fault:
        raise BadParcel(str(fault)) from fault
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise BadParcel(f"an answer of {len(answer)} bytes: {type(fault).__name__}: {fault}") from fault
    return Plan(
        routes=routes,
        dropped=tuple(Dropped(stop=stop, reason=DropReason.FLEET_FULL, detail={}) for stop in stops),
        cost=plan_cost(whole, routes),
        solver=solver,
        seconds=0.0,
        solutions=1,
    )


def _listed(start: Mapping[str, Sequence[Any]] | None) -> dict[str, list[Any]] | None:
    return None if start is None else {vehicle: list(order) for vehicle, order in start.items()}


def _small(matrix: NDArray[np.int32]) -> NDArray[Any]:
    closed = matrix == UNREACHABLE
    longest = int(matrix.max(initial=0, where=~closed))
    return np.where(closed, SHORT_MAX, matrix).astype(np.uint16) if longest < SHORT_MAX else matrix


def _large(matrix: NDArray[Any]) -> NDArray[np.int32]:
    large = matrix.astype(np.int32)
    if matrix.dtype == np.uint16:
        large[matrix == SHORT_MAX] = UNREACHABLE
    large.setflags(write=False)
    return large
