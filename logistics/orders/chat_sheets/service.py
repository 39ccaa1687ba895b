"""Verbs on lists from chat groups: guess, look at, enter, and remember how it was done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.db import chunks
from logistics.inventory.sheets.service import (
    Heading,
    Upload,
    Workbook,
    drop_upload,
    heading_at,
    keep_upload,
    read_workbook,
    received_file,
    upload_of,
)
from logistics.orders.chat_sheets import fact_queries
from logistics.orders.chat_sheets.fact_queries import ListCampaign, campaign_id_of
from logistics.orders.chat_sheets.guessing import ListGuess, guess_list
from logistics.orders.chat_sheets.headings import ListColumnsNotFound, Table, table_of
from logistics.orders.chat_sheets.importing import (
    ImportedList,
    ListPreview,
    TakeList,
    import_list,
    preview_list,
)
from logistics.orders.chat_sheets.memory import (
    BadSourceName,
    forget_mapping,
    remember_homes,
    remember_products,
    said_products,
    save_mapping,
    saved_mapping,
)
from logistics.orders.chat_sheets.models import ChatImport, ChatOrder
from logistics.orders.chat_sheets.products import ProductBook

__all__ = [
    "KEPT",
    "BadSourceName",
    "Heading",
    "ImportedList",
    "ListCampaign",
    "ListColumnsNotFound",
    "ListGuess",
    "ListPreview",
    "Table",
    "TakeList",
    "Upload",
    "Workbook",
    "campaign_id_of",
    "drop_upload",
    "forget_mapping",
    "guess",
    "heading_at",
    "import_list",
    "keep_upload",
    "offered_skus",
    "preview_list",
    "purge_reports",
    "read_workbook",
    "received_file",
    "remember_homes",
    "remember_products",
    "save_mapping",
    "saved_mapping",
    "table_of",
    "upload_of",
]

KEPT = timedelta(days=30)
"""What rows said, addresses and remarks among it, is kept so long: until the goods are long delivered."""


def guess(session: Session, book: Workbook, campaign_id: int, *, owner_area_id: int | None) -> ListGuess:
    """A first guess of how a list of a campaign is to be read.

    Raises:
        NotFound: no such campaign.
    """
    campaign = fact_queries.campaign(session, campaign_id)
    said = said_products(session, campaign.merchant_id, owner_area_id)
    return guess_list(book.grids, ProductBook(fact_queries.offered(session, campaign_id), said))


def offered_skus(session: Session, campaign_id: int) -> list[tuple[str, str]]:
    """SKU and name of what a campaign offers, by SKU."""
    return [(offer.sku, offer.name) for offer in fact_queries.offered(session, campaign_id)]


def purge_reports(session: Session, *, now: datetime) -> int:
    """Forget what rows of lists said that were entered more than 30 days ago; which order came of which order number
    stays. Returns of how many lists."""
    due = select(ChatImport.id).where(ChatImport.imported_at < now - KEPT, ChatImport.forgotten.is_(False))
    old = list(session.scalars(due))
    for part in chunks(old):
        session.execute(update(ChatOrder).where(ChatOrder.import_id.in_(part)).values(remark=""))
        session.execute(update(ChatImport).where(ChatImport.id.in_(part)).values(report=[], forgotten=True))
    return len(old)
