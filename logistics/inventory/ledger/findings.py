"""What can be wrong with a ledger, and what its entries come to while it is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from logistics.errors import N_
from logistics.inventory.ledger.rules import NO_HASH


class Fault(StrEnum):
    """What can be wrong, in the order in which it is looked for."""

    GAP = "gap"
    CHAIN = "chain"
    CONTENT = "content"
    SUM = "sum"
    LOT = "lot"
    OVERDRAWN = "overdrawn"
    HEAD = "head"
    BALANCE = "balance"
    CONSERVATION = "conservation"
    PROMISED = "promised"
    RESERVATION = "reservation"
    SHIPMENT = "shipment"
    ENDS = "ends"
    SENT = "sent"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    TRANSIT = "transit"


TOLD: Mapping[Fault, str] = {
    Fault.GAP: N_("movement %(expected)s is missing before it"),
    Fault.CHAIN: N_("it does not name the hash of the movement before it"),
    Fault.CONTENT: N_("it, its entries, holders or lots were changed after it was written"),
    Fault.SUM: N_("its entries sum to %(found)s pieces, not to 0"),
    Fault.LOT: N_("it moves a lot of another item"),
    Fault.OVERDRAWN: N_("it takes more than was there: %(found)s pieces would be left"),
    Fault.HEAD: N_("the chain ends at movement %(found)s, the head says %(expected)s"),
    Fault.BALANCE: N_("it says %(found)s pieces, the entries say %(expected)s"),
    Fault.CONSERVATION: N_("the balances of the item sum to %(found)s pieces, not to 0"),
    Fault.PROMISED: N_("it says %(found)s pieces promised, pending reservations say %(expected)s"),
    Fault.RESERVATION: N_("its lots hold %(found)s pieces, it says %(expected)s"),
    Fault.SHIPMENT: N_("its lots hold %(found)s pieces in transit, it says %(expected)s"),
    Fault.ENDS: N_("it names area %(found)s, the entries say %(expected)s"),
    Fault.SENT: N_("it says %(found)s pieces sent, the entries say %(expected)s"),
    Fault.ACCEPTED: N_("it says %(found)s pieces accepted, the entries say %(expected)s"),
    Fault.SETTLED: N_("it says %(found)s pieces open, its settlements leave %(expected)s"),
    Fault.TRANSIT: N_("it says %(found)s pieces in transit, the entries say %(expected)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One row that is wrong. `row` is its key: `id=7`, or `holder_id=3 lot_id=4`."""

    fault: Fault
    item: str
    table: str
    row: str
    expected: int = 0
    found: int = 0

    @property
    def told(self) -> str:
        """What is wrong with it, in English."""
        return TOLD[self.fault] % {"expected": self.expected, "found": self.found}


@dataclass(slots=True)
class Book:
    """What the entries of one item come to."""

    item: str
    previous: str = NO_HASH
    sequence: int = 0
    entry_count: int = 0
    on_hand: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Pieces by holder and lot."""
    senders: dict[int, int] = field(default_factory=dict)
    receivers: dict[int, int] = field(default_factory=dict)
    """Areas at the two ends of a shipment."""
    sent: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Pieces that were dispatched, by shipment and lot."""
    in_transit: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Pieces on their way, by shipment and lot."""
    accepted: Counter[int] = field(default_factory=Counter)
    """Pieces that their receivers took in, by shipment."""
    arrivals: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def note(self, fault: Fault, table: str, row: str, *, expected: int = 0, found: int = 0) -> None:
        self.findings.append(Finding(fault=fault, item=self.item, table=table, row=row, expected=expected, found=found))


def pieces(value: object) -> int:
    """A quantity as it is read; nothing where SQLite, which takes any word into any column, holds no whole number."""
    return value if isinstance(value, int) else 0
