"""Orders: the list of an office or a store, and one order with its lines, its code, its cancelling and handing out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts import limits
from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.delivery import queries as deliveries
from logistics.delivery import service as delivery
from logistics.errors import DomainError
from logistics.orders import queries, service
from logistics.orders.rules import CampaignState, OrderState
from logistics.orders.views import CampaignDetail, OrderDetail
from logistics.web.changing import change_from_form
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number, public_address
from logistics.web.ordering import new_key, sent_form
from logistics.web.qr import qr
from logistics.web.words import _

pages = Blueprint("orders", __name__)

HAND_OUT = frozenset({Role.ADMIN, Role.STREET_OFFICE, Role.COMMUNITY_WORKER})
"""Who keeps a pickup point and may redeem a household's code."""


@pages.get("/orders")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    campaign_id = asked_id(request.args, "campaign_id")
    with reading() as session:
        campaign = queries.campaign(session, viewer, campaign_id) if campaign_id is not None else None
        count = queries.count_orders(session, viewer, campaign_id=campaign_id)
        offset = PAGE_ROWS * (number - 1)
        rows = queries.orders(session, viewer, campaign_id=campaign_id, limit=PAGE_ROWS + 1, offset=offset)
    return render_template("orders.html", page=page(rows, number), campaign=campaign, count=count)


@pages.get("/orders/<int:order_id>")
def show(order_id: int) -> str:
    viewer = current_viewer()
    with reading() as session:
        order = queries.order(session, viewer, order_id)
        campaign = queries.campaign(session, viewer, order.campaign_id)
        coming = deliveries.coming(session, viewer, order_id)
    open_still = campaign.state is CampaignState.OPEN and campaign.cut_off_at > now()
    own = viewer.role in (Role.RESIDENT, Role.ADMIN) or bool(order.pickup_code)
    return render_template(
        "order.html",
        order=order,
        coming=coming,
        qr=qr,
        collect_address=public_address("web.orders.show", order_id=order.id, _anchor=f"code={order.pickup_code}"),
        paid_cents=sum((ln.ordered if ln.given is None else ln.given) * ln.price_cents for ln in order.lines),
        may_cancel=own and open_still and order.state is OrderState.PLACED,
        may_collect=viewer.role in HAND_OUT and order.state is OrderState.DELIVERED,
    )


@pages.get("/orders/<int:order_id>/change")
def change(order_id: int) -> ResponseReturnValue:
    try:
        order, campaign = _to_change(order_id)
    except queries.NotYoursToChange as error:  # a page that somebody may read without changing it: say so there
        flash(sentence(error), "bad")
        return redirect(url_for(".show", order_id=order_id))
    if order.state is not OrderState.PLACED:
        return redirect(url_for(".show", order_id=order_id))
    return _change_page(order, campaign, wanted=_as_it_stands(order), window=order.window_code)


@pages.post("/orders/<int:order_id>/change")
def submit_change(order_id: int) -> ResponseReturnValue:
    order, campaign = _to_change(order_id)
    sent = sent_form(campaign)
    seen = request.form.get("expected", "")
    result = change_from_form(
        campaign,
        sent,
        order_id=order_id,
        expected=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0,
        viewer=current_viewer(),
        now=now(),
    )
    if result.error and result.stale:  # what was filled in was about another order than the one that stands
        order, campaign = _to_change(order_id)
        wanted, window = _as_it_stands(order), order.window_code
        return _change_page(order, campaign, wanted=wanted, window=window, error=result.error), result.status
    if result.error:
        wanted, window = sent.wanted, sent.window_code
        return _change_page(order, campaign, wanted=wanted, window=window, error=result.error), result.status
    flash(_("The order is changed."), "good")
    return redirect(url_for(".show", order_id=order_id))


@pages.post("/orders/<int:order_id>/cancel")
def cancel(order_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        queries.require_own(session, viewer, order_id)
        service.cancel_order(session, order_id, now=now(), cancelled_by_id=viewer.account_id)
    flash(_("The order is cancelled."), "good")
    return redirect(url_for(".show", order_id=order_id))


@pages.post("/orders/<int:order_id>/collect")
def collect(order_id: int) -> ResponseReturnValue:
    with reading() as session:
        queries.order(session, current_viewer(), order_id)
    limits.count_pickup_try(order_id)
    try:
        with transaction() as session:
            delivery.collect_order(session, order_id, request.form.get("code", "").strip(), now=now())
    except DomainError as error:
        flash(sentence(error), "bad")
    else:
        flash(_("Handed out."), "good")
    return redirect(url_for(".show", order_id=order_id))


def _to_change(order_id: int) -> tuple[OrderDetail, CampaignDetail]:
    viewer = current_viewer()
    with reading() as session:
        queries.require_own(session, viewer, order_id, refusal=queries.NotYoursToChange)
        order = queries.order(session, viewer, order_id)
        return order, queries.campaign(session, viewer, order.campaign_id)


def _as_it_stands(order: OrderDetail) -> dict[str, str]:
    return {line.sku: str(line.ordered) for line in order.lines}


def _change_page(
    order: OrderDetail, campaign: CampaignDetail, *, wanted: dict[str, str], window: str, error: str = ""
) -> str:
    return render_template(
        "order_change.html",
        order=order,
        campaign=campaign,
        had={line.sku: line.ordered for line in order.lines},
        household_drawn=current_viewer().household_id,
        action=url_for(".submit_change", order_id=order.id),
        expected=order.version,
        key=new_key(),
        wanted=wanted,
        window=window,
        error=error,
    )
