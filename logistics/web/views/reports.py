"""Daily reports: who has reported and who is late, one report to be confirmed or corrected, and its print."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.errors import DomainError
from logistics.inventory.reports import queries, service
from logistics.inventory.reports.export import Words, report_file, shown
from logistics.inventory.reports.rules import QUANTITIES, ReportState, last_due
from logistics.labels import label
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.words import _

pages = Blueprint("reports", __name__)

STORE = QUANTITIES[: QUANTITIES.index("closing") + 1]
"""The numbers that come to the closing."""
OUTSIDE = QUANTITIES[len(STORE) :]


@pages.get("/reports")
def index() -> ResponseReturnValue:
    """The reports of one day; who has one area alone is led to its report."""
    viewer, number, clock = current_viewer(), page_number(), _clock()
    asked = request.args.get("day", "")
    day = service.day_of(asked) if asked else last_due(now(), clock)
    if viewer.role is Role.COMMUNITY_WORKER and viewer.area_id is not None:
        return redirect(url_for(".show", area_id=viewer.area_id, day=day.isoformat()))
    area_id = asked_id(request.args, "area_id")
    with reading() as session:
        rows = queries.reports_of_day(
            session, viewer, day, now=now(), clock=clock, area_id=area_id, limit=PAGE_ROWS + 1,
            offset=PAGE_ROWS * (number - 1),
        )  # fmt: skip
        late = queries.late_reports(session, viewer, now=now(), day=day, limit=PAGE_ROWS + 1)
    return render_template(
        "reports.html",
        page=page(rows, number),
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        late_count=len(late),
        many=PAGE_ROWS,
    )


@pages.get("/reports/late")
def late() -> str:
    number = page_number()
    with reading() as session:
        rows = queries.late_reports(
            session, current_viewer(), now=now(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1)
        )
    return render_template("reports_late.html", page=page(rows, number))


@pages.get("/areas/<int:area_id>/reports/<string:day>")
def show(area_id: int, day: str) -> str:
    return _page(area_id, day)


@pages.post("/areas/<int:area_id>/reports/<string:day>/confirm")
def confirm(area_id: int, day: str) -> ResponseReturnValue:
    viewer = current_viewer()
    command = service.ConfirmReport(
        area_id=area_id, on_day=service.day_of(day), remark=_text("remark"), account_id=viewer.account_id
    )
    try:
        with transaction() as session:
            queries.require_area(session, viewer, area_id)
            service.confirm(session, command, now=now(), clock=_clock())
    except (service.TooEarly, service.CoveredByNext) as error:
        return _page(area_id, day, error=error), error.status
    flash(_("Reported."), "good")
    return redirect(url_for(".show", area_id=area_id, day=day))


@pages.post("/areas/<int:area_id>/reports/<string:day>/correct")
def correct(area_id: int, day: str) -> ResponseReturnValue:
    viewer, on_day = current_viewer(), service.day_of(day)
    try:
        with transaction() as session:
            queries.require_area(session, viewer, area_id)
            command = service.CorrectReport(
                area_id=area_id,
                on_day=on_day,
                version=asked_id(request.form, "version") or 0,
                reason=_text("reason"),
                account_id=viewer.account_id,
            )
            service.correct(session, command, now=now(), clock=_clock())
    except (service.ReasonMissing, service.ReportChanged, service.NothingToCorrect, service.NotConfirmed) as error:
        return _page(area_id, day, error=error), error.status
    flash(_("Corrected. What was reported before is kept."), "good")
    return redirect(url_for(".show", area_id=area_id, day=day))


@pages.get("/areas/<int:area_id>/reports/<string:day>/versions/<int:number>")
def version(area_id: int, day: str, number: int) -> str:
    with reading() as session:
        found = queries.version(session, current_viewer(), area_id, service.day_of(day), number)
    return render_template("report_version.html", version=found, quantities=QUANTITIES)


@pages.get("/areas/<int:area_id>/reports/<string:day>/print")
def sheet(area_id: int, day: str) -> str:
    return _page(area_id, day, template="report_print.html")


@pages.get("/areas/<int:area_id>/reports/<string:day>/<string:file>")
def export_file(area_id: int, day: str, file: str) -> Response:
    """The workbook or the CSV."""
    with reading() as session:
        found = service.report(session, current_viewer(), area_id, service.day_of(day), now=now(), clock=_clock())
    made = report_file(found, file, Words(said=_, named=label), made_at=now())
    response = Response(made.content, content_type=made.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


def _page(area_id: int, day: str, *, template: str = "report.html", error: DomainError | None = None) -> str:
    on_day, viewer = service.day_of(day), current_viewer()
    with reading() as session:
        found = service.report(session, viewer, area_id, on_day, now=now(), clock=_clock())
    return render_template(
        template,
        report=found,
        before=on_day - timedelta(days=1),
        after=on_day + timedelta(days=1),
        store=STORE,
        outside=OUTSIDE,
        shown=shown,
        may_confirm=found.state in (ReportState.DUE, ReportState.LATE),
        reason_max=service.TEXT_LENGTH_MAX,
        error=sentence(error) if error else "",
    )


def _text(name: str) -> str:
    """A line of a form; what nobody can see is left out."""
    return "".join(letter for letter in request.form.get(name, "").strip() if letter.isprintable())


def _clock() -> service.Clock:
    settings: Settings = current_app.config["SETTINGS"]
    return service.clock_of(settings)
