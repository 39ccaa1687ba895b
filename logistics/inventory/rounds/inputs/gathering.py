"""Reads what a round is computed from, as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.communities import service as communities
from logistics.communities.rules import AreaLevel
from logistics.communities.service import AreaFacts
from logistics.errors import NotFound
from logistics.inventory.rounds.errors import NotAnOffice, NothingAsked
from logistics.inventory.rounds.inputs.needs import weights_of
from logistics.inventory.rounds.inputs.queries import (
    ItemFacts,
    Owed,
    Wanted,
    available,
    item_facts,
    owed_below,
    standing_requests,
)
from logistics.inventory.rounds.inputs.record import AreaNode, FloorPer, RoundInputs, Terms
from logistics.inventory.rounds.places import place_code
from logistics.inventory.rounds.rules import PROMISED, TIER_RANKS, Standing, Tier
from logistics.inventory.rounds.tiers import tiers_below


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The inputs of a round of the `office` of that name, and which rows its places stand for: requests and areas by
    place."""

    item: ItemFacts
    office: str
    inputs: RoundInputs
    wanted: Mapping[str, Wanted]
    areas: Mapping[str, AreaFacts]


def gather(
    session: Session, *, item_id: int, area_id: int, terms: Terms, now: datetime, empty: bool = False
) -> Gathered:
    """Everything a round of an office rests on: its supply, the standing requests below it, and what there is to know
    of their places. With `empty` there may be no request.

    Raises:
        NotFound: no such item or area.
        NotAnOffice: the area is a community, which has nobody below it.
        NothingAsked: no request stands.
    """
    item = item_facts(session, item_id)
    tree = {area.id: area for area in communities.tree_below(session, area_id)}
    if area_id not in tree:
        raise NotFound(kind="area", key=area_id)
    if tree[area_id].level is AreaLevel.COMMUNITY:
        raise NotAnOffice(area=tree[area_id].name)
    requests = standing_requests(session, item_id=item_id, area_id=area_id)
    if not requests and not empty:
        raise NothingAsked()
    by_place = {place_code(tree[wanted.area_id].code, wanted.post): wanted for wanted in requests}
    nodes = _areas_between(tree, area_id, {wanted.area_id for wanted in requests if wanted.refusal is None})
    inputs = RoundInputs(
        item=item.code,
        pack=item.pack_size,
        supply=available(session, item_id=item_id, area_id=area_id, good_on=local_date(now + PROMISED)),
        terms=terms,
        areas=tuple(
            AreaNode(place=area.code, parent=_parent(tree, area, area_id))
            for area in sorted(nodes, key=lambda area: area.code)
        ),
        places=_places(session, by_place, tree, item_id=item_id, area_id=area_id, terms=terms, now=now),
    )
    areas = {area.code: area for area in nodes} | {place: tree[w.area_id] for place, w in by_place.items()}
    return Gathered(item=item, office=tree[area_id].name, inputs=inputs, wanted=by_place, areas=areas)


def _places(
    session: Session,
    by_place: Mapping[str, Wanted],
    tree: Mapping[int, AreaFacts],
    *,
    item_id: int,
    area_id: int,
    terms: Terms,
    now: datetime,
) -> tuple[Standing, ...]:
    tiers = tiers_below(session, area_id, on=local_date(now))
    owed = owed_below(session, item_id=item_id, area_id=area_id) if terms.carry else {}
    weights = weights_of(session, by_place, item_id=item_id, area_id=area_id, by=terms.weigh_by, now=now)
    return tuple(
        Standing(
            place=place,
            parent=_parent(tree, tree[wanted.area_id], area_id),
            request=wanted.request_code,
            version=wanted.version,
            requested=wanted.quantity,
            tier=TIER_RANKS[tiers.get(wanted.area_id, Tier.NO_CASE)],
            weight=weights[place],
            **_carried(owed.get((item_id, place)) if wanted.refusal is None else None),
            floor=_floor(wanted, terms),
            refusal=wanted.refusal.value if wanted.refusal else "",
        )
        for place, wanted in sorted(by_place.items())
    )


def _carried(owed: Owed | None) -> dict[str, Any]:
    if owed is None:
        return {"carry": 0, "carried_from": ""}
    return {"carry": owed.pieces, "carried_from": f"{local_date(owed.since):%m-%d}"}


def _floor(wanted: Wanted, terms: Terms) -> int:
    """What the place gets before the rule, in pieces: never more than it asks for."""
    if wanted.refusal is not None:
        return 0
    each = 1 if terms.floor_per is FloorPer.PLACE else wanted.checkpoint_count
    return min(terms.floor * each, wanted.quantity)


def _areas_between(tree: Mapping[int, AreaFacts], top: int, asking: set[int]) -> Sequence[AreaFacts]:
    """The areas over those that ask, below the office."""
    found: dict[int, AreaFacts] = {}
    for area_id in asking:
        above = tree[area_id].parent_id if area_id != top else None
        while above is not None and above != top and above not in found:
            found[above] = tree[above]
            above = tree[above].parent_id
    return list(found.values())


def _parent(tree: Mapping[int, AreaFacts], area: AreaFacts, top: int) -> str:
    """The code of the area over this one, empty where that is the office itself."""
    if area.id == top or area.parent_id is None or area.parent_id == top:
        return ""
    return tree[area.parent_id].code
