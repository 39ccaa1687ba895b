"""Group buys: what is open, and a resident's order form."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.db import reading
from logistics.orders import queries
from logistics.orders.campaigns import queries as campaigns
from logistics.orders.campaigns import service
from logistics.orders.rules import BEFORE_OPENING, CampaignState
from logistics.orders.views import CampaignDetail, OrderView
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, current_viewer, now, page, page_number
from logistics.web.ordering import new_key, sent_form
from logistics.web.placing import place_from_form, standing_orders
from logistics.web.words import _

pages = Blueprint("campaigns", __name__)

STAFF = frozenset({Role.ADMIN, Role.MERCHANT, Role.STREET_OFFICE})
"""Who sees the steps of a campaign and its prices held against the ceilings."""
CHECKED = BEFORE_OPENING
"""States in which a price can still be changed."""


@pages.get("/campaigns")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    state = CampaignState.OPEN if viewer.role is Role.RESIDENT else _state_asked()
    with reading() as session:
        rows = queries.campaigns(session, viewer, state=state, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    states = [word.value for word in CampaignState]
    return render_template("campaigns.html", page=page(rows, number), state=state, states=states)


def _state_asked() -> CampaignState | None:
    try:
        return CampaignState(request.args.get("state", ""))
    except ValueError:
        return None


@pages.get("/campaigns/<int:campaign_id>")
def show(campaign_id: int) -> str:
    viewer = current_viewer()
    with reading() as session:
        campaign = queries.campaign(session, viewer, campaign_id)
    return _page(campaign, wanted={})


@pages.post("/campaigns/<int:campaign_id>/orders")
def order(campaign_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with reading() as session:
        campaign = queries.campaign(session, viewer, campaign_id)
    form = sent_form(campaign)
    result = place_from_form(campaign, form, household_id=viewer.household_id or 0, viewer=viewer, now=now())
    if result.error:
        return _page(campaign, wanted=form.wanted, window=form.window_code, error=result.error), result.status
    flash(_("Your order is placed."), "good")
    return redirect(url_for("web.orders.show", order_id=result.order_id))


def _page(campaign: CampaignDetail, *, wanted: dict[str, str], window: str = "", error: str = "") -> str:
    viewer = current_viewer()
    standing = standing_in(campaign, viewer.household_id) if viewer.household_id is not None else []
    with reading() as session:
        staff = viewer.role in STAFF
        steps = campaigns.steps(session, viewer, campaign.id) if staff else []
        checked = staff and campaign.state in CHECKED
        broken = [sentence(error) for error in service.broken_ceilings(session, campaign.id)] if checked else []
    return render_template(
        "campaign.html",
        steps=steps,
        broken=broken,
        campaign=campaign,
        household_id=viewer.household_id,
        household_drawn=True,
        standing=standing,
        taking_orders=takes_orders(campaign),
        action=url_for("web.campaigns.order", campaign_id=campaign.id),
        key=new_key(),
        wanted=wanted,
        window=window,
        error=error,
    )


def standing_in(campaign: CampaignDetail, household_id: int) -> list[OrderView]:
    """What a household already has in a campaign that still takes orders."""
    if not takes_orders(campaign):
        return []
    with reading() as session:
        return standing_orders(session, current_viewer(), campaign_id=campaign.id, household_id=household_id)


def takes_orders(campaign: CampaignDetail) -> bool:
    open_still = campaign.state is CampaignState.OPEN and campaign.terms.full_at is None
    return open_still and campaign.cut_off_at > now()
