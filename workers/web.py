"""gunicorn's settings: `python -m gunicorn --config python:workers.web wsgi:app`."""

from __future__ import annotations

import logging
import os
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from logistics.config import Settings
from logistics.observability import configure_logging
from workers.processes import die_with_parent

_settings = Settings.from_env()

bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
workers = _settings.web_workers
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 2
preload_app = True
"""The platform is loaded once and forked; `create_app` opens nothing that a fork would share."""
accesslog = None
"""Its lines hold query strings and addresses; the application logs each request without them."""
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  a heartbeat file must not wait for a disk


def on_starting(_server: Any) -> None:
    configure_logging(_settings)
    errors = logging.getLogger("gunicorn.error")
    errors.handlers.clear()
    errors.propagate = True


def post_fork(server: Any, _worker: Any) -> None:
    die_with_parent(server.pid)


def child_exit(_server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
