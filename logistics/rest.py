"""What every API route shares: strict parsing, and one transaction around a change and its kept answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Request, Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE, RAISE, Schema
from sqlalchemy.orm import Session
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from logistics import idempotency
from logistics.access import SAFE_METHODS, current_viewer
from logistics.clock import utc_now
from logistics.db import transaction
from logistics.errors import N_, DomainError

JSON_BYTES_MAX = 1024 * 1024
"""The largest JSON body: an order of a thousand lines is a tenth of this."""

KEY_OPTIONAL = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.KEY_LENGTH_MAX},
    "description": "A text of your own, new per creation. Repeated with the same request within 24 hours it returns "
    "the first answer and creates nothing; with another request it is refused (422). A refused request is not kept.",
}
KEY_REQUIRED = {**KEY_OPTIONAL, "required": True}


class EndlessNumber(DomainError):
    template = N_("The body is not JSON we read: it holds a number of thousands of digits.")
    code = "malformed_json"
    status = 400


class StrictParser(FlaskParser):
    """Refuses what a schema does not name, in addresses too: a misspelt filter must not be a filter left out."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "headers": EXCLUDE}  # noqa: RUF012

    def load_json(self, req: Request, schema: Schema) -> Any:
        try:
            return super().load_json(req, schema)
        except ValueError as wrong:  # not the syntax, which the parser tells itself: a number Python refuses to read
            raise EndlessNumber from wrong


class Subject(Blueprint):  # type: ignore[misc]
    """The routes of one subject under /api/v1; its name is the tag they are listed under."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(name, import_name, url_prefix="/api/v1", description=description)


def refuse_other_bodies() -> None:
    """Before each API request: a body is JSON of bounded size, unless it is an upload, which has its own bound."""
    if request.mimetype == "multipart/form-data":
        return
    request.max_content_length = JSON_BYTES_MAX
    if request.method not in SAFE_METHODS and request.content_length and not request.is_json:
        raise UnsupportedMediaType()


def create_once(
    effect: Callable[[Session], Any], *, answer: type[Schema], status: int = 201, key_required: bool = False
) -> Response:
    """Carry out a creating request in one transaction with its kept answer (see `idempotency`).

    `effect` does the work in the session it is given and returns what `answer` dumps. Commit comes before the response:
    what is acknowledged is stored.
    """
    key = request.headers.get(idempotency.HEADER)
    if key is None and key_required:
        raise idempotency.KeyMissing()
    with transaction() as session:
        if key is None:
            result = idempotency.Answer(status=status, body=answer().dump(effect(session)), replayed=False)
        else:
            result = idempotency.answer_once(
                session,
                _keyed_request(key),
                lambda: (answer().dump(effect(session)), status),
                now=utc_now(),
            )
    response = jsonify(result.body)
    response.status_code = result.status
    if result.replayed:
        response.headers[idempotency.REPLAYED] = "true"
    return response


def _keyed_request(key: str) -> idempotency.KeyedRequest:
    payload = request.get_json(silent=True) if request.is_json else hashlib.sha256(request.get_data()).hexdigest()
    return idempotency.KeyedRequest(
        account_id=current_viewer().account_id,
        key=key,
        sha256=idempotency.fingerprint(method=request.method, path=request.path, payload=payload),
    )
