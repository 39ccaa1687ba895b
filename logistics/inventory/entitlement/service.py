"""Verbs of the rolling entitlement, for every other room."""

from __future__ import annotations

from logistics.inventory.entitlement.drawing import Draw, DrawReceipt, draw, give_back
from logistics.inventory.entitlement.ruling import SetRule, end_rule, set_rule

__all__ = ["Draw", "DrawReceipt", "SetRule", "draw", "end_rule", "give_back", "set_rule"]
