"""A ledger in plain dictionaries, written without looking at the real one: what a clerk with a pencil would do.

A lot is known by its last good day, None for never. A place is a word and what it belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from logistics.clock import local_date

Lot = date | None
Place = tuple[str, int | str]
Parts = list[tuple[Lot, int]]

SUPPLIER: Place = ("supplier", "supplier")
BOTTOMLESS = {"supplier", "count_difference"}


class Refused(Exception):
    """The clerk says no, and why in the ledger's own word for it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class Moved:
    """One movement in the clerk's book."""

    kind: str
    legs: list[tuple[Place, Lot, int]]
    shipment_id: int | None = None
    part: str = ""
    undone: bool = False


@dataclass
class Sent:
    """A shipment in the clerk's book; `left` is in transit, by lot."""

    sender: int
    receiver: int
    quantity: int
    left: Counter[Lot]
    state: str = "dispatched"
    accepted: int = 0
    rejected: int = 0
    open: dict[str, int] = field(default_factory=lambda: {"missing": 0, "rejected": 0})


@dataclass
class Promised:
    place: Place
    parts: Parts
    expires_at: datetime
    state: str = "pending"

    @property
    def quantity(self) -> int:
        return sum(quantity for _, quantity in self.parts)


class PlainLedger:
    """One item."""

    def __init__(self) -> None:
        self.on_hand: Counter[tuple[Place, Lot]] = Counter()
        self.promised: Counter[tuple[Place, Lot]] = Counter()
        self.movements: dict[int, Moved] = {}
        self.shipments: dict[int, Sent] = {}
        self.promises: dict[int, Promised] = {}

    # what is there

    def free(self, place: Place, lot: Lot) -> int:
        return self.on_hand[place, lot] - self.promised[place, lot]

    def lots(self, place: Place) -> list[Lot]:
        """Lots that the place has, or once had, the soonest to expire first."""
        return sorted((lot for at, lot in self.on_hand if at == place), key=lambda lot: lot or date.max)

    def pick(self, place: Place, quantity: int, good_on: date | None = None) -> Parts:
        parts: Parts = []
        for lot in self.lots(place):
            if good_on is not None and lot is not None and lot < good_on:
                continue
            taken = min(self.free(place, lot), quantity - sum(n for _, n in parts))
            if taken > 0:
                parts.append((lot, taken))
        if sum(n for _, n in parts) < quantity:
            raise Refused("OutOfStock")
        return parts

    # what happens

    def move(self, transfer_id: int, moved: Moved) -> None:
        for place, lot, quantity in moved.legs:
            self.on_hand[place, lot] += quantity
        self.movements[transfer_id] = moved

    @staticmethod
    def legs(parts: Parts, giver: Place, taker: Place) -> list[tuple[Place, Lot, int]]:
        return [(giver, lot, -n) for lot, n in parts] + [(taker, lot, n) for lot, n in parts]

    def promise(self, place: Place, quantity: int, until: datetime) -> Promised:
        return Promised(place, self.pick(place, quantity, local_date(until)), until)

    def hold(self, reservation_id: int, promised: Promised) -> None:
        for lot, quantity in promised.parts:
            self.promised[promised.place, lot] += quantity
        self.promises[reservation_id] = promised

    def resolve(self, promised: Promised, state: str) -> None:
        for lot, quantity in promised.parts:
            self.promised[promised.place, lot] -= quantity
        promised.state = state

    def expire(self, now: datetime) -> int:
        due = [p for p in self.promises.values() if p.state == "pending" and p.expires_at <= now]
        for promised in due:
            self.resolve(promised, "expired")
        return len(due)

    def leave_transit(self, sent: Sent, quantity: int) -> Parts:
        parts: Parts = []
        for lot in sorted(sent.left, key=lambda lot: lot or date.max):
            taken = min(sent.left[lot], quantity - sum(n for _, n in parts))
            if taken > 0:
                parts.append((lot, taken))
                sent.left[lot] -= taken
        return parts

    def count(self, area: int, counted: int) -> list[tuple[Place, Lot, int]]:
        """The legs that bring the books to what was counted."""
        here, elsewhere = ("area", area), ("count_difference", area)
        expected = sum(self.on_hand[here, lot] for lot in self.lots(here))
        if counted == expected:
            return []
        if counted < sum(self.promised[here, lot] for lot in self.lots(here)):
            raise Refused("CountBelowPromised")
        if counted < expected:
            return self.legs(self.pick(here, expected - counted), here, elsewhere)
        at_hand = [lot for lot in self.lots(here) if self.on_hand[here, lot]] or self.lots(here) or [None]
        return self.legs([(at_hand[0], counted - expected)], elsewhere, here)

    def opposite(self, transfer_id: int) -> Moved:
        """The movement that undoes one, and its shipment set back."""
        wrong = self.movements[transfer_id]
        if wrong.kind == "reversal":
            raise Refused("CannotReverse")
        if wrong.undone:
            raise Refused("AlreadyReversed")
        sent = self.shipments.get(wrong.shipment_id or 0)
        if sent is not None:
            self._may_set_back(wrong, sent)
        legs = [(place, lot, -quantity) for place, lot, quantity in wrong.legs]
        if any(n < 0 and place[0] not in BOTTOMLESS and self.free(place, lot) + n < 0 for place, lot, n in legs):
            raise Refused("OutOfStock")
        if sent is not None:
            self._set_back(wrong, sent)
        wrong.undone = True
        return Moved("reversal", legs, wrong.shipment_id)

    def _may_set_back(self, wrong: Moved, sent: Sent) -> None:
        missing = sent.quantity - sent.accepted - sent.rejected
        if wrong.kind == "dispatch" and sent.state != "dispatched":
            raise Refused("CannotReverse")
        if wrong.kind == "arrival" and sent.open != {"missing": missing, "rejected": sent.rejected}:
            raise Refused("CannotReverse")

    def _set_back(self, wrong: Moved, sent: Sent) -> None:
        if wrong.kind == "dispatch":
            sent.state, sent.left = "cancelled", Counter()
            return
        for _, lot, quantity in wrong.legs:
            if quantity < 0:
                sent.left[lot] -= quantity
        if wrong.kind == "arrival":
            sent.state, sent.accepted, sent.rejected = "dispatched", 0, 0
            sent.open = {"missing": 0, "rejected": 0}
        else:
            sent.open[wrong.part] += sum(quantity for _, _, quantity in wrong.legs if quantity > 0)
            sent.state = "received"

    def promised_quantities(self) -> Mapping[str, int]:
        sums: Counter[str] = Counter()
        for promised in self.promises.values():
            sums[promised.state] += promised.quantity
        return sums
