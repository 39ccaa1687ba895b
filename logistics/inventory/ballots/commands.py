"""`flask ballot verify` and `flask ballot export`: a draw for anybody to check, with the platform or without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from logistics.db import reading
from logistics.errors import N_
from logistics.inventory.ballots import errors, verifying
from logistics.inventory.ballots.export import document
from logistics.terminal import Command, said

BYTES_MAX = 64 * 1024 * 1024
"""Of an exported ballot: a row is 250 bytes, so this is a quarter of a million households."""

RIGHT = N_(
    "Ballot %(ballot)s is right: %(registrations)s registrations, %(shares)s shares, drawn for %(winners)s; "
    "held now by %(holders)s."
)

ballot_commands = AppGroup("ballot", help="Check draws and write them to files.")


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(ballot_commands)


@ballot_commands.command("verify", cls=Command)
@click.argument("ballot", metavar="FILE|ID")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify_ballot(ballot: str, as_json: bool) -> None:
    """Recompute a draw from an exported FILE or from the ballot of this ID, and name the first row that is wrong."""
    verdict = verifying.verify(_document(ballot))
    if as_json:
        click.echo(json.dumps({"ballot": verdict.ballot, "winners": verdict.winners, "holders": verdict.holders}))
        return
    click.echo(
        said(RIGHT)
        % {
            "ballot": verdict.ballot,
            "registrations": verdict.registrations,
            "shares": verdict.shares,
            "winners": ", ".join(verdict.winners) or "–",
            "holders": ", ".join(verdict.holders) or "–",
        }
    )


@ballot_commands.command("export", cls=Command)
@click.argument("ballot_id", metavar="ID", type=int)
def export_ballot(ballot_id: int) -> None:
    """Print what is published of the ballot of this ID."""
    with reading() as session:
        click.echo(json.dumps(document(session, ballot_id), ensure_ascii=False, indent=1))


def _document(named: str) -> Any:
    """A file of that name goes before a ballot of that id."""
    path = Path(named)
    if named.isdecimal() and not path.exists():
        with reading() as session:
            return document(session, int(named))
    if path.stat().st_size > BYTES_MAX:
        raise errors.NotABallot(field="size")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise errors.NotABallot(field="JSON") from None
