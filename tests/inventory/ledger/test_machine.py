"""Any run of movements leaves the ledger where a plain one with a pencil comes out, and sound.

LEDGER_RUNS=500x50 plays 500 runs of 50 steps on both databases; the default is 40 of 30 on SQLite and a quarter as many
on PostgreSQL, whose answers take longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from logistics.db import db, reading, transaction
from logistics.errors import DomainError
from logistics.inventory.ledger import service
from logistics.inventory.ledger.models import Balance, Holder, Lot, Reservation, Shipment, Transfer
from logistics.inventory.ledger.rules import DiscrepancyPart, HolderKind, Outcome
from tests.builders import NOW, a_town
from tests.inventory.ledger.ledgering import an_item
from tests.inventory.ledger.plain import BOTTOMLESS, SUPPLIER, Moved, PlainLedger, Refused, Sent

ASKED = os.environ.get("LEDGER_RUNS", "")
RUNS, STEPS = map(int, (ASKED or "40x30").split("x"))
DAYS = (None, date(2020, 2, 18), date(2020, 2, 20), date(2020, 3, 31))
QUANTITIES = st.integers(1, 25)
AREAS = st.sampled_from([0, 1, 2])
CHOICES = st.integers(0, 10_000)

_serial = iter(range(1, 10**9))


class Clerks(RuleBasedStateMachine):
    """Clerks of a district, its office and its community, who do anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = PlainLedger()
        self.now = NOW
        self.again: Callable[[], Any] = lambda: None
        self.answer: Any = None

    @initialize(lent=st.booleans())
    def begin(self, lent: bool) -> None:
        self.code, self.lent = f"item-{next(_serial)}", lent
        self.item_id = an_item(self.code, lent=lent)
        with transaction() as session:
            town = a_town(session, compounds=1, buildings=1, flats=2)
        self.areas = (town.district_id, town.office_id, town.community_id)
        self.homes = town.households[0]
        for area in (0, 1, 2):
            for expires_on in (date(2020, 2, 20), None):
                self.receive(area, 30, expires_on)

    # one verb of the ledger against the same in pencil

    def do(self, verb: Any, command: Any, planned: Callable[[], Callable[[Any], None]]) -> None:
        """Plan it in pencil first: what is refused there must be refused by the ledger for the same reason, and must
        change nothing."""

        def real() -> Any:
            with transaction() as session:
                return verb(session, command, now=self.now)

        write_down, why = in_pencil(planned)
        if write_down is None:
            with pytest.raises(DomainError) as told:
                real()
            assert type(told.value).__name__ == why
            return
        self.answer = real()
        write_down(self.answer)
        self.again = real

    def moved(self, kind: str, legs: Any) -> Callable[[], Callable[[Any], None]]:
        """A movement of which the verb returns the transfer's id."""

        def planned() -> Callable[[Any], None]:
            found = legs()
            return lambda transfer_id: self.plain.move(transfer_id, Moved(kind, found))

        return planned

    @property
    def today(self) -> date:
        return (self.now + timedelta(hours=8)).date()

    @rule(area=AREAS, quantity=QUANTITIES, expires_on=st.sampled_from(DAYS))
    def receive(self, area: int, quantity: int, expires_on: date | None) -> None:
        here = self.areas[area]
        command = service.Receipt(
            key=self.key("R"), item_id=self.item_id, area_id=here, quantity=quantity, expires_on=expires_on
        )
        parts = [(expires_on, quantity)]
        self.do(
            service.receive, command, self.moved("receipt", lambda: self.plain.legs(parts, SUPPLIER, ("area", here)))
        )

    @rule(giver=AREAS, taker=AREAS, quantity=QUANTITIES)
    def dispatch(self, giver: int, taker: int, quantity: int) -> None:
        if giver == taker:
            return
        here, there = self.areas[giver], self.areas[taker]
        command = service.Dispatch(
            key=self.key("D"), item_id=self.item_id, from_area_id=here, to_area_id=there, quantity=quantity
        )

        def planned() -> Callable[[Any], None]:
            parts = self.plain.pick(("area", here), quantity, self.today)

            def write_down(shipment_id: int) -> None:
                left = Sent(here, there, quantity, type(self.plain.on_hand)(dict(parts)))
                self.plain.shipments[shipment_id] = left
                legs = self.plain.legs(parts, ("area", here), ("in_transit", there))
                self.plain.move(last_transfer(), Moved("dispatch", legs, shipment_id))

            return write_down

        self.do(service.dispatch, command, planned)

    @precondition(lambda self: self.plain.shipments)
    @rule(choice=CHOICES, missing=st.integers(-1, 6), rejected=st.integers(0, 5))
    def arrive(self, choice: int, missing: int, rejected: int) -> None:
        shipment_id, sent = self.chosen(self.plain.shipments, choice, lambda sent: sent.state == "dispatched")
        accepted = max(sent.quantity - missing - rejected, 0)
        command = service.Arrival(
            key=self.key("A"), shipment_id=shipment_id, accepted=accepted, rejected=rejected, reason="wet"
        )

        def planned() -> Callable[[Any], None]:
            if sent.state != "dispatched":
                raise Refused("BadTransition")
            if accepted + rejected > sent.quantity:
                raise Refused("BadArrival")

            def write_down(_answer: Any) -> None:
                sent.state, sent.accepted, sent.rejected = "received", accepted, rejected
                sent.open = {"missing": sent.quantity - accepted - rejected, "rejected": rejected}
                parts = self.plain.leave_transit(sent, accepted)
                if parts:
                    legs = self.plain.legs(parts, ("in_transit", sent.receiver), ("area", sent.receiver))
                    self.plain.move(last_transfer(), Moved("arrival", legs, shipment_id))

            return write_down

        self.do(service.arrive, command, planned)

    @rule(giver=AREAS, taker=AREAS, quantity=QUANTITIES, missing=st.integers(0, 6), rejected=st.integers(0, 5))
    def deliver(self, giver: int, taker: int, quantity: int, missing: int, rejected: int) -> None:
        """Both ends at once, so that more runs come to differences."""
        self.dispatch(giver, taker, quantity)
        if self.plain.shipments:
            self.arrive(list(self.plain.shipments).index(max(self.plain.shipments)) * 7, missing, rejected)

    @precondition(lambda self: self.plain.shipments)
    @rule(
        choice=CHOICES,
        part=st.sampled_from(DiscrepancyPart),
        outcome=st.sampled_from(Outcome),
        quantity=st.integers(1, 6),
    )
    def settle(self, choice: int, part: DiscrepancyPart, outcome: Outcome, quantity: int) -> None:
        shipment_id, sent = self.chosen(self.plain.shipments, choice, lambda sent: sent.open[part.value] > 0)
        command = service.Settlement(
            key=self.key("S"), shipment_id=shipment_id, part=part, outcome=outcome, quantity=quantity, reason="seen"
        )
        ends = {
            Outcome.RETURNED: ("area", sent.sender),
            Outcome.WRITTEN_OFF: ("written_off", sent.receiver),
            Outcome.FOUND: ("area", sent.receiver),
        }

        def planned() -> Callable[[Any], None]:
            if quantity > sent.open[part.value]:
                raise Refused("SettledTooMuch")

            def write_down(transfer_id: int) -> None:
                sent.open[part.value] -= quantity
                sent.state = "settled" if not any(sent.open.values()) else "received"
                legs = self.plain.legs(
                    self.plain.leave_transit(sent, quantity), ("in_transit", sent.receiver), ends[outcome]
                )
                self.plain.move(transfer_id, Moved("settlement", legs, shipment_id, part.value))

            return write_down

        self.do(service.settle, command, planned)

    @rule(area=AREAS, home=st.integers(0, 1), quantity=QUANTITIES)
    def issue(self, area: int, home: int, quantity: int) -> None:
        here, taker = self.areas[area], self.homes[home]
        command = service.Issue(
            key=self.key("I"), item_id=self.item_id, area_id=here, household_id=taker, quantity=quantity
        )

        def legs() -> Any:
            if self.lent:
                raise Refused("OnlyLent")
            parts = self.plain.pick(("area", here), quantity, self.today)
            return self.plain.legs(parts, ("area", here), ("household", taker))

        self.do(service.issue, command, self.moved("issue", legs))

    @rule(area=AREAS, post=st.sampled_from(["north", "south"]), quantity=QUANTITIES)
    def lend(self, area: int, post: str, quantity: int) -> None:
        here = self.areas[area]
        command = service.Loan(key=self.key("L"), item_id=self.item_id, area_id=here, post=post, quantity=quantity)

        def legs() -> Any:
            if not self.lent:
                raise Refused("NotLent")
            parts = self.plain.pick(("area", here), quantity, self.today)
            return self.plain.legs(parts, ("area", here), ("lent_out", f"{here}:{post}"))

        self.do(service.lend, command, self.moved("loan", legs))

    @rule(area=AREAS, post=st.sampled_from(["north", "south"]), quantity=QUANTITIES)
    def give_back(self, area: int, post: str, quantity: int) -> None:
        here = self.areas[area]
        command = service.GiveBack(key=self.key("B"), item_id=self.item_id, area_id=here, post=post, quantity=quantity)
        there = ("lent_out", f"{here}:{post}")
        legs = lambda: self.plain.legs(self.plain.pick(there, quantity), there, ("area", here))  # noqa: E731
        self.do(service.give_back, command, self.moved("return", legs))

    @rule(area=AREAS, quantity=st.integers(1, 15))
    def write_off(self, area: int, quantity: int) -> None:
        here = self.areas[area]
        command = service.WriteOff(
            key=self.key("W"), item_id=self.item_id, area_id=here, quantity=quantity, reason="mouldy"
        )
        place = ("area", here)
        legs = lambda: self.plain.legs(self.plain.pick(place, quantity), place, ("written_off", here))  # noqa: E731
        self.do(service.write_off, command, self.moved("write_off", legs))

    @rule(area=AREAS, difference=st.sampled_from([-60, -20, -1, 0, 1, 20]))
    def count(self, area: int, difference: int) -> None:
        here = self.areas[area]
        counted = max(sum(n for (place, _), n in self.plain.on_hand.items() if place == ("area", here)) + difference, 0)
        command = service.Count(
            key=self.key("C"), item_id=self.item_id, area_id=here, counted=counted, reason="counted again"
        )

        def planned() -> Callable[[Any], None]:
            legs = self.plain.count(here, counted)

            def write_down(answer: service.Counted) -> None:
                if answer.transfer_id is not None:
                    self.plain.move(answer.transfer_id, Moved("count", legs))

            return write_down

        self.do(service.count, command, planned)

    @rule(area=AREAS, quantity=QUANTITIES, hours=st.integers(1, 96), home=st.integers(0, 1))
    def reserve(self, area: int, quantity: int, hours: int, home: int) -> None:
        here, until = self.areas[area], self.now + timedelta(hours=hours)
        command = service.Reserve(
            key=self.key("Q"),
            item_id=self.item_id,
            area_id=here,
            quantity=quantity,
            expires_at=until,
            household_id=self.homes[home],
        )

        def planned() -> Callable[[Any], None]:
            promised = self.plain.promise(("area", here), quantity, until)
            return lambda reservation_id: self.plain.hold(reservation_id, promised)

        self.do(service.reserve, command, planned)

    @precondition(lambda self: self.plain.promises)
    @rule(choice=CHOICES)
    def post(self, choice: int) -> None:
        reservation_id, promised = self.chosen(self.plain.promises, choice, lambda it: it.state == "pending")
        if promised.state == "posted":
            return  # the second click has its own rule

        def planned() -> Callable[[Any], None]:
            if promised.state != "pending":
                raise Refused("BadTransition")
            if promised.expires_at <= self.now:
                raise Refused("ReservationOver")
            if self.lent:
                raise Refused("OnlyLent")

            def write_down(transfer_id: int) -> None:
                self.plain.resolve(promised, "posted")
                with reading() as session:
                    home = session.get_one(Reservation, reservation_id).household_id
                assert home is not None
                legs = self.plain.legs(promised.parts, promised.place, ("household", home))
                self.plain.move(transfer_id, Moved("issue", legs))

            return write_down

        self.do(service.post, reservation_id, planned)

    @precondition(lambda self: self.plain.promises)
    @rule(choice=CHOICES)
    def void(self, choice: int) -> None:
        reservation_id, promised = self.chosen(self.plain.promises, choice, lambda it: it.state == "pending")

        def planned() -> Callable[[Any], None]:
            if promised.state == "posted":
                raise Refused("BadTransition")
            return lambda _state: self.plain.resolve(promised, "voided") if promised.state == "pending" else None

        self.do(service.void, reservation_id, planned)

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: any(it.state == "pending" for it in self.plain.promises.values()))
    @rule()
    def wait_until_a_promise_ends(self) -> None:
        """To the very moment."""
        ends = min(it.expires_at for it in self.plain.promises.values() if it.state == "pending")
        self.now = max(self.now, ends)

    @rule()
    def sweep(self) -> None:
        with transaction() as session:
            # the database holds the promises of other runs too, which are earlier and later than this one's
            mine = (
                select(func.count())
                .select_from(Reservation)
                .where(Reservation.item_id == self.item_id, Reservation.state == "expired")
            )
            before = session.scalars(mine).one()
            service.expire_due(session, now=self.now)
            assert session.scalars(mine).one() - before == self.plain.expire(self.now)

    @precondition(lambda self: self.plain.movements)
    @rule(choice=CHOICES)
    def reverse(self, choice: int) -> None:
        # what somebody undoes is mostly what has just been done
        recent = dict(list(self.plain.movements.items())[-4:])
        transfer_id, _ = self.chosen(recent if choice % 5 else self.plain.movements, choice)
        command = service.Reversal(key=self.key("X"), transfer_id=transfer_id, reason="by mistake")

        def planned() -> Callable[[Any], None]:
            opposite = self.plain.opposite(transfer_id)
            return lambda reversal_id: self.plain.move(reversal_id, opposite)

        self.do(service.reverse, command, planned)

    @rule()
    def click_again(self) -> None:
        """What was sent last is sent once more: nothing may move, and the answer is the same."""
        assert self.again() in (None, self.answer)

    # after every step

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "item_id"):
            return
        with reading() as session:
            rows = session.execute(
                select(Holder, Lot.expires_on, Balance.on_hand, Balance.promised)
                .join(Balance, Balance.holder_id == Holder.id)
                .join(Lot, Lot.id == Balance.lot_id)
                .where(Balance.item_id == self.item_id)
            ).all()
            states = dict(
                session.execute(
                    select(Reservation.state, func.sum(Reservation.quantity))
                    .where(Reservation.item_id == self.item_id)
                    .group_by(Reservation.state)
                ).all()
            )
            shipments = {
                row.id: (row.state.value, row.missing_open, row.rejected_open)
                for row in session.scalars(select(Shipment).where(Shipment.item_id == self.item_id))
            }
        on_hand = {(place_of(holder), lot): n for holder, lot, n, _ in rows if n}
        promised = {(place_of(holder), lot): n for holder, lot, _, n in rows if n}
        assert on_hand == {at: n for at, n in self.plain.on_hand.items() if n}
        assert promised == {at: n for at, n in self.plain.promised.items() if n}
        assert sum(on_hand.values()) == 0
        assert all(n >= held >= 0 for holder, _, n, held in rows if holder.kind.value not in BOTTOMLESS)
        # posted + voided + expired + pending = reserved
        assert {state.value: int(n) for state, n in states.items()} == self.plain.promised_quantities()
        assert shipments == {
            shipment_id: (sent.state, sent.open["missing"], sent.open["rejected"])
            for shipment_id, sent in self.plain.shipments.items()
        }

    def teardown(self) -> None:
        if hasattr(self, "item_id"):
            with reading() as session:
                assert service.verify(session, item_code=self.code).findings == []

    def key(self, letter: str) -> str:
        return f"{letter}{next(_serial)}"

    @staticmethod
    def chosen(
        things: dict[int, Any], choice: int, likely: Callable[[Any], bool] = lambda thing: True
    ) -> tuple[int, Any]:
        """One of the things: of the likely ones in most steps, of all in some, so that refusals are met too."""
        found = [(key, thing) for key, thing in things.items() if likely(thing)]
        if choice % 7 == 0 or not found:
            found = list(things.items())
        return found[choice // 7 % len(found)]


def in_pencil(planned: Callable[[], Callable[[Any], None]]) -> tuple[Callable[[Any], None] | None, str]:
    """How to write it down, or why not."""
    try:
        return planned(), ""
    except Refused as refused:
        return None, refused.why


def place_of(holder: Holder) -> tuple[str, int | str]:
    if holder.kind is HolderKind.LENT_OUT:
        return holder.kind.value, f"{holder.area_id}:{holder.name}"
    return holder.kind.value, holder.area_id or holder.household_id or holder.name


def last_transfer() -> int:
    with reading() as session:
        return session.scalars(select(func.max(Transfer.id))).one()


@pytest.mark.timeout(3_600)
def test_the_ledger_comes_out_where_a_pencil_does(any_tables: Flask) -> None:
    on_postgresql = db.engine.dialect.name == "postgresql"
    run_state_machine_as_test(
        Clerks,
        settings=settings(
            max_examples=RUNS // 4 if on_postgresql and not ASKED else RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
