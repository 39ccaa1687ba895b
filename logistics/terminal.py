"""How commands speak: in the terminal's language, and of what goes wrong in one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
import flask_babel
from sqlalchemy.exc import OperationalError, ProgrammingError

from logistics import telling
from logistics.errors import N_, DomainError
from logistics.labels import label

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
MISSING_TABLE = {"42P01", "42703"}
"""What PostgreSQL calls an unknown table and an unknown column."""

NO_SCHEMA = N_("The database has no tables, or an older release's: run “flask db upgrade” first.")
NO_ANSWER = N_("The database does not answer (DATABASE_URL): %(why)s")


class Command(click.Command):
    """A command of `flask` whose failures are sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(told(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(_of_database(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def language(env: Mapping[str, str] | None = None) -> str:
    """`en` where the environment (default: the process's) asks for English, else `zh`."""
    env = os.environ if env is None else env
    wanted = next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "")
    return "en" if wanted.lower().startswith("en") else "zh"


def told(error: DomainError) -> str:
    """What is wrong, in the terminal's language."""
    with _spoken():
        return telling.told(error)


def said(message: str) -> str:
    """`message`, which is marked for translation, in the terminal's language."""
    with _spoken():
        return str(flask_babel.gettext(message))


def named(value: object, group: str) -> str:
    """The word for `value` of the enum `group`, in the terminal's language."""
    with _spoken():
        return label(value, group)


@contextmanager
def _spoken() -> Iterator[None]:
    with flask_babel.force_locale(LOCALES[language()]):
        yield


def _of_database(error: OperationalError | ProgrammingError) -> str:
    why = str(error.orig)
    if why.startswith(("no such table", "no such column")) or getattr(error.orig, "sqlstate", None) in MISSING_TABLE:
        return said(NO_SCHEMA)
    return said(NO_ANSWER) % {"why": why.partition("\n")[0]}
