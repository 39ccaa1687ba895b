"""What a community is told of a round: what it is short of and why, what is on its way, and what will not come."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.communities import service as communities
from logistics.inventory.rounds.inputs.queries import item_facts
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.notifications import service as notifications
from logistics.notifications.rules import Event


def tell_shortfalls(session: Session, row: AllocationRound, *, now: datetime) -> None:
    """Tell every community that gets less than it asked for how much, and the reasons as the rule gave them. Who
    declined knows."""
    item = item_facts(session, row.item_id)
    names = {area.code: area.name for area in communities.tree_below(session, row.area_id)}
    short: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for share in _shares(session, row.id):
        if share.refusal is None and share.allocated < share.requested:
            short[share.area_id].append(
                {
                    "post": share.post,
                    "asked": share.requested,
                    "given": share.allocated,
                    "short": share.requested - share.allocated,
                    "above": names.get(share.parent_place, ""),
                    "reasons": share.explanation,
                }
            )
    messages = [
        notifications.Message(
            key=f"share_shorted:{row.id}:{area_id}",
            area_id=area_id,
            event=Event.SHARE_SHORTED,
            data={"round": row.code, "item": item.name, "unit": item.unit, "lines": lines},
        )
        for area_id, lines in short.items()
    ]
    notifications.tell_many(session, messages, now=now)


def tell_sent(session: Session, row: AllocationRound, *, now: datetime) -> None:
    """Tell every community that gets something that it is on its way."""
    item = item_facts(session, row.item_id)
    pieces: dict[int, int] = defaultdict(int)
    for share in _shares(session, row.id):
        if share.allocated:
            pieces[share.area_id] += share.allocated
    messages = [
        notifications.Message(
            key=f"share_sent:{row.id}:{area_id}",
            area_id=area_id,
            event=Event.SHARE_SENT,
            data={"round": row.code, "item": item.name, "unit": item.unit, "pieces": given},
        )
        for area_id, given in pieces.items()
    ]
    notifications.tell_many(session, messages, now=now)


def tell_cancelled(session: Session, row: AllocationRound, *, reason: str, now: datetime) -> None:
    """Tell every community of an approved round that it will not come, and why. Who declined wanted nothing of it."""
    item = item_facts(session, row.item_id)
    areas = {share.area_id for share in _shares(session, row.id) if share.refusal is None}
    messages = [
        notifications.Message(
            key=f"share_cancelled:{row.id}:{area_id}",
            area_id=area_id,
            event=Event.SHARE_CANCELLED,
            data={"round": row.code, "item": item.name, "unit": item.unit, "reason": reason},
        )
        for area_id in sorted(areas)
    ]
    notifications.tell_many(session, messages, now=now)


def _shares(session: Session, round_id: int) -> list[RoundShare]:
    return list(
        session.scalars(
            select(RoundShare)
            .where(RoundShare.round_id == round_id, RoundShare.request_id.is_not(None))
            .order_by(RoundShare.place)
        )
    )
