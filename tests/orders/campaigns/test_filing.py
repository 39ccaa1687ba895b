"""From the draft to the opening: filed, approved part by part, returned with a reason, written anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.notifications.models import Notification
from logistics.orders import service
from logistics.orders.campaigns import queries
from logistics.orders.campaigns import service as campaigns
from logistics.orders.campaigns.errors import NotChangeable, NotYourPart, ReasonMissing
from logistics.orders.campaigns.models import OfferCap, PriceTier
from logistics.orders.campaigns.rules import Fallback
from logistics.orders.campaigns.schedule import BadWindow
from logistics.orders.catalogue import service as catalogue
from logistics.orders.catalogue.errors import OverCeiling
from logistics.orders.catalogue.models import PricedGood
from logistics.orders.catalogue.rules import CeilingUnit
from logistics.orders.drafting import NotSold
from logistics.orders.errors import BadSchedule, NothingOffered
from logistics.orders.models import Campaign, CampaignArea, DeliveryWindow, Offer, Product
from logistics.orders.rules import CampaignState
from logistics.outbox import Promise
from tests.builders import DELIVERY_DATE, NOW
from tests.orders.campaigns.campaigning import (
    CUT_OFF,
    Shop,
    a_draft_of,
    a_shop,
    an_offer,
    drafted,
    opened,
    state_of,
    steps_of,
    told,
)


def file(campaign_id: int) -> None:
    with transaction() as session:
        service.file_campaign(session, campaign_id, now=NOW)


def approve(campaign_id: int, area_id: int | None) -> service.Reviewed:
    with transaction() as session:
        return service.approve_campaign(session, campaign_id, area_id=area_id, now=NOW)


def give_back(campaign_id: int, reason: str = "Too dear", *, area_id: int | None = None) -> None:
    with transaction() as session:
        service.return_campaign(session, campaign_id, reason=reason, area_id=area_id, now=NOW)


def open_(campaign_id: int) -> None:
    with transaction() as session:
        service.open_campaign(session, campaign_id, now=NOW)


def a_street(shop: Shop) -> int:
    """A second street of the town's district, without communities."""
    with transaction() as session:
        area = Area(code="S2", name="Second", level=AreaLevel.STREET_OFFICE, parent_id=shop.town.district_id)
        session.add(area)
        session.flush()
        return area.id


def test_a_campaign_goes_from_draft_over_filed_and_approved_to_open(any_tables: Flask) -> None:
    shop = a_shop()
    campaign_id = drafted(shop, area_ids=(shop.town.community_id,))

    states = [state_of(campaign_id)]
    for verb in (
        lambda: file(campaign_id),
        lambda: approve(campaign_id, shop.town.office_id),
        lambda: open_(campaign_id),
    ):
        verb()
        states.append(state_of(campaign_id))

    assert states == [CampaignState.DRAFT, CampaignState.FILED, CampaignState.APPROVED, CampaignState.OPEN]
    assert steps_of(campaign_id) == ["filed", "approved", "opened"]
    with reading() as session:
        promise = session.scalars(select(Promise)).one()
    assert (promise.key, promise.due_at) == (f"close_campaign:{campaign_id}", CUT_OFF)


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.FILED, CampaignState.RETURNED])
def test_nothing_opens_that_was_not_approved(tables: Flask, state: CampaignState) -> None:
    campaign_id = drafted(a_shop())
    with transaction() as session:
        session.execute(update(Campaign).values(state=state))

    with pytest.raises(BadTransition, match=f"is {state.value} and cannot become open"):
        open_(campaign_id)


