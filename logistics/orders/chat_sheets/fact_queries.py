"""What an import is compared with: the campaign, its products, compounds and households, and what they have ordered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.scope import area_and_below
from logistics.db import chunks
from logistics.errors import NotFound
from logistics.orders.campaigns.models import CampaignTerms
from logistics.orders.chat_sheets.deciding import Known
from logistics.orders.chat_sheets.flats import building_key
from logistics.orders.chat_sheets.homes import Ground, Home
from logistics.orders.chat_sheets.models import ChatImport, ChatOrder
from logistics.orders.chat_sheets.products import Offered
from logistics.orders.models import (
    Campaign,
    CampaignArea,
    DeliveryWindow,
    HouseholdDraw,
    Offer,
    Order,
    OrderLine,
    Product,
    Store,
)
from logistics.orders.rules import CampaignState, OrderState
from logistics.views import Rows, read


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCampaign:
    """The group buy that a list is of; `windows` are the codes of its delivery windows by their start, `full_at` is
    when a cap of it was reached."""

    campaign_id: int
    code: str
    title: str
    state: CampaignState
    cut_off_at: datetime
    full_at: datetime | None
    merchant_id: int
    windows: tuple[str, ...]


def campaign(session: Session, campaign_id: int) -> ListCampaign:
    """The group buy of that id.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(
        select(
            Campaign.code,
            Campaign.title,
            Campaign.state,
            Campaign.cut_off_at,
            CampaignTerms.full_at,
            Store.merchant_id,
        )
        .join(Store, Store.id == Campaign.store_id)
        .outerjoin(CampaignTerms, CampaignTerms.campaign_id == Campaign.id)
        .where(Campaign.id == campaign_id)
    ).one_or_none()
    if row is None:
        raise NotFound(kind="campaign", key=campaign_id)
    windows = select(DeliveryWindow.code).where(DeliveryWindow.campaign_id == campaign_id)
    return ListCampaign(
        campaign_id=campaign_id,
        code=row.code,
        title=row.title,
        state=row.state,
        cut_off_at=row.cut_off_at,
        full_at=row.full_at,
        merchant_id=row.merchant_id,
        windows=tuple(session.scalars(windows.order_by(DeliveryWindow.starts_at, DeliveryWindow.id))),
    )


def campaign_id_of(session: Session, code: str) -> int:
    """The id of the group buy with that code.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(select(Campaign.id).where(Campaign.code == code))
    if found is None:
        raise NotFound(kind="campaign", key=code)
    return found


def offered(session: Session, campaign_id: int) -> list[Offered]:
    """What the group buy offers, by SKU."""
    rows = session.execute(
        select(Product.id, Product.sku, Product.name, Product.unit, Offer.limit_per_household)
        .join(Offer, Offer.product_id == Product.id)
        .where(Offer.campaign_id == campaign_id)
        .order_by(Product.sku)
    )
    return [
        Offered(product_id=product_id, sku=sku, name=name, unit=unit, limit=limit)
        for product_id, sku, name, unit, limit in rows
    ]


def grounds(session: Session, campaign_id: int, area_id: int | None) -> list[Ground]:
    """The compounds that the group buy serves, of an area and below (None: of all), with their buildings."""
    fields = (Compound.id, Compound.code, Compound.name, Compound.address)
    compounds = session.execute(select(*fields).where(_served(campaign_id, area_id)).order_by(Compound.code)).all()
    numbers: dict[int, list[str]] = defaultdict(list)
    for part in chunks({row.id for row in compounds}):
        rows = session.execute(
            select(Building.compound_id, Building.number).where(Building.compound_id.in_(part)).order_by(Building.id)
        )
        for compound_id, number in rows:
            numbers[compound_id].append(number)
    return [
        Ground(compound_id=row.id, code=row.code, name=row.name, address=row.address, buildings=tuple(numbers[row.id]))
        for row in compounds
    ]


def compound_codes(session: Session, compound_ids: Collection[int]) -> dict[int, str]:
    """Codes of compounds by id."""
    codes: dict[int, str] = {}
    for part in chunks(compound_ids):
        codes.update((row.id, row.code) for row in session.execute(
            select(Compound.id, Compound.code).where(Compound.id.in_(part))))  # fmt: skip
    return codes


def homes(session: Session, compound_ids: Collection[int], buildings: Collection[str]) -> list[Home]:
    """The households of those buildings, named by `building_key`, in those compounds."""
    wanted: set[int] = set()
    for part in chunks(compound_ids):
        rows = session.execute(select(Building.id, Building.number).where(Building.compound_id.in_(part)))
        wanted.update(row.id for row in rows if building_key(row.number) in buildings)
    return [home for part in chunks(wanted) for home in _homes(session, _HOMES.where(Household.building_id.in_(part)))]


def homes_by_id(session: Session, household_ids: Collection[int], *, area_id: int | None) -> list[Home]:
    """Those of the households that lie in an area or below (None: anywhere)."""
    inside = _HOMES if area_id is None else _HOMES.where(Compound.community_id.in_(area_and_below(area_id)))
    return [home for part in chunks(household_ids) for home in _homes(session, inside.where(Household.id.in_(part)))]


def known_orders(
    session: Session, campaign_id: int, identities: Collection[str], *, owner_area_id: int | None, source: str
) -> dict[str, Known]:
    """Orders that came of lists: those of the owner's source in this group buy, and those with one of the identities,
    by identity."""
    own = (
        (ChatImport.source == source)
        & ChatImport.owner_area_id.is_not_distinct_from(owner_area_id)
        & (Order.campaign_id == campaign_id)
    )
    found: dict[str, Known] = {}
    for condition in (own, *(ChatOrder.identity.in_(part) for part in chunks(identities))):
        found.update(_known(session, condition))
    return _with_quantities(session, found)


def standing_orders(
    session: Session, campaign_id: int, household_ids: Collection[int], *, but: Collection[int]
) -> dict[int, tuple[str, ...]]:
    """Codes of the households' orders in the group buy that were not cancelled, `but` those of some ids."""
    found: dict[int, list[str]] = defaultdict(list)
    for part in chunks(household_ids):
        rows = session.execute(
            select(Order.household_id, Order.id, Order.code)
            .where(Order.campaign_id == campaign_id, Order.state != OrderState.CANCELLED)
            .where(Order.household_id.in_(part))
            .order_by(Order.id)
        )
        for household_id, order_id, code in rows:
            if order_id not in but:
                found[household_id].append(code)
    return {household_id: tuple(codes) for household_id, codes in found.items()}


