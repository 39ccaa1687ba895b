"""Pure decisions about campaigns and orders: states, limits per household, and what each line is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from logistics.inventory.rules import Claim, share_by_draw, share_first_come, share_proportionally


class CampaignState(StrEnum):
    """Where a campaign is. Closed: its cut-off is over and its merchant still decides whether it forms; formed: what
    every line is given is decided, and its orders go to picking."""

    DRAFT = "draft"
    FILED = "filed"
    APPROVED = "approved"
    RETURNED = "returned"
    OPEN = "open"
    CLOSED = "closed"
    FORMED = "formed"
    FAILED = "failed"
    FULFILLED = "fulfilled"


class OrderState(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    SHORTED = "shorted"
    BATCHED = "batched"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    GROUP_BUY = "group_buy"
    PROXY = "proxy"
    DOOR = "door"
    VENDING = "vending"


class ShortageRule(StrEnum):
    """Who goes without when the store is short: the last to order, everybody a little, or whom the draw leaves out."""

    FIRST_COME = "first_come"
    PROPORTIONAL = "proportional"
    DRAW = "draw"


class LineReason(StrEnum):
    """Why a line was given less than was ordered."""

    HOUSEHOLD_LIMIT = "household_limit"
    SHORTAGE = "shortage"


CAMPAIGN_TRANSITIONS: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset({CampaignState.FILED}),
    CampaignState.FILED: frozenset({CampaignState.APPROVED, CampaignState.RETURNED, CampaignState.DRAFT}),
    CampaignState.RETURNED: frozenset({CampaignState.DRAFT, CampaignState.FILED}),
    CampaignState.APPROVED: frozenset({CampaignState.OPEN, CampaignState.DRAFT}),
    CampaignState.OPEN: frozenset({CampaignState.CLOSED}),
    CampaignState.CLOSED: frozenset({CampaignState.FORMED, CampaignState.FAILED}),
    CampaignState.FORMED: frozenset({CampaignState.FULFILLED}),
    CampaignState.FAILED: frozenset(),
    CampaignState.FULFILLED: frozenset(),
}

BEFORE_OPENING = frozenset({CampaignState.DRAFT, CampaignState.FILED, CampaignState.APPROVED, CampaignState.RETURNED})
"""States in which nobody can have ordered."""
DECIDED = frozenset({CampaignState.FORMED, CampaignState.FULFILLED})
"""States in which what every line is given stands: the later rooms work with these."""
LIVE = frozenset({CampaignState.OPEN, CampaignState.CLOSED, CampaignState.FORMED})
"""States in which goods of the campaign may still have to be brought."""

ORDER_TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PLACED: frozenset({OrderState.CONFIRMED, OrderState.SHORTED, OrderState.CANCELLED}),
    OrderState.CONFIRMED: frozenset({OrderState.BATCHED}),
    OrderState.SHORTED: frozenset(),  # nothing was left for it: there is nothing to deliver
    OrderState.BATCHED: frozenset({OrderState.DELIVERED}),
    OrderState.DELIVERED: frozenset({OrderState.COLLECTED}),
    OrderState.COLLECTED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}


SCARCE_PERCENT = 80
"""From this part of its supply ordered on, an offer may run out before the cut-off."""


def is_scarce(supply: int | None, limit_per_household: int | None, ordered: int) -> bool:
    """Whether an offer of `supply` units (None: without bound), of which `ordered` are asked for, may run short: its
    merchant limits what a household takes, or 80% of it are ordered."""
    if supply is None:
        return False
    return limit_per_household is not None or 100 * ordered >= SCARCE_PERCENT * supply


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One line as it stood at the cut-off. `placed_at` is since when it queues: since it was raised last, or
    else since its order was placed. `order` breaks ties of it; all quantities in units of the offer."""

    line_id: int
    offer_id: int
    household_id: int
    order: str
    placed_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a line gets; `reason` is None exactly when it gets all it asked for."""

    line_id: int
    quantity: int
    reason: LineReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """`supply` and `limit_per_household` in units; None is without bound."""

    supply: int | None
    limit_per_household: int | None


def decide_lines(
    lines: Iterable[Asked], terms: Mapping[int, OfferTerms], *, rule: ShortageRule, seed: int
) -> list[Given]:
    """Decide what every line of a closed campaign is given.

    First the household limit: over all its orders a household keeps its earliest units. Then, where the rest is more
    than the supply, the campaign's shortage rule shares the supply out between households, and each household's share
    goes to its own lines, earliest first. The answer has one entry per line, in order of line id.
    """
    by_offer: dict[int, list[Asked]] = defaultdict(list)
    for line in lines:
        by_offer[line.offer_id].append(line)
    given: list[Given] = []
    for offer_id, asked in sorted(by_offer.items()):
        given += _decide_offer(asked, terms[offer_id], rule=rule, seed=f"{seed}:{offer_id}")
    return sorted(given, key=lambda g: g.line_id)


def _decide_offer(asked: list[Asked], terms: OfferTerms, *, rule: ShortageRule, seed: str) -> list[Given]:
    queue = sorted(asked, key=lambda line: (line.placed_at, line.order, line.line_id))
    limited = _within_limit(queue, terms.limit_per_household)
    kept = limited
    if terms.supply is not None and sum(limited.values()) > terms.supply:
        shares = _share(queue, limited, supply=terms.supply, rule=rule, seed=seed)
        kept = _spread(queue, limited, shares)
    return [
        Given(
            line_id=line.line_id,
            quantity=kept[line.line_id],
            reason=_reason(line.quantity, limited[line.line_id], kept[line.line_id]),
        )
        for line in queue
    ]


def _within_limit(queue: list[Asked], limit: int | None) -> dict[int, int]:
    """Units of each line that its household's limit allows."""
    drawn: dict[int, int] = defaultdict(int)
    allowed = {}
    for line in queue:
        units = line.quantity if limit is None else min(line.quantity, limit - drawn[line.household_id])
        drawn[line.household_id] += units
        allowed[line.line_id] = units
    return allowed


