"""What is read of ballots, as frozen shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from logistics.inventory.ballots.rules import BallotOutcome, BallotState


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotView:
    """A ballot: `quantity` pieces a household, `supply` in all. `seed` and `salt` are empty until the draw, the
    commitment until it opens, `list_sha256` until it closes."""

    id: int
    code: str
    title: str
    item_id: int
    item_code: str
    item_name: str
    unit: str
    area_id: int
    area_name: str
    quantity: int
    supply: int
    collect_days: int
    state: BallotState
    closes_at: datetime
    public_source: str
    public_value: str
    commitment: str
    list_sha256: str
    seed: str
    salt: str
    opened_at: datetime | None
    closed_at: datetime | None
    drawn_at: datetime | None
    ended_at: datetime | None
    registration_count: int

    @property
    def shares(self) -> int:
        """Households that the supply serves."""
        return self.supply // self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCount:
    outcome: BallotOutcome
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotDetail(BallotView):
    """`manages` says whether the viewer opens, closes and draws it."""

    outcomes: tuple[OutcomeCount, ...]
    manages: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationView:
    """One household in a ballot. `weight` counts its tickets, known when the list is closed; `rank` is its place in the
    draw, from 1; an offer may be collected before `collect_by`."""

    id: int
    ballot_id: int
    ballot_code: str
    ballot_title: str
    household_id: int
    household_code: str
    compound_name: str
    building: str
    unit: str
    flat: str
    code: str
    weight: int | None
    rank: int | None
    outcome: BallotOutcome
    registered_at: datetime
    offered_at: datetime | None
    collect_by: datetime | None
    resolved_at: datetime | None
