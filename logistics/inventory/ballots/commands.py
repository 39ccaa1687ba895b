"""`flask ballot verify` and `flask ballot export`: a draw for anybody to check, with the platform or without it."""

from __future__ import annotations

import json
from dataclasses import asdict
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

FIXED = N_("Commitment %(commitment)s, list %(list)s: the same must have been published when it opened and closed.")
NOTED = N_("Commitment and list are those that were noted.")
PUBLIC = N_("Public number %(value)s: compare it with %(source)s.")
RIGHT = N_(
    "Ballot %(ballot)s is right: %(registrations)s registrations, %(shares)s shares, drawn for %(winners)s; "
    "held now by %(holders)s."
)


class Sha256(click.ParamType[str]):
    """A hash as it was noted: 64 hexadecimal digits, large or small."""

    name = "sha256"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        found = str(value).strip().lower()
        if found and not verifying.SHA256.fullmatch(found):
            self.fail("64 hexadecimal digits would be right", param, ctx)
        return found


SHA256 = Sha256()

ballot_commands = AppGroup("ballot", help="Check draws and write them to files.")


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(ballot_commands)


@ballot_commands.command("verify", cls=Command)
@click.argument("ballot", metavar="FILE|ID")
@click.option("--commitment", type=SHA256, default="", help="As it was published when registration opened.")
@click.option("--list", "list_sha256", type=SHA256, default="", help="As it was published when the list closed.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify_ballot(ballot: str, commitment: str, list_sha256: str, as_json: bool) -> None:
    """Recompute a draw from an exported FILE or from the ballot of this ID, and name the first row that is wrong.

    With what was noted when registration opened and when the list closed, it is the draw that was announced too.
    """
    verdict = verifying.verify(_document(ballot), commitment=commitment, list_sha256=list_sha256)
    if as_json:
        click.echo(json.dumps(asdict(verdict), ensure_ascii=False))
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
    if commitment and list_sha256:
        click.echo(said(NOTED))
    else:
        click.echo(said(FIXED) % {"commitment": verdict.commitment, "list": verdict.list_sha256})
    if verdict.public_source:
        click.echo(said(PUBLIC) % {"value": verdict.public_value, "source": verdict.public_source})


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
