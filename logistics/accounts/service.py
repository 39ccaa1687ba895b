"""Verbs on accounts: passwords, tokens, sessions."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, ApiToken, Role
from logistics.errors import N_, Conflict, Invalid, NotFound

PASSWORD_LENGTH_MIN = 10
PASSWORD_LENGTH_MAX = 256
"""A bound because hashing a novel is work an attacker gets for free."""
TOKEN_DAYS_MAX = 366
TOKEN_PREFIX = "lhm_"  # noqa: S105  lets a secret scanner recognise a leaked token

_hasher = PasswordHasher()


class WeakPassword(Invalid):
    template = N_("The password has %(length)s characters; use %(minimum)s to %(maximum)s.")
    code = "weak_password"


class BadScope(Invalid):
    template = N_("An account of role %(role)s needs %(needed)s and nothing else as its scope.")
    code = "bad_scope"


class UsernameTaken(Conflict):
    template = N_("There is already an account %(username)s.")
    code = "username_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What signing in compares with."""

    viewer: Viewer
    password_hash: str
    session_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be made; exactly the scope its role asks for is set."""

    username: str
    password: str
    role: Role
    area_id: int | None = None
    merchant_id: int | None = None
    household_id: int | None = None

    def __post_init__(self) -> None:
        if not PASSWORD_LENGTH_MIN <= len(self.password) <= PASSWORD_LENGTH_MAX:
            raise WeakPassword(length=len(self.password), minimum=PASSWORD_LENGTH_MIN, maximum=PASSWORD_LENGTH_MAX)
        scopes = {"area": self.area_id, "merchant": self.merchant_id, "household": self.household_id}
        needed = SCOPES[self.role]
        if {name for name, value in scopes.items() if value is not None} != needed:
            raise BadScope(role=self.role.value, needed=", ".join(sorted(needed)) or "no scope")


SCOPES: dict[Role, set[str]] = {
    Role.ADMIN: set(),
    Role.COURIER: set(),
    Role.RESIDENT: {"household"},
    Role.MERCHANT: {"merchant"},
    Role.STREET_OFFICE: {"area"},
    Role.COMMUNITY_WORKER: {"area"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """`secret` is shown this once: only its SHA-256 is kept."""

    id: int
    secret: str
    expires_at: datetime


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters in it."""
    return _hasher.hash(password)


def create_account(session: Session, account: NewAccount, *, now: datetime) -> int:
    """Make an account. Returns its id.

    Raises:
        UsernameTaken: there is one of that name.
    """
    if session.scalar(select(Account.id).where(Account.username == account.username)) is not None:
        raise UsernameTaken(username=account.username)
    row = Account(
        username=account.username,
        password_hash=hash_password(account.password),
        role=account.role,
        area_id=account.area_id,
        merchant_id=account.merchant_id,
        household_id=account.household_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def credentials(session: Session, username: str) -> Credentials | None:
    """What signing in as `username` compares with; None for an unknown or switched-off account."""
    row = session.scalar(select(Account).where(Account.username == username, Account.active))
    if row is None:
        return None
    return Credentials(viewer=_viewer(row), password_hash=row.password_hash, session_epoch=row.session_epoch)


def password_fits(found: Credentials | None, password: str) -> bool:
    """Whether the password is right. Takes as long for an unknown account, so that names cannot be probed by time."""
    stored = _nobodys_hash() if found is None else found.password_hash
    try:
        return _hasher.verify(stored, password[:PASSWORD_LENGTH_MAX]) and found is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(found: Credentials) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(found.password_hash)


def renew_hash(session: Session, found: Credentials, password: str) -> None:
    """Hash the password anew with today's parameters, unless it has been changed meanwhile."""
    session.execute(
        update(Account)
        .where(Account.id == found.viewer.account_id, Account.password_hash == found.password_hash)
        .values(password_hash=hash_password(password))
    )


def viewer_of_session(session: Session, account_id: int, *, session_epoch: int) -> Viewer | None:
    """The account of a session; None when it was signed out everywhere or switched off since."""
    row = session.scalar(
        select(Account).where(Account.id == account_id, Account.session_epoch == session_epoch, Account.active)
    )
    return _viewer(row) if row else None


def viewer_of_token(session: Session, secret: str, *, now: datetime) -> Viewer | None:
    """The account of a bearer token; None when it is unknown, expired, revoked or its account switched off."""
    row = session.scalar(
        select(Account)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(ApiToken.token_sha256 == _sha256(secret), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .where(Account.active)
    )
    return _viewer(row) if row else None


def end_sessions(session: Session, account_id: int) -> None:
    """Sign an account out everywhere: sessions of an older epoch no longer count."""
    session.execute(update(Account).where(Account.id == account_id).values(session_epoch=Account.session_epoch + 1))


def create_token(session: Session, account_id: int, *, name: str, days: int, now: datetime) -> NewToken:
    """Make a bearer token good for `days`."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        account_id=account_id,
        name=name,
        token_sha256=_sha256(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    return NewToken(id=row.id, secret=secret, expires_at=row.expires_at)


def revoke_token(session: Session, account_id: int, token_id: int, *, now: datetime) -> None:
    """End one of the account's own tokens at once.

    Raises:
        NotFound: it has no such token.
    """
    revoked = session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if revoked.rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound(kind="token", key=token_id)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _sha256(secret: str) -> str:
    """Plain SHA-256 is enough for 256 random bits; a slow hash is for what people make up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _viewer(row: Account) -> Viewer:
    return Viewer(
        account_id=row.id,
        username=row.username,
        role=row.role,
        area_id=row.area_id,
        merchant_id=row.merchant_id,
        household_id=row.household_id,
    )