def drawn(session: Session, campaign_id: int, household_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """Units of limited offers that the households have drawn, by household and SKU."""
    found: dict[tuple[int, str], int] = {}
    for part in chunks(household_ids):
        rows = session.execute(
            select(HouseholdDraw.household_id, Product.sku, HouseholdDraw.quantity)
            .join(Offer, Offer.id == HouseholdDraw.offer_id)
            .join(Product, Product.id == Offer.product_id)
            .where(Offer.campaign_id == campaign_id, HouseholdDraw.household_id.in_(part))
        )
        found.update({(household_id, sku): quantity for household_id, sku, quantity in rows})
    return found


def _served(campaign_id: int, area_id: int | None) -> ColumnElement[bool]:
    tree = (
        select(Area.id)
        .where(Area.id.in_(select(CampaignArea.area_id).where(CampaignArea.campaign_id == campaign_id)))
        .cte(recursive=True)
    )
    tree = tree.union(select(Area.id).join(tree, Area.parent_id == tree.c.id))
    served = Compound.community_id.in_(select(tree.c.id))
    return served if area_id is None else served & Compound.community_id.in_(area_and_below(area_id))


_HOMES: Rows = (
    select(
        Household.id.label("household_id"),
        Household.code,
        Compound.id.label("compound_id"),
        Compound.name.label("compound"),
        Building.number.label("building"),
        Household.unit,
        Household.flat,
    )
    .join(Building, Building.id == Household.building_id)
    .join(Compound, Compound.id == Building.compound_id)
    .order_by(Compound.code, Building.id, Household.unit, Household.flat, Household.id)
)


def _homes(session: Session, statement: Rows) -> list[Home]:
    return read(session, statement, Home)


def _known(session: Session, condition: ColumnElement[bool]) -> dict[str, Known]:
    rows = session.execute(
        select(
            ChatOrder.identity,
            ChatOrder.number,
            ChatOrder.content,
            Order.campaign_id,
            Campaign.code.label("campaign"),
            Order.household_id,
            Order.id.label("order_id"),
            Order.code.label("order"),
            Order.state,
        )
        .join(ChatImport, ChatImport.id == ChatOrder.import_id)
        .join(Order, Order.id == ChatOrder.order_id)
        .join(Campaign, Campaign.id == Order.campaign_id)
        .where(condition)
    ).mappings()
    return {row["identity"]: Known(**row) for row in rows}


def _with_quantities(session: Session, found: dict[str, Known]) -> dict[str, Known]:
    quantities: dict[int, dict[str, int]] = defaultdict(dict)
    for part in chunks({known.order_id for known in found.values()}):
        rows = session.execute(
            select(OrderLine.order_id, Product.sku, OrderLine.ordered)
            .join(Offer, Offer.id == OrderLine.offer_id)
            .join(Product, Product.id == Offer.product_id)
            .where(OrderLine.order_id.in_(part))
        )
        for order_id, sku, ordered in rows:
            quantities[order_id][sku] = ordered
    return {identity: replace(known, quantities=quantities[known.order_id]) for identity, known in found.items()}
