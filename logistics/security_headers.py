"""Headers that keep a browser from running, framing or leaking what it should not."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response

from logistics.access import is_api
from logistics.config import Settings


def register(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    policy = content_security_policy(settings.tile_url)

    @app.after_request
    def secure(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        if settings.production:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if is_api():
            headers.setdefault("Cache-Control", "no-store")  # answers hold homes and codes
        return response


def content_security_policy(tile_url: str) -> str:
    """Everything from here, no inline script or style; map tiles from the one place the settings name."""
    tiles = urlsplit(tile_url)
    place = f" {tiles.scheme}://{tiles.netloc.replace('{s}', '*')}" if tiles.netloc else ""
    return (
        f"default-src 'self'; img-src 'self' data:{place}; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
