"""Two merchants, two street offices and everything between, so that each has something the other must not see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask, current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update
from sqlalchemy.orm import Session

from logistics import clock
from logistics.accounts import service as accounts
from logistics.accounts.models import Account, Role
from logistics.clock import local_date
from logistics.communities.models import Compound, Household
from logistics.day.models import DayRun
from logistics.db import transaction
from logistics.delivery import service as delivery
from logistics.delivery.models import Manifest
from logistics.fulfilment import service as fulfilment
from logistics.fulfilment.models import Batch
from logistics.inventory.ballots import service as ballots
from logistics.inventory.entitlement import service as entitlement
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.ledger import service as inventory
from logistics.inventory.ledger.models import Item
from logistics.orders import service as orders
from logistics.routing.models import Plan, PlanDepot, PlanStop, PlanStopBatch, PlanVehicle, PlanWave
from logistics.routing.rules import PlanState, StopKind
from tests.api.world_catalogue import a_listing
from tests.api.world_chats import a_chat_list
from tests.api.world_messages import a_delivery
from tests.api.world_reports import a_report, a_sheet
from tests.api.world_rounds import shared_out
from tests.builders import CampaignRef, OfferSpec, StoreRef, TownRef, a_campaign, a_day, a_quarantine, a_store, a_town
from tests.builders import a_vehicle as add_vehicle

PASSWORD = "correct horse battery"
SCOPED = (Role.RESIDENT, Role.MERCHANT, Role.STREET_OFFICE, Role.COMMUNITY_WORKER, Role.COURIER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One half of the world: a town, the store that serves it, and the ids of all that came of its orders."""

    town: TownRef
    store: StoreRef
    ids: Mapping[str, Any]
    tokens: Mapping[Role, str]
    account_ids: Mapping[Role, int]
    marks: frozenset[str]
    """Words that stand in this side's objects and nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    ours: Side
    theirs: Side
    admin_token: str
    admin_id: int
    item_id: int
    accounts: Mapping[str, int] = field(default_factory=dict)


@cache
def password_hash() -> str:
    """One hash for every account: argon2 is slow on purpose."""
    return accounts.hash_password(PASSWORD)


def utc_now() -> datetime:
    """The app's now, to the second."""
    return clock.utc_now().replace(microsecond=0)


def an_account(session: Session, username: str, role: Role, **scope: int) -> int:
    row = Account(username=username, password_hash=password_hash(), role=role, created_at=utc_now(), **scope)
    session.add(row)
    session.flush()
    return row.id


def a_token(session: Session, account_id: int) -> str:
    return accounts.create_token(session, account_id, name="test", days=1, now=utc_now()).secret


