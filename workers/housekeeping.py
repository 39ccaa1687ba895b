"""What the platform deletes by itself, and after how long. Health data goes first: the day after its status ends, or
when the goods it sends to a door are in their batch, whichever is later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from logistics import idempotency, outbox
from logistics.accounts.models import ApiToken
from logistics.clock import local_date
from logistics.communities import service as communities
from logistics.inventory.sheets import service as sheets
from logistics.orders import service as orders
from logistics.orders.chat_sheets import service as chat_lists

TOKENS_KEPT = timedelta(days=30)
"""After its end a token stays visible for a month, so that its owner sees why a script stopped."""
PROMISES_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """Rows deleted, by kind."""

    statuses: int
    answers: int
    tokens: int
    promises: int
    uploads: int = 0
    lists: int = 0


def purge(session: Session, *, now: datetime) -> Purged:
    """Delete ended household statuses, old idempotent answers, stale tokens, promises long kept, sheets that were sent
    and never imported, and what rows of chat lists said a month ago."""
    today = local_date(now)
    return Purged(
        statuses=communities.purge_statuses(session, before=today, needed=orders.awaiting_batch(session)),
        answers=idempotency.purge(session, now=now),
        tokens=_purge_tokens(session, before=now - TOKENS_KEPT),
        promises=outbox.purge_done(session, before=now - PROMISES_KEPT),
        uploads=sheets.purge_uploads(session, now=now),
        lists=chat_lists.purge_reports(session, now=now),
    )


def _purge_tokens(session: Session, *, before: datetime) -> int:
    result = session.execute(delete(ApiToken).where(or_(ApiToken.expires_at < before, ApiToken.revoked_at < before)))
    return int(result.rowcount)  # type: ignore[attr-defined]
