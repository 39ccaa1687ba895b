"""A planned day behind real pages, and browsers that are signed in to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from logistics.accounts.models import Role
from logistics.clock import local_date
from logistics.communities.models import Compound
from logistics.day import service as days
from logistics.day.commands import run_here
from logistics.db import transaction
from tests.api.world import an_account, signed_in, utc_now
from tests.builders import (
    MORNING,
    NOW,
    OfferSpec,
    TownRef,
    a_campaign,
    a_day,
    a_quarantine,
    a_store,
    a_town,
    a_vehicle,
    an_order,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """Three compounds, six households each, one of them quarantined, and one order of 60 kg that no van carries."""

    town: TownRef
    day_id: int
    run_id: int
    plan_id: int
    admin_id: int


@dataclass(slots=True)
class Browser:
    """A signed-in client that sends the token of its forms."""

    client: FlaskClient
    token: str

    def get(self, address: str) -> TestResponse:
        """A request in an application context of its own, as in life: the test's would keep the last language."""
        with self.client.application.app_context():
            return self.client.get(address)

    def text(self, address: str, *, status: int = 200) -> str:
        answer = self.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.headers.get("Location"))
        return answer.get_data(as_text=True)

    def send(self, address: str, **fields: object) -> tuple[int, str]:
        """Send a form. Returns the status and where it leads to (or the page)."""
        with self.client.application.app_context():
            answer = self.client.post(
                address, data={"csrf_token": self.token, **fields}, content_type="multipart/form-data"
            )
        return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def browser_of(app: Flask, account_id: int) -> Browser:
    return Browser(*signed_in(app, account_id))


def a_planned_day(cache: Path, *, volunteers: int = 0) -> PlannedDay:
    """A day run to its manifests over the great circle: two vans of 50 kg, so the order of 60 kg is dropped."""
    with transaction() as session:
        town, store = a_town(session, compounds=3), a_store(session)
        session.execute(update(Compound).values(volunteer_count=volunteers))
        for code in ("van-01", "van-02"):
            a_vehicle(session, store, code=code, capacity_g=50_000)
        campaign = a_campaign(
            session, store, town, OfferSpec(sku="V01"), OfferSpec(sku="M01", supply=2, limit=3), windows={"AM": MORNING}
        )
        for compound in town.households:
            for household_id in compound:
                an_order(session, campaign, household_id, {"V01": 2, "M01": 1})
        a_quarantine(session, town.households[0][0])
        a_quarantine(session, town.households[1][0])
        an_order(session, campaign, town.households[1][0], {"V01": 60})
        day_id = a_day(session, [campaign])
        admin_id = an_account(session, "boss", Role.ADMIN)
        run_id = days.start_run(
            session, days.StartRun(day_id=day_id, time_limit_s=5, iteration_limit=20, seed=1), now=NOW
        )
    status = run_here(run_id, travel_cache_dir=cache)
    assert status.plan_id is not None, status.error
    return PlannedDay(town=town, day_id=day_id, run_id=run_id, plan_id=status.plan_id, admin_id=admin_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A town with an open campaign: V01 at 5.00, M01 at 20.00 and at most 2 per household."""

    campaign_id: int
    household_id: int
    resident_id: int
    neighbour_id: int
    worker_id: int


def a_market_with_people() -> Market:
    now = utc_now()
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(
            session,
            store,
            town,
            OfferSpec(sku="V01", price_cents=500),
            OfferSpec(sku="M01", price_cents=2_000, limit=2),
            cut_off_at=now + timedelta(hours=3),
            windows={"AM": (now + timedelta(days=1), now + timedelta(days=1, hours=4))},
        )
        home, next_door = town.households[0][:2]
        return Market(
            campaign_id=campaign.campaign_id,
            household_id=home,
            resident_id=an_account(session, "li", Role.RESIDENT, household_id=home),
            neighbour_id=an_account(session, "wang", Role.RESIDENT, household_id=next_door),
            worker_id=an_account(session, "zhao", Role.COMMUNITY_WORKER, area_id=town.community_id),
        )


def today_iso() -> str:
    return local_date(utc_now()).isoformat()
