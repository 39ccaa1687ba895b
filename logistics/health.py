"""Three addresses for machines: is the process alive, may it get traffic, what does it count."""

from __future__ import annotations

from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.exc import SQLAlchemyError

from logistics import metrics
from logistics.config import Settings
from logistics.db import reading

REDIS_PATIENCE_S = 0.3
"""A probe that waits longer than this for a doorbell is itself the problem."""

health = Blueprint("observability", __name__)


@health.get("/healthz")
def healthz() -> tuple[dict[str, str], int]:
    return {"status": "ok"}, 200


@health.get("/readyz")
def readyz() -> tuple[dict[str, str], int]:
    """Ready when the database answers and its schema is this code's. Redis is told but not needed: orders wait in the
    tables."""
    checks = {"database": _database(), "redis": "ok" if redis_answers() else "down"}
    ready = checks["database"] == "ok"
    return {"status": "ready" if ready else "not ready", **checks}, 200 if ready else 503


@health.get("/metrics", endpoint="metrics")
def show_metrics() -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    return Response(metrics.scrape(redis_connection(settings)), mimetype="text/plain; version=0.0.4; charset=utf-8")


def redis_connection(settings: Settings) -> Any:
    """A Redis client that gives up quickly. It connects with its first command."""
    return Redis.from_url(
        settings.redis_url,
        socket_connect_timeout=REDIS_PATIENCE_S,
        socket_timeout=REDIS_PATIENCE_S,
        retry=Retry(NoBackoff(), 0),
    )


def redis_answers() -> bool:
    with redis_connection(current_app.config["SETTINGS"]) as connection:
        try:
            return bool(connection.ping())
        except RedisError:
            return False


def _database() -> str:
    wanted = ScriptDirectory(f"{current_app.root_path}/migrations").get_current_head()
    try:
        with reading() as session:
            found = MigrationContext.configure(session.connection()).get_current_revision()
    except SQLAlchemyError:
        return "down"
    return "ok" if found == wanted else f"schema is at {found}, this code needs {wanted}: run flask db upgrade"