def _share(
    queue: list[Asked], limited: Mapping[int, int], *, supply: int, rule: ShortageRule, seed: str
) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for line in queue:  # insertion order is the order of arrival, which first come needs
        key = str(line.household_id)
        wanted[key] = wanted.get(key, 0) + limited[line.line_id]
    claims = [Claim(key=key, wanted=units) for key, units in wanted.items()]
    if rule is ShortageRule.FIRST_COME:
        return _first_come_by_line(queue, limited, supply)
    if rule is ShortageRule.DRAW:
        return share_by_draw(claims, supply=supply, seed=seed)
    return share_proportionally(claims, supply=supply, seed=seed)


def _first_come_by_line(queue: list[Asked], limited: Mapping[int, int], supply: int) -> dict[str, int]:
    """First come is about lines, not households: a household's second order waits behind its neighbour's first."""
    by_line = share_first_come(
        [Claim(key=str(line.line_id), wanted=limited[line.line_id]) for line in queue], supply=supply
    )
    shares: dict[str, int] = defaultdict(int)
    for line in queue:
        shares[str(line.household_id)] += by_line[str(line.line_id)]
    return dict(shares)


def _spread(queue: list[Asked], limited: Mapping[int, int], shares: Mapping[str, int]) -> dict[int, int]:
    left = dict(shares)
    kept = {}
    for line in queue:
        units = min(limited[line.line_id], left[str(line.household_id)])
        left[str(line.household_id)] -= units
        kept[line.line_id] = units
    return kept


def _reason(ordered: int, limited: int, kept: int) -> LineReason | None:
    if kept == ordered:
        return None
    return LineReason.SHORTAGE if kept < limited else LineReason.HOUSEHOLD_LIMIT
