"""A small compound with its flats, an open group buy, and lists of invented people as chat-group tools export them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Building, Compound, Household
from logistics.db import reading, transaction
from logistics.orders.chat_sheets import service
from logistics.orders.chat_sheets.mapping import ListColumn, ListColumnUse, ListMapping
from logistics.orders.models import Campaign, Order, OrderLine, Product
from logistics.orders.models import Offer as OfferRow
from logistics.orders.rules import OrderState
from tests.api.world import an_account
from tests.builders import MORNING, NOW, CampaignRef, OfferSpec, a_campaign, a_store, a_town
from tests.inventory.sheets.files import a_workbook

A, N, S, P, Q, C, T, R, PH = (
    ListColumn.ADDRESS, ListColumn.NUMBER, ListColumn.STATE, ListColumn.PRODUCT, ListColumn.QUANTITY, ListColumn.COUNT,
    ListColumn.TEXT, ListColumn.REMARK, ListColumn.PHONE,
)  # fmt: skip
TITLES = {A: "地址", N: "订单号", S: "状态", P: "商品", Q: "数量", T: "接龙内容", R: "备注", PH: "电话"}
HOMES = (
    ("1号楼", "1单元", "101"), ("1号楼", "1单元", "102"), ("1号楼", "2单元", "101"), ("2", "", "301"), ("2", "", "302"),
    ("3", "1", "501"),
)  # fmt: skip


@dataclass(slots=True)
class Group:
    """The compound 阳光花园: building 1 with two units, 2 without one, 3 with one; 白菜 (V01), at most 3 a household,
    and 土豆 (V02). `homes` are household ids by normal form."""

    campaign: CampaignRef
    code: str
    community_id: int
    compound_id: int
    worker: int
    homes: dict[str, int]

    def viewer(self) -> Viewer:
        return Viewer(account_id=self.worker, username="worker", role=Role.COMMUNITY_WORKER, area_id=self.community_id)


def a_group() -> Group:
    with transaction() as session:
        town, store = a_town(session, compounds=1), a_store(session)
        compound = Compound(
            code="YG",
            name="阳光花园",
            address="光明路8号",
            community_id=town.community_id,
            gate_lng=117.0,
            gate_lat=36.6,
        )
        session.add(compound)
        session.flush()
        buildings = {}
        homes = {}
        for number, unit, flat in HOMES:
            if number not in buildings:
                buildings[number] = Building(compound_id=compound.id, number=number)
                session.add(buildings[number])
                session.flush()
            home = Household(code=f"YG{len(homes)}", building_id=buildings[number].id, unit=unit, flat=flat)
            session.add(home)
            session.flush()
            parts = (number.removesuffix("号楼"), unit.removesuffix("单元"), flat)
            homes["-".join(filter(None, parts))] = home.id
        campaign = a_campaign(
            session, store, town, OfferSpec(sku="V01", limit=3), OfferSpec(sku="V02"), windows={"AM": MORNING}
        )
        for sku, name, unit in (("V01", "白菜", "份"), ("V02", "土豆", "袋")):
            product = session.scalars(select(Product).where(Product.sku == sku)).one()
            product.name, product.unit = name, unit
        return Group(
            campaign=campaign,
            code=session.get_one(Campaign, campaign.campaign_id).code,
            community_id=town.community_id,
            compound_id=compound.id,
            worker=an_account(session, "worker", Role.COMMUNITY_WORKER, area_id=town.community_id),
            homes=homes,
        )


def a_mapping(*roles: ListColumn, **options: Any) -> ListMapping:
    counts = options.pop("counts", ())
    uses = [ListColumnUse(role=role, title=TITLES[role]) for role in roles]
    uses += [ListColumnUse(role=C, title=title) for title in counts]
    return ListMapping(columns=tuple(uses), **{"compound": "阳光花园", **options})


TEXTS, LINES = a_mapping(A, T), a_mapping(N, A, P, Q)


def book_of(rows: Sequence[Sequence[Any]], **options: Any) -> service.Workbook:
    return service.read_workbook(a_workbook(rows, **options), "接龙.xlsx")


def a_list(
    group: Group, rows: Sequence[Sequence[Any]], mapping: ListMapping = TEXTS, **options: Any
) -> service.TakeList:
    merged = options.pop("merged", ())
    return service.TakeList(
        book=book_of(rows, merged=merged),
        mapping=mapping,
        campaign_id=options.pop("campaign_id", group.campaign.campaign_id),
        owner_area_id=options.pop("owner", group.community_id),
        account_id=group.worker,
        **{"source": "群接龙", **options},
    )


def texts(*rows: tuple[str, str]) -> list[list[Any]]:
    """A list with an address and a text in each row."""
    return [["地址", "接龙内容"], *map(list, rows)]


def looked_at(command: service.TakeList) -> service.ListPreview:
    with reading() as session:
        return service.preview_list(session, command, now=NOW)


def entered(command: service.TakeList) -> service.ImportedList:
    with transaction() as session:
        return service.import_list(session, command, now=NOW)


def outcomes(preview: service.ListPreview) -> list[str]:
    return [decision.outcome.value for decision in preview.decided.decisions]


def reasons(preview: service.ListPreview) -> list[list[str]]:
    return [[one.reason.value for one in decision.problems] for decision in preview.decided.decisions]


def ordered(*, state: OrderState = OrderState.PLACED) -> dict[int, list[dict[str, int]]]:
    """Goods of orders in a state, by household, in order of placing."""
    with reading() as session:
        rows = session.execute(
            select(Order.household_id, Order.id, Product.sku, OrderLine.ordered)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(OfferRow, OfferRow.id == OrderLine.offer_id)
            .join(Product, Product.id == OfferRow.product_id)
            .where(Order.state == state)
            .order_by(Order.id)
        )
        found: dict[int, dict[int, dict[str, int]]] = {}
        for household_id, order_id, sku, quantity in rows:
            found.setdefault(household_id, {}).setdefault(order_id, {})[sku] = quantity
        return {household_id: list(orders.values()) for household_id, orders in found.items()}


def count(model: type[Any]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0
