"""Shares a short supply out by a named rule, for one group or down a tree, and says why for every share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .claims import Claim, DuplicatePlace, Parameters
from .demand import Asked, Demand
from .fingerprint import fingerprint
from .measures import Filled, Measures, measure
from .reasons import Reason
from .recounting import Recount
from .sharing import share_down
from .tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one place is given, in pieces, and why. `depth` is 0 at the top; `is_leaf` if no place lies below."""

    place: str
    parent: str | None
    depth: int
    is_leaf: bool
    requested: int
    allocated: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a supply was shared: in `shares` every place, those above before those below, by name.

    `reserve` and `left_over` are pieces: held back, and shared with nobody because all have what they can take or
    because it is less than a pack.
    """

    parameters: Parameters
    shares: tuple[Share, ...]
    reserve: int
    left_over: int
    fingerprint: str

    @property
    def leaves(self) -> Sequence[Share]:
        """The places with nothing below them."""
        return [share for share in self.shares if share.is_leaf]

    @property
    def measures(self) -> Measures:
        """Over the places with nothing below them."""
        return measure(
            [Filled(place=one.place, requested=one.requested, allocated=one.allocated) for one in self.leaves]
        )


def share(claims: Iterable[Claim], parameters: Parameters) -> Outcome:
    """Share the supply of `parameters` out over the claims by its rule.

    The same claims in any order have the same outcome. A claim may name a `parent`: then the places at the top share
    the supply, and those below each place what it is given, at every level by the same rule.

    Raises:
        DuplicatePlace, ParentLoop, NothingAsked, FloorAbove: for claims that contradict each other.
        TooLarge: if weights and carry-overs together cannot be counted with.
    """
    by_place: dict[str, Claim] = {}
    for claim in claims:
        if claim.place in by_place:
            raise DuplicatePlace(place=claim.place)
        by_place[claim.place] = claim
    tree = Tree.of({place: claim.parent for place, claim in by_place.items()})
    asked = Asked.of(tree, by_place)
    demand = Demand.of(tree, asked, parameters)
    shared = share_down(tree, demand, parameters)
    reasons = Recount(tree=tree, claims=by_place, demand=demand, parameters=parameters, shared=shared).reasons()
    pieces = (shared.packs * parameters.pack).tolist()
    parents = tree.parents.tolist()
    depths = [depth for depth, level in enumerate(tree.levels) for _ in range(level.begin, level.end)]
    shares = tuple(
        Share(
            place=place,
            parent=tree.places[parents[row]] if parents[row] >= 0 else None,
            depth=depths[row],
            is_leaf=bool(tree.is_leaf[row]),
            requested=int(demand.requested[row]),
            allocated=pieces[row],
            reasons=why,
        )
        for row, (place, why) in enumerate(zip(tree.places, reasons, strict=True))
    )
    reserve = parameters.reserve.of(parameters.supply)
    top = sum(share.allocated for share in shares if share.depth == 0)
    return Outcome(
        parameters=parameters,
        shares=shares,
        reserve=reserve,
        left_over=parameters.supply - reserve - top,
        fingerprint=fingerprint(by_place.values(), parameters),
    )
