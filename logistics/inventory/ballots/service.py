"""Verbs of ballots, for every other room."""

from __future__ import annotations

from logistics.inventory.ballots.offering import collect, decline, draw_ballot, move_up
from logistics.inventory.ballots.registering import Registered, register, withdraw
from logistics.inventory.ballots.running import (
    SUPPLY_MAX,
    NewBallot,
    cancel_ballot,
    close_ballot,
    create_ballot,
    open_ballot,
)

__all__ = [
    "SUPPLY_MAX",
    "NewBallot",
    "Registered",
    "cancel_ballot",
    "close_ballot",
    "collect",
    "create_ballot",
    "decline",
    "draw_ballot",
    "move_up",
    "open_ballot",
    "register",
    "withdraw",
]