def bearer(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en", **headers}


def signed_in(app: Flask, account_id: int, *, epoch: int = 0) -> tuple[FlaskClient, str]:
    """A browser with a session, and its CSRF token."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["account_id"], session["epoch"], session["csrf_token"] = account_id, epoch, "a" * 40
    return client, str(URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps("a" * 40))


def a_market(session: Session, *, limit: int | None = None, hours_left: int = 3) -> tuple[TownRef, CampaignRef]:
    """A town with an open campaign: V01 at 5.00, M01 at 20.00 with a household limit where one is given."""
    town, store = a_town(session), a_store(session)
    return town, an_open_campaign(session, store, town, limit=limit, hours_left=hours_left)


def an_open_campaign(
    session: Session, store: StoreRef, town: TownRef, *, limit: int | None = None, hours_left: int = 3
) -> CampaignRef:
    now = utc_now()
    window = (now + timedelta(days=1), now + timedelta(days=1, hours=4))
    offers = (OfferSpec(sku="V01", price_cents=500), OfferSpec(sku="M01", price_cents=2_000, limit=limit))
    return a_campaign(
        session, store, town, *offers, cut_off_at=now + timedelta(hours=hours_left), windows={"AM": window}
    )


def a_world() -> World:
    """Both sides. The app's clock stops with it: its "today" must still be today when midnight comes meanwhile."""
    stopped = utc_now()
    current_app.config["CLOCK"] = lambda: stopped
    with transaction() as session:
        item = Item(code="MASK", name="Mask", unit="piece", pack_size=10)
        session.add(item)
        session.flush()
        ours, theirs = _a_side(session, item.id, "ours"), _a_side(session, item.id, "theirs")
        admin = an_account(session, "admin", Role.ADMIN)
        return World(ours=ours, theirs=theirs, admin_id=admin, admin_token=a_token(session, admin), item_id=item.id)


def _a_side(session: Session, item_id: int, name: str) -> Side:
    now = utc_now()
    town, store = a_town(session), a_store(session)
    campaign = an_open_campaign(session, store, town)
    household_id = town.households[0][0]
    account_ids = {
        Role.RESIDENT: an_account(session, f"{name}-resident", Role.RESIDENT, household_id=household_id),
        Role.MERCHANT: an_account(session, f"{name}-merchant", Role.MERCHANT, merchant_id=store.merchant_id),
        Role.STREET_OFFICE: an_account(session, f"{name}-street", Role.STREET_OFFICE, area_id=town.office_id),
        Role.COMMUNITY_WORKER: an_account(session, f"{name}-worker", Role.COMMUNITY_WORKER, area_id=town.community_id),
        Role.COURIER: an_account(session, f"{name}-courier", Role.COURIER),
    }
    placed = orders.place_order(
        session,
        orders.PlaceOrder(
            campaign_id=campaign.campaign_id,
            household_id=household_id,
            window_code="AM",
            lines=(orders.LineWanted(sku="V01", quantity=2),),
        ),
        now=now,
    )
    a_quarantine(session, household_id, ends=local_date(now) + timedelta(days=30))
    transfer_id = inventory.receive(
        session,
        inventory.Receipt(key=f"r-{name}", item_id=item_id, area_id=town.community_id, quantity=60, source="city"),
        now=now,
    )
    shipment_id = inventory.dispatch(
        session,
        inventory.Dispatch(
            key=f"d-{name}", item_id=item_id, from_area_id=town.community_id, to_area_id=town.office_id, quantity=10
        ),
        now=now,
    )
    day_id = a_day(session, [campaign])
    draft = an_open_campaign_draft(session, store, town)
    ids = {
        "campaign_id": campaign.campaign_id,
        "draft_id": draft.campaign_id,
        "household_id": household_id,
        "compound_id": town.compound_ids[0],
        "order_id": placed.order_id,
        "store_id": store.store_id,
        "area_id": town.community_id,
        "office_id": town.office_id,
        "item_id": item_id,
        "transfer_id": transfer_id,
        "shipment_id": shipment_id,
        "day_id": day_id,
        "vehicle_id": add_vehicle(session, store),
        "courier_id": account_ids[Role.COURIER],
        "pickup_code": placed.pickup_code,
        **_driven(session, campaign, store, town, account_ids[Role.COURIER], day_id),
        **_entitled(session, item_id, town, household_id, name),
        **a_listing(session, store, town, campaign, clerk_id=account_ids[Role.STREET_OFFICE], name=name, now=now),
        **a_report(session, town.community_id, now=now),
        **a_sheet(session, town, account_ids[Role.STREET_OFFICE], now=now),
        **shared_out(
            session,
            item_id,
            town,
            clerk_id=account_ids[Role.STREET_OFFICE],
            chief_id=an_account(session, f"{name}-chief", Role.STREET_OFFICE, area_id=town.office_id),
            name=name,
            now=now,
        ),
        **a_delivery(session, town, household_id, name=name, now=now),
        **a_chat_list(session, town, campaign.campaign_id, account_ids[Role.COMMUNITY_WORKER], name=name, now=now),
    }
    household, compound = session.get_one(Household, household_id), session.get_one(Compound, town.compound_ids[0])
    return Side(
        town=town,
        store=store,
        ids=ids,
        tokens={role: a_token(session, account_id) for role, account_id in account_ids.items()},
        account_ids=account_ids,
        marks=frozenset({household.code, compound.code, compound.name, store.code, placed.code, f"name {store.code}"}),
    )


def _entitled(session: Session, item_id: int, town: TownRef, household_id: int, name: str) -> dict[str, Any]:
    """A rule of the community, a mask put aside for the household, and an open ballot it is registered for."""
    now = utc_now()
    rule = entitlement.SetRule(item_id=item_id, area_id=town.community_id, quantity=5, days=7)
    entitlement.set_rule(session, rule, now=now)
    taken = entitlement.take(
        session,
        entitlement.Take(
            key=f"t-{name}",
            household_id=household_id,
            item_id=item_id,
            quantity=1,
            area_id=town.community_id,
            channel=DrawChannel.ORDER,
            expires_at=now + timedelta(days=2),
        ),
        now=now,
    )
    new = ballots.NewBallot(
        title=f"Ballot {name}",
        item_id=item_id,
        area_id=town.community_id,
        quantity=5,
        supply=10,
        closes_at=now + timedelta(days=1),
    )
    ballot_id = ballots.create_ballot(session, new, now=now)
    ballots.open_ballot(session, ballot_id, now=now)
    registered = ballots.register(session, ballot_id, household_id, now=now)
    return {"draw_id": taken.draw_id, "ballot_id": ballot_id, "registration_id": registered.registration_id}


def an_open_campaign_draft(session: Session, store: StoreRef, town: TownRef) -> CampaignRef:
    """A second campaign of the store, not open yet, without offers."""
    from logistics.orders.models import Campaign
    from logistics.orders.rules import CampaignState

    now = utc_now()
    row = Campaign(
        code=f"draft-{store.code}",
        store_id=store.store_id,
        title="Draft",
        state=CampaignState.DRAFT,
        cut_off_at=now + timedelta(hours=3),
        delivery_date=local_date(now),
        seed=1,
        minimum_orders=0,
    )
    session.add(row)
    session.flush()
    return CampaignRef(campaign_id=row.id, offer_ids={})


def _driven(
    session: Session, campaign: CampaignRef, store: StoreRef, town: TownRef, courier_id: int, day_id: int
) -> dict[str, Any]:
    """Close the campaign, pack it, and put its one batch on a route of a plan that has become a manifest of today."""
    now = utc_now()
    today = local_date(now)
    orders.close_campaign(session, campaign.campaign_id, now=now)
    wave_id = fulfilment.release_wave(session, campaign.campaign_id, now=now)
    fulfilment.make_batches(session, wave_id, now=now)
    batch = session.query(Batch).filter_by(wave_id=wave_id).one()
    plan = Plan(
        code=f"P-{store.code}",
        delivery_date=today,
        state=PlanState.READY,
        requested_at=now,
        time_limit_s=1,
        iteration_limit=None,
        seed=1,
    )
    session.add(plan)
    session.flush()
    session.add(PlanWave(plan_id=plan.id, wave_id=wave_id))
    times = {"opens_at": now, "closes_at": now + timedelta(hours=12)}
    session.add(PlanDepot(plan_id=plan.id, store_id=store.store_id, code=store.code, name="D", lng=1, lat=1, **times))
    vehicle = PlanVehicle(
        plan_id=plan.id,
        vehicle_id=add_vehicle(session, store, code="van-02"),
        store_id=store.store_id,
        code=f"{store.code}/van-02",
        type="van",
        type_name="van",
        capacity_g=1_000_000,
        capacity_packages=200,
        shift_start_at=now,
        shift_end_at=now + timedelta(hours=12),
        depart_at=now,
        return_at=now + timedelta(hours=1),
        distance_m=1_000,
        return_travel_s=60,
        return_travel_m=500,
        line=[[117.0, 36.6], [117.1, 36.7]],
    )
    session.add(vehicle)
    session.flush()
    stop = PlanStop(
        plan_id=plan.id,
        store_id=store.store_id,
        compound_id=town.compound_ids[0],
        code=f"{store.code}/stop",
        name=f"name {store.code}",
        place=f"place {store.code}",
        kind=StopKind.DOOR,
        lng=117.0,
        lat=36.6,
        window_start_at=now,
        window_end_at=now + timedelta(hours=4),
        weight_g=batch.weight_g,
        volume_ml=batch.volume_ml,
        package_count=batch.package_count,
        service_s=300,
        plan_vehicle_id=vehicle.id,
        position=1,
        arrival_at=now,
        start_at=now,
        departure_at=now,
        load_g_after=0,
        travel_s=60,
        travel_m=500,
    )
    session.add(stop)
    session.flush()
    session.add(PlanStopBatch(stop_id=stop.id, batch_id=batch.id))
    session.flush()
    delivery.issue_manifests(session, plan.id, today, now=now)
    session.flush()
    session.execute(update(Manifest).where(Manifest.plan_vehicle_id == vehicle.id).values(courier_id=courier_id))
    manifest = session.query(Manifest).filter_by(plan_vehicle_id=vehicle.id).one()
    run = DayRun(day_id=day_id, plan_id=plan.id, time_limit_s=1, iteration_limit=None, seed=1, started_at=now)
    session.add(run)
    session.flush()
    return {
        "wave_id": wave_id,
        "batch_id": batch.id,
        "plan_id": plan.id,
        "stop_id": stop.id,
        "manifest_id": manifest.id,
        "token": manifest.token,
        "run_id": run.id,
    }
