"""Lists from chat groups: a file is sent, looked at with a first guess, corrected, and entered as orders."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities import intake as homes
from logistics.db import reading, transaction
from logistics.errors import DomainError, NotFound
from logistics.labels import label
from logistics.orders import queries as campaigns
from logistics.orders.chat_sheets import queries, service
from logistics.orders.chat_sheets.export import ListWords, list_file
from logistics.orders.chat_sheets.rules import (
    CHANNELS,
    BadListMapping,
    ListColumn,
    Outcome,
    SecondRow,
    Unsaid,
    list_documents,
    list_mapping_of,
    row_views,
    shown,
)
from logistics.orders.chat_sheets.views import unknown_homes
from logistics.orders.rules import CampaignState
from logistics.web.chat_form import LEFT_OUT, ChatForm, form_of_guess, form_of_mapping, form_sent
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.words import _

pages = Blueprint("chats", __name__)

SAMPLE_ROWS = 6
"""Rows of the list shown under its heading."""
ROWS_SHOWN = 500
UNKNOWN_SHOWN = 100


@pages.get("/chat-lists")
def index() -> str:
    return _index()


@pages.post("/chat-lists")
def send() -> ResponseReturnValue:
    """Keep the file until it is entered."""
    viewer, file = current_viewer(), request.files.get("file")
    campaign_id = asked_id(request.form, "campaign_id")
    if file is None or not file.filename or campaign_id is None:
        return _index(_("Choose a file and a group buy first.")), 422
    try:
        content, name = service.received_file(file.stream, file.filename)
        service.read_workbook(content, name)
        with transaction() as session:
            campaigns.campaign(session, viewer, campaign_id)
            upload_id = service.keep_upload(
                session, account_id=viewer.account_id, name=name, content=content, now=now()
            )
    except NotFound:
        raise
    except DomainError as error:
        return _index(sentence(error)), error.status
    chosen: dict[str, Any] = {"campaign_id": campaign_id, "mapping_id": asked_id(request.form, "mapping_id")}
    compound = request.form.get("compound", "").strip()[:120]
    return redirect(url_for(".look", chat_upload_id=upload_id, compound=compound or None, **chosen))


@pages.get("/chat-lists/uploads/<int:chat_upload_id>")
def look(chat_upload_id: int) -> ResponseReturnValue:
    """The file with a first guess, or with the mapping that was chosen."""
    viewer, campaign_id = current_viewer(), asked_id(request.args, "campaign_id")
    compound = request.args.get("compound", "").strip()[:120]
    with reading() as session:
        upload = service.upload_of(session, chat_upload_id, account_id=_uploader(viewer))
        if campaign_id is None:
            return redirect(url_for(".index"))
        campaigns.campaign(session, viewer, campaign_id)
        mapping_id = asked_id(request.args, "mapping_id")
        saved = queries.mapping(session, viewer, mapping_id) if mapping_id else None
    book = service.read_workbook(upload.content, upload.name)
    with reading() as session:
        guess = service.guess(session, book, campaign_id, owner_area_id=viewer.area_id)
    form, error = None, ""
    if saved is not None:
        form = form_of_mapping(list_mapping_of(saved.document), book, source=saved.source)
        error = "" if form else _("No sheet of the file has the columns of this mapping. This is a guess.")
    form = form or form_of_guess(guess, book, compound=compound)
    return _look(viewer, upload, book, form, campaign_id, error=error)


@pages.post("/chat-lists/uploads/<int:chat_upload_id>")
def decide(chat_upload_id: int) -> ResponseReturnValue:
    """Look at it again as corrected, or enter it."""
    viewer, campaign_id = current_viewer(), asked_id(request.form, "campaign_id") or 0
    with reading() as session:
        upload = service.upload_of(session, chat_upload_id, account_id=_uploader(viewer))
        campaigns.campaign(session, viewer, campaign_id)
    book = service.read_workbook(upload.content, upload.name)
    form = form_sent(request.form, book)
    try:
        _remember(viewer, form, campaign_id)
        if request.form.get("action") != "enter":
            return _look(viewer, upload, book, form, campaign_id)
        if form.errors:
            return _look(viewer, upload, book, form, campaign_id), 422
        done = _enter(viewer, upload, book, form, campaign_id)
    except DomainError as error:
        return _look(viewer, upload, book, form, campaign_id, error=sentence(error)), error.status
    if done.import_id is None:
        nothing = _("Nothing of the list can be entered yet.")
        return _look(viewer, upload, book, form, campaign_id, error=nothing), 422
    counts = done.preview.counts
    told = _("%(entered)s orders entered, %(changed)s changed.", entered=counts["entered"], changed=counts["changed"])
    flash(_("This list was entered before; nothing was changed.") if done.already_imported else told, "good")
    return redirect(url_for(".show", list_id=done.import_id))


@pages.get("/chat-lists/<int:list_id>")
def show(list_id: int) -> str:
    with reading() as session:
        found = queries.imported(session, current_viewer(), list_id)
    return render_template("chat_import.html", found=found, rows=row_views(found.report[:ROWS_SHOWN], _, label))


@pages.get("/chat-lists/<int:list_id>/<string:file>")
def export_file(list_id: int, file: str) -> Response:
    """The report of every row as report.xlsx or report.csv."""
    with reading() as session:
        found = queries.imported(session, current_viewer(), list_id)
    words = ListWords(said=_, named=label)
    made = list_file(found.report, file, words, name=f"list-{list_id}", made_at=found.imported_at)
    response = Response(made.content, content_type=made.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=made.name)
    return response


@pages.post("/chat-lists/mappings/<int:chat_mapping_id>/forget")
def forget(chat_mapping_id: int) -> ResponseReturnValue:
    with transaction() as session:
        service.forget_mapping(session, chat_mapping_id, owner_area_id=current_viewer().area_id)
    flash(_("The mapping is forgotten."), "good")
    return redirect(url_for(".index"))


def _index(error: str = "") -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = queries.imports(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
        mappings = queries.mappings(session, viewer, limit=PAGE_ROWS)
        open_ = campaigns.campaigns(session, viewer, state=CampaignState.OPEN)
    return render_template(
        "chat_lists.html",
        page=page(rows, number),
        mappings=mappings,
        campaigns=[campaign for campaign in open_ if campaign.cut_off_at > now()],
        error=error,
    )


def _enter(
    viewer: Viewer, upload: service.Upload, book: service.Workbook, form: ChatForm, campaign_id: int
) -> service.ImportedList:
    with transaction() as session:
        command = _command(viewer, book, form, campaign_id)
        done = service.import_list(session, command, now=now())
        if done.import_id is not None:
            if form.source:
                service.save_mapping(
                    session, form.source, command.mapping, owner_area_id=viewer.area_id,
                    account_id=viewer.account_id, now=now(),
                )  # fmt: skip
            service.drop_upload(session, upload.upload_id)
    return done


def _command(viewer: Viewer, book: service.Workbook, form: ChatForm, campaign_id: int) -> service.TakeList:
    return service.TakeList(
        book=book,
        mapping=form.mapping(book),
        campaign_id=campaign_id,
        source=form.source,
        owner_area_id=viewer.area_id,
        account_id=viewer.account_id,
        window=form.window,
        **form.asked,
    )


def _look(
    viewer: Viewer, upload: service.Upload, book: service.Workbook, form: ChatForm, campaign_id: int, *, error: str = ""
) -> str:
    """The page of a file: its columns with what each is, and what would become of every row."""
    grid, heading = book.grids[form.sheet], form.heading(book)
    with reading() as session:
        campaign = campaigns.campaign(session, viewer, campaign_id)
        offers = service.offered_skus(session, campaign_id)
        preview, wrong = _preview(session, viewer, book, form, campaign_id)
    samples = [
        [shown(grid.filled(row, column), 24) for column in range(grid.width)]
        for row in range(heading.data_row, min(heading.data_row + SAMPLE_ROWS, grid.height))
    ]
    documents = list_documents(preview.reading, preview.decided) if preview else []
    return render_template(
        "chat_upload.html",
        upload=upload,
        campaign=campaign,
        book=book,
        form=form,
        heading=heading,
        samples=samples,
        offers=offers,
        roles=list(ListColumn),
        choices={"channel": sorted(CHANNELS), "second_row": list(SecondRow), "unsaid": list(Unsaid)},
        preview=preview,
        outcomes=[(outcome, preview.count(outcome)) for outcome in Outcome if preview.count(outcome)]
        if preview
        else [],
        rows=row_views(documents[:ROWS_SHOWN], _, label),
        homes=unknown_homes(preview)[:UNKNOWN_SHOWN] if preview else (),
        words=list(preview.reading.products[:UNKNOWN_SHOWN]) if preview else [],
        vanished=[known.order for known in preview.decided.vanished] if preview else [],
        error=error or wrong,
        left_out=LEFT_OUT,
    )


def _preview(
    session: Session, viewer: Viewer, book: service.Workbook, form: ChatForm, campaign_id: int
) -> tuple[service.ListPreview | None, str]:
    """What the form would make of the list, or why it makes nothing."""
    try:
        return service.preview_list(session, _command(viewer, book, form, campaign_id), now=now()), ""
    except (BadListMapping, DomainError) as wrong:
        return None, sentence(wrong)


def _remember(viewer: Viewer, form: ChatForm, campaign_id: int) -> None:
    """Keep what was typed for addresses and words; a code that is nobody's is an error of the form."""
    typed = {place: code for place, code in form.homes.items() if code}
    words = {word: None if sku == LEFT_OUT else sku for word, sku in form.words.items() if sku}
    who: dict[str, Any] = {"owner_area_id": viewer.area_id, "account_id": viewer.account_id, "now": now()}
    with transaction() as session:
        ids = homes.household_ids(session, {code for code in typed.values() if code != LEFT_OUT})
        for number, (place, code) in enumerate(form.homes.items()):
            if not code:
                continue
            meant = None if code == LEFT_OUT else ids.get(code, 0)
            try:
                service.remember_homes(session, {place: meant}, **who)
            except NotFound:
                form.errors[f"home-{number}"] = _("“%(typed)s” is the code of no household of yours.", typed=code)
        if words:
            service.remember_products(session, campaign_id, words, **who)


def _uploader(viewer: Viewer) -> int | None:
    return None if viewer.role is Role.ADMIN else viewer.account_id
