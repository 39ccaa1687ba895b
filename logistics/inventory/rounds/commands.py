"""`flask allocation replay ID`: compute a round again and compare."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask import Flask
from flask.cli import AppGroup

from logistics.db import reading
from logistics.errors import N_
from logistics.inventory.rounds import service
from logistics.terminal import Command, said

SAME = N_("Round %(code)s: %(count)s shares, all as they were stored. %(fingerprint)s")
DIFFERENT = N_("Round %(code)s is not what computing it again gives; %(count)s differences, the first:")
OF_PLACE = N_("%(place)s, %(what)s: stored %(stored)s, computed %(computed)s")
OF_ROUND = N_("%(what)s: stored %(stored)s, computed %(computed)s")

allocation_commands = AppGroup("allocation", help="Check rounds that were shared out.")


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(allocation_commands)


@allocation_commands.command("replay", cls=Command)
@click.argument("round_id", type=click.IntRange(1, 2**31 - 1))
@click.option("--json", "as_json", is_flag=True, help="Print every share and every difference as JSON.")
def replay(round_id: int, as_json: bool) -> None:
    """Compute round ROUND_ID again from its stored inputs, rule, parameters and seed, and compare every number. Ends
    with 1 where one is different."""
    with reading() as session:
        found = service.replay(session, round_id)
    if as_json:
        click.echo(json.dumps({**asdict(found), "same": not found.differences}, ensure_ascii=False, indent=1))
    else:
        click.echo(told(found))
    if found.differences:
        raise SystemExit(1)


def told(found: service.Replayed) -> str:
    """What came of it, in the terminal's language: that all is the same, or the first difference."""
    if not found.differences:
        facts = {"code": found.code, "count": len(found.computed), "fingerprint": found.fingerprint}
        return said(SAME) % facts
    first = found.differences[0]
    line = said(OF_PLACE if first.place else OF_ROUND) % asdict(first)
    return f"{said(DIFFERENT) % {'code': found.code, 'count': len(found.differences)}}\n  {line}"
