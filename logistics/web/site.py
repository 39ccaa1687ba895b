"""Wires the pages into the application: one parent blueprint, its language, its forms' tokens, its errors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, request, send_from_directory
from flask_babel import Babel
from flask_wtf import CSRFProtect
from xstatic.pkg import leaflet

from logistics.labels import label
from logistics.web import errors, formats, views
from logistics.web.here import now, viewer_or_none
from logistics.web.labels import tone
from logistics.web.locale import HTML_LANGUAGES, in_language, language, locale, remember
from logistics.web.navigation import LARGE_TYPE, MENUS

csrf = CSRFProtect()


def register(app: Flask) -> None:
    """Add the pages to `app`."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)  # as long as the session: a courier's page stays open all day
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the pages check below; the API checks its own way
    csrf.init_app(app)
    if "babel" not in app.extensions:
        Babel(app, locale_selector=locale)
    app.after_request(remember)
    formats.register(app)
    app.add_template_filter(label)
    app.add_template_filter(tone)
    app.register_blueprint(_pages(app))


def _pages(app: Flask) -> Blueprint:
    pages = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")
    pages.add_url_rule("/assets/leaflet/<path:name>", endpoint="leaflet", view_func=_leaflet_file)
    pages.before_request(_check_form_token)
    pages.after_request(_keep_private)
    pages.app_context_processor(_page_context)
    errors.register(app, pages)
    for blueprint in views.BLUEPRINTS:
        pages.register_blueprint(blueprint)
    return pages


def _leaflet_file(name: str) -> Response:
    return send_from_directory(leaflet.BASE_DIR, name, max_age=24 * 3600)


def _check_form_token() -> None:
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        csrf.protect()


def _keep_private(response: Response) -> Response:
    """Pages hold homes and codes: no cache keeps them."""
    if response.mimetype in {"text/html", "application/json"}:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _page_context() -> dict[str, Any]:
    viewer = viewer_or_none()
    return {
        "viewer": viewer,
        "menu": MENUS[viewer.role] if viewer else (),
        "large_type": viewer is None or viewer.role in LARGE_TYPE,
        "language": language(),
        "html_lang": HTML_LANGUAGES[language()],
        "in_language": in_language,
        "now": now(),
    }
