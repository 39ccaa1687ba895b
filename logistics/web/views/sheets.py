"""Office sheets: a file is sent, looked at with a first guess, corrected, imported, and its mapping kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.errors import DomainError
from logistics.inventory.ledger import queries as goods
from logistics.inventory.sheets import queries, service
from logistics.inventory.sheets.rules import (
    BadMapping,
    BlankMeans,
    ColumnRole,
    DayFrom,
    Fractions,
    Outcome,
    Repeats,
    RowReport,
    SheetMapping,
    SheetReading,
    notice_texts,
    place_key,
    report_documents,
    row_views,
    shown,
)
from logistics.web.errors import sentence
from logistics.web.formats import number
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.sheet_form import LEFT_OUT, SheetForm, form_of_guess, form_of_mapping, form_sent
from logistics.web.words import _

pages = Blueprint("sheets", __name__)

SAMPLE_ROWS = 8
"""Rows of the sheet shown under its heading."""
ROWS_SHOWN = 500
UNKNOWN_SHOWN = 100


@pages.get("/sheets")
def index() -> str:
    return _index()


@pages.post("/sheets")
def send() -> ResponseReturnValue:
    """Keep the file until it is imported."""
    viewer, file = current_viewer(), request.files.get("file")
    if file is None or not file.filename:
        return _index(_("Choose a file first.")), 422
    try:
        content, name = service.received_file(file.stream, file.filename)
        service.read_workbook(content, name)
        with transaction() as session:
            upload_id = service.keep_upload(
                session, account_id=viewer.account_id, name=name, content=content, now=now()
            )
    except DomainError as error:
        return _index(sentence(error)), error.status
    chosen: dict[str, Any] = {"item": request.form.get("item", ""), "mapping_id": asked_id(request.form, "mapping_id")}
    return redirect(url_for(".look", upload_id=upload_id, **chosen))


@pages.get("/sheets/uploads/<int:upload_id>")
def look(upload_id: int) -> str:
    """The file with a first guess, or with the mapping that was chosen."""
    viewer = current_viewer()
    with reading() as session:
        upload = service.upload_of(session, upload_id, account_id=_uploader(viewer))
        mapping_id = asked_id(request.args, "mapping_id")
        saved = queries.mapping(session, viewer, mapping_id) if mapping_id else None
        places = service.place_book(session, viewer.area_id)
    book = service.read_workbook(upload.content, upload.name)
    form, error = None, ""
    if saved is not None:
        form = form_of_mapping(service.mapping_of(saved.document), book)
        error = "" if form else _("No sheet of the file has the columns of this mapping. This is a guess.")
    if form is None:
        form = form_of_guess(service.guess(book.grids, places), book, item=request.args.get("item", ""))
    return _look(viewer, upload, book, form, error=error)


@pages.post("/sheets/uploads/<int:upload_id>")
def decide(upload_id: int) -> ResponseReturnValue:
    """Look at it again as corrected, or import it."""
    viewer = current_viewer()
    with reading() as session:
        upload = service.upload_of(session, upload_id, account_id=_uploader(viewer))
    book = service.read_workbook(upload.content, upload.name)
    form = form_sent(request.form, book)
    try:
        names = _named(viewer, form)
        if names and not form.errors:
            with transaction() as session:
                service.remember_places(
                    session, names, owner_area_id=viewer.area_id, account_id=viewer.account_id, now=now()
                )
        if request.form.get("action") != "import":
            return _look(viewer, upload, book, form)
        mapping, day = form.mapping(book), form.stated_day()
        if form.errors:
            return _look(viewer, upload, book, form), 422
        done = _import(viewer, upload, book, form, mapping, day)
    except service.BadSheet as bad:
        return _look(viewer, upload, book, form, error=sentence(bad)), bad.status
    except DomainError as error:
        return _look(viewer, upload, book, form, error=sentence(error)), error.status
    known = _("This sheet was imported before; nothing was changed.")
    flash(known if done.already_imported else _("Imported: %(n)s rows.", n=done.counts["taken"]), "good")
    for notice in notice_texts(done.reading.notices if done.reading else (), _):
        flash(notice, "warn")
    return redirect(url_for(".show", import_id=done.import_id))


@pages.post("/sheets/areas")
def take_areas() -> ResponseReturnValue:
    """Import the code tree, whole or not at all."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index(_("Choose a file first.")), 422
    try:
        content, name = service.received_file(file.stream, file.filename)
        city = request.form.get("city", "").strip()[: service.AREA_NAME_LENGTH_MAX]
        areas = service.read_areas(content, name, city=city)
        with transaction() as session:
            done = service.import_areas(session, areas)
    except service.BadAreaFile as bad:
        return _index(sentence(bad), [problem.told(_) for problem in bad.problems]), bad.status
    except DomainError as error:
        return _index(sentence(error)), error.status
    facts = {"new": number(done.new), "changed": number(done.changed), "unchanged": number(done.unchanged)}
    flash(_("Areas: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.", **facts), "good")
    return redirect(url_for(".index"))


@pages.get("/sheets/<int:import_id>")
def show(import_id: int) -> str:
    with reading() as session:
        found = queries.imported(session, current_viewer(), import_id)
    return render_template(
        "sheet_import.html",
        found=found,
        facts=found.facts[:ROWS_SHOWN],
        rows=row_views(found.report[:ROWS_SHOWN], _),
        shown=ROWS_SHOWN,
    )


