"""Rules side by side, and the order and measures in which the shares of a round are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.clock import local_date
from logistics.inventory.allocation import Filled, Measures, measure
from logistics.inventory.rounds import queries
from logistics.inventory.rounds.computing import Computed, compute, measured
from logistics.inventory.rounds.inputs.gathering import gather
from logistics.inventory.rounds.inputs.queries import owed_below, stock_below
from logistics.inventory.rounds.inputs.record import RoundInputs, Terms
from logistics.inventory.rounds.places import place_code
from logistics.inventory.rounds.replaying import Replayed
from logistics.inventory.rounds.rules import Tier
from logistics.inventory.rounds.tiers import tiers_below
from logistics.inventory.rounds.views import (
    BoardRow,
    ComparedPlace,
    ComparedRule,
    Comparison,
    DifferenceView,
    MeasuresView,
    ReplayView,
    ShareView,
)


def board(
    session: Session, viewer: Viewer, *, area_id: int, now: datetime, item_id: int | None = None
) -> list[BoardRow]:
    """What stands for an item (None: for every item) below an office, by place, beside class, stock, days of cover and
    what the last round left the place short of."""
    requests = queries.standing(session, viewer, item_id=item_id, area_id=area_id)
    stock = stock_below(session, item_id=item_id, area_id=area_id, now=now)
    tiers = tiers_below(session, area_id, on=local_date(now))
    owed = owed_below(session, item_id=item_id, area_id=area_id)
    rows = []
    for request in requests:
        held = stock.get((request.item_id, request.area_id))
        short = owed.get((request.item_id, place_code(request.area_code, request.post)))
        rows.append(
            BoardRow(
                request=request,
                tier=tiers.get(request.area_id, Tier.NO_CASE),
                on_hand=held.on_hand if held else 0,
                cover_days=held.cover_days if held else None,
                carry=short.pieces if short else 0,
                carried_from=local_date(short.since) if short else None,
            )
        )
    return rows


def compare(session: Session, *, item_id: int, area_id: int, terms: Sequence[Terms], now: datetime) -> Comparison:
    """What each of the terms, which differ in their rule, would give now. Nothing is written.

    Raises:
        NotFound, NotAnOffice, NothingAsked, BadTerms: as for a draft.
    """
    gathered = gather(session, item_id=item_id, area_id=area_id, terms=terms[0], now=now)
    runs = [replace(gathered.inputs, terms=one) for one in terms]
    computed = [compute(inputs) for inputs in runs]
    shares = [{one.place: one.allocated for one in found} for found in computed]
    names = {area.id: area.name for area in gathered.areas.values()}
    places = tuple(
        ComparedPlace(
            place=place.place,
            area_name=names[gathered.wanted[place.place].area_id],
            post=gathered.wanted[place.place].post,
            requested=place.requested,
            tier=place.tier,
            carry=place.carry,
            allocated=tuple(found[place.place] for found in shares),
        )
        for place in gathered.inputs.places
    )
    return Comparison(
        item_id=item_id,
        item_name=gathered.item.name,
        unit=gathered.item.unit,
        pack_size=gathered.item.pack_size,
        area_id=area_id,
        area_name=gathered.office,
        supply=gathered.inputs.supply,
        requested=sum(place.requested for place in places),
        rules=tuple(
            _rule(inputs, found, places, index=index)
            for index, (inputs, found) in enumerate(zip(runs, computed, strict=True))
        ),
        places=places,
    )


def measures_of(shares: Sequence[ShareView]) -> MeasuresView:
    """The measures of a round that is written, over the places that want something."""
    wanting = [share for share in shares if share.request_id is not None and share.refusal is None]
    return measures_view(
        measure([Filled(place=one.place, requested=one.requested, allocated=one.allocated) for one in wanting])
    )


def down_the_tree(shares: Sequence[ShareView]) -> list[ShareView]:
    """Every area before what lies below it, by code."""
    below: dict[str, list[ShareView]] = defaultdict(list)
    known = {share.place for share in shares}
    for share in sorted(shares, key=lambda share: share.place):
        below[share.parent_place if share.parent_place in known else ""].append(share)
    found: list[ShareView] = []
    waiting = below[""][::-1]
    while waiting:
        found.append(waiting.pop())
        if found[-1].request_id is None:
            waiting += below[found[-1].place][::-1]
    return found


def replayed(found: Replayed) -> ReplayView:
    """A replay as it is told."""
    return ReplayView(
        round_id=found.round_id,
        code=found.code,
        fingerprint=found.fingerprint,
        same=not found.differences,
        differences=tuple(
            DifferenceView(what=one.what, place=one.place, stored=str(one.stored), computed=str(one.computed))
            for one in found.differences
        ),
    )


def measures_view(found: Measures) -> MeasuresView:
    return MeasuresView(fill_mean=found.fill_mean, fill_min=found.fill_min, gini=found.gini, jain=found.jain)


def fields_of(record: Any) -> Mapping[str, Any]:
    """The fields of a frozen record, by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _rule(
    inputs: RoundInputs, computed: Sequence[Computed], places: Sequence[ComparedPlace], *, index: int
) -> ComparedRule:
    more = [place.allocated[index] - place.allocated[0] for place in places]
    return ComparedRule(
        rule=inputs.terms.rule,
        given=sum(place.allocated[index] for place in places),
        measures=measures_view(measured(inputs, computed)),
        gains=sum(difference > 0 for difference in more),
        loses=sum(difference < 0 for difference in more),
    )
