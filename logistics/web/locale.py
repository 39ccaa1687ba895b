"""Which language a page speaks: what the address asks for, else what the browser remembers, else Chinese."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, has_request_context, request

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
"""What `?lang=` and the cookie may say, and the locale it stands for. The first is the default."""

HTML_LANGUAGES = {"zh": "zh-Hans-CN", "en": "en"}
COOKIE = "lang"
COOKIE_AGE_S = 365 * 24 * 3600


def language() -> str:
    """`zh` or `en`."""
    if not has_request_context():
        return "zh"
    for word in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if word in LOCALES:
            return str(word)
    return "zh"


def locale() -> str:
    return LOCALES[language()]


def in_language(wanted: str) -> str:
    """The address of this page in the other language; a form's answer leads back to the start instead."""
    args = {**request.args.to_dict(), "lang": wanted}
    path = request.path if request.method == "GET" else "/"
    return f"{path}?{urlencode(args)}"


def remember(response: Response) -> Response:
    """Keep a language asked for by `?lang=` in a cookie, so that the next page speaks it too."""
    asked = request.args.get("lang")
    if asked in LOCALES and request.cookies.get(COOKIE) != asked:
        response.set_cookie(
            COOKIE, asked, max_age=COOKIE_AGE_S, samesite="Lax", secure=request.is_secure, httponly=True
        )
    return response
