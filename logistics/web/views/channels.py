"""How a household, or the staff of an area, is told besides the page: by SMS, by a group's robot, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.communities import queries as communities
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.errors import Invalid
from logistics.notifications import queries, service
from logistics.notifications.queries import ChannelView
from logistics.notifications.rules import ChannelKind, Language
from logistics.telling import told
from logistics.web.formats import home
from logistics.web.here import current_viewer, now
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("channels", __name__)

ADDRESS_FIELDS: Mapping[ChannelKind, str] = {ChannelKind.SMS: "phone", ChannelKind.ROBOT: "robot"}


@pages.get("/my/channel")
def own() -> str:
    return _household_page(current_viewer().household_id or 0)


@pages.post("/my/channel")
def set_own() -> ResponseReturnValue:
    return _set_household(current_viewer().household_id or 0, for_others=False, back=url_for(".own"))


@pages.get("/households/<int:household_id>/channel")
def household(household_id: int) -> str:
    return _household_page(household_id)


@pages.post("/households/<int:household_id>/channel")
def set_household(household_id: int) -> ResponseReturnValue:
    """Choose for a household that asked for it; it is told on its page."""
    back = url_for(".household", household_id=household_id)
    return _set_household(household_id, for_others=True, back=back)


@pages.get("/areas/<int:area_id>/channel")
def area(area_id: int) -> str:
    return _area_page(area_id)


@pages.post("/areas/<int:area_id>/channel")
def set_area(area_id: int) -> ResponseReturnValue:
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    with reading() as session:
        queries.area_channel(session, viewer, area_id)
    kept = _keep(
        sent,
        lambda values: service.SetChannel(**values, area_id=area_id, set_by_id=viewer.account_id),
        lambda session: queries.area_channel(session, viewer, area_id),
    )
    return _kept(url_for(".area", area_id=area_id)) if kept else (_area_page(area_id, sent), 422)


def _set_household(household_id: int, *, for_others: bool, back: str) -> ResponseReturnValue:
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    kept = _keep(
        sent,
        lambda values: service.SetChannel(
            **values, household_id=household_id, set_by_id=viewer.account_id, for_others=for_others
        ),
        lambda session: queries.household_channel(session, viewer, household_id),
    )
    return _kept(back) if kept else (_household_page(household_id, sent), 422)


def _keep(
    sent: Typed,
    command: Callable[[dict[str, Any]], service.SetChannel],
    require: Callable[[Session], ChannelView],
) -> bool:
    """Carry out what was sent; where it is refused, the refusal stands beside its field."""
    kind, language = sent.word("kind", ChannelKind), sent.word("language", Language)
    field = ADDRESS_FIELDS.get(kind, "kind")
    values = {
        "kind": kind,
        "address": _address(sent, field),
        "language": language,
        "at_night": sent.values.get("at_night") == "yes",
        "agreed": sent.values.get("agreed") == "yes",
    }
    if sent.errors:
        return False
    try:
        with transaction() as session:
            require(session)
            service.set_channel(session, command(values), seal=_seal(), ways=_ways(), now=now())
    except Invalid as refusal:
        sent.errors["agreed" if refusal.code == "not_agreed" else field] = told(refusal)
    return not sent.errors


def _address(sent: Typed, field: str) -> str:
    """What was typed; a robot's signing secret stands behind its address."""
    address, secret = sent.values.get(field, "").strip(), sent.values.get("secret", "").strip()
    if field == "kind":
        return ""
    return f"{address}#{secret}" if field == "robot" and address and secret else address


def _kept(back: str) -> ResponseReturnValue:
    flash(_("Saved."), "good")
    return redirect(back)


def _household_page(household_id: int, sent: Typed | None = None) -> str:
    viewer = current_viewer()
    with reading() as session:
        channel = queries.household_channel(session, viewer, household_id)
        place = communities.household(session, viewer, household_id)
    own_page = viewer.household_id == household_id
    crumb = (
        url_for("web.resident.timeline") if own_page else url_for("web.compounds.household", household_id=household_id)
    )
    return _page(channel, sent, where=f"{place.compound_name} {home(place)}", crumb=crumb, own=own_page)


def _area_page(area_id: int, sent: Typed | None = None) -> str:
    viewer = current_viewer()
    with reading() as session:
        channel = queries.area_channel(session, viewer, area_id)
        names = {area.id: area.name for area in communities.areas(session, viewer)}
    crumb = url_for("web.messages.index")
    return _page(channel, sent, where=names.get(area_id, ""), crumb=crumb, own=True)


def _page(channel: ChannelView, sent: Typed | None, *, where: str, crumb: str, own: bool) -> str:
    kinds = [kind for kind in ChannelKind if kind in _ways().kinds]
    if channel.area_id is not None:
        kinds.remove(ChannelKind.SMS)
    known = {
        "kind": channel.kind.value,
        "language": channel.language.value,
        "at_night": "yes" if channel.at_night else "",
        "agreed": "yes" if channel.agreed_at is not None else "",
    }
    hidden = {"robot", "secret"}  # what was typed of a secret is not sent back
    typed = {name: value for name, value in (sent.values if sent else known).items() if name not in hidden}
    return render_template(
        "channel.html",
        channel=channel,
        kinds=[kind.value for kind in kinds],
        languages=[language.value for language in Language],
        values=typed,
        errors=sent.errors if sent else {},
        where=where,
        crumb=crumb,
        own=own,
    )


def _ways() -> service.Ways:
    settings: Settings = current_app.config["SETTINGS"]
    return service.ways_of(settings)


def _seal() -> service.Seal:
    return service.Seal(current_app.config["SECRET_KEY"])
