"""`flask create-account`: how the first accounts come to be."""

from __future__ import annotations

import sys

import click
from flask import Flask

from logistics.accounts import service
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.db import transaction
from logistics.terminal import Command


def register(app: Flask) -> None:
    app.cli.add_command(create_account)


@click.command("create-account", cls=Command)
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--area", "area_id", type=int, help="Id (GET /api/v1/areas) of the area of an office or a worker.")
@click.option("--merchant", "merchant_id", type=int, help="Id of the merchant of a merchant's account.")
@click.option("--household", "household_id", type=int, help="Id of the household of a resident.")
def create_account(
    username: str, role: str, area_id: int | None, merchant_id: int | None, household_id: int | None
) -> None:
    """Make the account USERNAME; its password is asked for, or read from the first line of standard input."""
    if sys.stdin.isatty():
        password = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    account = service.NewAccount(
        username=username.strip(),
        password=password,
        role=Role(role),
        area_id=area_id,
        merchant_id=merchant_id,
        household_id=household_id,
    )
    with transaction() as session:
        account_id = service.create_account(session, account, now=utc_now())
    click.echo(f"account {account_id}: {account.username} ({role})")
