"""Process ids that mean what they say, and children bound to their parents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.conftest import REPO
from tests.workers.conftest import end, kill, wait_for
from workers import valkey
from workers.family import Child, Crash, Family, last_lines
from workers.processes import Identity
from workers.supervisor import CannotStart, Footing, require_free_port

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(SLEEP)
    yield process
    end(process)


def test_an_identity_finds_its_process(sleeper: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(sleeper.pid, SLEEP)

    assert identity is not None
    found = identity.process()
    assert found is not None
    assert found.pid == sleeper.pid


def test_a_number_used_again_by_another_process_is_not_taken_for_ours(sleeper: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(sleeper.pid, SLEEP)
    assert identity is not None

    assert replace(identity, started_at=identity.started_at - 3).process() is None
    assert replace(identity, command=(sys.executable, "-m", "workers.relay")).process() is None


def test_nobody_has_the_number_of_a_process_that_ended(sleeper: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(sleeper.pid, SLEEP)
    assert identity is not None
    kill(sleeper)

    assert identity.process() is None


def test_a_successor_ends_what_a_killed_supervisor_left(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(sleeper.pid, SLEEP)
    assert identity is not None
    Footing(tmp_path).write_down([identity], address="http://127.0.0.1:8000")

    ended = Footing(tmp_path).end_what_was_left()

    assert ended == [sleeper.pid]
    assert sleeper.wait(timeout=5) is not None


def test_a_stranger_who_got_the_number_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    identity = Identity.of(sleeper.pid, SLEEP)
    assert identity is not None
    Footing(tmp_path).write_down([replace(identity, started_at=1.0)], address="http://127.0.0.1:8000")

    assert Footing(tmp_path).end_what_was_left() == []
    assert sleeper.poll() is None


def test_a_garbled_record_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "supervisor.json").write_text("{", encoding="utf-8")

    assert Footing(tmp_path).end_what_was_left() == []


def test_one_folder_has_one_supervisor(tmp_path: Path) -> None:
    first = Footing(tmp_path)
    first.take()

    with pytest.raises(CannotStart, match="already running"):
        Footing(tmp_path).take()

    first.leave()
    second = Footing(tmp_path)
    second.take()
    second.leave()


def test_a_host_that_is_no_address_is_named() -> None:
    with pytest.raises(CannotStart, match="no-such-host"):
        require_free_port("no-such-host.invalid", 8000)


def test_a_child_that_dies_is_reported_with_its_signal_and_started_again(tmp_path: Path) -> None:
    family = Family(tmp_path)
    child = Child(name="sleeper", command=SLEEP, env=os.environ)
    family.start(child)
    assert child.process is not None
    first = child.process.pid
    os.kill(first, 9)
    crashes: list[Crash] = []

    def started_again() -> bool:
        crashes.extend(family.watch())
        return child.process is not None and child.process.pid != first

    wait_for("a new one", started_again)

    family.stop()
    assert [(crash.name, crash.status) for crash in crashes] == [("sleeper", -9)]
    assert child.process is None


def test_a_child_that_cannot_live_waits_longer_each_time(tmp_path: Path) -> None:
    family = Family(tmp_path)
    family.start(Child(name="broken", command=[sys.executable, "-c", "raise SystemExit('no way')"], env=os.environ))
    waits: list[float] = []

    def crashed_three_times() -> bool:
        waits.extend(crash.again_in_s for crash in family.watch())
        return len(waits) >= 3

    wait_for("three crashes", crashed_three_times)

    family.stop()
    assert waits == [0.25, 0.5, 1.0]
    assert "no way" in last_lines(family.log_of("broken"))


def test_grandchildren_die_with_the_one_between(tmp_path: Path) -> None:
    between = (
        "import os, subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-m', 'workers.child', str(os.getpid()), 'SIGKILL', *sys.argv[1:]]);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    middle = subprocess.Popen([sys.executable, "-c", between, *SLEEP], cwd=REPO, stdout=subprocess.PIPE)
    with middle.stdout:
        grandchild = psutil.Process(int(middle.stdout.readline()))

    kill(middle)

    wait_for("the grandchild gone", lambda: not psutil.pid_exists(grandchild.pid) or _is_zombie(grandchild))


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_an_orphaned_valkey_is_ended_and_its_socket_is_free_again(tmp_path: Path) -> None:
    orphan = subprocess.Popen(valkey.command(tmp_path), stdout=subprocess.DEVNULL)
    assert valkey.wait_until_ready(tmp_path, alive=psutil.Process(orphan.pid))

    valkey.clear_the_way(tmp_path)

    assert orphan.wait(timeout=5) is not None
    assert not (tmp_path / "valkey.sock").exists()


def test_a_queue_started_over_unreadable_data_is_asked_to_end_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    broken = tmp_path / "valkey" / "appendonlydir"
    broken.mkdir(parents=True)
    (broken / "appendonly.aof.manifest").write_text("no manifest at all\n")
    supervisor = (
        "import time; from logistics.config import Settings; from workers.services import Services;"
        "from workers.supervisor import Footing; settings = Settings.from_env();"
        "Services(settings, Footing(settings.instance_dir), tell=print).start_queue(); time.sleep(60)"
    )
    env = {**os.environ, "INSTANCE_DIR": str(tmp_path), "REDIS_URL": "", "PLATFORM_ENV": "test"}
    process = subprocess.Popen([sys.executable, "-c", supervisor], cwd=REPO, env=env)
    client = valkey.connection(tmp_path)
    try:
        wait_for("the second start", lambda: (tmp_path / "valkey.broken").exists() and answers(client))

        kill(process)

        log = tmp_path / "logs" / "valkey.log"
        wait_for("the end asked for", lambda: "Received SIGTERM" in log.read_text(encoding="utf-8"))
    finally:
        client.close()
        end(process)
        valkey.clear_the_way(tmp_path)


def answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def test_a_socket_that_nobody_serves_is_removed(tmp_path: Path) -> None:
    (tmp_path / "valkey.sock").touch()

    valkey.clear_the_way(tmp_path)

    assert not (tmp_path / "valkey.sock").exists()


def test_valkey_runs_in_a_folder_whose_path_is_longer_than_a_socket_may_be(tmp_path: Path) -> None:
    deep = tmp_path / ("很深的文件夹 " * 8)
    server = subprocess.Popen(valkey.command(deep), stdout=subprocess.DEVNULL)
    try:
        assert valkey.wait_until_ready(deep, alive=psutil.Process(server.pid))
    finally:
        kill(server)
        valkey.clear_the_way(deep)
