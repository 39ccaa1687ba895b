"""Verbs of a campaign's life, for the rest of the orders and for every other room."""

from __future__ import annotations

from logistics.orders.campaigns.counting import count_change, count_in, count_out, totals_of
from logistics.orders.campaigns.filing import (
    Reviewed,
    approve_campaign,
    file_campaign,
    return_campaign,
    withdraw_campaign,
)
from logistics.orders.campaigns.finishing import finish_delivered
from logistics.orders.campaigns.moving import keep, locked, move, require_move, terms_of
from logistics.orders.campaigns.opening import extend, open_campaign, tell_households, told_missed, wait
from logistics.orders.campaigns.pricing import broken_ceilings, settle_prices
from logistics.orders.campaigns.terms import (
    EXTEND_MIN_MAX,
    MINIMUM_CENTS_MAX,
    NO_TERMS,
    TermsDraft,
    check_minimum,
    ladders_of,
    needed_of,
    write_ladder,
    write_terms,
)
from logistics.orders.campaigns.tiers import FROM_UNITS_MAX, TIERS_MAX, Tier, ladder_of

__all__ = [
    "EXTEND_MIN_MAX",
    "FROM_UNITS_MAX",
    "MINIMUM_CENTS_MAX",
    "NO_TERMS",
    "TIERS_MAX",
    "Reviewed",
    "TermsDraft",
    "Tier",
    "approve_campaign",
    "broken_ceilings",
    "check_minimum",
    "count_change",
    "count_in",
    "count_out",
    "extend",
    "file_campaign",
    "finish_delivered",
    "keep",
    "ladder_of",
    "ladders_of",
    "locked",
    "move",
    "needed_of",
    "open_campaign",
    "require_move",
    "return_campaign",
    "settle_prices",
    "tell_households",
    "terms_of",
    "told_missed",
    "totals_of",
    "wait",
    "withdraw_campaign",
    "write_ladder",
    "write_terms",
]
