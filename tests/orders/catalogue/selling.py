"""A merchant with products, an office, and a campaign that makes the one serve the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from logistics.clock import local_date
from logistics.db import reading, transaction
from logistics.orders.catalogue import service
from logistics.orders.catalogue.rules import CeilingUnit
from logistics.orders.catalogue.service import NewProduct, TermsWanted
from logistics.orders.models import Campaign, Product
from tests.builders import NOW, OfferSpec, StoreRef, TownRef, a_campaign, a_store, a_town

TODAY = local_date(NOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    town: TownRef
    store: StoreRef
    campaign_id: int

    @property
    def merchant_id(self) -> int:
        return self.store.merchant_id


def a_market(*, served: bool = True) -> Market:
    """A merchant whose campaign of the delivery date serves the town's district, or is long over."""
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        campaign = a_campaign(session, store, town, OfferSpec(sku="OFFERED"))
        if not served:
            long_ago = TODAY - timedelta(days=31)
            session.execute(update(Campaign).values(delivery_date=long_ago))
        return Market(town=town, store=store, campaign_id=campaign.campaign_id)


def a_product(market: Market, sku: str, *, good_id: int | None = None, **more: Any) -> int:
    """A product at 5.00 for 1,000 g unless said otherwise. Returns its id."""
    priced = {
        name: more.pop(name) for name in ("price_cents", "price_per_kg_cents", "weight_g", "pack_size") if name in more
    }
    if not {"price_cents", "price_per_kg_cents"} & priced.keys():
        priced["price_cents"] = 500
    if "contents" not in more:
        priced.setdefault("weight_g", 1_000)
    new = NewProduct(
        merchant_id=market.merchant_id,
        sku=sku,
        name=more.pop("name", f"Product {sku}"),
        wanted=TermsWanted(**priced),
        good_id=good_id,
        **more,
    )
    with transaction() as session:
        return service.add_product(session, new, now=NOW)


def a_ceiling(
    area_id: int,
    cents: int,
    *,
    good: str = "白菜",
    unit: CeilingUnit = CeilingUnit.PER_500G,
    starts_on: date = TODAY,
    now: Any = NOW,
) -> int:
    command = service.SetCeiling(
        area_id=area_id, good=good, unit=unit, ceiling_cents=cents, starts_on=starts_on, reason="scarce"
    )
    with transaction() as session:
        return service.set_ceiling(session, command, now=now)


def a_good(name: str = "白菜") -> int:
    from logistics.orders.catalogue.ceilings import good_named

    with transaction() as session:
        return good_named(session, name, account_id=None, now=NOW)


def priced(product_id: int, *, reason: str = "market", now: Any = NOW, **wanted: Any) -> bool:
    """Change a price as its merchant does."""
    command = service.ChangePrice(product_id=product_id, wanted=TermsWanted(**wanted), reason=reason)
    with transaction() as session:
        return service.change_price(session, command, now=now)


def the(product_id: int) -> Product:
    with reading() as session:
        return session.get_one(Product, product_id)


def rows(session: Session, model: type[Any]) -> list[Any]:
    return session.query(model).order_by(model.id).all()
