"""From the inputs of a round to the share of every place and of every area above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logistics.inventory.rounds.inputs.record import RoundInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """The share of one place or area. `depth` is 1 right below the office; `reasons` is what the rule gives as its
    explanation, in plain JSON."""

    place: str
    parent: str
    depth: int
    requested: int
    tier: int
    weight: int
    carry: int
    allocated: int
    reasons: Any


def compute(inputs: RoundInputs) -> tuple[Computed, ...]:
    """Placeholder until allocation/ is there: proportional, level by level."""
    from logistics.inventory.rules import Claim, share_proportionally

    parents = {a.place: a.parent for a in inputs.areas} | {p.place: p.parent for p in inputs.places}
    wanted = {p.place: 0 if p.refusal else p.requested for p in inputs.places}
    total = dict(wanted)
    for p in inputs.places:
        at = p.parent
        while at:
            total[at] = total.get(at, 0) + wanted[p.place]
            at = parents[at]
    reserve = inputs.terms.reserve
    back = -(-inputs.supply * int(reserve[:-1]) // 100) if reserve.endswith("%") else int(reserve)
    given: dict[str, int] = {"": max(inputs.supply - back, 0)}
    depth = {"": 0}
    standing = {p.place: p for p in inputs.places}
    out = []
    waiting = [""]
    while waiting:
        top = waiting.pop(0)
        below = sorted(place for place, parent in parents.items() if parent == top)
        if not below:
            continue
        packs = share_proportionally(
            [Claim(key=b, wanted=total[b] // inputs.pack) for b in below],
            supply=given[top] // inputs.pack,
            seed=str(inputs.terms.seed),
        )
        for b in below:
            given[b], depth[b] = packs[b] * inputs.pack, depth[top] + 1
            s = standing.get(b)
            out.append(
                Computed(
                    place=b,
                    parent=top,
                    depth=depth[b],
                    requested=s.requested if s else total[b],
                    tier=s.tier if s else 0,
                    weight=s.weight if s else 0,
                    carry=s.carry if s else 0,
                    allocated=given[b],
                    reasons=[{"kind": "proportional"}],
                )
            )
            waiting.append(b)
    return tuple(sorted(out, key=lambda c: c.place))
