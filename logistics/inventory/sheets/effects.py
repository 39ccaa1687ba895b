"""What comes of a sheet's facts: receipts and counts in the ledger, requests for the next round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.communities.rules import AreaLevel
from logistics.errors import N_, Conflict, Invalid
from logistics.inventory.ledger import service as ledger
from logistics.inventory.rounds import service as rounds
from logistics.inventory.sheets import queries
from logistics.inventory.sheets.mapping import FactKind
from logistics.inventory.sheets.rows import Notice, SheetRow

STOCK_AGE_DAYS_MAX = 1
"""What was counted the day before yesterday says nothing about what is there now."""
REASON_LENGTH_MAX = 240
MOVING = frozenset({FactKind.RECEIVED, FactKind.STOCK})

OLD_STOCK = N_("%(count)s stock figure(s) are older than a day and were not entered as counts.")
OVERTAKEN = N_("%(count)s request(s) are older than what the same places asked for since, and are kept as stated.")
NOT_A_COMMUNITY = N_("%(count)s request(s) are not of communities and wait for no round; they are kept as stated.")

REQUEST = "request:"
"""What the effect of a fact begins with that became a request; its id follows."""


class RequestTooLarge(Invalid):
    template = N_("%(cells)s: %(pieces)s pieces are more than one place may ask for; at most %(maximum)s are right.")
    code = "request_too_large"


class CountTooLow(ledger.CountBelowPromised):
    template = N_(
        "%(cells)s: %(promised)s pieces of %(item)s are promised there, so %(counted)s cannot be what is left. Void"
        " reservations first."
    )


class EnteredOtherwise(Conflict):
    template = N_("%(cells)s: another import entered this very cell in another way. Correct what came of that one.")
    code = "entered_otherwise"


def lock_moved(session: Session, facts: Sequence[SheetRow]) -> None:
    """Lock the items that the facts move, so that what moved them before is known and nothing else moves them."""
    ledger.lock_items(session, {fact.item_id for fact in facts if fact.kind in MOVING})


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
    """Do what the facts ask for; `lock_moved` goes before. `source` names the sheet by what it says, so that a cell is
    never entered twice.

    Returns, for each fact in order, the key of the movement or the number of the request that came of it, and notices
    of what was only kept.

    Raises:
        EnteredOtherwise: another import entered one of the cells with another number.
        CountTooLow: a count is below what is promised.
        RequestTooLarge: a request is larger than any.
    """
    effects = [""] * len(facts)
    old = 0
    for index, fact in enumerate(facts):
        sheet = _Cell(source=source, file_name=file_name, account_id=account_id, fact=fact)
        if fact.kind is FactKind.RECEIVED and fact.pieces:
            sheet.enter_receipt(session, now=now)
            effects[index] = sheet.key
        elif fact.kind is FactKind.STOCK:
            if fact.on < local_date(now) - timedelta(days=STOCK_AGE_DAYS_MAX):
                old += 1
                continue
            sheet.enter_count(session, now=now)
            effects[index] = sheet.key
    notices = [Notice(template=OLD_STOCK, data={"count": old})] if old else []
    latest = {index: facts[index] for index in _latest_requests(facts)}
    above = {index for index, fact in latest.items() if levels.get(fact.area_id) is not AreaLevel.COMMUNITY}
    if stated := sum(latest[index].pieces > 0 for index in above):
        notices.append(Notice(template=NOT_A_COMMUNITY, data={"count": stated}))
    said_since = queries.requested_since(session, {fact.area_id for fact in latest.values()})
    overtaken = {
        index for index, fact in latest.items() if said_since.get((fact.item_id, fact.area_id), fact.on) > fact.on
    }
    if overtaken - above:
        notices.append(Notice(template=OVERTAKEN, data={"count": len(overtaken - above)}))
    wanted = {index: fact for index, fact in latest.items() if index not in above | overtaken}
    asked = rounds.bring_up_to_date(session, map(_wish, wanted.values()), asked_by_id=account_id, now=now)
    for index, fact in wanted.items():
        if request_id := asked.get((fact.item_id, fact.area_id)):
            effects[index] = f"{REQUEST}{request_id}"
    return effects, notices


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A fact as the ledger is told of it."""

    source: str
    file_name: str
    account_id: int | None
    fact: SheetRow

    @property
    def key(self) -> str:
        return f"sheet:{self.source}:{self.fact.kind.value}:{self.fact.cells[0]}"

    @property
    def reason(self) -> str:
        cells = ", ".join(self.fact.cells)
        return f"{self.file_name} {cells} ({self.fact.on.isoformat()})"[:REASON_LENGTH_MAX]

    def enter_receipt(self, session: Session, *, now: datetime) -> None:
        fact = self.fact
        receipt = ledger.Receipt(
            key=self.key,
            item_id=fact.item_id,
            area_id=fact.area_id,
            quantity=fact.pieces,
            reason=self.reason,
            account_id=self.account_id,
        )
        try:
            ledger.receive(session, receipt, now=now)
        except ledger.KeyReused as other:
            raise EnteredOtherwise(cells=list(fact.cells)) from other

    def enter_count(self, session: Session, *, now: datetime) -> None:
        fact = self.fact
        count = ledger.Count(
            key=self.key,
            item_id=fact.item_id,
            area_id=fact.area_id,
            counted=fact.pieces,
            reason=self.reason,
            account_id=self.account_id,
        )
        try:
            ledger.count(session, count, now=now)
        except ledger.KeyReused as other:
            raise EnteredOtherwise(cells=list(fact.cells)) from other
        except ledger.CountBelowPromised as low:
            raise CountTooLow(cells=list(fact.cells), **low.data) from low


def _latest_requests(facts: Sequence[SheetRow]) -> list[int]:
    """Of the requests of each area and item the one of the latest day: a place has one standing request, and what it
    asked for before is no longer what it asks for."""
    latest: dict[tuple[int, int], int] = {}
    for index, fact in enumerate(facts):
        if fact.kind is FactKind.REQUESTED:
            key = (fact.item_id, fact.area_id)
            if key not in latest or facts[latest[key]].on < fact.on:
                latest[key] = index
    return sorted(latest.values())


def _wish(fact: SheetRow) -> rounds.Wish:
    if fact.pieces > rounds.QUANTITY_MAX:
        raise RequestTooLarge(cells=list(fact.cells), pieces=fact.pieces, maximum=rounds.QUANTITY_MAX)
    return rounds.Wish(item_id=fact.item_id, area_id=fact.area_id, quantity=fact.pieces, note=fact.remark)
