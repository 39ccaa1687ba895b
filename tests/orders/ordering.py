"""A campaign in a town, and orders in it."""

from __future__ import annotations

from datetime import timedelta

from logistics.db import transaction
from logistics.orders.rules import CampaignState
from logistics.orders.service import PlacedOrder
from tests.builders import NOW, CampaignRef, OfferSpec, TownRef, a_campaign, a_store, a_town, an_order

CUT_OFF = NOW + timedelta(hours=3)
A_MICROSECOND = timedelta(microseconds=1)


def a_shop(*offers: OfferSpec, state: CampaignState = CampaignState.OPEN) -> tuple[CampaignRef, TownRef]:
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        return a_campaign(session, store, town, *offers, state=state), town


def ordered(campaign: CampaignRef, home: int, lines: dict[str, int] | None = None, **more: object) -> PlacedOrder:
    with transaction() as session:
        return an_order(session, campaign, home, lines, **more)  # type: ignore[arg-type]