@pages.post("/sheets/mappings/<int:mapping_id>/forget")
def forget(mapping_id: int) -> ResponseReturnValue:
    with transaction() as session:
        service.forget_mapping(session, mapping_id, owner_area_id=current_viewer().area_id)
    flash(_("The mapping is forgotten."), "good")
    return redirect(url_for(".index"))


def _index(error: str = "", problems: Sequence[str] = ()) -> str:
    viewer, page_no = current_viewer(), page_number()
    with reading() as session:
        rows = queries.imports(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (page_no - 1))
        mappings = queries.mappings(session, viewer, limit=PAGE_ROWS)
        items = goods.items(session, limit=PAGE_ROWS)
    return render_template(
        "sheets.html",
        page=page(rows, page_no),
        mappings=mappings,
        items=items,
        error=error,
        problems=problems,
        may_take_areas=viewer.role is Role.ADMIN,
    )


def _import(
    viewer: Viewer,
    upload: service.Upload,
    book: service.Workbook,
    form: SheetForm,
    mapping: SheetMapping,
    day: Any,
) -> service.ImportedSheet:
    command = service.TakeSheet(
        book=book,
        mapping=mapping,
        owner_area_id=viewer.area_id,
        account_id=viewer.account_id,
        day=day,
        facts_only=form.facts_only,
        on_top=form.on_top,
    )
    with transaction() as session:
        done = service.import_sheet(session, command, now=now())
        if form.save_as:
            service.save_mapping(
                session,
                form.save_as,
                mapping,
                owner_area_id=viewer.area_id,
                account_id=viewer.account_id,
                now=now(),
            )
        service.drop_upload(session, upload.upload_id)
    return done


def _look(viewer: Viewer, upload: service.Upload, book: service.Workbook, form: SheetForm, *, error: str = "") -> str:
    """The page of a file: its columns with what each is, and what would become of every row."""
    grid, heading = book.grids[form.sheet], form.heading(book)
    with reading() as session:
        read, wrong = _preview(session, viewer, upload, book, form)
        items = goods.items(session, limit=PAGE_ROWS)
    samples = [
        [shown(grid.filled(row, column), 24) for column in range(grid.width)]
        for row in range(heading.data_row, min(heading.data_row + SAMPLE_ROWS, grid.height))
    ]
    return render_template(
        "sheet_upload.html",
        upload=upload,
        book=book,
        form=form,
        heading=heading,
        samples=samples,
        items=items,
        roles=list(ColumnRole),
        choices={"fractions": list(Fractions), "blank": list(BlankMeans), "repeats": list(Repeats),
                 "day_from": list(DayFrom)},
        read=read,
        counts={outcome.value: read.count(outcome) for outcome in Outcome} if read else {},
        rows=row_views(report_documents(_shown_first(read.rows)[:ROWS_SHOWN]), _) if read else [],
        row_count=len(read.rows) if read else 0,
        shown=ROWS_SHOWN,
        notices=notice_texts(read.notices, _) if read else [],
        unknown=list(read.unknown[:UNKNOWN_SHOWN]) if read else [],
        error=error or wrong,
        left_out=LEFT_OUT,
    )  # fmt: skip


def _shown_first(rows: Sequence[RowReport]) -> Sequence[RowReport]:
    """The rows as they stand; of more than are shown the wrong ones first, which somebody must find."""
    return rows if len(rows) <= ROWS_SHOWN else sorted(rows, key=lambda row: row.outcome is not Outcome.WRONG)


def _preview(
    session: Session, viewer: Viewer, upload: service.Upload, book: service.Workbook, form: SheetForm
) -> tuple[SheetReading | None, str]:
    """What the form would make of the sheet, or why it makes nothing."""
    try:
        command = service.TakeSheet(
            book=book,
            mapping=form.mapping(book),
            owner_area_id=viewer.area_id,
            day=form.stated_day(),
        )
        return service.preview(session, command, now=now()), ""
    except (BadMapping, DomainError) as wrong:
        return None, sentence(wrong)


def _named(viewer: Viewer, form: SheetForm) -> dict[str, int | None]:
    """The areas that were typed for unknown names, by code or whole name; a wrong one is an error of the form."""
    if not any(form.places.values()):
        return {}
    with reading() as session:
        places = queries.places(session, viewer.area_id)
    known = {place.code: place.area_id for place in places}
    by_name: dict[str, list[int]] = {}
    for place in places:
        by_name.setdefault(place_key(place.name), []).append(place.area_id)
    names: dict[str, int | None] = {}
    for index, (name, typed) in enumerate(form.places.items()):
        found = by_name.get(place_key(typed), [])
        if typed == LEFT_OUT:
            names[name] = None
        elif typed in known or len(found) == 1:
            names[name] = known.get(typed) or found[0]
        elif typed:
            form.errors[f"place-{index}"] = _("“%(typed)s” is no area of yours, or several.", typed=typed)
    return names


def _uploader(viewer: Viewer) -> int | None:
    return None if viewer.role is Role.ADMIN else viewer.account_id
