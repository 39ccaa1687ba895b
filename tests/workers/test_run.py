"""The supervisor as a user meets it: started, killed, started again, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from tests.conftest import REPO
from tests.workers.conftest import Machine, end, wait_for
from workers.supervisor import Footing

SEARCH_S = 3


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
        of_the_developer = {"DATABASE_URL", "REDIS_URL", "PORT", "SECRET_KEY", "PLATFORM_ENV"}
        kept = {name: value for name, value in os.environ.items() if name not in of_the_developer}
        own = {"INSTANCE_DIR": str(self.instance_dir), "SOLVE_TIME_LIMIT_S": str(SEARCH_S)}
        return {**kept, **own, **self.outside}

    def said(self) -> str:
        return (self.instance_dir.parent / "said.txt").read_text(encoding="utf-8")

    def children(self) -> dict[str, psutil.Process]:
        """The recorded children by what they are."""
        record = json.loads((self.instance_dir / "supervisor.json").read_text(encoding="utf-8"))
        return {_kind(child["command"]): psutil.Process(child["pid"]) for child in record["children"]}


def _kind(command: list[str]) -> str:
    words = ("valkey-server", "gunicorn", "workers.relay", "default", "solver")
    return next(word for word in words if any(part.endswith(word) for part in command))


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Platform(instance_dir=tmp_path / "instance", port=port)


@pytest.fixture
def empty_postgres(postgres_server: sa.URL) -> Iterator[str]:
    """A database without a table."""
    name = "run_from_nothing"
    with _on_server(postgres_server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield postgres_server.set(database=name).render_as_string(hide_password=False)
    with _on_server(postgres_server) as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _on_server(server: sa.URL) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def running(platform: Platform, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    supervisor = platform.start(*options)
    try:
        yield supervisor
    finally:
        end(supervisor, patience_s=10)


def gone(processes: list[psutil.Process]) -> bool:
    return not [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def test_after_kill_9_in_the_middle_of_a_plan_no_process_is_left_and_the_next_start_finishes(
    platform: Platform,
) -> None:
    with running(platform, "--once") as supervisor:
        wait_for("the plan being made", lambda: "15%" in platform.said(), patience_s=60)
        wait_for(
            "all at work", lambda: len(psutil.Process(supervisor.pid).children(recursive=True)) >= 8
        )  # 5, 2 web workers, 1 job
        family = psutil.Process(supervisor.pid).children(recursive=True)

        os.kill(supervisor.pid, signal.SIGKILL)
        supervisor.wait(timeout=5)

        wait_for("everybody gone", lambda: gone(family), patience_s=5)

    code, said = platform.run_once()
    assert code == 0, said
    assert "100%" in said
    assert "0%  截单" not in said  # it goes on where it stood
    assert "订单 orders         900" in said

    code, said = platform.run_once()
    assert code == 0, said
    assert "已运行过 run before (1)" in said
    assert "resident-demo-2020" in said


def test_what_dies_is_started_again_and_sigterm_ends_all_within_seconds(platform: Platform) -> None:
    with running(platform) as supervisor:
        wait_for("the summary", lambda: "Ctrl-C" in platform.said(), patience_s=90)
        for kind in ("valkey-server", "gunicorn", "workers.relay", "default", "solver"):
            before = platform.children()[kind]
            os.kill(before.pid, signal.SIGKILL)
            wait_for(f"{kind} again", lambda kind=kind, before=before: _another(platform, kind, before))
        family = psutil.Process(supervisor.pid).children(recursive=True)

        began = time.monotonic()
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(timeout=15) == 0

        assert time.monotonic() - began < 10
        assert gone(family)
        assert not (platform.instance_dir / "supervisor.json").exists()
        assert not (platform.instance_dir / "valkey.sock").exists()


def _another(platform: Platform, kind: str, before: psutil.Process) -> bool:
    found = platform.children().get(kind)
    return found is not None and found.pid != before.pid


@pytest.mark.postgres
def test_postgresql_and_an_outside_redis_are_two_settings_and_nothing_else(
    platform: Platform, empty_postgres: str, machine: Machine
) -> None:
    machine.start_valkey()
    platform.outside = {"DATABASE_URL": empty_postgres, "REDIS_URL": machine.redis_url}

    code, said = platform.run_once()

    assert code == 0, said
    assert "订单 orders         900" in said
    assert machine.redis.ping()  # it is not ours to end
    assert not list(platform.instance_dir.glob("*.db"))
    assert not list(platform.instance_dir.glob("valkey*"))


def test_a_port_in_use_is_named_and_another_proposed(platform: Platform) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", platform.port))
        taken.listen(1)

        code, said = platform.run_once()

    assert code == 2
    assert f"port {platform.port} on 127.0.0.1 cannot be used: address already in use" in said
    assert f"make run PORT={platform.port + 1}" in said


def test_a_second_supervisor_of_one_folder_is_refused(platform: Platform) -> None:
    first = Footing(platform.instance_dir)
    first.take()
    first.write_down([], address=f"http://127.0.0.1:{platform.port}")

    code, said = platform.run_once()

    first.leave()
    assert code == 2
    assert f"the platform is already running on {platform.instance_dir}" in said
    assert f"http://127.0.0.1:{platform.port}" in said


def test_a_bad_day_folder_is_told_and_nothing_is_run(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()

    code, said = platform.run_once("--day", str(tmp_path / "day"))

    assert code == 1
    assert "cannot be imported" in said
    assert "orders" in said
    assert "Traceback" not in said


def test_a_bad_setting_is_told_before_anything_starts(platform: Platform) -> None:
    platform.port = 99_999

    code, said = platform.run_once()

    assert code == 2
    assert said.strip() == "PORT is '99999'; it must be a whole number from 1 to 65535"
