"""What a viewer may read of accounts and tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, ApiToken, Role
from logistics.views import read, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierView:
    id: int
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token without its secret, which is shown once, when it is made."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountScope:
    """An account that a command acts for, and its area, where it has one."""

    account_id: int
    area_id: int | None


def account_named(session: Session, username: str, roles: Collection[Role]) -> AccountScope:
    """The active account of that name with one of the roles, for commands. Raises NotFound."""
    statement = select(Account.id.label("account_id"), Account.area_id)
    named = statement.where(Account.username == username, Account.active, Account.role.in_(roles))
    return AccountScope(**read_fields(session, named, kind="account", key=username))


def couriers(session: Session, viewer: Viewer) -> list[CourierView]:
    """Couriers who can be given a manifest, by name; for those who give them out."""
    may = true() if viewer.role in (Role.ADMIN, Role.MERCHANT) else false()
    statement = select(Account.id, Account.username).where(Account.role == Role.COURIER, Account.active, may)
    return read(session, statement.order_by(Account.username), CourierView)


def tokens(session: Session, viewer: Viewer, *, now: datetime) -> list[TokenView]:
    """The viewer's own tokens that are still good, newest first."""
    statement = (
        select(ApiToken.id, ApiToken.name, ApiToken.created_at, ApiToken.expires_at)
        .where(ApiToken.account_id == viewer.account_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    )
    return read(session, statement, TokenView)
