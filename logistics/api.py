"""Wires the API into the application: the subjects' routes, their OpenAPI 3.1 document and the page that shows it."""

from __future__ import annotations

import importlib.resources
from threading import RLock
from typing import Any

import flask_swagger_ui
from flask import Blueprint, Flask, Response, render_template, send_from_directory
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from logistics import access, problems, rest, security_headers
from logistics.accounts import commands, limits, signin
from logistics.accounts.api import accounts
from logistics.communities.api import communities
from logistics.config import Settings
from logistics.day.api import days
from logistics.delivery.api import delivery
from logistics.fulfilment.api import fulfilment
from logistics.inventory.api import inventory
from logistics.notifications.api import notifications
from logistics.orders.api import orders
from logistics.policy import LOGIN_ENDPOINT, POLICY
from logistics.rest import Subject
from logistics.routing.api import routing
from logistics.shapes import ROW_ID_MAX

DESCRIPTION = """Group buys, fair shares of scarce goods, batches and routes, to the last hundred metres.

Send `Authorization: Bearer <token>` (make one with `POST /api/v1/tokens`), or use the session of the pages with the
header `X-CSRFToken`. Errors are problem details (RFC 9457) with a stable `code`. What is not yours to see is 404.
Quantities are whole: money in cents, weight in grams, volume in millilitres, distance in metres, durations in seconds.
Moments are ISO 8601 in UTC, places WGS-84. A creating request may carry an `Idempotency-Key`; an order must."""

ASSETS = frozenset({"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"})

SUBJECTS = (accounts, communities, orders, fulfilment, inventory, routing, delivery, days, notifications)

api_page = Blueprint("api_page", __name__, url_prefix="/api/docs")


class FieldErrorSchema(Schema):
    """One field that is wrong: a JSON pointer into the body, or the name of a parameter."""

    pointer = fields.String()
    parameter = fields.String()
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """Problem details (RFC 9457)."""

    type = fields.String(required=True, metadata={"format": "uri"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    code = fields.String(required=True)
    data = fields.Dict(keys=fields.String())
    errors = fields.List(fields.Nested(FieldErrorSchema))


class PlatformApi(Api):  # type: ignore[misc]
    """flask-smorest with our own errors: `problems` answers for the whole application.

    The OpenAPI document is written when somebody asks for it: no worker and no command does, and writing it takes most
    of what making an app takes.
    """

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        self._unwritten: list[Subject] = []
        self._writing = RLock()
        super().__init__(app)

    @property
    def spec(self) -> Any:
        """The document, of all subjects registered so far."""
        with self._writing:  # two may ask at once, and the second waits for a whole one
            unwritten, self._unwritten = self._unwritten, []
            for subject in unwritten:
                subject.register_views_in_doc(self, self._app, self._spec, name=subject.name, parameters=None)
                self._spec.tag({"name": subject.name, "description": subject.description})
            return self._spec

    @spec.setter
    def spec(self, spec: Any) -> None:
        self._spec = spec

    def register_blueprint(self, subject: Subject) -> None:
        """Add a subject's routes now, and its part of the document when that is asked for."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][subject.name] = self
        self._app.register_blueprint(subject)
        self._unwritten.append(subject)

    def _register_error_handlers(self) -> None:
        """Left to `problems.register`."""

    def _register_responses(self) -> None:
        """Errors have a content type of their own."""
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE  # back to the class's, for the answers


class RowNumber(IntegerConverter):
    """An id in an address: beyond what a column holds there is nothing, which is 404 and not a database error."""

    def __init__(self, map: Any, fixed_digits: int = 0, min: int | None = None, max: int | None = ROW_ID_MAX) -> None:
        super().__init__(map, fixed_digits, min, max)


def register(app: Flask) -> None:
    """Add the API, and everything that stands before each of its requests, to `app`."""
    app.url_map.converters["int"] = RowNumber
    _trust_proxies(app)
    problems.register(app)
    limits.register(app)
    access.register(app, policy=POLICY, identify=signin.identify, login_endpoint=LOGIN_ENDPOINT)
    security_headers.register(app)
    commands.register(app)
    _configure(app)
    api = PlatformApi(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "session"})
    for subject in SUBJECTS:
        api.register_blueprint(subject)
    app.register_blueprint(api_page)
    app.before_request(_check_body)


@api_page.get("/", strict_slashes=False)
def show() -> str:
    """The page that shows the API, made of files from here alone."""
    return render_template("api_docs.html")


@api_page.get("/assets/<name>")
def asset(name: str) -> Response:
    folder = importlib.resources.files(flask_swagger_ui) / "dist"
    return send_from_directory(str(folder), name if name in ASSETS else "-", max_age=24 * 3600)


def _check_body() -> None:
    if access.is_api():
        rest.refuse_other_bodies()


def _trust_proxies(app: Flask) -> None:
    """Believe as many proxies about the caller's address as the settings say; without them every limit would count one
    address, and with too many a caller could make up its own. The host that a proxy names goes into addresses we print,
    so it counts only where the hosts we answer to are listed."""
    settings: Settings = app.config["SETTINGS"]
    hops = settings.proxy_hops
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops if settings.trusted_hosts else 0)  # type: ignore[method-assign]


def _configure(app: Flask) -> None:
    app.config.from_mapping(
        API_TITLE="Last hundred metres",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": DESCRIPTION, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "security": [{"token": []}, {"session": []}],
        },
    )
