"""What becomes of each order of a list, from what is known already: pure, so that it can be shown before it is done.

An order of a list is known again by its source and its order number. Without a number it is known by its group buy, its
household and its goods: the same goods for the same household are the same order.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from logistics.orders.chat_sheets.homes import Home
from logistics.orders.chat_sheets.lines import Line
from logistics.orders.chat_sheets.mapping import SecondRow
from logistics.orders.chat_sheets.rows import Entry, Note, Outcome, Problem, Skip
from logistics.orders.chat_sheets.saying import (
    HAS_ORDER,
    ORDER_GONE,
    OTHER_CAMPAIGN,
    OVER_LIMIT,
    REPEATED,
    SECOND_OF_HOME,
    UNCLEAR_CHANGE,
)
from logistics.orders.rules import OrderState


class ChangeKind(StrEnum):
    """What a later list says differently of an order that was entered."""

    LINES = "lines"
    HOME = "home"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An order that came of a list before. `identity` is what it is known by, `content` that of its goods."""

    identity: str
    number: str
    campaign_id: int
    campaign: str
    household_id: int
    order_id: int
    order: str
    state: OrderState
    content: str
    quantities: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the platform knows. `known` are orders of the same owner's same source in this group buy, and those with an
    identity of the list wherever they are; `standing` codes of households' other orders in this group buy; `drawn`
    units by household and SKU; `limits` by SKU."""

    campaign_id: int
    owner: str
    source: str
    known: Mapping[str, Known] = field(default_factory=dict)
    standing: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    drawn: Mapping[tuple[int, str], int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the importer has asked for beyond entering what is new and clear: to carry out changes, to enter orders of
    households that have one already; and what a second row of a household means."""

    changes: bool = False
    second: bool = False
    second_row: SecondRow = SecondRow.REFUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of an entry. `known` is the order it is or changes, `order` the code of the one that came of it;
    `of_row` is the row of which it is a repetition."""

    entry: Entry
    outcome: Outcome
    identity: str = ""
    content: str = ""
    skip: Skip | None = None
    change: ChangeKind | None = None
    known: Known | None = None
    of_row: int = 0
    order: str = ""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision per entry, in order, and the standing orders of earlier lists that this one has no more: nothing is
    done about those."""

    decisions: tuple[Decision, ...]
    vanished: tuple[Known, ...]


def decide(entries: Sequence[Entry], facts: Facts, asked: Asked) -> Decided:
    """What becomes of each entry, and what an earlier list had that this one has not."""
    decisions = [_first_look(entry, facts) for entry in entries]
    decisions = _second_rows(_without_repetitions(decisions), facts, asked.second_row)
    decisions = _against_known(decisions, facts, asked)
    decisions = _within_limits(decisions, facts, asked)
    met = {decision.identity for decision in decisions} | {one.known.identity for one in decisions if one.known}
    vanished = [
        known for identity, known in facts.known.items()
        if identity not in met and known.campaign_id == facts.campaign_id and known.state is OrderState.PLACED
    ]  # fmt: skip
    return Decided(decisions=tuple(decisions), vanished=tuple(sorted(vanished, key=lambda known: known.order_id)))


def content_of(lines: Iterable[Line]) -> str:
    """SHA-256 of goods and quantities, in whatever order they were listed."""
    return _sha256(sorted([line.sku, line.quantity] for line in lines))


def identity_of(entry: Entry, facts: Facts) -> str:
    """What an order of a list is known by; empty where its household is not clear."""
    if entry.number:
        return _sha256(["number", facts.owner, facts.source, entry.number])
    if entry.home is None:
        return ""
    return _sha256(["content", facts.campaign_id, _home(entry.home), content_of(entry.lines)])


def _home(home: Home) -> object:
    """A household, or a flat that is still to be entered."""
    return home.household_id or [home.compound_id, *home.parts]


