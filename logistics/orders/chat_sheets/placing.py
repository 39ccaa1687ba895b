"""Carries decisions out: each order by itself, so that what a limit refuses at the last moment stops no neighbour's."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from datetime import datetime as Moment
from enum import StrEnum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.communities import intake as communities
from logistics.errors import N_, DomainError
from logistics.orders.chat_sheets import fact_queries
from logistics.orders.chat_sheets.deciding import ChangeKind, Decision
from logistics.orders.chat_sheets.homes import Home
from logistics.orders.chat_sheets.models import ChatOrder
from logistics.orders.chat_sheets.rows import Outcome, Problem, Reason
from logistics.orders.rules import Channel
from logistics.orders.service import LineWanted, PlaceOrder, cancel_order, place_order

TAKE_OUT = N_("what was refused, taken out or ordered less of, would be right")
CODE_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Placer:
    """Enters orders of one import."""

    session: Session
    campaign_id: int
    window: str
    channel: Channel
    account_id: int | None
    import_id: int
    now: Moment

    def carry_out(self, decisions: Sequence[Decision], acting: Collection[Outcome]) -> tuple[Decision, ...]:
        """Do what the decisions of those outcomes say, and return all of them as they turned out, in their order.

        Households in one order for every import, so that two at once wait for each other instead of for ever.
        """
        done = list(decisions)
        indexes = [index for index, decision in enumerate(decisions) if decision.outcome in acting]
        for index in sorted(indexes, key=lambda index: (_household(done[index]), done[index].identity)):
            done[index] = self._carried_out(done[index])
        return tuple(done)

    def _carried_out(self, decision: Decision) -> Decision:
        try:
            with self.session.begin_nested():
                return self._change(decision) if decision.outcome is Outcome.CHANGE else self._enter(decision)
        except DomainError as refused:
            problem = Problem(reason=Reason.REFUSED, wrong=refused.template, right=TAKE_OUT, data=_plain(refused.data))
            return replace(decision, outcome=Outcome.WRONG, change=None, problems=(problem,))

    def _enter(self, decision: Decision) -> Decision:
        order_id, code = self._place(decision)
        row = {**self._row(decision), "identity": decision.identity, "order_id": order_id}
        if not insert_new(self.session, ChatOrder, [row], key=("identity",)):
            raise EnteredMeanwhile()
        return replace(decision, outcome=Outcome.ENTERED, known=None, order=code)

    def _change(self, decision: Decision) -> Decision:
        """Cancel the order that a list differs from and, unless the list calls it off, place what it says now."""
        known = decision.known
        assert known is not None, "a change is of an order that is known"
        cancel_order(self.session, known.order_id, now=self.now, cancelled_by_id=self.account_id)
        this = (ChatOrder.identity == known.identity) & (ChatOrder.order_id == known.order_id)
        if decision.change is ChangeKind.CANCEL:
            self.session.execute(update(ChatOrder).where(this).values(import_id=self.import_id))
            return replace(decision, outcome=Outcome.CHANGED, order=known.order)
        self.session.execute(delete(ChatOrder).where(this))
        entered = self._enter(decision)
        return replace(entered, outcome=Outcome.CHANGED, known=known)

    def _place(self, decision: Decision) -> tuple[int, str]:
        placed = place_order(
            self.session,
            PlaceOrder(
                campaign_id=self.campaign_id,
                household_id=_household(decision),
                window_code=self.window,
                lines=tuple(LineWanted(sku=line.sku, quantity=line.quantity) for line in decision.entry.lines),
                channel=self.channel,
                placed_by_id=self.account_id,
            ),
            now=self.now,
        )
        return placed.order_id, placed.code

    def _row(self, decision: Decision) -> dict[str, object]:
        return {
            "import_id": self.import_id,
            "number": decision.entry.number,
            "content": decision.content,
            "row_number": decision.entry.rows[0],
            "remark": decision.entry.remark,
        }


class EnteredMeanwhile(DomainError):
    """Somebody else entered the same order a moment ago."""

    template = N_("somebody else has entered it a moment ago")
    code = "entered_meanwhile"
    status = 409


def enter_flats(session: Session, homes: Collection[Home | None]) -> int:
    """Enter the flats that have no household yet, each once, in buildings that are known. Returns how many."""
    new = {(home.compound_id, *home.parts): home for home in homes if home is not None and not home.household_id}
    if not new:
        return 0
    compounds = fact_queries.compound_codes(session, {home.compound_id for home in new.values()})
    pairs = {(compounds[home.compound_id], home.building) for home in new.values()}
    building_ids = communities.take_buildings(
        session, pairs, compound_ids={code: compound_id for compound_id, code in compounds.items()}
    )
    codes = {place: _code(compounds[home.compound_id], home) for place, home in sorted(new.items())}
    taken = communities.household_ids(session, codes.values())
    facts = [
        communities.HouseholdFact(
            code=_other_code(codes[place]) if codes[place] in taken else codes[place],
            compound=compounds[home.compound_id],
            building=home.building,
            unit=home.unit,
            flat=home.flat,
            elderly=False,
        )
        for place, home in sorted(new.items())
    ]
    communities.take_households(session, facts, building_ids=building_ids)
    return len(facts)


def _code(compound: str, home: Home) -> str:
    return "-".join(filter(None, (compound, *home.parts)))[:CODE_LENGTH_MAX]


def _other_code(code: str) -> str:
    """A code beside one that another household has."""
    return f"{code[: CODE_LENGTH_MAX - 9]}-{secrets.token_hex(4)}"


def _household(decision: Decision) -> int:
    return decision.entry.home.household_id if decision.entry.home is not None else 0


def _plain(data: Mapping[str, object]) -> dict[str, object]:
    """Facts of a refusal as JSON keeps them."""
    return {name: _written(value) for name, value in data.items()}


def _written(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_written(part) for part in value]
    return value
