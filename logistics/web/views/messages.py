"""An office's look at its messages: what was sent, what was given up and what waits; and the robots of its groups."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.db import reading, transaction
from logistics.notifications import queries, service
from logistics.notifications.rules import AGAIN, DeliveryState
from logistics.web.here import PAGE_ROWS, current_viewer, now, page, page_number
from logistics.web.words import _

pages = Blueprint("messages", __name__)

COUNTED = timedelta(days=7)


@pages.get("/messages")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    state = {state.value: state for state in DeliveryState}.get(request.args.get("state", ""))
    with reading() as session:
        rows = queries.deliveries(session, viewer, state=state, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        counts = queries.delivery_counts(session, viewer, since=now() - COUNTED)
        groups = queries.area_channels(session, viewer)
    return render_template(
        "messages.html",
        page=page(rows, number),
        state=state.value if state else "",
        counts={state.value: count for state, count in counts.items()},
        groups=groups,
        again=AGAIN,
    )


@pages.get("/messages/<int:delivery_id>")
def show(delivery_id: int) -> str:
    with reading() as session:
        found = queries.delivery(session, current_viewer(), delivery_id)
    return render_template("message.html", row=found.delivery, attempts=found.attempts, again=AGAIN)


@pages.post("/messages/<int:delivery_id>/again")
def again(delivery_id: int) -> ResponseReturnValue:
    """Send once more what was given up or is unclear."""
    with transaction() as session:
        queries.delivery(session, current_viewer(), delivery_id)
        service.send_again(session, delivery_id, now=now())
    flash(_("It will be sent within a minute."), "good")
    return redirect(url_for(".show", delivery_id=delivery_id))
