"""What comes of a sheet's facts: receipts and counts in the ledger, requests for the next round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.communities.rules import AreaLevel
from logistics.errors import N_
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
    """Do what the facts ask for. `source` names the sheet by what it says, so that a cell is never entered twice.

    Returns, for each fact in order, the key of the movement or the number of the request that came of it, and notices
    of what was only kept.

    Raises:
        KeyReused: another import entered one of the cells with another number.
        CountBelowPromised: a count is below what is promised.
        BadRequestQuantity: a request is larger than any.
    """
    ledger.lock_items(session, {fact.item_id for fact in facts if fact.kind in MOVING})
    effects = [""] * len(facts)
    old = 0
    for index, fact in enumerate(facts):
        sheet = _Cell(source=source, file_name=file_name, account_id=account_id, fact=fact)
        if fact.kind is FactKind.RECEIVED and fact.pieces:
            ledger.receive(session, sheet.receipt(), now=now)
            effects[index] = sheet.key
        elif fact.kind is FactKind.STOCK:
            if fact.on < local_date(now) - timedelta(days=STOCK_AGE_DAYS_MAX):
                old += 1
                continue
            ledger.count(session, sheet.count(), now=now)
            effects[index] = sheet.key
    notices = [Notice(template=OLD_STOCK, data={"count": old})] if old else []
    latest = _latest_requests(facts)
    above = [index for index in latest if levels.get(facts[index].area_id) is not AreaLevel.COMMUNITY]
    if above:
        notices.append(Notice(template=NOT_A_COMMUNITY, data={"count": len(above)}))
    wanted = {index: facts[index] for index in latest if index not in above}
    for index, request_id in _ask(session, wanted, account_id=account_id, now=now).items():
        effects[index] = f"request:{request_id}"
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

    def receipt(self) -> ledger.Receipt:
        fact = self.fact
        return ledger.Receipt(
            key=self.key,
            item_id=fact.item_id,
            area_id=fact.area_id,
            quantity=fact.pieces,
            reason=self.reason,
            account_id=self.account_id,
        )

    def count(self) -> ledger.Count:
        fact = self.fact
        return ledger.Count(
            key=self.key,
            item_id=fact.item_id,
            area_id=fact.area_id,
            counted=fact.pieces,
            reason=self.reason,
            account_id=self.account_id,
        )


def _latest_requests(facts: Sequence[SheetRow]) -> list[int]:
    """Of the requests of each area and item the one of the latest day that asks for something: a place has one
    standing request, and what it asked for before is no longer what it asks for."""
    latest: dict[tuple[int, int], int] = {}
    for index, fact in enumerate(facts):
        if fact.kind is FactKind.REQUESTED:
            key = (fact.area_id, fact.item_id)
            if key not in latest or facts[latest[key]].on < fact.on:
                latest[key] = index
    return sorted(index for index in latest.values() if facts[index].pieces)


def _ask(session: Session, wanted: Mapping[int, SheetRow], *, account_id: int | None, now: datetime) -> dict[int, int]:
    """Enter the requests, or bring standing ones up to date. Returns ids of requests by the index of their facts."""
    standing = queries.standing_requests(session, {fact.area_id for fact in wanted.values()})
    asked = {}
    for index, fact in sorted(wanted.items(), key=lambda pair: (pair[1].area_id, pair[1].item_id)):
        known = standing.get((fact.area_id, fact.item_id))
        if known is None:
            command = rounds.AskSupplies(
                item_id=fact.item_id,
                area_id=fact.area_id,
                quantity=fact.pieces,
                note=fact.remark,
                asked_by_id=account_id,
            )
            asked[index] = rounds.ask(session, command, now=now)
            continue
        asked[index] = known.request_id
        if known.quantity != fact.pieces or known.declined:
            change = rounds.ChangeRequest(
                request_id=known.request_id, version=known.version, quantity=fact.pieces,
                checkpoint_count=known.checkpoint_count, note=fact.remark or known.note,
            )  # fmt: skip
            rounds.change_request(session, change, now=now)
    return asked
