"""Never more than N pieces in any span of D days, over all channels, whatever the clock does: a machine of steps beside
a plain model that looks at every span."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from logistics.db import transaction
from logistics.errors import DomainError
from logistics.inventory.entitlement.errors import EntitlementExceeded
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.entitlement.service import give_back, hand_over, void
from logistics.inventory.ledger import service as ledger
from tests.builders import NOW
from tests.inventory.entitlement.giving import Town, a_limited_town, drawn, left, stocked, taken

DAYS = 3
LIMIT = 4
SPAN = timedelta(days=DAYS)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
STOCK = 10_000


@dataclass
class Standing:
    """One draw as the model knows it."""

    at: datetime
    quantity: int
    expires_at: datetime | None = None
    """Of a pending reservation; None once it is handed over, or where none was made."""
    transfer_id: int | None = None


class Window(RuleBasedStateMachine):
    """One household, one rule, one item; a clock that is set forward and back."""

    town: Town

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.known: dict[int, Standing] = {}

    @initialize()
    def begin(self) -> None:
        self.town = a_limited_town(quantity=LIMIT, days=DAYS, flats=1)
        stocked(self.town, STOCK)

    @rule(jump=st.sampled_from([SECOND, DAY, SPAN - SECOND, SPAN, SPAN + SECOND, -SECOND, -DAY, -SPAN]))
    def set_clock(self, jump: timedelta) -> None:
        self.now += jump

    @rule(quantity=st.integers(1, LIMIT + 1), channel=st.sampled_from(DrawChannel))
    def draw(self, quantity: int, channel: DrawChannel) -> None:
        try:
            receipt = drawn(self.town, quantity, channel=channel, after=self.now - NOW)
        except EntitlementExceeded:
            assert not self._fits(quantity)
            return
        assert self._fits(quantity)
        self.known[receipt.draw_id] = Standing(at=self.now, quantity=quantity)

    @rule(quantity=st.integers(1, LIMIT), channel=st.sampled_from(DrawChannel), days=st.integers(1, 2))
    def take(self, quantity: int, channel: DrawChannel, days: int) -> None:
        try:
            receipt = taken(self.town, quantity, channel=channel, after=self.now - NOW, days=days)
        except EntitlementExceeded:
            assert not self._fits(quantity)
            return
        assert self._fits(quantity)
        self.known[receipt.draw_id] = Standing(at=self.now, quantity=quantity, expires_at=self.now + days * DAY)

    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        draw_id = self._one_of(data, pending=True)
        if draw_id is None:
            return
        standing = self.known[draw_id]
        assert standing.expires_at is not None
        try:
            with transaction() as session:
                standing.transfer_id = hand_over(session, draw_id, now=self.now)
        except DomainError:
            assert standing.expires_at <= self.now
        else:
            standing.expires_at = None

    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        draw_id = self._one_of(data, pending=True)
        if draw_id is not None:
            with transaction() as session:
                void(session, draw_id, now=self.now)
            del self.known[draw_id]

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        done = [draw_id for draw_id, one in self.known.items() if one.transfer_id is not None]
        if done:
            draw_id = data.draw(st.sampled_from(done))
            with transaction() as session:
                transfer_id = self.known[draw_id].transfer_id
                assert transfer_id is not None
                command = ledger.Reversal(key=f"back-{draw_id}", transfer_id=transfer_id, reason="came back")
                ledger.reverse(session, command, now=self.now)
            del self.known[draw_id]

    @rule()
    def expire(self) -> None:
        with transaction() as session:
            ledger.expire_due(session, now=self.now)
        self.known = {
            draw_id: one for draw_id, one in self.known.items() if one.expires_at is None or one.expires_at > self.now
        }

    @rule(data=st.data(), keep=st.integers(0, LIMIT))
    def give_back(self, data: st.DataObject, keep: int) -> None:
        draw_id = self._one_of(data, pending=False)
        if draw_id is not None:
            with transaction() as session:
                give_back(session, draw_id, keep=keep)
            self.known[draw_id].quantity = min(self.known[draw_id].quantity, keep)

    @invariant()
    def no_span_holds_more_than_the_limit(self) -> None:
        standing = list(self.known.values())
        for end in standing:
            assert sum(d.quantity for d in standing if end.at - SPAN < d.at <= end.at) <= LIMIT

    @invariant()
    def what_is_left_is_told_as_the_model_has_it(self) -> None:
        told = left(self.town, after=self.now - NOW)
        assert self._fits(told.available) or told.available == 0
        assert not self._fits(told.available + 1)
        if told.next_at is not None and told.next_available is not None:
            assert told.next_available > told.available
            now, self.now = self.now, told.next_at
            assert self._fits(told.next_available)
            self.now = told.next_at - SECOND
            assert not self._fits(told.available + 1) or self.now < now
            self.now = now

    def _fits(self, quantity: int) -> bool:
        """Whether every span stays within the limit with so many pieces more, drawn now."""
        spans = [*self.known.values(), Standing(at=self.now, quantity=quantity)]
        ends = [d.at for d in spans if self.now <= d.at < self.now + SPAN]
        return all(sum(d.quantity for d in spans if end - SPAN < d.at <= end) <= LIMIT for end in ends)

    def _one_of(self, data: st.DataObject, *, pending: bool) -> int | None:
        found = [draw_id for draw_id, one in self.known.items() if (one.expires_at is not None) is pending]
        return data.draw(st.sampled_from(found)) if found else None


def test_no_span_ever_holds_more_than_the_limit(tables: Flask) -> None:
    run_state_machine_as_test(Window, settings=settings(max_examples=15, stateful_step_count=30, deadline=None))


def test_nor_on_postgresql(postgres_tables: Flask) -> None:
    run_state_machine_as_test(Window, settings=settings(max_examples=5, stateful_step_count=30, deadline=None))
