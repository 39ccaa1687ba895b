"""A round is drafted: computed from everything as it is now, written down, and computed again on request."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.errors import BadTransition, NotFound
from logistics.inventory.rounds.computing import Computed, compute
from logistics.inventory.rounds.inputs.gathering import Gathered, gather
from logistics.inventory.rounds.inputs.record import Terms, fingerprint, read_inputs
from logistics.inventory.rounds.models import AllocationRound, RoundShare
from logistics.inventory.rounds.rules import Changed, Refusal, RoundState, changes

ROWS_A_STATEMENT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRound:
    """A round of one item that the office `area_id` has, under the terms it chose."""

    item_id: int
    area_id: int
    terms: Terms
    drafted_by_id: int
    emergency: bool = False
    note: str = ""


def draft_round(session: Session, command: DraftRound, *, now: datetime) -> int:
    """Compute a round and keep it as a draft. Nothing is promised yet. Returns its id.

    Raises:
        NotFound: no such item or area.
        NothingAsked: no request stands.
        BadTerms: the terms do not fit together.
    """
    gathered = gather(session, item_id=command.item_id, area_id=command.area_id, terms=command.terms, now=now)
    computed = compute(gathered.inputs)
    row = AllocationRound(
        code=f"A{local_date(now):%Y%m%d}-{secrets.token_hex(3).upper()}",
        item_id=command.item_id,
        area_id=command.area_id,
        state=RoundState.DRAFT,
        emergency=command.emergency,
        note=command.note,
        drafted_at=now,
        drafted_by_id=command.drafted_by_id,
        **_columns(gathered, computed),
    )
    session.add(row)
    session.flush()
    _write_shares(session, row.id, gathered, computed)
    return row.id


def recompute_round(
    session: Session, round_id: int, *, account_id: int, now: datetime, terms: Terms | None = None
) -> None:
    """Compute a draft again from everything as it is now, under its own terms or others. Whoever does so has drafted
    it, and does not approve it.

    Raises:
        NotFound: no such round.
        BadTransition: it is no draft any more.
        NothingAsked: no request stands any more.
    """
    row = locked(session, round_id)
    if row.state is not RoundState.DRAFT:
        raise BadTransition(entity="round", key=row.code, state=row.state, wanted=RoundState.DRAFT)
    chosen = terms or read_inputs(row.inputs).terms
    gathered = gather(session, item_id=row.item_id, area_id=row.area_id, terms=chosen, now=now)
    computed = compute(gathered.inputs)
    session.execute(delete(RoundShare).where(RoundShare.round_id == round_id))
    values = _columns(gathered, computed)
    session.execute(
        update(AllocationRound)
        .where(AllocationRound.id == round_id, AllocationRound.state == RoundState.DRAFT)
        .values(**values, drafted_at=now, drafted_by_id=account_id)
    )
    _write_shares(session, round_id, gathered, computed)


def changes_since(session: Session, row: AllocationRound, *, now: datetime) -> list[Changed]:
    """What is not as it was when a round was computed; nothing while it may be approved."""
    before = read_inputs(row.inputs)
    after = gather(session, item_id=row.item_id, area_id=row.area_id, terms=before.terms, now=now, empty=True).inputs
    return changes(before.places, after.places, supply_before=before.supply, supply_after=after.supply)


def locked(session: Session, round_id: int) -> AllocationRound:
    """A round as it is now, locked until the transaction ends: before requests and stock, as everywhere.

    Raises:
        NotFound: no such round.
    """
    row = session.scalar(
        select(AllocationRound)
        .where(AllocationRound.id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(kind="round", key=round_id)
    return row


def in_short_statements(session: Session) -> None:
    """Write the rows of this transaction fifty a statement instead of a thousand.

    A round over a city writes tens of thousands. PostgreSQL takes as long for the text of a statement with ten thousand
    parameters as for its work: fifty rows at a time, 7,535 rows of thirteen columns take 0.6 s instead of 1.8.
    """
    session.connection().execution_options(insertmanyvalues_page_size=ROWS_A_STATEMENT)


def _columns(gathered: Gathered, computed: Sequence[Computed]) -> Mapping[str, Any]:
    text = gathered.inputs.text()
    return {
        "rule": gathered.inputs.terms.rule,
        "supply": gathered.inputs.supply,
        "given": sum(share.allocated for share in computed if share.place in gathered.wanted),
        "inputs": text,
        "fingerprint": fingerprint(text),
    }


def _write_shares(session: Session, round_id: int, gathered: Gathered, computed: Sequence[Computed]) -> None:
    rows = [_share_row(round_id, share, gathered) for share in computed]
    session.execute(insert(RoundShare), rows)


def _share_row(round_id: int, share: Computed, gathered: Gathered) -> dict[str, Any]:
    wanted = gathered.wanted.get(share.place)
    return {
        "round_id": round_id,
        "place": share.place,
        "parent_place": share.parent,
        "depth": share.depth,
        "area_id": gathered.areas[share.place].id,
        "post": wanted.post if wanted else "",
        "request_id": wanted.request_id if wanted else None,
        "request_version": wanted.version if wanted else None,
        "requested": share.requested,
        "tier": share.tier,
        "weight": share.weight,
        "carry": share.carry,
        "allocated": share.allocated,
        "refusal": Refusal(wanted.refusal) if wanted and wanted.refusal else None,
        "explanation": share.reasons,
    }
