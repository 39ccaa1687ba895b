"""Who orders sees what a bundle holds and what is settled by the scale."""

from __future__ import annotations

from flask import Flask

from logistics.db import transaction
from logistics.orders.catalogue import service
from logistics.orders.models import Campaign, Offer, Store
from tests.api.world import a_token, bearer, utc_now
from tests.web.site import Market, a_market_with_people, browser_of


def offered() -> Market:
    """A bundle of two V01 and a fish, and the fish by itself, beside what the market offers."""
    market, now = a_market_with_people(), utc_now()
    with transaction() as session:
        campaign = session.get_one(Campaign, market.campaign_id)
        merchant_id = session.get_one(Store, campaign.store_id).merchant_id
        fish = service.NewProduct(
            merchant_id=merchant_id,
            sku="FISH",
            name="草鱼",
            wanted=service.TermsWanted(price_per_kg_cents=3_990, weight_g=1_250),
        )
        bundle = service.NewProduct(
            merchant_id=merchant_id,
            sku="SET",
            name="套餐",
            wanted=service.TermsWanted(price_cents=5_500),
            contents=(("V01", 2), ("FISH", 1)),
        )
        for new, cents in ((fish, 4_988), (bundle, 5_500)):
            product_id = service.add_product(session, new, now=now)
            session.add(Offer(campaign_id=campaign.id, product_id=product_id, price_cents=cents))
    return market


def test_an_offer_says_what_it_holds_and_how_it_is_sold(app: Flask) -> None:
    market = offered()
    with transaction() as session:
        token = a_token(session, market.resident_id)

    found = app.test_client().get(f"/api/v1/campaigns/{market.campaign_id}", headers=bearer(token)).json
    offers = {offer["sku"]: offer for offer in found["offers"]}

    assert [(line["sku"], line["quantity"]) for line in offers["SET"]["contents"]] == [("FISH", 1), ("V01", 2)]
    assert (offers["SET"]["weight_g"], offers["FISH"]["sold_by"], offers["V01"]["contents"]) == (3_250, "weight", [])


def test_the_form_shows_both_and_leads_to_the_product(app: Flask) -> None:
    market = offered()
    resident = browser_of(app, market.resident_id)

    page = resident.text(f"/campaigns/{market.campaign_id}")

    assert "内含：草鱼 ×1，Product V01 ×2" in page
    assert "每件约 1,250 克，按实际称重结算。" in page
    with transaction() as session:
        product_id = session.query(Offer.product_id).order_by(Offer.id.desc()).first()[0]
    assert f'href="/products/{product_id}"' in page
    assert "套餐内容" in resident.text(f"/products/{product_id}")
