"""Verbs on requests, tiers and rounds: what other rooms use."""

from __future__ import annotations

from logistics.inventory.allocation import RuleName
from logistics.inventory.rounds.approving import approve_round
from logistics.inventory.rounds.arriving import ConfirmArrival, confirm_arrival, finish_arrived
from logistics.inventory.rounds.cancelling import CANCEL_REASON_MAX, cancel_round
from logistics.inventory.rounds.dispatching import dispatch_round, issue_round
from logistics.inventory.rounds.drafting import DraftRound, draft_round, recompute_round
from logistics.inventory.rounds.inputs.record import FloorPer, Need, Terms
from logistics.inventory.rounds.replaying import Difference, Replayed, replay
from logistics.inventory.rounds.requesting import (
    CHECKPOINTS_MAX,
    QUANTITY_MAX,
    AskSupplies,
    ChangeRequest,
    ask,
    change_request,
    decline_request,
    withdraw_request,
)
from logistics.inventory.rounds.rules import TIER_RANKS
from logistics.inventory.rounds.standing import Wish, bring_up_to_date
from logistics.inventory.rounds.tiers import SetTier, set_tier, tiers_below

__all__ = [
    "CANCEL_REASON_MAX",
    "CHECKPOINTS_MAX",
    "QUANTITY_MAX",
    "TIER_RANKS",
    "AskSupplies",
    "ChangeRequest",
    "ConfirmArrival",
    "Difference",
    "DraftRound",
    "FloorPer",
    "Need",
    "Replayed",
    "RuleName",
    "SetTier",
    "Terms",
    "Wish",
    "approve_round",
    "ask",
    "bring_up_to_date",
    "cancel_round",
    "change_request",
    "confirm_arrival",
    "decline_request",
    "dispatch_round",
    "draft_round",
    "finish_arrived",
    "issue_round",
    "recompute_round",
    "replay",
    "set_tier",
    "tiers_below",
    "withdraw_request",
]
