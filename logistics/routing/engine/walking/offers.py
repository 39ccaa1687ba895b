"""The ways to serve a compound: at one of its gates, or at several, each with the buildings nearest to it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from logistics.routing.engine.problem import Problem, Stop
from logistics.routing.engine.walking.items import BadWalk, Volunteers, WalkPlan
from logistics.routing.engine.walking.solving import plan_walk
from logistics.routing.engine.walking.walk import GATE, GateWalk

Gates = GateWalk | Sequence[GateWalk]
"""The gate of a compound, or several to choose from; all with the same buildings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stop as it stands in the first echelon, with the walk that its service time holds."""

    stop: Stop
    walk: GateWalk
    rounds: WalkPlan


Offer = tuple[Piece, ...]
"""One way to serve a compound: one piece for every gate the vehicles go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """What a choice of gates and volunteers means: how long vehicles stand there, all gates together, when the last
    volunteer is back after service begins, and how long all are busy."""

    gates: tuple[str, ...]
    volunteers: int
    service_s: int
    done_s: int
    busy_s: int


def trade_offs(gates: Sequence[GateWalk], volunteers: Sequence[int], *, seed: int = 0) -> list[TradeOff]:
    """Each gate alone, and several gates at once, with so many volunteers at each of them; in that order."""
    ways: list[tuple[GateWalk, ...]] = [(gate,) for gate in gates]
    parted = split_between(gates)
    if len(parted) > 1:
        ways.append(parted)
    found = []
    for way in ways:
        for count in volunteers:
            plans = [plan_walk(_with_volunteers(walk, count), seed=seed) for walk in way]
            found.append(
                TradeOff(
                    gates=tuple(walk.gate for walk in way),
                    volunteers=count,
                    service_s=sum(plan.service_s for plan in plans),
                    done_s=max(plan.done_s for plan in plans),
                    busy_s=sum(plan.busy_s for plan in plans),
                )
            )
    return found


def split_between(gates: Sequence[GateWalk]) -> tuple[GateWalk, ...]:
    """Every gate with the buildings that are nearest to it there and back; gates without any are left out."""
    nearest: dict[int, list[str]] = {}
    at_gate = [{building.id: building for building in gate.buildings} for gate in gates]
    for building in gates[0].buildings:
        away_s = [
            int(gate.seconds.item(GATE, known[building.id].place)) + gate.seconds.item(known[building.id].place, GATE)
            for gate, known in zip(gates, at_gate, strict=True)
        ]
        nearest.setdefault(away_s.index(min(away_s)), []).append(building.id)
    return tuple(
        dataclasses.replace(gates[number], buildings=tuple(at_gate[number][name] for name in names))
        for number, names in sorted(nearest.items())
    )


def offers_of(problem: Problem, walks: Mapping[str, Gates], *, split: bool, seed: int) -> dict[str, list[Offer]]:
    """Every way to serve each stop with a walk, the walks solved.

    With `split` a compound may be served at several gates at once, which makes a stop `id@gate` of each; only one that
    no pin, group or `drop_cost` of its own speaks of, and of which nothing stays at the gate.

    Raises:
        BadWalk: if a walk belongs to no stop, carries more than the stop drops, or its gates differ in what they do.
    """
    stops = {stop.id: stop for stop in problem.stops}
    size = len(problem.seconds)
    faults = [f for stop_id, gates in walks.items() for f in _faults(stops.get(stop_id), stop_id, _listed(gates), size)]
    if faults:
        raise BadWalk(faults)
    offers: dict[str, list[Offer]] = {}
    for stop_id, given in walks.items():
        stop, gates = problem.stop(stop_id), _listed(given)
        offers[stop_id] = [(_piece(stop, gate, seed),) for gate in gates]
        free = stop.pinned_position is None and stop.together is None and stop.drop_cost is None
        free = free and (gates[0].packages, gates[0].grams) == (stop.packages, stop.demand_g)
        parts = split_between(gates) if split and free else ()
        if len(parts) > 1:
            shares = _shares(stop, parts)
            offers[stop_id].append(tuple(_piece(share, part, seed) for share, part in zip(shares, parts, strict=True)))
    return offers


def with_offers(problem: Problem, chosen: Mapping[str, Offer]) -> Problem:
    """The first echelon with these choices; the pieces of a stop stand where it stood."""
    stops = [piece for stop in problem.stops for piece in _stops_of(stop, chosen)]
    return dataclasses.replace(problem, stops=tuple(stops))


def _stops_of(stop: Stop, chosen: Mapping[str, Offer]) -> list[Stop]:
    return [piece.stop for piece in chosen[stop.id]] if stop.id in chosen else [stop]


def _listed(gates: Gates) -> Sequence[GateWalk]:
    return [gates] if isinstance(gates, GateWalk) else gates


def _with_volunteers(walk: GateWalk, count: int) -> GateWalk:
    team: Volunteers = dataclasses.replace(walk.volunteers, count=count)
    return dataclasses.replace(walk, volunteers=team)


def _piece(stop: Stop, walk: GateWalk, seed: int) -> Piece:
    rounds = plan_walk(walk, seed=seed)
    place = stop.place if walk.place is None else walk.place
    served = dataclasses.replace(stop, place=place, service_s=rounds.service_s, service_s_per_package=0)
    return Piece(stop=served, walk=walk, rounds=rounds)


def _shares(stop: Stop, parts: Sequence[GateWalk]) -> Iterator[Stop]:
    """The stop's goods by gate; volume follows packages, cumulatively rounded down."""
    sent, volume_ml = 0, 0
    for part in parts:
        sent += part.packages
        until_ml = stop.volume_ml * sent // stop.packages
        yield dataclasses.replace(
            stop,
            id=f"{stop.id}@{part.gate}",
            demand_g=part.grams,
            packages=part.packages,
            volume_ml=until_ml - volume_ml,
        )
        volume_ml = until_ml


def _faults(stop: Stop | None, stop_id: str, gates: Sequence[GateWalk], size: int) -> Iterator[str]:
    """What is wrong with the gates of a stop, None being one that the problem of `size` places does not have."""
    who = f"stop {stop_id!r}"
    if stop is None:
        yield f"{who} has a walk, but the problem has no such stop"
        return
    if not gates:
        yield f"{who} has no gate; give one or more walks, or leave the stop out"
        return
    first = gates[0]
    for name, dropped, carried in (
        ("packages", stop.packages, first.packages),
        ("grams", stop.demand_g, first.grams),
    ):
        if carried > dropped:
            yield f"{who} drops {dropped} {name}, but {carried} are carried to its buildings; at most as much must be"
    wanted = {building.id: (building.packages, building.grams, building.doors) for building in first.buildings}
    for gate in gates:
        if {building.id: (building.packages, building.grams, building.doors) for building in gate.buildings} != wanted:
            yield f"{who}: gate {gate.gate!r} and gate {first.gate!r} differ in what goes to which building"
        if gate.place is not None and gate.place >= size:
            yield f"{who}: gate {gate.gate!r} is at place {gate.place}; it must be from 0 to {size - 1}"
    if len({gate.gate for gate in gates}) < len(gates):
        yield f"{who}: two of its {len(gates)} gates have the same name; each needs its own"
