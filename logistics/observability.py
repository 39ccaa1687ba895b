"""What the platform says about itself: structured logs, health, metrics.

Logs carry a request or job id, the endpoint and numbers; never query strings, bodies, names or addresses. Metrics of
requests are counted in the web processes; those of the business are read from the tables at each scrape, so they are
right whatever has restarted.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import DBAPIError
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from logistics.config import Settings
from logistics.health import health
from logistics.metrics import REQUEST_SECONDS, REQUESTS

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = frozenset({"observability.healthz", "observability.readyz", "observability.metrics", "static"})
"""Endpoints asked every few seconds by machines: counted, not logged."""


def register(app: Flask) -> None:
    """Give every request an id, a log line and a place in the metrics; add /healthz, /readyz and /metrics."""
    structlog.configure(
        processors=[*_ENRICH, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    app.before_request(_begin)
    app.after_request(_answer)
    app.register_blueprint(health)


def configure_logging(settings: Settings) -> None:
    """Send every log line of this process to standard error, one shape for ours and the libraries'.

    Called by the entry points of processes, not by `create_app`: a library or a test keeps its own logging.
    """
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    last = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[last, renderer], foreign_pre_chain=_ENRICH))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in ("alembic", "sqlalchemy"):  # one line per migration and per statement are for debugging
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def get_logger(name: str) -> Any:
    return structlog.get_logger(name)


@contextmanager
def bound_job(job: str, promise_id: int) -> Iterator[None]:
    """Put the job's name and id into every log line of the block."""
    with structlog.contextvars.bound_contextvars(job=job, job_id=promise_id):
        yield


def error_line(error: BaseException) -> str:
    """One line on what went wrong. The values a database repeats in its errors are left out: they may be personal."""
    if isinstance(error, DBAPIError):
        return f"{type(error).__name__}: {str(error.orig).splitlines()[0]}"
    return f"{type(error).__name__}: {error}"


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.request_began = perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _answer(response: Response) -> Response:
    if "request_id" not in g:
        return response
    seconds = perf_counter() - g.request_began
    endpoint = request.endpoint or "unknown"
    response.headers["X-Request-ID"] = g.request_id
    REQUESTS.labels(endpoint, request.method, response.status_code).inc()
    REQUEST_SECONDS.labels(endpoint).observe(seconds)
    if endpoint not in QUIET:
        get_logger("web").info(
            "request", endpoint=endpoint, method=request.method, status=response.status_code, ms=round(seconds * 1000)
        )
    return response


def _without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> MutableMapping[str, Any]:
    """Write exceptions out, minus what PostgreSQL and SQLAlchemy quote of the rows."""
    exc_info: ExcInfo | bool | BaseException | None = event.get("exc_info")
    event = structlog.processors.format_exc_info(_logger, _method, event)
    if exc_info and "exception" in event:
        event["exception"] = _QUOTED_VALUES.sub(r"\1 …", event["exception"])
    return event


_QUOTED_VALUES = re.compile(r"^(DETAIL:|\[parameters:|\[SQL:|CONTEXT:).*$", re.MULTILINE)

_ENRICH: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _without_values,
]
