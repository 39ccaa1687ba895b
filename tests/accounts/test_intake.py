"""Demo accounts are opened once and keep their password."""

from __future__ import annotations

from datetime import UTC, datetime

from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select

from logistics.accounts.intake import AccountFact, take_accounts
from logistics.accounts.models import Account, Role
from logistics.db import reading, transaction

NOW = datetime(2020, 2, 18, tzinfo=UTC)


def test_a_known_username_keeps_its_password(any_app: Flask) -> None:
    opened = []
    for password in ("first-password", "second-password"):
        with transaction() as session:
            facts = [AccountFact(username="admin", password=password, role=Role.ADMIN)]
            opened.append(list(take_accounts(session, facts, now=NOW)))

    assert opened == [["admin"], []]
    with reading() as session:
        account = session.scalars(select(Account)).one()
    assert account.active
    assert PasswordHasher().verify(account.password_hash, "first-password")