def _sha256(stated: object) -> str:
    return hashlib.sha256(json.dumps(stated, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _first_look(entry: Entry, facts: Facts) -> Decision:
    identity = identity_of(entry, facts)
    known = facts.known.get(identity)
    decision = Decision(
        entry=entry,
        outcome=Outcome.READY,
        identity=identity,
        content=content_of(entry.lines),
        problems=entry.problems,
        notes=entry.notes,
    )
    off = entry.cancelled or (not entry.lines and not entry.problems)
    if off and known is not None:
        stands = known.state is OrderState.PLACED and known.campaign_id == facts.campaign_id
        outcome = Outcome.CHANGE if stands else Outcome.KNOWN
        return replace(
            decision, outcome=outcome, known=known, problems=(), change=ChangeKind.CANCEL if stands else None
        )
    if off:
        skip = Skip.CANCELLED if entry.cancelled else Skip.NOTHING
        return replace(decision, outcome=Outcome.SKIPPED, skip=skip, problems=())
    if entry.problems or entry.home is None:
        return replace(decision, outcome=Outcome.WRONG)
    return decision


def _without_repetitions(decisions: list[Decision]) -> list[Decision]:
    """Orders that stand in the file twice, to the unit, count once."""
    first: dict[str, int] = {}
    kept = []
    for decision in decisions:
        row = decision.entry.rows[0]
        if decision.outcome is Outcome.READY and first.setdefault(decision.identity, row) != row:
            decision = replace(decision, outcome=Outcome.DUPLICATE, of_row=first[decision.identity])
        kept.append(decision)
    return kept


def _second_rows(decisions: list[Decision], facts: Facts, second_row: SecondRow) -> list[Decision]:
    """Households with several orders of different goods in one file without order numbers."""
    of_home: dict[object, list[int]] = defaultdict(list)
    for index, decision in enumerate(decisions):
        if decision.outcome is Outcome.READY and not decision.entry.number and decision.entry.home is not None:
            of_home[str(_home(decision.entry.home))].append(index)
    for indexes in (indexes for indexes in of_home.values() if len(indexes) > 1):
        rows = [decisions[index].entry.rows[0] for index in indexes]
        for place, index in enumerate(indexes):
            decision = decisions[index]
            if second_row is SecondRow.LAST and place < len(indexes) - 1:
                decisions[index] = replace(decision, outcome=Outcome.DUPLICATE, of_row=rows[-1])
            elif second_row is SecondRow.REFUSE and decision.identity not in facts.known:
                wrong = replace(REPEATED, data={"rows": rows})
                decisions[index] = replace(decision, outcome=Outcome.WRONG, problems=(wrong,))
            elif second_row is SecondRow.ADD and place:
                note = Note(note=SECOND_OF_HOME, data={"row": rows[0]})
                decisions[index] = replace(decision, notes=(*decision.notes, note))
    return decisions


def _against_known(decisions: list[Decision], facts: Facts, asked: Asked) -> list[Decision]:
    """Which orders were entered before, which differ from what was entered, and whose household has one from
    elsewhere."""
    named = {decision.identity for decision in decisions}
    earlier: dict[int, list[Known]] = defaultdict(list)
    for known in facts.known.values():
        left = known.identity not in named and not known.number and known.campaign_id == facts.campaign_id
        if left and known.state is OrderState.PLACED:
            earlier[known.household_id].append(known)
    new_of_home: dict[int, int] = defaultdict(int)
    for decision in decisions:
        if decision.outcome is Outcome.READY and not decision.entry.number and decision.identity not in facts.known:
            new_of_home[_household(decision)] += 1
    return [
        _compared(decision, facts, asked, earlier[_household(decision)], new_of_home[_household(decision)])
        if decision.outcome is Outcome.READY
        else decision
        for decision in decisions
    ]


def _household(decision: Decision) -> int:
    return decision.entry.home.household_id if decision.entry.home else 0


def _compared(decision: Decision, facts: Facts, asked: Asked, earlier: Sequence[Known], new_of_home: int) -> Decision:
    known = facts.known.get(decision.identity)
    if known is not None:
        return _of_known(decision, known, facts)
    if earlier and not decision.entry.number:
        if len(earlier) == 1 and new_of_home == 1:
            return replace(decision, outcome=Outcome.CHANGE, change=ChangeKind.LINES, known=earlier[0])
        return _held(decision, UNCLEAR_CHANGE, orders=[known.order for known in earlier])
    others = facts.standing.get(_household(decision), ())
    if others and not asked.second:
        return _held(decision, HAS_ORDER, orders=list(others))
    return decision


def _of_known(decision: Decision, known: Known, facts: Facts) -> Decision:
    if known.campaign_id != facts.campaign_id:
        wrong = replace(OTHER_CAMPAIGN, data={"number": known.number, "campaign": known.campaign})
        return replace(decision, outcome=Outcome.WRONG, problems=(wrong,))
    moved, differs = known.household_id != _household(decision), known.content != decision.content
    if not moved and not differs:
        return replace(decision, outcome=Outcome.KNOWN, known=known)
    if known.state is not OrderState.PLACED:
        return _held(replace(decision, known=known), ORDER_GONE, order=known.order, state=known.state.value)
    kind = ChangeKind.HOME if moved else ChangeKind.LINES
    return replace(decision, outcome=Outcome.CHANGE, change=kind, known=known)


def _held(decision: Decision, problem: Problem, **data: object) -> Decision:
    return replace(decision, outcome=Outcome.HELD, problems=(replace(problem, data=data),))


def _within_limits(decisions: list[Decision], facts: Facts, asked: Asked) -> list[Decision]:
    """Orders that would take a household over its limit, counted with what it has and with rows above; a change gives
    back what it replaces."""
    drawn = dict(facts.drawn)
    if asked.changes:
        for decision in decisions:
            if decision.outcome is Outcome.CHANGE and decision.known is not None:
                household = decision.known.household_id
                for sku, quantity in decision.known.quantities.items():
                    drawn[household, sku] = drawn.get((household, sku), 0) - quantity
    kept = []
    for decision in decisions:
        entering = decision.outcome is Outcome.READY or (
            decision.outcome is Outcome.CHANGE and asked.changes and decision.change is not ChangeKind.CANCEL
        )
        kept.append(_limited(decision, drawn, facts.limits) if entering else decision)
    return kept


def _limited(decision: Decision, drawn: dict[tuple[int, str], int], limits: Mapping[str, int]) -> Decision:
    household = _household(decision)
    for line in decision.entry.lines:
        limit, already = limits.get(line.sku), max(drawn.get((household, line.sku), 0), 0) if household else 0
        if limit is not None and already + line.quantity > limit:
            data = {"name": line.name, "limit": limit, "drawn": already, "wanted": line.quantity,
                    "left": max(limit - already, 0)}  # fmt: skip
            return replace(decision, outcome=Outcome.WRONG, problems=(replace(OVER_LIMIT, data=data),))
    if household:
        for line in decision.entry.lines:
            drawn[household, line.sku] = drawn.get((household, line.sku), 0) + line.quantity
    return decision