def test_the_served_areas_are_told_what_waits_for_them_each_time_it_is_filed(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = drafted(shop, area_ids=(shop.town.community_id, shop.town.office_id))

    file(campaign_id)
    give_back(campaign_id)
    file(campaign_id)

    with reading() as session:
        keys = session.scalars(select(Notification.key).order_by(Notification.id)).all()
    office, community = shop.town.office_id, shop.town.community_id
    assert keys == [f"campaign_filed:{campaign_id}:{n}:{area}" for n in (1, 2) for area in (office, community)]
    assert told("campaign_filed")[0]["campaign"] == "Vegetables"


def test_what_could_not_open_cannot_be_filed(tables: Flask) -> None:
    shop = a_shop()
    bare, late = drafted(shop), drafted(shop)
    with transaction() as session:
        session.query(Offer).filter_by(campaign_id=bare).delete()
        session.execute(update(Campaign).where(Campaign.id == late).values(cut_off_at=NOW))

    with pytest.raises(NothingOffered, match="cannot open without an offer and a delivery window"):
        file(bare)
    with pytest.raises(BadSchedule, match="is over"):
        file(late)
    with pytest.raises(NotFound):
        file(999)
    assert state_of(bare) is state_of(late) is CampaignState.DRAFT


def test_each_street_approves_its_part_of_a_district(any_tables: Flask) -> None:
    shop = a_shop()
    second = a_street(shop)
    campaign_id = drafted(shop)
    file(campaign_id)

    first = approve(campaign_id, shop.town.office_id)
    again = approve(campaign_id, shop.town.office_id)
    both = approve(campaign_id, second)

    assert (first.state, first.waiting_area_ids) == (CampaignState.FILED, (shop.town.district_id,))
    assert again == first
    assert (both.state, both.waiting_area_ids) == (CampaignState.APPROVED, ())
    assert steps_of(campaign_id) == ["filed", "approved", "approved"]


def test_an_approval_before_the_return_counts_no_more(tables: Flask) -> None:
    shop = a_shop()
    second = a_street(shop)
    campaign_id = drafted(shop)
    file(campaign_id)
    approve(campaign_id, shop.town.office_id)
    give_back(campaign_id, area_id=second)
    file(campaign_id)

    assert approve(campaign_id, second).state is CampaignState.FILED
    assert approve(campaign_id, shop.town.office_id).state is CampaignState.APPROVED


def test_an_office_that_it_does_not_concern_neither_approves_nor_returns(tables: Flask) -> None:
    shop = a_shop()
    second = a_street(shop)
    campaign_id = drafted(shop, area_ids=(shop.town.community_id,))
    file(campaign_id)

    with pytest.raises(NotYourPart, match="serves none of your areas"):
        approve(campaign_id, second)
    with pytest.raises(NotYourPart):
        give_back(campaign_id, area_id=second)
    assert state_of(campaign_id) is CampaignState.FILED


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_return_says_why(tables: Flask, reason: str) -> None:
    campaign_id = drafted(a_shop())
    file(campaign_id)

    with pytest.raises(ReasonMissing, match="in at most 500 characters"):
        give_back(campaign_id, reason)


def test_the_reason_is_read_by_merchant_and_office_and_by_nobody_else(tables: Flask) -> None:
    campaign_id = drafted(a_shop())
    file(campaign_id)
    give_back(campaign_id, "Cabbage is too dear ")

    def reasons(role: Role) -> list[str]:
        with reading() as session:
            viewer = Viewer(account_id=1, username="x", role=role)
            return [step.reason for step in queries.steps(session, viewer, campaign_id)]

    assert reasons(Role.MERCHANT) == reasons(Role.STREET_OFFICE) == reasons(Role.ADMIN) == ["", "Cabbage is too dear"]
    assert reasons(Role.RESIDENT) == reasons(Role.COMMUNITY_WORKER) == ["", ""]


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (CampaignState.FILED, CampaignState.DRAFT),
        (CampaignState.APPROVED, CampaignState.DRAFT),
        (CampaignState.RETURNED, CampaignState.DRAFT),
    ],
)
def test_what_nobody_could_order_in_is_taken_back(tables: Flask, state: CampaignState, after: CampaignState) -> None:
    campaign_id = drafted(a_shop())
    with transaction() as session:
        session.execute(update(Campaign).values(state=state))
        service.withdraw_campaign(session, campaign_id, now=NOW)

    assert state_of(campaign_id) is after


def test_an_open_campaign_is_not_taken_back(tables: Flask) -> None:
    campaign_id = opened(a_shop())

    with pytest.raises(BadTransition, match="is open and cannot become draft"), transaction() as session:
        service.withdraw_campaign(session, campaign_id, now=NOW)


# written anew


def test_a_returned_campaign_is_written_anew_and_is_a_draft_again(any_tables: Flask) -> None:
    shop = a_shop()
    ladder = (service.Tier(from_units=50, price_cents=450),)
    campaign_id = drafted(shop, an_offer(tiers=ladder, units_max=90), an_offer("M01", 2_000), orders_max=5)
    file(campaign_id)
    give_back(campaign_id)
    new = a_draft_of(shop, an_offer(price_cents=480, units_max=40), area_ids=(shop.town.community_id,), title="Greens")

    with transaction() as session:
        service.change_draft(session, campaign_id, new, now=NOW)

    assert (state_of(campaign_id), steps_of(campaign_id)[-1]) == (CampaignState.DRAFT, "withdrawn")
    with reading() as session:
        (offer,) = session.scalars(select(Offer)).all()
        cap = session.scalars(select(OfferCap)).one()
        assert (offer.price_cents, cap.units_max, session.scalars(select(PriceTier)).all()) == (480, 40, [])
        assert session.scalars(select(CampaignArea.area_id)).all() == [shop.town.community_id]
        assert len(session.scalars(select(DeliveryWindow)).all()) == 2
        assert queries.terms(session, campaign_id).orders_max is None
    file(campaign_id)


