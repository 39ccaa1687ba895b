"""Requests, rounds and shares as readers get them. All quantities in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from logistics.communities.rules import AreaLevel
from logistics.inventory.rounds.inputs.record import FloorPer, Need
from logistics.inventory.rounds.rules import Change, Refusal, RejectionReason, RequestState, RoundState, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOption:
    """An item that may be asked for."""

    id: int
    code: str
    name: str
    unit: str
    pack_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOption:
    """An area that the viewer looks after."""

    id: int
    code: str
    name: str
    level: AreaLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class TierView:
    """One entry in the history of a community's class."""

    id: int
    area_id: int
    area_code: str
    area_name: str
    tier: Tier
    starts_on: date
    note: str
    set_at: datetime
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request of a community or of a post of it. `refusal` is why it was declined."""

    id: int
    code: str
    item_id: int
    item_code: str
    item_name: str
    unit: str
    pack_size: int
    area_id: int
    area_code: str
    area_name: str
    post: str
    quantity: int
    checkpoint_count: int
    note: str
    state: RequestState
    refusal: Refusal | None
    version: int
    requested_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A standing request beside what there is to know of the place that asks.

    `cover_days` is how long the community's stock lasts at the use of the last days, None where nothing was used;
    `carry` is what the place was left short of in its last round, which was dispatched on `carried_from`.
    """

    request: RequestView
    tier: Tier
    on_hand: int
    cover_days: int | None
    carry: int
    carried_from: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRoundView:
    """`supply` is what the office had available, `given` the sum of the shares, `requested` that of the requests."""

    id: int
    code: str
    item_id: int
    item_code: str
    item_name: str
    unit: str
    pack_size: int
    area_id: int
    area_code: str
    area_name: str
    state: RoundState
    emergency: bool
    note: str
    rule: str
    supply: int
    requested: int
    given: int
    place_count: int
    drafted_at: datetime
    drafted_by_id: int
    drafted_by: str
    approved_at: datetime | None
    approved_by: str
    dispatched_at: datetime | None
    received_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str
    cancel_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What a place of a round gets, and why. The places that asked have a `request_id`; the others are the areas above
    them. `accepted`, `rejected` and `missing` are None until the arrival is confirmed; `shortfall` carries over."""

    id: int
    round_id: int
    round_code: str
    round_state: RoundState
    item_id: int
    item_name: str
    unit: str
    pack_size: int
    place: str
    parent_place: str
    parent_name: str
    depth: int
    area_id: int
    area_code: str
    area_name: str
    post: str
    request_id: int | None
    requested: int
    tier: int
    carry: int
    allocated: int
    refusal: Refusal | None
    shipment_id: int | None
    accepted: int | None
    rejected: int | None
    missing: int | None
    rejection_reason: RejectionReason | None
    arrived_at: datetime | None
    shortfall: int
    explanation_zh: str
    explanation_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedView:
    """What is no longer as it was when a draft was computed."""

    what: Change
    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresView:
    """How evenly a rule shares out among the places that want something. Fill rates are given by asked, from 0 to 1;
    Gini 0 and Jain 1 are even."""

    fill_mean: float
    fill_min: float
    gini: float
    jain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsView:
    """What the office chose. `reserve` is pieces or a part of the supply in percent; `floor` in pieces."""

    rule: str
    within: str
    reserve: str
    floor: int
    floor_per: FloorPer
    weigh_by: tuple[Need, ...]
    carry: bool
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDetail(AllocationRoundView):
    """`fingerprint` stands for all inputs: whoever approves says which one was seen. `changes` is what has changed
    under a draft; with any of them it cannot be approved."""

    fingerprint: str
    terms: TermsView
    measures: MeasuresView
    changes: tuple[ChangedView, ...]
    shares: tuple[ShareView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRule:
    """What one rule comes to. `gains` and `loses` count the places that get more or less than by the first rule."""

    rule: str
    given: int
    measures: MeasuresView
    gains: int
    loses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPlace:
    """What one place gets by each rule, in the order of the rules."""

    place: str
    area_name: str
    post: str
    requested: int
    tier: int
    carry: int
    allocated: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Rules side by side on the same inputs, as they are now. `supply` is what the office has available."""

    item_id: int
    item_name: str
    unit: str
    pack_size: int
    area_id: int
    area_name: str
    supply: int
    requested: int
    rules: tuple[ComparedRule, ...]
    places: tuple[ComparedPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """One thing that is not what computing a round again gives."""

    what: str
    place: str
    stored: str
    computed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayView:
    """`same` is whether every number and reason is as it was stored."""

    round_id: int
    code: str
    fingerprint: str
    same: bool
    differences: tuple[DifferenceView, ...]
