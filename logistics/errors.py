"""Errors a user can cause, and the one shape in which they are told (RFC 9457 problem details).

Errors live beside the rule that raises them and subclass one of the four bases here. They carry data and an English
template; the edge translates the template and fills the data in, so a rule knows neither HTTP nor a language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar


def N_(message: str) -> str:
    """Mark `message` for translation without translating it here."""
    return message


class DomainError(Exception):
    """Base of every error a user can cause.

    `template` is English with `%(name)s` places, `code` a stable word for machines, `data` what fills the places: enum
    members, moments and lists as they are. `words` names the table of labels for data that are plain texts.
    """

    template: ClassVar[str] = N_("The request cannot be carried out.")
    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    words: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **data: Any) -> None:
        self.data: Mapping[str, Any] = data
        super().__init__(self.template % {name: _written(value) for name, value in data.items()})


def _written(value: object) -> object:
    """A fact as logs have it: English, UTC."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else value


class Invalid(DomainError):
    """The input breaks a rule whatever the state of the platform."""

    code = "invalid"
    status = 422


class NotFound(DomainError):
    """No such thing, or the caller may not know that it exists."""

    template = N_("No %(kind)s %(key)s.")
    code = "not_found"
    status = 404
    words: ClassVar[Mapping[str, str]] = {"kind": "entity"}


class Conflict(DomainError):
    """The input is sound but the state of the platform refuses it."""

    code = "conflict"
    status = 409


class Forbidden(DomainError):
    """The caller is known and may not do this."""

    template = N_("Your role may not do this.")
    code = "forbidden"
    status = 403


class BadTransition(Conflict):
    """An entity cannot go from the state it is in to the one asked for."""

    template = N_("%(entity)s %(key)s is %(state)s and cannot become %(wanted)s.")
    code = "bad_transition"
    words: ClassVar[Mapping[str, str]] = {"entity": "entity", "wanted": "entity_state"}
