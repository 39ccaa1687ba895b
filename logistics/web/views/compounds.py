"""Compounds and households of the viewer's own area, with the households' dated statuses."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.communities import queries, service
from logistics.communities.rules import StatusKind
from logistics.db import reading, transaction
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, page, page_number, today
from logistics.web.words import _

pages = Blueprint("compounds", __name__)

QUARANTINE_DAYS = 14
"""Home observation lasts fourteen days; the form offers that end, the worker may change it."""


@pages.get("/compounds")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.compounds(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        quarantined = queries.quarantined_counts(session, viewer, on=today())
    return render_template("compounds.html", page=page(rows, number), quarantined=quarantined)


@pages.get("/compounds/<int:compound_id>")
def show(compound_id: int) -> str:
    viewer, number = current_viewer(), page_number()
    building_id = asked_id(request.args, "building_id")
    with reading() as session:
        compound = queries.compound(session, viewer, compound_id)
        rows = queries.households(
            session,
            viewer,
            compound_id=compound_id,
            building_id=building_id,
            limit=PAGE_ROWS + 1,
            offset=PAGE_ROWS * (number - 1),
        )
    return render_template("compound.html", compound=compound, page=page(rows, number), building_id=building_id)


@pages.get("/households/<int:household_id>")
def household(household_id: int) -> str:
    with reading() as session:
        found = queries.household(session, current_viewer(), household_id)
    running = [status for status in found.statuses if status.ends_on >= today()]
    return render_template(
        "household.html",
        household=found,
        running=running,
        today=today(),
        usual_end=today() + timedelta(days=QUARANTINE_DAYS - 1),
    )


@pages.post("/households/<int:household_id>/status")
def set_status(household_id: int) -> ResponseReturnValue:
    """Begin or end the quarantine of a household; its goods then come to the door, or no longer."""
    starts_on, ends_on = _date("starts_on"), _date("ends_on")
    ending = "end" in request.form
    if not ending and (starts_on is None or ends_on is None):
        flash(_("Give both dates."), "bad")
        return redirect(url_for(".household", household_id=household_id))
    with transaction() as session:
        queries.household(session, current_viewer(), household_id)
        if ending:
            service.end_status(session, household_id, StatusKind.QUARANTINED, today())
        elif starts_on is not None and ends_on is not None:
            service.set_status(session, household_id, StatusKind.QUARANTINED, starts_on, ends_on, today=today())
    flash(_("The status is saved."), "good")
    return redirect(url_for(".household", household_id=household_id))


@pages.post("/households/<int:household_id>/persons")
def set_persons(household_id: int) -> ResponseReturnValue:
    """Keep how many persons live in a household; nothing typed says that nobody has counted."""
    text = request.form.get("persons", "").strip()
    with transaction() as session:
        queries.household(session, current_viewer(), household_id)
        if text and not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= service.PERSONS_MAX):
            flash(
                _("Give a whole number from %(low)s to %(high)s, or nothing.", low=1, high=service.PERSONS_MAX), "bad"
            )
        else:
            service.set_person_count(session, household_id, int(text) if text else None)
            flash(_("Saved."), "good")
    return redirect(url_for(".household", household_id=household_id))


def _date(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
