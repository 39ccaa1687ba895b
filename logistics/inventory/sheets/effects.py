"""What comes of a sheet's facts: receipts and counts in the ledger, requests for the next round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.communities.rules import AreaLevel
from logistics.errors import N_
from logistics.inventory.ledger import service as ledger
from logistics.inventory.sheets.mapping import FactKind
from logistics.inventory.sheets.rows import Notice, SheetRow

STOCK_AGE_DAYS_MAX = 1
"""What was counted the day before yesterday says nothing about what is there now."""
REASON_LENGTH_MAX = 240

OLD_STOCK = N_("%(count)s stock figure(s) are older than a day and were not entered as counts.")
NOT_A_COMMUNITY = N_("%(count)s request(s) are not of communities and wait for no round; they are kept as stated.")


def carry_out(
    session: Session,
    facts: Sequence[SheetRow],
    *,
    source: str,
    file_name: str,
    levels: Mapping[int, AreaLevel],
    account_id: int | None,
    now: datetime,
) -> tuple[list[str], list[Notice]]:
    """Do what the facts ask for. `source` names the sheet by its bytes, so that a cell is never entered twice.

    Returns, for each fact in order, the key of the movement or the code of the request that came of it, and notices of
    what was only kept.

    Raises:
        KeyReused: another import entered one of the cells with another number.
        CountBelowPromised: a count is below what is promised.
    """
    moving = {fact.item_id for fact in facts if fact.kind in (FactKind.RECEIVED, FactKind.STOCK)}
    ledger.lock_items(session, moving)
    effects, old = [], 0
    for fact in facts:
        key = f"sheet:{source}:{fact.kind.value}:{fact.cells[0]}"
        reason = f"{file_name} {', '.join(fact.cells)} ({fact.on.isoformat()})"[:REASON_LENGTH_MAX]
        if fact.kind is FactKind.RECEIVED and fact.pieces:
            receipt = ledger.Receipt(
                key=key,
                item_id=fact.item_id,
                area_id=fact.area_id,
                quantity=fact.pieces,
                reason=reason,
                account_id=account_id,
            )
            ledger.receive(session, receipt, now=now)
            effects.append(key)
        elif fact.kind is FactKind.STOCK and fact.on >= local_date(now) - timedelta(days=STOCK_AGE_DAYS_MAX):
            count = ledger.Count(
                key=key,
                item_id=fact.item_id,
                area_id=fact.area_id,
                counted=fact.pieces,
                reason=reason,
                account_id=account_id,
            )
            ledger.count(session, count, now=now)
            effects.append(key)
        else:
            old += fact.kind is FactKind.STOCK
            effects.append("")
    notices = [Notice(template=OLD_STOCK, data={"count": old})] if old else []
    return effects, notices
