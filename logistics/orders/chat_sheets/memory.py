"""What an owner has said about its lists before: how each source is read, and what words and addresses mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing
from logistics.errors import N_, Invalid, NotFound
from logistics.orders.chat_sheets import fact_queries
from logistics.orders.chat_sheets.homes import home_key
from logistics.orders.chat_sheets.mapping import NAME_LENGTH_MAX, ListMapping, list_mapping_of
from logistics.orders.chat_sheets.models import EVERYWHERE, ChatHomeName, ChatMapping, ChatProductName
from logistics.orders.chat_sheets.products import product_key


class BadSourceName(Invalid):
    template = N_("Give the source a name of 1 to %(length)s characters.")
    code = "bad_source_name"


def save_mapping(
    session: Session,
    source: str,
    mapping: ListMapping,
    *,
    owner_area_id: int | None,
    account_id: int | None,
    now: datetime,
) -> int:
    """Keep how lists of a source are read; what the owner kept for it before is replaced. Returns its id.

    Raises:
        BadSourceName: no name, or too long a one.
    """
    source = source.strip()
    if not 1 <= len(source) <= NAME_LENGTH_MAX:
        raise BadSourceName(length=NAME_LENGTH_MAX)
    kept = {"document": mapping.document(), "saved_by_id": account_id, "saved_at": now}
    _write(session, ChatMapping, {"source": source}, kept, owner_area_id=owner_area_id)
    own = ChatMapping.owner_area_id.is_not_distinct_from(owner_area_id)
    return session.scalars(select(ChatMapping.id).where(own, ChatMapping.source == source)).one()


def saved_mapping(session: Session, source: str, *, owner_area_id: int | None) -> ListMapping:
    """How the owner reads lists of that source.

    Raises:
        NotFound: it has never said so.
    """
    own = ChatMapping.owner_area_id.is_not_distinct_from(owner_area_id)
    document = session.scalar(select(ChatMapping.document).where(own, ChatMapping.source == source))
    if document is None:
        raise NotFound(kind="mapping", key=source)
    return list_mapping_of(document)


def forget_mapping(session: Session, mapping_id: int, *, owner_area_id: int | None) -> None:
    """Delete a mapping of the owner; what was imported by it stays.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    own = ChatMapping.owner_area_id.is_not_distinct_from(owner_area_id)
    gone = session.execute(
        delete(ChatMapping).where(ChatMapping.id == mapping_id, own).returning(ChatMapping.id)
    ).first()
    if gone is None:
        raise NotFound(kind="mapping", key=mapping_id)


def remember_homes(
    session: Session,
    names: Mapping[tuple[str, str], int | None],
    *,
    owner_area_id: int | None,
    account_id: int | None,
    now: datetime,
) -> None:
    """Keep which household an address means, given as (address, compound) as lists have them; None says that its rows
    are left out.

    Raises:
        NotFound: a household is none of the owner's.
    """
    wanted = {household_id for household_id in names.values() if household_id is not None}
    known = {home.household_id for home in fact_queries.homes_by_id(session, wanted, area_id=owner_area_id)}
    for (text, compound), household_id in sorted(names.items()):
        if household_id is not None and household_id not in known:
            raise NotFound(kind="household", key=household_id)
        kept = {"household_id": household_id, "saved_by_id": account_id, "saved_at": now}
        key = {"key": home_key(text, compound=compound)}
        _write(session, ChatHomeName, key, kept, owner_area_id=owner_area_id)


def remember_products(
    session: Session,
    campaign_id: int,
    names: Mapping[str, str | None],
    *,
    owner_area_id: int | None,
    account_id: int | None,
    now: datetime,
) -> None:
    """Keep which product of a campaign's merchant a word means, by SKU; None says that it is left out.

    Raises:
        NotFound: no such campaign, or it does not offer a product of that SKU.
    """
    campaign = fact_queries.campaign(session, campaign_id)
    products = {offer.sku: offer.product_id for offer in fact_queries.offered(session, campaign_id)}
    for word, sku in sorted(names.items()):
        if sku is not None and sku not in products:
            raise NotFound(kind="product", key=sku)
        kept = {"product_id": products[sku] if sku else None, "saved_by_id": account_id, "saved_at": now}
        key = {"merchant_id": campaign.merchant_id, "key": product_key(word)}
        _write(session, ChatProductName, key, kept, owner_area_id=owner_area_id)


def said_homes(session: Session, owner_area_id: int | None) -> dict[str, int | None]:
    """The households that the owner has given names, by `home_key`."""
    own = ChatHomeName.owner_area_id.is_not_distinct_from(owner_area_id)
    return {key: home for key, home in session.execute(select(ChatHomeName.key, ChatHomeName.household_id).where(own))}


def said_products(session: Session, merchant_id: int, owner_area_id: int | None) -> dict[str, int | None]:
    """The products of a merchant that the owner has given names, by `product_key`."""
    own = ChatProductName.owner_area_id.is_not_distinct_from(owner_area_id)
    rows = session.execute(
        select(ChatProductName.key, ChatProductName.product_id).where(own, ChatProductName.merchant_id == merchant_id)
    )
    return {key: product_id for key, product_id in rows}


def _write(
    session: Session,
    model: type[ChatMapping] | type[ChatProductName] | type[ChatHomeName],
    key: Mapping[str, Any],
    kept: Mapping[str, Any],
    *,
    owner_area_id: int | None,
) -> None:
    row = {"owner_area_id": owner_area_id, **key, **kept}
    if owner_area_id is None:
        insert_missing(session, model, [row], key=tuple(key), where=EVERYWHERE)
    else:
        insert_missing(session, model, [row], key=("owner_area_id", *key))
    own = model.owner_area_id.is_not_distinct_from(owner_area_id)
    named = and_(*(getattr(model, column) == value for column, value in key.items()))
    session.execute(update(model).where(own, named).values(**kept))