@pytest.mark.parametrize("state", sorted(set(CampaignState) - {CampaignState.DRAFT, CampaignState.RETURNED}))
def test_what_an_office_looks_at_or_households_order_in_is_not_changed(tables: Flask, state: CampaignState) -> None:
    shop = a_shop()
    campaign_id = drafted(shop)
    with transaction() as session:
        session.execute(update(Campaign).values(state=state))

    with pytest.raises(NotChangeable, match=f"is {state.value}; take it back"), transaction() as session:
        service.change_draft(session, campaign_id, a_draft_of(shop), now=NOW)


def test_a_cut_off_that_may_be_put_off_must_still_lie_before_the_windows(tables: Flask) -> None:
    shop = a_shop()
    # the first window begins 15 hours from now; the cut-off is in 3
    a_draft_of(shop, if_missed=Fallback.EXTEND, extend_min=12 * 60 - 1)

    with pytest.raises(BadWindow, match="Window AM"):
        a_draft_of(shop, if_missed=Fallback.EXTEND, extend_min=12 * 60)


def test_a_retired_product_is_offered_no_more(tables: Flask) -> None:
    shop = a_shop()
    with transaction() as session:
        session.execute(update(Product).where(Product.sku == "V01").values(retired_at=NOW))

    with pytest.raises(NotSold, match="sells no V01"):
        drafted(shop)


# ceilings


def a_ceiling(shop: Shop, cents: int) -> None:
    """V01 weighs 1,000 g: so many cents per 500 g are twice that for a unit."""
    with transaction() as session:
        catalogue.set_ceiling(
            session,
            catalogue.SetCeiling(
                area_id=shop.town.office_id,
                good="cabbage",
                unit=CeilingUnit.PER_500G,
                ceiling_cents=cents,
                starts_on=DELIVERY_DATE,
            ),
            now=NOW,
        )
        good_id = session.scalars(select(PricedGood.id)).one()
        session.execute(update(Product).where(Product.sku == "V01").values(good_id=good_id))


def test_a_price_above_its_ceiling_cannot_be_filed(any_tables: Flask) -> None:
    shop = a_shop()
    a_ceiling(shop, 250)
    at_it, above = drafted(shop, an_offer(price_cents=500)), drafted(shop, an_offer(price_cents=501))

    file(at_it)
    with pytest.raises(OverCeiling, match=r"Product V01 \(V01\): ¥5.01 for 1000 g is ¥2.51 per 500 g"):
        file(above)

    assert (state_of(at_it), state_of(above)) == (CampaignState.FILED, CampaignState.DRAFT)


def test_a_ceiling_set_after_the_filing_stops_the_approval(tables: Flask) -> None:
    shop = a_shop()
    campaign_id = drafted(shop)
    file(campaign_id)
    a_ceiling(shop, 249)

    with pytest.raises(OverCeiling):
        approve(campaign_id, None)
    with reading() as session:
        assert len(campaigns.broken_ceilings(session, campaign_id)) == 1


# the queue


def test_an_office_sees_what_waits_for_its_area_the_nearest_cut_off_first(tables: Flask) -> None:
    shop, elsewhere = a_shop(), a_shop()
    late, soon = drafted(shop), drafted(shop, cut_off_at=CUT_OFF - timedelta(hours=1))
    foreign, not_filed = drafted(elsewhere), drafted(shop)
    for campaign_id in (late, soon, foreign):
        file(campaign_id)
    office = Viewer(account_id=1, username="x", role=Role.STREET_OFFICE, area_id=shop.town.office_id)
    admin = Viewer(account_id=2, username="y", role=Role.ADMIN)

    def queue(viewer: Viewer) -> list[int]:
        with reading() as session:
            return [row.id for row in queries.waiting(session, viewer)]

    assert queue(office) == [soon, late]
    assert queue(admin) == [soon, late, foreign]
    assert queue(Viewer(account_id=3, username="m", role=Role.MERCHANT, merchant_id=shop.store.merchant_id)) == []
    assert not_filed not in queue(admin)


def test_the_queue_names_what_is_not_approved_yet(tables: Flask) -> None:
    shop = a_shop()
    a_street(shop)
    campaign_id = drafted(shop)
    file(campaign_id)
    approve(campaign_id, shop.town.office_id)
    office = Viewer(account_id=1, username="x", role=Role.STREET_OFFICE, area_id=shop.town.office_id)

    with reading() as session:
        (row,) = queries.waiting(session, office)
        district = session.get_one(Area, shop.town.district_id).name

    assert (row.waiting_names, row.approved_by_us, row.filed_at) == ((district,), True, NOW)
