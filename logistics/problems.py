"""Every error as one shape: problem details (RFC 9457) for the API, a page for people.

Rules raise errors that know neither HTTP nor a language; here they get their status and are put into the reader's
language. `code` is the stable word for machines, `data` the facts behind the sentence.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask import Flask, Response, current_app, request
from flask.globals import request_ctx
from flask_babel import force_locale, gettext
from markupsafe import escape
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from logistics.access import is_api
from logistics.errors import N_, DomainError
from logistics.telling import told

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:last-hundred-metres:problem:"
RETRY_AFTER_S = 2

TITLES = {
    400: N_("Bad request"),
    401: N_("Not signed in"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Method not allowed"),
    409: N_("Conflict"),
    413: N_("Too large"),
    415: N_("Unsupported media type"),
    422: N_("Invalid input"),
    429: N_("Too many tries"),
    500: N_("Something went wrong"),
    503: N_("Not available"),
}

DETAILS = {
    400: N_("The request cannot be understood."),
    401: N_("Sign in, or send an API token in the header Authorization: Bearer."),
    403: N_("Your role may not do this."),
    404: N_("There is nothing here, or it is not yours to see."),
    405: N_("This address does not take that method."),
    409: N_("Somebody else changed the same thing at the same moment; look again and retry."),
    413: N_("The request is larger than is accepted here."),
    415: N_("Send the body as JSON with Content-Type: application/json."),
    422: N_("The request is well-formed, but some of it cannot be accepted; see errors."),
    429: N_("Wait a little before you try again."),
    500: N_("The error has been logged; trying again may help."),
    503: N_("The platform is busy; try again in a moment."),
}

CODES = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
         409: "conflict", 413: "too_large", 415: "unsupported_media_type", 422: "invalid", 429: "too_many_requests",
         500: "internal", 503: "unavailable"}  # fmt: skip

FIELD_MESSAGES = (
    N_("Missing data for required field."),
    N_("Unknown field."),
    N_("Field may not be null."),
    N_("Not a valid integer."),
    N_("Not a valid string."),
    N_("Not a valid date."),
    N_("Not a valid datetime."),
    N_("Invalid input type."),
    N_("The year must be from 2000 to 2100."),
)
"""What marshmallow and our own checks say of a field, named here so that it gets translated."""


FIELD_ERRORS = ("errors", "problems")
"""Members of an error's data that name single fields or lines of files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One error as it is told. `errors` names single fields, `data` the facts for machines."""

    status: int
    code: str
    title: str
    detail: str
    data: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Mapping[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


Page = Callable[[Problem], Response]


def register(app: Flask) -> None:
    """Answer every error of `app` with a problem. Pages set their own look by `set_page`."""
    app.register_error_handler(DomainError, lambda error: _answer(_of_domain_error, error))
    app.register_error_handler(HTTPException, lambda error: _answer(_of_http_error, error))
    app.register_error_handler(DBAPIError, lambda error: _answer(_of_database_error, error))
    app.register_error_handler(Exception, lambda error: _answer(_of_bug, error))


def set_page(app: Flask, page: Page) -> None:
    """Show errors of pages through `page` instead of the plain fallback."""
    app.extensions["problem_page"] = page


def problem_of(error: Exception) -> Problem:
    """What there is to tell about an error, in the reader's language."""
    if isinstance(error, DomainError):
        return _of_domain_error(error)
    return _of_http_error(error) if isinstance(error, HTTPException) else _of_bug(error)


def _answer(read: Callable[[Any], Problem], error: Exception) -> Response:
    if not is_api():
        page = cast("Page", current_app.extensions.get("problem_page", _plain_page))
        addressed = request_ctx.url_adapter is not None  # a host that is not ours has no addresses to link to
        return page(read(error)) if addressed else _plain_page(read(error))
    with force_locale(api_locale()):
        problem = read(error)
    body = {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
    }
    body |= {"data": problem.data} if problem.data else {}
    body |= {"errors": problem.errors} if problem.errors else {}
    text = json.dumps(body, ensure_ascii=False, default=_plain)
    return Response(text, problem.status, dict(problem.headers), content_type=CONTENT_TYPE)


def _plain(value: object) -> str:
    """Data that JSON has no form for: moments and dates in ISO 8601, the rest as text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def api_locale() -> str:
    """The language that a request to the API asks for, Chinese where it asks for none of ours."""
    return "en" if request.accept_languages.best_match(["zh", "en"], default="zh") == "en" else "zh_Hans_CN"


def _plain_page(problem: Problem) -> Response:
    text = f"<!doctype html><meta charset=utf-8><title>{problem.status}</title><h1>{escape(problem.title)}</h1>"
    return Response(f"{text}<p>{escape(problem.detail)}</p>", problem.status, dict(problem.headers))


def _of_status(status: int, **more: Any) -> Problem:
    known = status if status in TITLES else (400 if status < 500 else 500)
    fields = {"code": CODES[known], "title": gettext(TITLES[known]), "detail": gettext(DETAILS[known]), **more}
    return Problem(status=status, **fields)


def _of_domain_error(error: DomainError) -> Problem:
    detail = told(error)
    data = {name: value for name, value in error.data.items() if name not in FIELD_ERRORS}
    errors = tuple(entry for name in FIELD_ERRORS for entry in error.data.get(name, ()))
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return _of_status(error.status, code=error.code, detail=detail, data=data, errors=errors, headers=headers)


def _of_http_error(error: HTTPException) -> Problem:
    status = error.code or 500
    if status < 400:  # a redirect that werkzeug raises
        return Problem(status=status, code="moved", title="", detail="", headers=_headers_of(error))
    cause = getattr(error, "exc", None)
    if isinstance(cause, json.JSONDecodeError):
        place = {"line": cause.lineno, "column": cause.colno}
        detail = gettext("The body is not JSON: %(reason)s at line %(line)s, column %(column)s.") % {
            "reason": cause.msg,
            **place,
        }
        return _of_status(status, code="malformed_json", detail=detail, data=place)
    if isinstance(cause, UnicodeDecodeError):
        place = {"byte": cause.start}
        detail = gettext("The body is not UTF-8: byte %(byte)s cannot be read.") % place
        return _of_status(status, code="malformed_json", detail=detail, data=place)
    messages = getattr(error, "data", {}).get("messages", {})
    headers = _headers_of(error)
    return _of_status(status, errors=tuple(_field_errors(messages)), headers=headers)


def _of_database_error(error: DBAPIError) -> Problem:
    """Two requests that met: one of them may have to try again, neither is a bug."""
    if isinstance(error, IntegrityError):
        logger.warning("a constraint refused a change: %s", type(error.orig).__name__)
        return _of_status(409, code="changed_meanwhile")
    if isinstance(error, DataError):
        return _of_status(400)
    if isinstance(error, OperationalError):  # busy, deadlocked, or gone
        logger.error("the database did not answer: %s", type(error.orig).__name__)
        return _of_status(503, headers={"Retry-After": str(RETRY_AFTER_S)})
    return _of_bug(error)


def _of_bug(error: Exception) -> Problem:
    if isinstance(error, RecursionError):  # JSON nested deeper than anything we ask for
        return _of_status(400)
    logger.error("unhandled error", exc_info=error)
    if current_app.testing or current_app.debug:
        raise error
    return _of_status(500)


def _headers_of(error: HTTPException) -> dict[str, str]:
    """The headers an HTTP error brings along (Allow, WWW-Authenticate, Location) but not its body's."""
    return {name: value for name, value in error.get_headers() if name.lower() != "content-type"}


def _field_errors(messages: Any) -> Iterator[Mapping[str, Any]]:
    """One entry per message: a JSON pointer into the body, or the name of a parameter."""
    if not isinstance(messages, Mapping):
        return
    for location, found in messages.items():
        for path, message in _leaves(found, ()):
            place = (
                {"pointer": "#" + "".join(f"/{_escaped(part)}" for part in path)}
                if location in ("json", "files", "form")
                else {"parameter": str(path[0]) if path else location}
            )
            yield {**place, "detail": gettext(message) if message in FIELD_MESSAGES else message}


def _leaves(found: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _leaves(inner, path if name == "_schema" else (*path, name))
    elif isinstance(found, (list, tuple)):
        for message in found:
            yield from _leaves(message, path)
    else:
        yield path, str(found)


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
