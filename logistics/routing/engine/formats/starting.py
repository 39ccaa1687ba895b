"""A plan to begin with: yesterday's, or the one a dispatcher has been shown, out of a `.sol` or JSON file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from logistics.routing.engine.formats.plan_json import read_plan_json
from logistics.routing.engine.formats.problem_file import BadProblemFile, ReadProblem
from logistics.routing.engine.formats.solution import orders_of_routes, read_sol

NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The stops of each vehicle in order, as `SolveOptions.start`, and where they load again, as
    `SolveOptions.start_reloads`: a `.sol` does not say that.

    `strange_vehicles` and `strange_stops` are those that the file names and the problem does not know: the plan of
    another day may well have some, and the search leaves them out.
    """

    orders: dict[str, tuple[str, ...]]
    reloads: dict[str, tuple[int, ...]]
    strange_vehicles: tuple[str, ...]
    strange_stops: tuple[str, ...]


def read_start(path: Path, read: ReadProblem) -> Start:
    """The plan in a file, recognised by what stands in it.

    Raises:
        BadProblemFile: if it is neither a `.sol` nor a plan in our JSON, or names a stop twice.
        OSError: if it cannot be read.
    """
    file = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadProblemFile(
            f"the file is not UTF-8 text (byte {error.start}); it must be a plan", file=file
        ) from error
    if text.lstrip().startswith("{"):
        plan = read_plan_json(text, file)
        pairs: list[tuple[str, Sequence[str]]] = [
            (route.vehicle, [visit.stop for visit in route.visits]) for route in plan.routes
        ]
        reloads = {route.vehicle: tuple(reload.before for reload in route.reloads) for route in plan.routes}
    else:
        pairs, reloads = orders_of_routes(read, read_sol(text, file)[0]), {}
    return start_of(pairs, reloads, read, file=file)


def start_of(
    pairs: Iterable[tuple[str, Sequence[str]]],
    reloads: Mapping[str, tuple[int, ...]],
    read: ReadProblem,
    *,
    file: str,
) -> Start:
    """The start that these vehicles with these stops make, loading again ahead of these positions.

    Raises:
        BadProblemFile: if a vehicle has two routes, or a stop is named twice.
    """
    orders: dict[str, tuple[str, ...]] = {}
    holders: dict[str, str] = {}
    for vehicle, stops in pairs:
        if vehicle in orders:
            raise BadProblemFile(f"vehicle {vehicle!r} has two routes; it can drive one", file=file)
        orders[vehicle] = tuple(stops)
        for stop in stops:
            if stop in holders:
                both = f"of vehicle {holders[stop]!r} and of {vehicle!r}" if holders[stop] != vehicle else "twice"
                raise BadProblemFile(f"stop {stop!r} is in the route {both}; it is served once", file=file)
            holders[stop] = vehicle
    vehicles = {vehicle.id for vehicle in read.problem.vehicles}
    known = {stop.id for stop in read.problem.stops}
    return Start(
        orders=orders,
        reloads=dict(reloads),
        strange_vehicles=tuple(vehicle for vehicle in orders if vehicle not in vehicles),
        strange_stops=tuple(stop for stop in holders if stop not in known),
    )
