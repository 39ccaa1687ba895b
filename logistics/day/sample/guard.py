"""Production does not run on a database whose accounts have the published passwords of the sample day."""

from __future__ import annotations

from flask import Flask, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.accounts.models import Account
from logistics.config import Settings
from logistics.day.models import Day, DaySource
from logistics.day.sample.making import DEMO_LOGINS
from logistics.db import reading
from logistics.errors import N_, DomainError

ALWAYS_ANSWERED = frozenset({"observability.healthz", "observability.readyz", "observability.metrics"})
"""What machines ask: it holds nobody's data and must also tell of a database without tables."""


class DemoInProduction(DomainError):
    template = N_(
        "This database holds the sample day and its accounts, whose passwords are published; production does not run "
        "on it. Start with an empty database, or switch those accounts off."
    )
    code = "demo_in_production"
    status = 503


def register(app: Flask) -> None:
    """In production, refuse every request until the database is found to have no demo account that is switched on."""
    settings: Settings = app.config["SETTINGS"]
    if not settings.production:
        return
    sound = False

    @app.before_request
    def refuse_demo() -> None:
        nonlocal sound
        if sound or request.endpoint in ALWAYS_ANSWERED:
            return
        with reading() as session:
            if has_open_demo(session):
                raise DemoInProduction
        sound = True  # no sample day is made in production, so it stays so


def has_open_demo(session: Session) -> bool:
    """Whether the sample day is here with an account of its own that is switched on."""
    sample = select(Day.id).where(Day.source == DaySource.SAMPLE)
    names = [login.username for login in DEMO_LOGINS]
    found = select(Account.id).where(Account.username.in_(names), Account.active, sample.exists()).limit(1)
    return session.scalar(found) is not None
