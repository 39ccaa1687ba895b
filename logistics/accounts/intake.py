"""Takes accounts in, for the sample district: real accounts are opened one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from logistics.accounts.models import Account, Role
from logistics.bulk import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFact:
    """A login with the scope its role asks for."""

    username: str
    password: str
    role: Role
    area_id: int | None = None
    merchant_id: int | None = None
    household_id: int | None = None


def take_accounts(session: Session, accounts: Sequence[AccountFact], *, now: datetime) -> dict[str, int]:
    """Open the accounts whose username is free; a known one keeps its password. Returns the new ids by username."""
    hasher = PasswordHasher()
    rows = [
        {
            "username": account.username,
            "password_hash": hasher.hash(account.password),
            "role": account.role,
            "area_id": account.area_id,
            "merchant_id": account.merchant_id,
            "household_id": account.household_id,
            "created_at": now,
        }
        for account in accounts
    ]
    return {username: row_id for (username,), row_id in insert_new(session, Account, rows, key=("username",)).items()}
