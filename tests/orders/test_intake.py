"""Orders are taken in many at a time; a known one stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import ORMExecuteState, Session

from logistics.communities import intake as communities
from logistics.db import reading, transaction
from logistics.orders import intake
from logistics.orders.models import HouseholdDraw, Order, OrderLine
from logistics.orders.rules import Channel, ShortageRule
from tests.communities.test_intake import TREE, a_compound, a_household

PLACED = datetime(2020, 2, 20, 1, 0, tzinfo=UTC)


def a_campaign(session: Session, *, household_count: int) -> tuple[intake.TakenCampaign, list[int]]:
    """A campaign with one window and two products, the second limited to 2, and households to order in it."""
    areas = communities.take_areas(session, TREE)
    compounds = communities.take_compounds(session, [a_compound("C1")], area_ids=areas)
    buildings = communities.take_buildings(session, [("C1", "1")], compound_ids=compounds)
    homes = [a_household(f"H{number}") for number in range(household_count)]
    households = communities.take_households(session, homes, building_ids=buildings)
    merchants = intake.take_merchants(session, [intake.MerchantFact(code="M", name="商家")])
    store = intake.StoreFact(code="D0", merchant="M", name="仓", lng=117.0, lat=36.6, opens_min=360, closes_min=1320)
    stores = intake.take_stores(session, [store], merchant_ids=merchants)
    products = intake.take_products(
        session,
        [
            intake.ProductFact(
                merchant="M", sku=sku, name=sku, category="", unit="", price_cents=100, weight_g=500, volume_ml=1000
            )
            for sku in ("A", "B")
        ],
        merchant_ids=merchants,
        now=PLACED,
    )
    campaign = intake.CampaignFact(
        code="DAY",
        store_id=stores["D0"],
        title="团购",
        cut_off_at=datetime(2020, 2, 21, tzinfo=UTC),
        delivery_date=date(2020, 2, 22),
        shortage_rule=ShortageRule.PROPORTIONAL,
        seed=1,
        area_ids=(areas["区"],),
        windows=(
            intake.WindowFact(
                code="AM",
                starts_at=datetime(2020, 2, 22, 0, tzinfo=UTC),
                ends_at=datetime(2020, 2, 22, 4, tzinfo=UTC),
            ),
        ),
        offers=tuple(
            intake.OfferFact(
                product_id=products["M", sku], sku=sku, price_cents=100, limit_per_household=limit, supply=None
            )
            for sku, limit in (("A", None), ("B", 2))
        ),
    )
    return intake.take_campaign(session, campaign), list(households.values())


def an_order(code: str, household_id: int, *lines: tuple[str, int]) -> intake.OrderFact:
    return intake.OrderFact(
        code=code, household_id=household_id, window="AM", channel=Channel.GROUP_BUY, placed_at=PLACED, lines=lines
    )


def test_a_known_order_stays_as_it_is_and_is_counted_once(any_app: Flask) -> None:
    with transaction() as session:
        campaign, (household,) = a_campaign(session, household_count=1)
        first = intake.take_orders(session, campaign, [an_order("O1", household, ("A", 3), ("B", 1))])

    with transaction() as session:
        campaign, _ = a_campaign(session, household_count=1)
        more = intake.take_orders(
            session, campaign, [an_order("O1", household, ("A", 9), ("B", 9)), an_order("O2", household, ("B", 1))]
        )

    assert (list(first), list(more)) == (["O1"], ["O2"])
    with reading() as session:
        quantities = session.execute(
            select(Order.code, OrderLine.ordered)
            .join(Order, Order.id == OrderLine.order_id)
            .order_by(Order.code, OrderLine.ordered.desc())
        )
        assert [tuple(row) for row in quantities] == [("O1", 3), ("O1", 1), ("O2", 1)]
        assert session.scalars(select(HouseholdDraw.quantity)).all() == [2]  # 1 + 1 of B; A has no limit


def test_a_thousand_orders_take_no_more_statements_than_ten_orders(any_app: Flask) -> None:
    """No query in a loop: the executions do not grow with the orders."""
    with transaction() as session:
        campaign, households = a_campaign(session, household_count=100)
        counts = []
        for first, size in ((0, 10), (10, 1_000)):
            orders = [
                an_order(f"O{number}", households[number % 100], ("A", 1), *([("B", 1)] if number % 2 else []))
                for number in range(first, first + size)
            ]
            counts.append(executions(session, lambda batch=orders: intake.take_orders(session, campaign, batch)))

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(OrderLine)) == 1_515  # 1,010 A and 505 B
    assert counts[0] == counts[1]


def executions(session: Session, work: Callable[[], object]) -> int:
    """How often `work` called `session.execute` or its relatives."""
    seen = []

    def count(state: ORMExecuteState) -> None:
        seen.append(state)

    event.listen(session, "do_orm_execute", count)
    work()
    event.remove(session, "do_orm_execute", count)
    return len(seen)
