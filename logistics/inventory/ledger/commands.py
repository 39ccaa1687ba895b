"""`flask ledger verify` and `flask ledger balance`: the books for anybody with a terminal."""

from __future__ import annotations

import json

import click
from flask import Flask
from flask.cli import AppGroup

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.clock import SHANGHAI, utc_now
from logistics.db import reading
from logistics.errors import N_
from logistics.inventory.ledger import queries
from logistics.inventory.ledger.findings import TOLD, Finding
from logistics.inventory.ledger.service import verify
from logistics.inventory.ledger.verifying import Verified
from logistics.terminal import Command, said

EVERYBODY = Viewer(account_id=0, username="terminal", role=Role.ADMIN)
"""Who has a terminal of the server sees what an administrator does."""
ROWS_MAX = 10_000_000
FINDINGS_SHOWN = 20
"""After the first wrong row the rest mostly follows from it."""

SOUND = N_("The ledger is sound: %(transfers)s movements, %(entries)s entries, %(items)s items.")
BENT = N_("The ledger does not add up: %(count)s findings. The first bad row is %(table)s %(row)s of %(item)s:")
MORE = N_("… and %(count)s more")

ledger_commands = AppGroup("ledger", help="Prove the ledger of scarce goods and list what is there.")


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(ledger_commands)


@ledger_commands.command("verify", cls=Command)
@click.option("--item", "item_code", metavar="CODE", help="This item alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify_ledger(item_code: str | None, as_json: bool) -> None:
    """Recompute every hash, sum, balance and promise, name the first bad row, and fail if there is one.

    The last hash of each item is printed: whoever notes it down can see later that nothing before it was changed.
    """
    with reading() as session:
        result = verify(session, item_code=item_code)
    if as_json:
        click.echo(json.dumps(_document(result), ensure_ascii=False, indent=1))
    else:
        _tell(result)
    if result.findings:
        raise SystemExit(1)


@ledger_commands.command("balance", cls=Command)
@click.option("--item", "item_code", metavar="CODE", help="This item alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def balance(item_code: str | None, as_json: bool) -> None:
    """List what every area has on hand, how much of it is promised and available, and when it was counted."""
    with reading() as session:
        item_id = None if item_code is None else queries.item_of_code(session, item_code)
        rows = queries.stock(session, EVERYBODY, now=utc_now(), item_id=item_id, limit=ROWS_MAX)
    if as_json:
        facts = [
            {
                "item": row.item_code,
                "area_id": row.area_id,
                "area_code": row.area_code,
                "area": row.area_name,
                "on_hand": row.on_hand,
                "promised": row.promised,
                "available": row.available,
                "counted_at": row.counted_at.isoformat(),
                "moved_at": row.moved_at.isoformat(),
            }
            for row in rows
        ]
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for row in rows:
        counted_at = f"{row.counted_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        pieces = (row.on_hand, row.promised, row.available)
        click.echo("\t".join(map(str, (row.item_code, row.area_name, *pieces, row.unit, counted_at))))


def _document(result: Verified) -> dict[str, object]:
    return {
        "sound": not result.findings,
        "transfers": result.transfer_count,
        "entries": result.entry_count,
        "items": [
            {"item": chain.item, "transfers": chain.transfer_count, "hash": chain.hash} for chain in result.chains
        ],
        "findings": [
            {
                "fault": finding.fault.value,
                "item": finding.item,
                "table": finding.table,
                "row": finding.row,
                "expected": finding.expected,
                "found": finding.found,
                "detail": finding.told,
            }
            for finding in result.findings
        ],
    }


def _tell(result: Verified) -> None:
    for chain in result.chains:
        click.echo(f"{chain.item}\t{chain.transfer_count}\t{chain.hash}")
    if not result.findings:
        counts = {"transfers": result.transfer_count, "entries": result.entry_count, "items": len(result.chains)}
        click.echo(said(SOUND) % counts)
        return
    first = result.findings[0]
    bent = {"count": len(result.findings), "table": first.table, "row": first.row, "item": first.item}
    click.echo(said(BENT) % bent, err=True)
    for finding in result.findings[:FINDINGS_SHOWN]:
        click.echo(f"  {finding.item} {finding.table} {finding.row}: {_said(finding)}", err=True)
    if len(result.findings) > FINDINGS_SHOWN:
        click.echo(said(MORE) % {"count": len(result.findings) - FINDINGS_SHOWN}, err=True)


def _said(finding: Finding) -> str:
    return said(TOLD[finding.fault]) % {"expected": finding.expected, "found": finding.found}
