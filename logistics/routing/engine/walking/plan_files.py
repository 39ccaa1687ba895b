"""Plans of both echelons as JSON and as drawings: the vehicles' plan with the rounds of the volunteers at its gates.

    "walking_cost_cents": 0,
    "walks": [{"stop": "S1", "gate": "east", "rounds": [{"volunteer": 1, "start_s": 29340, "end_s": 29700,
               "buildings": ["3", "5"], "packages": 6, "grams": 21000, "metres": 260, "trips": [{"begins_s": 29340,
               "leaves_s": 29370, "hand_overs": [{"building": "3", "packages": 4, "grams": 12000, "doors": 3,
               "arrival_s": 29445, "departure_s": 29665}], "back_s": 29700}]}],
               "done_s": 29700, "busy_s": 360, "service_s": 600, "proven": true}]

Fields and units are those of `WalkPlan`, in clock times. What a round says beside its `trips` is theirs taken together:
from the first loading (`start_s`) to the last return (`end_s`), buildings in the order of their hand-overs; `metres`
only where the problem's file tells them. These are written for readers and are not read.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from logistics.routing.engine.formats.json_values import Value
from logistics.routing.engine.formats.plan_json import plan_as_json, plan_root
from logistics.routing.engine.formats.problem_file import ReadProblem
from logistics.routing.engine.formats.records_json import record_of, written
from logistics.routing.engine.formats.svg import Footway
from logistics.routing.engine.items import UNREACHABLE
from logistics.routing.engine.walking.files import StatedGate, Walks
from logistics.routing.engine.walking.items import HandOver, Round, Trip, WalkPlan
from logistics.routing.engine.walking.two_echelons import TwoEchelonPlan
from logistics.routing.engine.walking.walk import GATE, GateWalk

_HEAD = ("stop", "gate")
_SAID_TWICE = ("start_s", "end_s", "buildings", "packages", "grams", "metres")


def both_as_json(read: ReadProblem, both: TwoEchelonPlan, walks: Walks) -> str:
    """The plan as `plan_as_json` writes it, with the rounds. `read` has the problem of `both`, `walks` the file's."""
    told = [_told(stop_id, both.walks[stop_id], rounds, walks) for stop_id, rounds in both.rounds.items()]
    return plan_as_json(read, both.plan, on_foot={"walking_cost_cents": both.walking_cost, "walks": told})


def read_rounds(text: str, file: str) -> dict[str, WalkPlan]:
    """The rounds in a plan file, by stop, exactly; whether they hold is for `check_walks` to say.

    Raises:
        BadProblemFile: if it is no plan file, or if a field of the walks is missing, unknown or wrong, with its name.
    """
    root = plan_root(text, file)
    rounds: dict[str, WalkPlan] = {}
    for value in root.get("walks").list() if root.has("walks") else ():
        stop_id = value.get("stop").text()
        if stop_id in rounds:
            value.get("stop").refuse(f"is {stop_id!r} as in a walk before; each stop must be there once")
        stated = {name: inner for name, inner in value.object().items() if name not in _HEAD}
        rounds[stop_id] = record_of(Value(stated, file=file, field=value.field), WalkPlan, ignored=_SAID_TWICE)
    return rounds


def ways_on_foot(both: TwoEchelonPlan, walks: Walks) -> list[Footway]:
    """The way of every round whose gate and buildings have coordinates; a building without any is passed over."""
    found = []
    for stop_id, rounds in both.rounds.items():
        walk = both.walks[stop_id]
        at = _stated(walks, stop_id, walk).coordinates
        if at is None:
            continue
        for one in rounds.rounds:
            points = at[_places(walk, one)]
            known = points[~np.isnan(points).any(axis=1)]
            if len(np.unique(known, axis=0)) > 1:
                drops = list(_hand_overs(one))
                found.append(
                    Footway(
                        title=f"{stop_id}: volunteer {one.volunteer}, {len(drops)} hand-overs, "
                        f"{sum(drop.packages for drop in drops)} packages",
                        points=known,
                    )
                )
    return found


def metres_on_foot(both: TwoEchelonPlan, walks: Walks) -> dict[str, int | None]:
    """What is walked from the gate of every stop together; None where the problem's file does not tell all legs."""
    found: dict[str, int | None] = {}
    for stop_id, rounds in both.rounds.items():
        gate = _stated(walks, stop_id, both.walks[stop_id])
        walked = [_metres(gate, one) for one in rounds.rounds]
        found[stop_id] = None if None in walked else sum(metres for metres in walked if metres is not None)
    return found


def _told(stop_id: str, walk: GateWalk, rounds: WalkPlan, walks: Walks) -> dict[str, Any]:
    told: dict[str, Any] = {"stop": stop_id} | ({"gate": walk.gate} if walk.gate else {}) | written(rounds)
    gate = _stated(walks, stop_id, walk)
    told["rounds"] = [_round(gate, one) for one in rounds.rounds]
    return told


def _round(gate: StatedGate, one: Round) -> dict[str, Any]:
    drops = list(_hand_overs(one))
    metres = _metres(gate, one)
    return {
        "volunteer": one.volunteer,
        "start_s": one.trips[0].begins_s,
        "end_s": one.trips[-1].back_s,
        "buildings": [drop.building for drop in drops],
        "packages": sum(drop.packages for drop in drops),
        "grams": sum(drop.grams for drop in drops),
        **({} if metres is None else {"metres": metres}),
        "trips": written(one.trips),
    }


def _metres(gate: StatedGate, one: Round) -> int | None:
    """What is walked on a round; None where the file has no metres for one of the legs."""
    if gate.metres is None:
        return None
    legs = [int(gate.metres[here, there]) for here, there in pairwise(_places(gate.walk, one))]
    return None if UNREACHABLE in legs else sum(legs)


def _places(walk: GateWalk, one: Round) -> list[int]:
    """Every place of the walking matrix that a round comes to, from the gate to the gate."""
    at = {building.id: building.place for building in walk.buildings}

    def outside(trip: Trip) -> list[int]:
        return [*(at[drop.building] for drop in trip.hand_overs), GATE]

    return [GATE, *(place for trip in one.trips for place in outside(trip))]


def _hand_overs(one: Round) -> Iterator[HandOver]:
    return (drop for trip in one.trips for drop in trip.hand_overs)


def _stated(walks: Walks, stop_id: str, walk: GateWalk) -> StatedGate:
    """The gate of the file that a planned stop is served at; where a compound is split the stop is `id@gate`."""
    gates = walks[stop_id] if stop_id in walks else walks[stop_id.removesuffix(f"@{walk.gate}")]
    return next(gate for gate in gates if gate.walk.gate == walk.gate)
