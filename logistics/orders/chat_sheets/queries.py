"""What a viewer may read of lists: what its own area has said and imported. An administrator sees every import, and of
mappings and names those of the administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.models import Household
from logistics.orders.chat_sheets.models import ChatHomeName, ChatImport, ChatMapping, ChatProductName
from logistics.orders.models import Campaign, Merchant, Product
from logistics.views import PAGE_SIZE, Rows, read, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMappingView:
    """How lists of a source are read."""

    id: int
    source: str
    document: Mapping[str, Any]
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatHomeNameView:
    """What an address means; without a household, its rows are left out."""

    id: int
    key: str
    household_id: int | None
    household_code: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatProductNameView:
    """What a word means among a merchant's products; without a product it is left out."""

    id: int
    merchant_name: str
    key: str
    sku: str | None
    product_name: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatImportView:
    """One list that was entered. `counts` has orders by outcome, lines, and vanished orders of earlier lists."""

    id: int
    campaign_id: int
    campaign_code: str
    campaign_title: str
    source: str
    file_name: str
    sheet: str
    imported_at: datetime
    imported_by: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatImportDetail(ChatImportView):
    """`report` tells what became of each row (see `docs/chat-sheets.md`); it is empty where it was forgotten."""

    report: tuple[Mapping[str, Any], ...]


def mappings(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[ChatMappingView]:
    """The viewer's own mappings, by source."""
    statement = _mappings(viewer).order_by(ChatMapping.source)
    return read(session, statement.limit(limit).offset(offset), ChatMappingView)


def mapping(session: Session, viewer: Viewer, mapping_id: int) -> ChatMappingView:
    """One mapping of the viewer's own. Raises NotFound."""
    statement = _mappings(viewer).where(ChatMapping.id == mapping_id)
    return ChatMappingView(**read_fields(session, statement, kind="mapping", key=mapping_id))


def home_names(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[ChatHomeNameView]:
    """The addresses that the viewer's area has said the meaning of."""
    statement = (
        select(
            ChatHomeName.id,
            ChatHomeName.key,
            ChatHomeName.household_id,
            Household.code.label("household_code"),
            ChatHomeName.saved_at,
        )
        .outerjoin(Household, Household.id == ChatHomeName.household_id)
        .where(_own(viewer, ChatHomeName.owner_area_id))
        .order_by(ChatHomeName.key, ChatHomeName.id)
    )
    return read(session, statement.limit(limit).offset(offset), ChatHomeNameView)


def product_names(
    session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0
) -> list[ChatProductNameView]:
    """The words that the viewer's area has said the meaning of."""
    statement = (
        select(
            ChatProductName.id,
            Merchant.name.label("merchant_name"),
            ChatProductName.key,
            Product.sku,
            Product.name.label("product_name"),
            ChatProductName.saved_at,
        )
        .join(Merchant, Merchant.id == ChatProductName.merchant_id)
        .outerjoin(Product, Product.id == ChatProductName.product_id)
        .where(_own(viewer, ChatProductName.owner_area_id))
        .order_by(ChatProductName.key, ChatProductName.id)
    )
    return read(session, statement.limit(limit).offset(offset), ChatProductNameView)


def imports(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[ChatImportView]:
    """The lists that the viewer's area has entered, newest first."""
    statement = _imports(viewer).order_by(ChatImport.imported_at.desc(), ChatImport.id.desc())
    return read(session, statement.limit(limit).offset(offset), ChatImportView)


def imported(session: Session, viewer: Viewer, import_id: int) -> ChatImportDetail:
    """One list with what became of its rows. Raises NotFound."""
    statement = _imports(viewer).add_columns(ChatImport.report).where(ChatImport.id == import_id)
    fields = dict(read_fields(session, statement, kind="import", key=import_id))
    return ChatImportDetail(**fields | {"report": tuple(fields["report"])})


def _mappings(viewer: Viewer) -> Rows:
    fields = (ChatMapping.id, ChatMapping.source, ChatMapping.document, ChatMapping.saved_at)
    return select(*fields).where(_own(viewer, ChatMapping.owner_area_id))


def _imports(viewer: Viewer) -> Rows:
    return (
        select(
            ChatImport.id,
            ChatImport.campaign_id,
            Campaign.code.label("campaign_code"),
            Campaign.title.label("campaign_title"),
            ChatImport.source,
            ChatImport.file_name,
            ChatImport.sheet,
            ChatImport.imported_at,
            Account.username.label("imported_by"),
            ChatImport.counts,
        )
        .join(Campaign, Campaign.id == ChatImport.campaign_id)
        .outerjoin(Account, Account.id == ChatImport.account_id)
        .where(true() if viewer.role is Role.ADMIN else _own(viewer, ChatImport.owner_area_id))
    )


def _own(viewer: Viewer, owner: Any) -> ColumnElement[bool]:
    """Whether something is the viewer's area's own; an administrator's belongs to no area."""
    if viewer.role is Role.ADMIN:
        nobodys: ColumnElement[bool] = owner.is_(None)
        return nobodys
    own: ColumnElement[bool] = owner == viewer.area_id
    return own if viewer.role is Role.COMMUNITY_WORKER else false()
