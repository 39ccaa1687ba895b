"""Computes a round again from what was written down, and compares: the numbers are the same, or the first difference
is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from logistics.errors import DomainError, NotFound
from logistics.inventory.allocation.fingerprint import METHOD
from logistics.inventory.rounds.computing import Computed, compute
from logistics.inventory.rounds.inputs.queries import written_shares
from logistics.inventory.rounds.inputs.record import RoundInputs, fingerprint, read_inputs
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.inventory.rounds.places import place_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not what computing it again gives. `place` is empty where it is about the round."""

    what: str
    place: str
    stored: Any
    computed: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """`computed` is every share again, places and areas; `differences` is empty where all is as it was stored."""

    round_id: int
    code: str
    fingerprint: str
    computed: tuple[Computed, ...]
    differences: tuple[Difference, ...]


def replay(session: Session, round_id: int) -> Replayed:
    """Compute a round again and compare with everything that is stored of it: the inputs with their fingerprint, the
    rule, the supply, and of each share its parent, its area and post, its numbers, its refusal and its reasons.

    Raises:
        NotFound: no such round.
    """
    row = session.get(AllocationRound, round_id)
    if row is None:
        raise NotFound(kind="round", key=round_id)
    stored = written_shares(session, round_id)
    found = fingerprint(row.inputs)
    try:
        inputs = read_inputs(row.inputs)
        computed = compute(inputs)
    except (ValueError, TypeError, DomainError) as wrong:  # a number that is none, or out of its range
        unreadable = Difference(what="inputs", place="", stored=row.inputs[:80], computed=str(wrong))
        return Replayed(round_id=row.id, code=row.code, fingerprint=found, computed=(), differences=(unreadable,))
    return Replayed(
        round_id=row.id,
        code=row.code,
        fingerprint=found,
        computed=computed,
        differences=(*_of_round(row, inputs, computed, found), *_of_shares(stored, inputs, computed)),
    )


def _of_round(
    row: AllocationRound, inputs: RoundInputs, computed: tuple[Computed, ...], found: str
) -> list[Difference]:
    asking = {place.place for place in inputs.places}
    given = sum(share.allocated for share in computed if share.place in asking)
    pairs = (
        ("fingerprint", row.fingerprint, found),
        ("method", inputs.method, METHOD),
        ("rule", row.rule, inputs.terms.rule),
        ("supply", row.supply, inputs.supply),
        ("given", row.given, given),
    )
    return [
        Difference(what=what, place="", stored=stored, computed=again)
        for what, stored, again in pairs
        if stored != again
    ]


def _of_shares(
    stored: dict[str, tuple[RoundShare, str]], inputs: RoundInputs, computed: tuple[Computed, ...]
) -> list[Difference]:
    again = {share.place: share for share in computed}
    refusals = {place.place: place.refusal for place in inputs.places}
    found = []
    for place in sorted(stored.keys() | again.keys()):
        known, now = stored.get(place), again.get(place)
        if known is None or now is None:
            present, missing = ("stored", None) if now is None else (None, "computed")
            found.append(Difference(what="share", place=place, stored=present, computed=missing))
            continue
        was, area = known
        pairs = (
            ("area", place_code(area, was.post), place),
            ("refusal", was.refusal.value if was.refusal else "", refusals.get(place, "")),
            ("parent", was.parent_place, now.parent),
            ("depth", was.depth, now.depth),
            ("requested", was.requested, now.requested),
            ("tier", was.tier, now.tier),
            ("weight", was.weight, now.weight),
            ("carry", was.carry, now.carry),
            ("allocated", was.allocated, now.allocated),
            ("reasons", was.explanation, now.reasons),
        )
        found += [
            Difference(what=what, place=place, stored=before, computed=after)
            for what, before, after in pairs
            if before != after
        ]
    return found
