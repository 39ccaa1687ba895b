"""Verbs on requests, tiers and rounds: what other rooms use."""

from __future__ import annotations

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
from logistics.inventory.rounds.tiers import SetTier, set_tier, tiers_below

__all__ = [
    "CHECKPOINTS_MAX",
    "QUANTITY_MAX",
    "AskSupplies",
    "ChangeRequest",
    "SetTier",
    "ask",
    "change_request",
    "decline_request",
    "set_tier",
    "tiers_below",
    "withdraw_request",
]
