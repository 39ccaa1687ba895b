"""The supervisor as a user meets it: started, killed, started again, stopped."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from tests.workers.conftest import Machine, Platform, running, wait_for
from workers.supervisor import Footing


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
    assert "http://" not in said  # nobody is there to answer any more
    assert "Ctrl-C" not in said
    assert manifests_of_couriers(platform) == [("courier", 1), ("courier2", 1)]


def manifests_of_couriers(platform: Platform) -> list[tuple[str, int]]:
    given = "SELECT username, COUNT(*) FROM manifests JOIN accounts ON accounts.id = courier_id GROUP BY 1 ORDER BY 1"
    with closing(sqlite3.connect(platform.instance_dir / "platform.db")) as database:
        return database.execute(given).fetchall()


def test_what_dies_is_started_again_and_sigterm_ends_all_within_seconds(platform: Platform) -> None:
    with running(platform) as supervisor:
        wait_for("the summary", lambda: "Ctrl-C" in platform.said(), patience_s=90)
        for kind in ("valkey-server", "gunicorn", "workers.relay", "default", "solver", "messages"):
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


@pytest.mark.parametrize(
    ("locale", "told"), [("C.UTF-8", "无法导入"), ("en_US.UTF-8", "cannot be imported")], ids=["chinese", "english"]
)
def test_a_bad_day_folder_is_told_in_the_terminals_language_and_nothing_is_run(
    platform: Platform, tmp_path: Path, locale: str, told: str
) -> None:
    platform.outside = {"LC_ALL": locale}
    (tmp_path / "day").mkdir()

    code, said = platform.run_once("--day", str(tmp_path / "day"))

    assert code == 1
    assert told in said
    assert "orders" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("out", "why"),
    [("file", "this is not a folder"), ("file/below", "results cannot be written there: not a directory")],
)
def test_results_that_cannot_be_written_are_told_before_anything_starts(
    platform: Platform, tmp_path: Path, out: str, why: str
) -> None:
    (tmp_path / "file").write_text("")

    code, said = platform.run_once("--out", str(tmp_path / out))

    assert code == 2
    assert said.startswith(f"OUT={tmp_path / out}: ")
    assert said.strip().endswith(why)
    assert not platform.instance_dir.exists()


def test_a_bad_setting_is_told_before_anything_starts(platform: Platform) -> None:
    platform.port = 99_999

    code, said = platform.run_once()

    assert code == 2
    assert said.strip() == "PORT is '99999'; it must be a whole number from 1 to 65535"
