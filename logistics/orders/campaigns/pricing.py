"""The prices of a campaign held against the ceilings where its goods go, and what its orders pay in the end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.orders.campaigns.minimum import Totals
from logistics.orders.campaigns.terms import ladders_of
from logistics.orders.campaigns.tiers import price_at
from logistics.orders.catalogue import service as catalogue
from logistics.orders.catalogue.service import OverCeiling
from logistics.orders.models import Campaign, CampaignArea, Offer


def broken_ceilings(session: Session, campaign_id: int) -> list[OverCeiling]:
    """The price ceilings that a campaign breaks on its delivery date where its goods go, each as the error that tells
    it. The price for one is the highest of a ladder, so it stands for all tiers.

    Raises:
        NotFound: no such campaign.
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFound(kind="campaign", key=campaign_id)
    offers = session.execute(
        select(Offer.product_id, Offer.price_cents).where(Offer.campaign_id == campaign_id).order_by(Offer.id)
    )
    areas = session.scalars(select(CampaignArea.area_id).where(CampaignArea.campaign_id == campaign_id)).all()
    prices = [catalogue.OfferedPrice(product_id=product_id, price_cents=cents) for product_id, cents in offers]
    found = catalogue.breaches(session, prices, areas, campaign.delivery_date)
    return [catalogue.refusal(breach) for breach in found]


def require_ceilings_kept(session: Session, campaign: Campaign) -> None:
    """Raises OverCeiling: a price is above a ceiling; told by the first that is broken."""
    for broken in broken_ceilings(session, campaign.id):
        raise broken


def settle_prices(session: Session, campaign: Campaign, totals: Totals) -> dict[int, int]:
    """Give every offer the price of the tier that its total has reached; every order of the campaign pays it. Returns
    by how many cents a unit is cheaper than at first, by offer, where it is."""
    cheaper: dict[int, int] = {}
    ladders = ladders_of(session, campaign.id)
    if not ladders:
        return cheaper
    for offer in session.scalars(select(Offer).where(Offer.id.in_(ladders)).order_by(Offer.id)):
        price_cents = price_at(ladders[offer.id], totals.units_of.get(offer.id, 0))
        if price_cents < offer.price_cents:
            cheaper[offer.id] = offer.price_cents - price_cents
            offer.price_cents = price_cents
    session.flush()
    return cheaper
