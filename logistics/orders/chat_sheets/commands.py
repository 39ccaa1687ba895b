"""`flask import-chat`: a chat group's list from a file."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.orm import Session

from logistics.accounts import queries as accounts
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.errors import N_
from logistics.orders.chat_sheets import service
from logistics.orders.chat_sheets.export import CSV, WORKBOOK, ListWords, list_file
from logistics.orders.chat_sheets.mapping import ListMapping
from logistics.orders.chat_sheets.rows import Outcome
from logistics.orders.chat_sheets.telling import list_documents
from logistics.orders.chat_sheets.views import ListReportView, list_report
from logistics.shapes import shape
from logistics.terminal import Command, named, said

IMPORTERS = frozenset({Role.ADMIN, Role.COMMUNITY_WORKER})
"""Who may order for others, and so enter their list."""
ALREADY, ENTERED = N_("It was entered before; nothing was changed."), N_("Entered.")
NOTHING_WRITTEN = N_("Nothing was written.")
VANISHED = N_("Not in this list any more, and still standing: %(orders)s")
CLOSED = N_("The group buy takes no orders.")


def register(app: Flask) -> None:
    """Add the command to the app."""
    app.cli.add_command(import_chat)


@click.command("import-chat", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--campaign", "code", required=True, help="Code of the group buy.")
@click.option("--mapping", "source", default="", help="Source whose lists are known; without one it is guessed at.")
@click.option("--account", "username", default="", help="Account on whose behalf it is entered, with its area's homes.")
@click.option("--compound", default="", help="Name or code of the compound, for a guess.")
@click.option("--window", default="", help="Code of the delivery window, where the group buy has several.")
@click.option("--changes", is_flag=True, help="Carry out what the list says differently of orders entered before.")
@click.option("--second", is_flag=True, help="Enter orders of households that have one in the group buy already.")
@click.option("--create", is_flag=True, help="Enter flats that are not known, where it is clear where they are.")
@click.option("--save", default="", help="Save the mapping that was used for this source.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to a .xlsx or .csv.")
@click.option("--dry-run", is_flag=True, help="Show what would be entered and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_chat(
    file: Path,
    code: str,
    source: str,
    username: str,
    compound: str,
    window: str,
    changes: bool,
    second: bool,
    create: bool,
    save: str,
    report: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Enter the chat group's list FILE (.xls, .xlsx, .csv): what is new and clear of it; the rest is said."""
    book = service.read_workbook(file.read_bytes(), file.name)
    now = utc_now()
    with reading() as session:
        account = accounts.account_named(session, username, IMPORTERS) if username else None
        owner = account.area_id if account else None
        campaign_id = service.campaign_id_of(session, code)
        mapping = _mapping(session, book, campaign_id, source, compound, owner)
        command = service.TakeList(
            book=book,
            mapping=mapping,
            campaign_id=campaign_id,
            source=source or save,
            owner_area_id=owner,
            account_id=account.account_id if account else None,
            window=window,
            changes=changes,
            second=second,
            create=create,
        )
        preview = service.preview_list(session, command, now=now)
    done = None
    if not dry_run:
        with transaction() as session:
            done = service.import_list(session, command, now=now)
            if save:
                service.save_mapping(
                    session, save, mapping, owner_area_id=owner, account_id=command.account_id, now=now
                )
        preview = done.preview
    if report is not None:
        kind = CSV if report.suffix.lower() == ".csv" else WORKBOOK
        documents = list_documents(preview.reading, preview.decided)
        report.write_bytes(list_file(documents, kind, ListWords(said=said, named=named), name="", made_at=now).content)
    view = list_report(
        preview,
        mapping,
        import_id=done.import_id if done else None,
        already_imported=bool(done and done.already_imported),
        translate=said,
        named=named,
    )
    _show(view, as_json=as_json, dry_run=dry_run)


def _mapping(
    session: Session, book: service.Workbook, campaign_id: int, source: str, compound: str, owner: int | None
) -> ListMapping:
    if source:
        return service.saved_mapping(session, source, owner_area_id=owner)
    return service.guess(session, book, campaign_id, owner_area_id=owner).mapping(compound=compound)


def _show(view: ListReportView, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps(shape(ListReportView)().dump(view), ensure_ascii=False, indent=1))
        return
    for row in view.rows:
        rows = ",".join(map(str, row.rows))
        said_of_it = (named(row.outcome, "list_outcome"), row.address, row.goods, row.order, row.why)
        click.echo(f"{rows:>5}  {'  '.join(filter(None, said_of_it))}")
        for problem in row.problems:
            click.echo(f"         {problem.cell + ': ' if problem.cell else ''}{problem.wrong}; {problem.right}")
        for note in row.notes:
            click.echo(f"         {note}")
    if view.vanished:
        click.echo(said(VANISHED) % {"orders": ", ".join(view.vanished)})
    counts = ", ".join(
        f"{named(outcome.value, 'list_outcome')} {view.counts[outcome.value]}"
        for outcome in Outcome
        if view.counts[outcome.value]
    )
    if dry_run and not view.takes_orders:
        click.echo(said(CLOSED))
    state = ALREADY if view.already_imported else ENTERED if view.import_id else NOTHING_WRITTEN
    click.echo(f"{view.sheet}: {counts}. {said(state)}")
