"""Verbs of the rolling entitlement, for every other room."""

from __future__ import annotations

from logistics.inventory.entitlement.drawing import Draw, DrawReceipt, draw, give_back
from logistics.inventory.entitlement.errors import EntitlementExceeded, MoreThanEntitled
from logistics.inventory.entitlement.queries import remaining_of
from logistics.inventory.entitlement.ruling import SetRule, end_rule, set_rule
from logistics.inventory.entitlement.taking import Take, Taken, draw_of, hand_over, take, void

__all__ = [
    "Draw",
    "DrawReceipt",
    "EntitlementExceeded",
    "MoreThanEntitled",
    "SetRule",
    "Take",
    "Taken",
    "draw",
    "draw_of",
    "end_rule",
    "give_back",
    "hand_over",
    "remaining_of",
    "set_rule",
    "take",
    "void",
]
