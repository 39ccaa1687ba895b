"""Campaigns with terms, from the draft on, and orders in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.notifications.models import Notification
from logistics.orders import service
from logistics.orders.campaigns.models import CampaignStep, CampaignTerms
from logistics.orders.models import Campaign, Offer, Order, Product
from logistics.orders.rules import CampaignState, OrderState, ShortageRule
from tests.builders import AFTERNOON, DELIVERY_DATE, MORNING, NOW, StoreRef, TownRef, a_store, a_town

CUT_OFF = NOW + timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A store with two products, V01 at 5.00 and M01 at 20.00, in a town."""

    town: TownRef
    store: StoreRef

    @property
    def homes(self) -> Sequence[int]:
        return self.town.households[0]


def a_shop() -> Shop:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        for sku, cents in (("V01", 500), ("M01", 2_000)):
            session.add(
                Product(
                    merchant_id=store.merchant_id,
                    sku=sku,
                    name=f"Product {sku}",
                    price_cents=cents,
                    weight_g=1_000,
                    volume_ml=2_000,
                )
            )
    return Shop(town=town, store=store)


def an_offer(sku: str = "V01", price_cents: int = 500, **more: Any) -> service.OfferDraft:
    return service.OfferDraft(
        **{"sku": sku, "price_cents": price_cents, "limit_per_household": None, "supply_count": None, **more}
    )


def a_draft_of(
    shop: Shop,
    *offers: service.OfferDraft,
    minimum_orders: int = 0,
    cut_off_at: datetime = CUT_OFF,
    area_ids: tuple[int, ...] | None = None,
    title: str = "Vegetables",
    **terms: Any,
) -> service.CampaignDraft:
    return service.CampaignDraft(
        store_id=shop.store.store_id,
        title=title,
        cut_off_at=cut_off_at,
        delivery_date=DELIVERY_DATE,
        shortage_rule=ShortageRule.PROPORTIONAL,
        minimum_orders=minimum_orders,
        area_ids=area_ids or (shop.town.district_id,),
        windows=(
            service.WindowDraft(code="AM", starts_at=MORNING[0], ends_at=MORNING[1]),
            service.WindowDraft(code="PM", starts_at=AFTERNOON[0], ends_at=AFTERNOON[1]),
        ),
        offers=offers or (an_offer(),),
        terms=service.TermsDraft(**terms),
    )


def drafted(shop: Shop, *offers: service.OfferDraft, **more: Any) -> int:
    with transaction() as session:
        return service.draft_campaign(session, a_draft_of(shop, *offers, **more)).id


def opened(shop: Shop, *offers: service.OfferDraft, **more: Any) -> int:
    """A campaign on its whole way from draft to open."""
    campaign_id = drafted(shop, *offers, **more)
    with transaction() as session:
        service.file_campaign(session, campaign_id, now=NOW)
        service.approve_campaign(session, campaign_id, area_id=None, now=NOW)
        service.open_campaign(session, campaign_id, now=NOW)
    return campaign_id


def placed(campaign_id: int, home: int, lines: Mapping[str, int] | None = None, *, now: datetime = NOW) -> int:
    wanted = tuple(service.LineWanted(sku=sku, quantity=n) for sku, n in (lines or {"V01": 1}).items())
    command = service.PlaceOrder(campaign_id=campaign_id, household_id=home, window_code="AM", lines=wanted)
    with transaction() as session:
        return service.place_order(session, command, now=now).order_id


def cancelled(order_id: int, *, now: datetime = NOW) -> None:
    with transaction() as session:
        service.cancel_order(session, order_id, now=now)


def closed(campaign_id: int, *, now: datetime = CUT_OFF) -> CampaignState:
    with transaction() as session:
        return service.close_campaign(session, campaign_id, now=now).state


def rung(campaign_id: int, *, now: datetime) -> CampaignState:
    """What the job does that the relay rings."""
    with transaction() as session:
        return service.cut_off(session, campaign_id, now=now).state


def state_of(campaign_id: int) -> CampaignState:
    with reading() as session:
        return session.get_one(Campaign, campaign_id).state


def steps_of(campaign_id: int) -> list[str]:
    with reading() as session:
        rows = select(CampaignStep.step).where(CampaignStep.campaign_id == campaign_id).order_by(CampaignStep.id)
        return [step.value for step in session.scalars(rows)]


def counted(campaign_id: int) -> tuple[int, int]:
    """Orders and units that the caps have counted."""
    with reading() as session:
        terms = session.get_one(CampaignTerms, campaign_id)
        return terms.order_count, terms.unit_count


def standing(campaign_id: int) -> int:
    with reading() as session:
        rows = select(Order.id).where(Order.campaign_id == campaign_id, Order.state != OrderState.CANCELLED)
        return len(session.scalars(rows).all())


def price_of(campaign_id: int, sku: str = "V01") -> int:
    with reading() as session:
        of_sku = select(Offer.price_cents).join(Product).where(Offer.campaign_id == campaign_id, Product.sku == sku)
        return session.scalars(of_sku).one()


def told(event: str) -> list[dict[str, Any]]:
    with reading() as session:
        rows = session.scalars(select(Notification).order_by(Notification.id)).all()
    return [row.data for row in rows if row.event.value == event]
