"""Signing in and out at the edge: the browser session, the bearer token, and how often a password may be tried.

A session cookie is signed, holds the account and its epoch, and is made anew at every sign-in; raising the epoch in the
table ends every session of the account at once.
"""

from __future__ import annotations

from datetime import datetime

from flask import request, session

from logistics.access import Viewer, has_bearer
from logistics.accounts import limits, service
from logistics.accounts.models import Role
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.errors import N_, DomainError


class WrongPassword(DomainError):
    """The same for an unknown account and for a wrong password."""

    template = N_("Account or password is wrong.")
    code = "wrong_password"
    status = 401


def check_password(username: str, password: str) -> service.Credentials:
    """The account of a name and a password, the try counted against the login limits.

    Raises:
        WrongPassword: no such account, or not its password.
        RateLimitExceeded: too many tries; HTTP 429.
    """
    username = username.strip()
    limits.count_login(username)
    with reading() as database:
        found = service.credentials(database, username)
    if not service.password_fits(found, password) or found is None:  # outside the transaction: this takes its time
        raise WrongPassword()
    if service.is_outdated(found):
        with transaction() as database:
            service.renew_hash(database, found, password)
    return found


def sign_in(username: str, password: str) -> Viewer:
    """Begin a browser session. Raises what `check_password` raises."""
    found = check_password(username, password)
    session.clear()  # nothing planted before the sign-in survives it, the CSRF token included
    session["account_id"] = found.viewer.account_id
    session["epoch"] = found.session_epoch
    session.permanent = found.viewer.role is Role.COURIER  # a phone that closes its browser must not end a tour
    return found.viewer


def sign_out() -> None:
    """End this browser's session."""
    session.clear()


def sign_out_everywhere(viewer: Viewer) -> None:
    """End every session of the account, this one included. Tokens are revoked one by one."""
    with transaction() as database:
        service.end_sessions(database, viewer.account_id)
    session.clear()


def identify(now: datetime | None = None) -> Viewer | None:
    """The account of this request: by its bearer token if it carries one, else by its session."""
    if has_bearer():
        authorization = request.authorization
        token = authorization.token if authorization else None
        with reading() as database:
            return service.viewer_of_token(database, token or "", now=now or utc_now())
    account_id, epoch = session.get("account_id"), session.get("epoch")
    if not isinstance(account_id, int) or not isinstance(epoch, int):
        return None
    with reading() as database:
        return service.viewer_of_session(database, account_id, session_epoch=epoch)
