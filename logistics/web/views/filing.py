"""A campaign's way through the street office, its merchant's word below the minimum, and the words that tell of it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.notifications.rules import Language
from logistics.orders import queries, service
from logistics.orders.campaigns import queries as campaigns
from logistics.orders.campaigns.rules import REASON_LENGTH_MAX
from logistics.orders.campaigns.texts.facts import announcement
from logistics.orders.campaigns.texts.showing import texts_of
from logistics.web.here import PAGE_ROWS, Viewer, current_viewer, now, page, page_number, public_address
from logistics.web.locale import language
from logistics.web.qr import qr
from logistics.web.words import _

pages = Blueprint("filing", __name__)


@pages.get("/campaigns/waiting")
def index() -> str:
    """What waits for the office's approval."""
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = campaigns.waiting(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("campaigns_waiting.html", page=page(rows, number))


@pages.post("/campaigns/<int:campaign_id>/file")
def file(campaign_id: int) -> ResponseReturnValue:
    def filed(session: Session, viewer: Viewer) -> None:
        service.file_campaign(session, campaign_id, now=now(), account_id=viewer.account_id)

    return _done(campaign_id, filed, _("Filed. The street office approves it or returns it with a reason."))


@pages.post("/campaigns/<int:campaign_id>/withdraw")
def withdraw(campaign_id: int) -> ResponseReturnValue:
    def taken_back(session: Session, viewer: Viewer) -> None:
        service.withdraw_campaign(session, campaign_id, now=now(), account_id=viewer.account_id)

    return _done(campaign_id, taken_back, _("Taken back: it is a draft again and can be changed."))


@pages.post("/campaigns/<int:campaign_id>/approve")
def approve(campaign_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        reviewed = service.approve_campaign(
            session, campaign_id, now=now(), area_id=_part_of(viewer), account_id=viewer.account_id
        )
    if reviewed.waiting_area_ids:
        flash(_("Approved for your area; other areas that it serves have not approved it yet."), "good")
    else:
        flash(_("Approved. The store may open it now."), "good")
    return redirect(url_for(".index"))


@pages.post("/campaigns/<int:campaign_id>/return")
def give_back(campaign_id: int) -> ResponseReturnValue:
    reason = request.form.get("reason", "").strip()

    def returned(session: Session, viewer: Viewer) -> None:
        service.return_campaign(
            session,
            campaign_id,
            reason=reason,
            now=now(),
            area_id=_part_of(viewer),
            account_id=viewer.account_id,
        )

    with reading() as session:
        queries.campaign(session, current_viewer(), campaign_id)  # what is not the viewer's is not there, reason or not
    if not 1 <= len(reason) <= REASON_LENGTH_MAX:
        flash(_("Say why it is returned; the store reads it."), "bad")
        return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))
    return _done(campaign_id, returned, _("Returned with your reason."))


@pages.post("/campaigns/<int:campaign_id>/decide")
def decide(campaign_id: int) -> ResponseReturnValue:
    """The store's word on a campaign that closed below its minimum."""
    form = request.form.get("form") == "yes"

    def decided(session: Session, viewer: Viewer) -> None:
        service.decide_campaign(session, campaign_id, form=form, now=now(), account_id=viewer.account_id)

    told = _("The group buy comes; what every order gets is decided.") if form else _("The group buy is cancelled.")
    return _done(campaign_id, decided, told)


@pages.get("/campaigns/<int:campaign_id>/texts")
def texts(campaign_id: int) -> str:
    """The words to spread, in both languages, each with a button that copies it."""
    with reading() as session:
        campaign = queries.campaign(session, current_viewer(), campaign_id)
    link = _link(campaign_id)
    return render_template(
        "campaign_texts.html",
        campaign=campaign,
        texts=[texts_of(campaign, link=link, language=spoken) for spoken in (Language.ZH, Language.EN)],
    )


@pages.get("/campaigns/<int:campaign_id>/poster")
def poster(campaign_id: int) -> str:
    """A page of A4 for the gate, with the code that leads to the order form."""
    with reading() as session:
        campaign = queries.campaign(session, current_viewer(), campaign_id)
    link = _link(campaign_id)
    return render_template(
        "campaign_poster.html",
        campaign=campaign,
        facts=announcement(campaign, link=link),
        address=link,
        qr=qr,
        chinese=language() == "zh",
    )


def _link(campaign_id: int) -> str:
    return public_address("web.campaigns.show", campaign_id=campaign_id)


def _part_of(viewer: Viewer) -> int | None:
    """The part a viewer speaks for: an office its own area, an administrator the whole."""
    return None if viewer.role is Role.ADMIN else viewer.area_id


def _done(campaign_id: int, verb: Callable[[Session, Viewer], None], told: str) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        queries.campaign(session, viewer, campaign_id)
        verb(session, viewer)
    flash(told, "good")
    return redirect(url_for("web.campaigns.show", campaign_id=campaign_id))
