"""The campaigns of the day after the sample's: open, so that a demo resident has something to order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from logistics.clock import SHANGHAI
from logistics.day.entering import area_codes
from logistics.day.folder.facts import DepotRow, ParsedDay
from logistics.orders import service as orders


def open_campaigns(
    session: Session,
    parsed: ParsedDay,
    *,
    area_ids: Mapping[str, int],
    store_ids: Mapping[str, int],
    now: datetime,
) -> list[int]:
    """Open each store's campaign for the day after `parsed`, with the same goods and hours; cut off at the midnight
    between. Returns the campaigns' ids."""
    opened = []
    for depot in parsed.depots:
        draft = _draft(parsed, depot, area_ids=area_ids, store_id=store_ids[depot.code])
        campaign = orders.draft_campaign(session, draft)
        orders.file_campaign(session, campaign.id, now=now)
        orders.approve_campaign(session, campaign.id, area_id=None, now=now)
        orders.open_campaign(session, campaign.id, now=now)
        opened.append(campaign.id)
    return opened


def _draft(parsed: ParsedDay, depot: DepotRow, *, area_ids: Mapping[str, int], store_id: int) -> orders.CampaignDraft:
    date = parsed.delivery_date + timedelta(days=1)
    midnight = datetime.combine(date, time(), SHANGHAI)
    return orders.CampaignDraft(
        store_id=store_id,
        title=f"{depot.name} {date.isoformat()}",
        cut_off_at=midnight,
        delivery_date=date,
        shortage_rule=parsed.shortage_rule,
        minimum_orders=0,
        area_ids=tuple(sorted({area_ids[area_codes(compound)[0]] for compound in parsed.compounds})),
        windows=tuple(
            orders.WindowDraft(
                code=slot.code,
                starts_at=midnight + timedelta(minutes=slot.start_min),
                ends_at=midnight + timedelta(minutes=slot.end_min),
            )
            for slot in parsed.slots
        ),
        offers=tuple(
            orders.OfferDraft(
                sku=product.sku,
                price_cents=product.price_cents,
                limit_per_household=product.limit_per_household,
                supply_count=product.supply,
            )
            for product in parsed.products
            if product.depot == depot.code
        ),
    )
