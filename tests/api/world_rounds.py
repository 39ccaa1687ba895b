"""What each side of the world has of requests and rounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.inventory.ledger import service as ledger
from logistics.inventory.rounds import service as rounds
from logistics.inventory.rounds.models import AllocationRound
from logistics.inventory.rounds.rules import Tier
from tests.builders import TownRef


def shared_out(
    session: Session, item_id: int, town: TownRef, *, clerk_id: int, chief_id: int, name: str, now: datetime
) -> dict[str, Any]:
    """The community is classed, a round that the office sent it 20 of 30 pieces in, a draft of another and an open
    request of a post."""
    community = {"item_id": item_id, "area_id": town.community_id}
    tier = rounds.SetTier(area_id=town.community_id, tier=Tier.CASES, starts_on=now.date())
    rounds.set_tier(session, tier, today=now.date(), now=now)
    received = ledger.Receipt(key=f"o-{name}", item_id=item_id, area_id=town.office_id, quantity=20, source="city")
    ledger.receive(session, received, now=now)
    rounds.ask(session, rounds.AskSupplies(**community, quantity=30), now=now)
    draft = rounds.DraftRound(
        item_id=item_id, area_id=town.office_id, terms=rounds.Terms(rule="proportional"), drafted_by_id=clerk_id
    )
    sent = rounds.draft_round(session, draft, now=now)
    seen = session.get_one(AllocationRound, sent).fingerprint
    rounds.issue_round(session, sent, account_id=chief_id, fingerprint=seen, now=now)
    request_id = rounds.ask(session, rounds.AskSupplies(**community, quantity=10, post="gate"), now=now)
    return {
        "round_id": sent,
        "draft_round_id": rounds.draft_round(session, draft, now=now),
        "request_id": request_id,
        "fingerprint": seen,
    }


def round_bodies(ids: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Sound requests about one side's requests and rounds."""
    terms = {"item_id": ids["item_id"], "area_id": ids["office_id"]}
    seen = {"fingerprint": ids["fingerprint"]}
    return {
        "inventory.ask_supplies": {"item_id": ids["item_id"], "area_id": ids["area_id"], "quantity": 5, "post": "x"},
        "inventory.change_supply_request": {"version": 1, "quantity": 5},
        "inventory.decline_supply_request": {"reason": "no_room"},
        "inventory.set_tier": {"tier": "no_case"},
        "inventory.compare_rules": {**terms, "rules": ["proportional", "max_min"]},
        "inventory.draft_round": {**terms, "rule": "proportional"},
        "inventory.approve_round": seen,
        "inventory.issue_round": seen,
        "inventory.confirm_arrival": {"accepted": 20},
    }
