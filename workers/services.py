"""The platform's processes on one machine: which there are, in what order they start, and when it is hopeless."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from logistics.config import Settings
from logistics.outbox import Queue
from workers import valkey
from workers.bell import empty_queues
from workers.claim import queue_is_embedded, require_free_claim
from workers.family import Child, Crash, Family, fresh_logs, last_lines
from workers.supervisor import Footing

ROOT = Path(__file__).resolve().parents[1]
HOPELESS_AFTER = 6
"""Crashes in a row, none of them after half a minute of life: eight seconds of trying."""


class ChildFails(Exception):
    """A process dies again and again; the message has the end of its log."""


class Services:
    """Everything the supervisor starts, watches and ends. `tell` gets a line for the user when something dies."""

    def __init__(self, settings: Settings, footing: Footing, *, tell: Callable[[str], None]) -> None:
        self._settings = settings
        self._footing = footing
        self._tell = tell
        self._family = Family(settings.instance_dir / "logs")
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.queue_is_ours = queue_is_embedded()

    def start_queue(self) -> None:
        """Start the embedded Valkey with empty queues; nothing where REDIS_URL names another.

        Raises:
            CannotStart: another queue rings for the same database.
            ValkeyTrouble: it does not come up.
        """
        fresh_logs(self._family.logs)
        if not self.queue_is_ours:
            return
        require_free_claim(self._settings)
        instance_dir = self._settings.instance_dir
        valkey.clear_the_way(instance_dir)
        if not self._start_valkey():
            self._family.stop()
            broken = valkey.set_data_aside(instance_dir)
            self._tell(f"the queue's data could not be read; it is now in {broken}, and the tables ring again")
            self._family.children.clear()
            if not self._start_valkey():
                raise valkey.ValkeyTrouble(f"Valkey does not start:\n{last_lines(self._family.log_of('valkey'))}")
        with valkey.connection(instance_dir) as connection:
            empty_queues(connection)

    def start_the_rest(self) -> None:
        """Start the web server, the relay and one worker per queue."""
        counts = self._settings.instance_dir / "metrics"
        shutil.rmtree(counts, ignore_errors=True)
        counts.mkdir()
        python = [sys.executable, "-m"]
        web = [*python, "gunicorn", "--config", "python:workers.web", "wsgi:app"]
        self._start("web", web, PROMETHEUS_MULTIPROC_DIR=str(counts))
        self._start("relay", [*python, "workers.relay"])
        for queue in Queue:
            self._start(f"worker-{queue.value}", [*python, "workers.worker", queue.value])

    def look(self, *, give_up: bool = False) -> None:
        """See to the processes once; call it a few times a second.

        Raises:
            ChildFails: one of them keeps dying and `give_up` is set.
        """
        for crash in self._family.watch():
            self._tell(_told(crash))
            if give_up and crash.crashes >= HOPELESS_AFTER:
                raise ChildFails(f"{crash.name} keeps dying; the end of {crash.log}:\n{last_lines(crash.log)}")
        self._write_down()

    def stop(self) -> None:
        self._family.stop()

    def _start_valkey(self) -> bool:
        """Whether it answers. Asked to end, and not killed, when the supervisor dies: it writes its file first."""
        command = valkey.command(self._settings.instance_dir)
        server = self._start("valkey", command, death_signal=signal.SIGTERM, outlives_others=True)
        return valkey.wait_until_ready(self._settings.instance_dir, alive=_process(server))

    def _start(
        self,
        name: str,
        command: list[str],
        *,
        death_signal: signal.Signals = signal.SIGKILL,
        outlives_others: bool = False,
        **env: str,
    ) -> Child:
        child = Child(
            name=name,
            command=command,
            env={**self._env, **env},
            death_signal=death_signal,
            outlives_others=outlives_others,
        )
        self._family.start(child)
        self._write_down()
        return child

    def _write_down(self) -> None:
        address = f"http://{self._settings.host}:{self._settings.port}"
        self._footing.write_down(self._family.identities(), address=address)


def _process(child: Child) -> psutil.Process:
    assert child.process is not None
    return psutil.Process(child.process.pid)


def _told(crash: Crash) -> str:
    how = f"was killed by {signal.Signals(-crash.status).name}" if crash.status < 0 else f"ended ({crash.status})"
    again = f"starts again in {crash.again_in_s:.1f} s"
    return f"{time.strftime('%H:%M:%S')} {crash.name} {how}; {again}; log: {crash.log}"
