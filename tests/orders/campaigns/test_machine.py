"""Any run of steps, orders and jumps of the clock leaves a campaign where a plain model with a pencil has it, and every
refusal names its rule.

CAMPAIGN_RUNS=500x50 plays 500 runs of 50 steps; the default is 40 of 30.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from logistics import outbox
from logistics.db import reading, transaction
from logistics.errors import DomainError
from logistics.orders import service
from logistics.orders.campaigns.models import CampaignTerms
from logistics.orders.campaigns.rules import Fallback
from logistics.orders.models import Campaign, Offer, Order, OrderLine
from logistics.orders.rules import CAMPAIGN_TRANSITIONS, CampaignState, OrderState
from logistics.outbox import Promise
from tests.builders import MORNING, NOW
from tests.orders.campaigns.campaigning import CUT_OFF, Shop, a_draft_of, a_shop, an_offer

RUNS, STEPS = map(int, os.environ.get("CAMPAIGN_RUNS", "40x30").split("x"))
S = CampaignState
EXTENSION = timedelta(hours=2)
LADDER = (service.Tier(from_units=6, price_cents=450), service.Tier(from_units=12, price_cents=400))
HOMES = st.integers(0, 2)
UNITS = st.integers(1, 5)
JUMPS = st.sampled_from([timedelta(0), timedelta(minutes=59), timedelta(hours=1), timedelta(hours=3)])

BEFORE = {S.DRAFT, S.FILED, S.APPROVED, S.RETURNED}


class PlainCampaign:
    """The campaign as it should be, kept with a pencil."""

    def __init__(self, *, minimum: int, fallback: Fallback, orders_max: int | None, household_max: int | None) -> None:
        self.minimum, self.fallback = minimum, fallback
        self.orders_max, self.household_max = orders_max, household_max
        self.state = S.DRAFT
        self.cut_off = CUT_OFF
        self.extended = self.full = False
        self.orders: dict[int, tuple[int, int]] = {}
        """Standing orders: household and units, by id."""
        self.final_price = 500

    @property
    def units(self) -> int:
        return sum(units for _, units in self.orders.values())

    def refusal_of_order(self, home: int, units: int, now: datetime) -> str | None:
        if self.full:
            return "CampaignFullSince"
        if self.state is not S.OPEN or now >= self.cut_off:
            return "CampaignClosed"
        already = sum(u for h, u in self.orders.values() if h == home)
        if self.household_max is not None and already + units > self.household_max:
            return "HouseholdCap"
        return None

    def end(self, now: datetime) -> None:
        """Close it now."""
        if len(self.orders) >= self.minimum:
            self.form()
        elif self.fallback is Fallback.NOTIFY:
            self.state = S.CLOSED
        elif (
            self.fallback is Fallback.EXTEND
            and not (self.extended or self.full)
            and self.cut_off <= now < self.cut_off + EXTENSION
        ):
            self.extended, self.cut_off = True, self.cut_off + EXTENSION
        else:
            self.fail()

    def form(self) -> None:
        self.state = S.FORMED
        self.final_price = 400 if self.units >= 12 else 450 if self.units >= 6 else 500

    def fail(self) -> None:
        self.state, self.orders = S.FAILED, {}

    def ring(self, now: datetime) -> None:
        if self.state is S.OPEN and (self.full or now >= self.cut_off):
            self.end(now)
        elif self.state is S.CLOSED and now >= MORNING[0]:
            self.fail()


class Campaigns(RuleBasedStateMachine):
    """A merchant, an office and three households who do anything at any time; the relay may be away for hours."""

    shop: Shop

    @initialize(
        minimum=st.integers(0, 4),
        fallback=st.sampled_from(Fallback),
        orders_max=st.none() | st.integers(4, 6),
        household_max=st.none() | st.integers(4, 9),
    )
    def begin(self, minimum: int, fallback: Fallback, orders_max: int | None, household_max: int | None) -> None:
        self.now = NOW
        self.shop = a_shop()
        self.plain = PlainCampaign(
            minimum=minimum, fallback=fallback, orders_max=orders_max, household_max=household_max
        )
        self.draft = a_draft_of(
            self.shop,
            an_offer(tiers=LADDER),
            minimum_orders=minimum,
            if_missed=fallback,
            extend_min=120 if fallback is Fallback.EXTEND else None,
            orders_max=orders_max,
            household_units_max=household_max,
        )
        with transaction() as session:
            self.id = service.draft_campaign(session, self.draft).id
        self.seen = S.DRAFT

    def do(self, why: str | None, verb: Callable[..., Any], **more: Any) -> Any:
        """Carry a verb out; `why` is the rule that must refuse it, None where it must succeed."""
        if why is None:
            with transaction() as session:
                return verb(session, now=self.now, **more)
        with pytest.raises(DomainError) as told, transaction() as session:
            verb(session, now=self.now, **more)
        assert type(told.value).__name__ == why, told.value
        return None

    def step(self, verb: Callable[..., Any], wanted: CampaignState, **more: Any) -> None:
        """A step that the table of transitions alone decides."""
        allowed = wanted in CAMPAIGN_TRANSITIONS[self.plain.state]
        self.do(None if allowed else "BadTransition", verb, campaign_id=self.id, **more)
        if allowed:
            self.plain.state = wanted

    @rule(jump=JUMPS)
    def wait(self, jump: timedelta) -> None:
        self.now += jump

    @rule()
    def file(self) -> None:
        late = self.now >= CUT_OFF and S.FILED in CAMPAIGN_TRANSITIONS[self.plain.state]
        if late:
            self.do("BadSchedule", service.file_campaign, campaign_id=self.id)
        else:
            self.step(service.file_campaign, S.FILED)

    @rule()
    def withdraw(self) -> None:
        self.step(service.withdraw_campaign, S.DRAFT)

    @rule(part=st.booleans())
    def approve(self, part: bool) -> None:
        area_id = self.shop.town.office_id if part else None
        self.step(service.approve_campaign, S.APPROVED, area_id=area_id)

    @rule(reason=st.sampled_from(["", "Too dear"]))
    def give_back(self, reason: str) -> None:
        if not reason:
            self.do("ReasonMissing", service.return_campaign, campaign_id=self.id, reason=reason)
        else:
            self.step(service.return_campaign, S.RETURNED, reason=reason)

    @rule()
    def write_anew(self) -> None:
        why = None if self.plain.state in (S.DRAFT, S.RETURNED) else "NotChangeable"
        self.do(why, service.change_draft, campaign_id=self.id, draft=self.draft)
        if why is None:
            self.plain.state = S.DRAFT

    @rule()
    def open_(self) -> None:
        late = self.now >= CUT_OFF and self.plain.state is S.APPROVED
        if late:
            self.do("BadSchedule", service.open_campaign, campaign_id=self.id)
        else:
            self.step(service.open_campaign, S.OPEN)

    @rule()
    def hurry(self) -> None:
        """The straight way to an open campaign, so that most runs come to orders."""
        if self.plain.state is S.DRAFT and self.now < CUT_OFF:
            self.file()
            self.approve(part=False)
            self.open_()

    @rule(home=HOMES, units=UNITS)
    def order(self, home: int, units: int) -> None:
        why = self.plain.refusal_of_order(home, units, self.now)
        command = service.PlaceOrder(
            campaign_id=self.id,
            household_id=self.shop.homes[home],
            window_code="AM",
            lines=(service.LineWanted(sku="V01", quantity=units),),
        )
        placed = self.do(why, service.place_order, command=command)
        if why is None:
            self.plain.orders[placed.order_id] = (home, units)
            self.plain.full = len(self.plain.orders) == self.plain.orders_max

    @rule(choice=st.integers(0, 100))
    def cancel(self, choice: int) -> None:
        if not self.plain.orders:
            return
        order_id = sorted(self.plain.orders)[choice % len(self.plain.orders)]
        why = None
        if self.plain.state is S.FORMED:
            why = "BadTransition"  # the order is confirmed
        elif self.plain.full:
            why = "CampaignFullSince"
        elif self.plain.state is not S.OPEN or self.now >= self.plain.cut_off:
            why = "CampaignClosed"
        self.do(why, service.cancel_order, order_id=order_id)
        if why is None:
            del self.plain.orders[order_id]

    @rule()
    def close_by_hand(self) -> None:
        why = "BadTransition" if self.plain.state in BEFORE else None
        self.do(why, service.close_campaign, campaign_id=self.id)
        if self.plain.state is S.OPEN:
            self.plain.end(self.now)

    @rule(form=st.booleans())
    def decide(self, form: bool) -> None:
        why = None if self.plain.state is S.CLOSED else "NotWaiting"
        self.do(why, service.decide_campaign, campaign_id=self.id, form=form)
        if why is None:
            (self.plain.form if form else self.plain.fail)()

    @rule(again=st.booleans())
    def relay_comes(self, again: bool) -> None:
        """All that is due is rung, however long the relay was away; `again`, the same bell once more."""
        for _ in range(1 + again):
            with reading() as session:
                due = select(Promise.id).where(Promise.due_at <= self.now, Promise.done_at.is_(None))
                rung = list(session.scalars(due.order_by(Promise.due_at, Promise.id)))
            for promise_id in rung:
                with transaction() as session:
                    campaign_id = session.get_one(Promise, promise_id).args["campaign_id"]
                    service.cut_off(session, campaign_id, now=self.now)
                    outbox.done(session, promise_id, now=self.now)
                if campaign_id == self.id:
                    self.plain.ring(self.now)

    @rule()
    def finish(self) -> None:
        with transaction() as session:
            service.finish_delivered(session, now=self.now)
        if self.plain.state is S.FORMED and not self.plain.orders:
            self.plain.state = S.FULFILLED

    @invariant()
    def is_as_planned(self) -> None:
        if not hasattr(self, "id"):
            return
        with reading() as session:
            campaign = session.get_one(Campaign, self.id)
            assert (campaign.state, campaign.cut_off_at) == (self.plain.state, self.plain.cut_off)
            standing = session.execute(
                select(Order.id, OrderLine.ordered, OrderLine.given, Order.state)
                .join(OrderLine, OrderLine.order_id == Order.id)
                .where(Order.campaign_id == self.id, Order.state != OrderState.CANCELLED)
            ).all()
            assert {order_id: units for order_id, units, *_ in standing} == {
                order_id: units for order_id, (_, units) in self.plain.orders.items()
            }
            decided = self.plain.state in (S.FORMED, S.FULFILLED)
            assert all((given is not None) == decided for _, _, given, _ in standing)
            price = session.scalars(select(Offer.price_cents).where(Offer.campaign_id == self.id)).one()
            assert price == (self.plain.final_price if decided else 500)
            terms = session.get(CampaignTerms, self.id)
            if terms is not None and self.plain.orders_max is not None and self.plain.state is S.OPEN:
                assert (terms.order_count, terms.full_at is not None) == (len(self.plain.orders), self.plain.full)

    @invariant()
    def an_open_campaign_has_a_promise_that_will_end_it(self) -> None:
        if not hasattr(self, "id") or self.plain.state not in (S.OPEN, S.CLOSED):
            return
        with reading() as session:
            owed = session.scalars(select(Promise).where(Promise.done_at.is_(None))).all()
        ends = [promise.due_at for promise in owed if promise.args["campaign_id"] == self.id]
        assert (self.plain.cut_off if self.plain.state is S.OPEN else MORNING[0]) in ends or self.plain.full


def test_any_run_of_a_campaign_is_as_planned(tables: Flask) -> None:
    run_state_machine_as_test(
        Campaigns,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[phase for phase in Phase if phase is not Phase.explain],
        ),
    )
