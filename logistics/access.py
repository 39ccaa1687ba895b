"""Who is asking, and the gate every request passes: one policy row per endpoint (`policy.py`).

An endpoint without a row is refused to everybody, and a test fails for it. Which rows of a table a viewer may see is
the business of each subject's `queries.py`, which takes the viewer as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from wtforms import ValidationError

from logistics.accounts.models import Role
from logistics.errors import N_, DomainError, Forbidden

API_PREFIX = "/api/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The account on whose behalf something is read or done, with its scope."""

    account_id: int
    username: str
    role: Role
    area_id: int | None = None
    merchant_id: int | None = None
    household_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A policy row: open to anybody, or to the accounts of `roles`."""

    roles: frozenset[Role] = frozenset()
    public: bool = False


PUBLIC = Rule(public=True)
SIGNED_IN = Rule(roles=frozenset(Role))


def only(*roles: Role) -> Rule:
    return Rule(roles=frozenset(roles))


class MissingCsrfToken(DomainError):
    """A browser session changes something without proof that the request comes from our own page."""

    template = N_("A request with a session cookie needs the header X-CSRFToken; with a bearer token it does not.")
    code = "csrf"
    status = 400


class NoPolicy(Forbidden):
    template = N_("Nobody may do this: %(endpoint)s has no policy row.")
    code = "no_policy"


def viewer_or_none() -> Viewer | None:
    """The signed-in account of this request, found once by the bearer token or the session."""
    if "viewer" not in g:
        g.viewer = cast("Callable[[], Viewer | None]", g.identify)() if "identify" in g else None
    return cast("Viewer | None", g.viewer)


def current_viewer() -> Viewer:
    """The signed-in account of a route that asks for one."""
    viewer = viewer_or_none()
    if viewer is None:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
    return viewer


def register(
    app: Flask, *, policy: Mapping[str, Rule], identify: Callable[[], Viewer | None], login_endpoint: str
) -> None:
    """Make every request of `app` pass its endpoint's row. `identify` reads the account from the request."""

    @app.before_request
    def pass_gate() -> ResponseReturnValue | None:
        g.identify = identify
        g.pop("viewer", None)  # an outer application context, as commands and tests have, outlives the request
        if request.endpoint is None:  # no such address: Flask answers 404 or 405
            return None
        rule = policy.get(request.endpoint)
        if rule is None:
            raise NoPolicy(endpoint=request.endpoint)
        if not rule.public:
            if viewer_or_none() is None and not is_api() and request.method in SAFE_METHODS:
                return redirect(url_for(login_endpoint, next=request.full_path.rstrip("?")))
            if current_viewer().role not in rule.roles:
                raise Forbidden()
        if is_api() and request.method not in SAFE_METHODS and not has_bearer():
            _check_csrf()
        return None


def is_api() -> bool:
    """Whether this request is for the API, whose errors are problem details."""
    return request.path.startswith(API_PREFIX)


def has_bearer() -> bool:
    """Whether this request carries an API token; then its session cookie, if any, does not count."""
    authorization = request.authorization
    return authorization is not None and authorization.type == "bearer"


def _check_csrf() -> None:
    """Only a session is carried along by a browser unasked; without one there is nothing to forge."""
    if not session:
        return
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except ValidationError as wrong:
        raise MissingCsrfToken() from wrong
