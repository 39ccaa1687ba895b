"""Real processes for the tests: a Valkey of their own, relays and workers with short intervals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import update

from logistics.config import embedded_socket
from logistics.db import transaction
from logistics.outbox import Promise
from tests.conftest import REPO
from workers import valkey
from workers.processes import end_all
from workers.schedule import promise_periodic

RELAY = ("workers.relay", "--lease", "1", "--heartbeat-grace", "6")
WORKER_INTERVALS = ("--worker-ttl", "17", "--maintenance-interval", "1", "--job-monitoring-interval", "1")


LONGEST = ("tests/workers/test_run.py", "tests/workers/test_queue.py", "tests/workers/test_own_day.py")
SEARCH_S = 3
"""Seconds that a platform under test may search for routes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no process is left with them at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def wait_for(what: str, happened: Callable[[], bool], *, patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {patience_s:g} s"
        time.sleep(0.1)


@dataclass
class Machine:
    """Processes that a test starts by hand. `redis_url` is where they look for the queue."""

    database_url: str
    instance_dir: Path
    redis_url: str
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clients: list[Redis] = field(default_factory=list)

    def env(self, **more: str) -> dict[str, str]:
        own = {
            "DATABASE_URL": self.database_url,
            "INSTANCE_DIR": str(self.instance_dir),
            "REDIS_URL": self.redis_url,
            "PLATFORM_ENV": "test",
        }
        return {**os.environ, **own, **more}

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        with (self.instance_dir / "processes.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=REPO, env=self.env(**env), stdout=log, stderr=log
            )
        self.started.append(process)
        return process

    def start_relay(self) -> subprocess.Popen[bytes]:
        return self.start(*RELAY)

    def start_worker(self, queue: str = "default") -> subprocess.Popen[bytes]:
        return self.start("workers.worker", queue, *WORKER_INTERVALS)

    def start_valkey(self) -> subprocess.Popen[bytes]:
        valkey.clear_the_way(self.instance_dir)
        with (self.instance_dir / "valkey.log").open("ab") as log:
            process = subprocess.Popen(valkey.command(self.instance_dir), stdout=log, stderr=log)
        self.started.append(process)
        assert valkey.wait_until_ready(self.instance_dir, alive=psutil.Process(process.pid))
        return process

    def run_worker_until_empty(self, queue: str = "default") -> None:
        """A worker that runs what is in the queue and ends."""
        self.start("workers.worker", queue, "--burst").wait(timeout=60)

    @property
    def redis(self) -> Redis:
        if not self.clients:
            self.clients.append(Redis(unix_socket_path=str(embedded_socket(self.instance_dir))))
        return self.clients[0]

    def end(self) -> None:
        for client in self.clients:
            client.close()
        for process in self.started:
            end(process)

    def log(self) -> str:
        return (self.instance_dir / "processes.log").read_text(encoding="utf-8")


def kill(process: subprocess.Popen[bytes] | psutil.Process) -> None:
    """By SIGKILL, as the kernel does when memory is short."""
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)


def end(process: subprocess.Popen[bytes], *, patience_s: float = 1.0) -> None:
    """With all its descendants, whatever state it is in."""
    if process.poll() is None:
        end_all([psutil.Process(process.pid)], patience_s=patience_s)
    process.wait(timeout=10)


@pytest.fixture
def machine(app: Flask, tmp_path: Path) -> Iterator[Machine]:
    """A database of its own (`app`'s) and no process yet."""
    yield from _machine(app, tmp_path)


@pytest.fixture
def any_machine(any_app: Flask, tmp_path: Path) -> Iterator[Machine]:
    """The same, on each kind of database in turn."""
    yield from _machine(any_app, tmp_path)


def _machine(app: Flask, tmp_path: Path) -> Iterator[Machine]:
    _housekeeping_is_done()
    machine = Machine(
        database_url=app.config["SQLALCHEMY_DATABASE_URI"],
        instance_dir=tmp_path,
        redis_url=f"unix://{embedded_socket(tmp_path)}",
    )
    yield machine
    machine.end()


def _housekeeping_is_done() -> None:
    """So that the jobs of a test are its own."""
    now = datetime.now(UTC)
    promise_periodic(now)
    with transaction() as session:
        session.execute(update(Promise).values(done_at=now))


@dataclass
class Platform:
    """A supervisor on an instance folder of its own; what it says goes to a file."""

    instance_dir: Path
    port: int
    outside: dict[str, str] = field(default_factory=dict)

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        with (self.instance_dir.parent / "said.txt").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "workers.run", "--port", str(self.port), *options],
                cwd=REPO,
                env=self.env(),
                stdout=said,
                stderr=said,
            )

    def run_once(self, *options: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "workers.run", "--once", "--port", str(self.port), *options],
            cwd=REPO,
            env=self.env(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def env(self) -> dict[str, str]:
        of_the_developer = {"DATABASE_URL", "REDIS_URL", "PORT", "SECRET_KEY", "PLATFORM_ENV", "LC_MESSAGES", "LANG"}
        kept = {name: value for name, value in os.environ.items() if name not in of_the_developer}
        own = {"INSTANCE_DIR": str(self.instance_dir), "SOLVE_TIME_LIMIT_S": str(SEARCH_S), "LC_ALL": "C.UTF-8"}
        return {**kept, **own, **self.outside}

    def said(self) -> str:
        return (self.instance_dir.parent / "said.txt").read_text(encoding="utf-8")

    def children(self) -> dict[str, psutil.Process]:
        """The recorded children by what they are."""
        record = json.loads((self.instance_dir / "supervisor.json").read_text(encoding="utf-8"))
        return {_kind(child["command"]): psutil.Process(child["pid"]) for child in record["children"]}


def _kind(command: list[str]) -> str:
    words = ("valkey-server", "gunicorn", "workers.relay", "default", "solver", "messages")
    return next(word for word in words if any(part.endswith(word) for part in command))


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Platform(instance_dir=tmp_path / "instance", port=port)


@contextmanager
def running(platform: Platform, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    supervisor = platform.start(*options)
    try:
        yield supervisor
    finally:
        end(supervisor, patience_s=10)
