"""The supervisor's children: started, watched, started again when they die, ended in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workers.processes import Identity

LOG_BYTES_MAX = 5_000_000
HEALTHY_AFTER_S = 30.0
"""A child that lived this long has recovered: its next crash is a first one."""
BACKOFF_MAX_S = 15.0
PATIENCE_S = 3.0
"""How long children may take to end when asked; a job cut short is rung again at the next start."""


@dataclass(slots=True, kw_only=True)
class Child:
    """One process to keep alive. `outlives_others`: the others need it while they end."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    death_signal: signal.Signals = signal.SIGKILL
    outlives_others: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    start_again_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A child that died unasked. `status` as in `subprocess`: negative is a signal. `again_in_s` until its restart."""

    name: str
    status: int
    crashes: int
    again_in_s: float
    log: Path


@dataclass(slots=True)
class Family:
    """Children in the order in which they were started.

    Each runs in a session of its own, so that Ctrl-C reaches the supervisor alone, and writes to `logs/NAME.log`.
    """

    logs: Path
    children: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        self.children.append(child)
        self._spawn(child)

    def watch(self) -> list[Crash]:
        """Look once at every child: report those that died since, and start those whose wait is over."""
        crashes = []
        for child in self.children:
            if child.process is None:
                if child.start_again_at is not None and time.monotonic() >= child.start_again_at:
                    self._spawn(child)
            elif child.process.poll() is not None:
                crashes.append(self._note_crash(child, child.process.returncode))
        return crashes

    def stop(self) -> None:
        """End everyone: all but the server the others need are asked together, and killed when their patience is
        over; then that server."""
        for servers in (False, True):
            leaving = [child for child in reversed(self.children) if child.outlives_others is servers]
            for child in leaving:
                child.start_again_at = None
                if child.process is not None:
                    child.process.terminate()
            deadline = time.monotonic() + PATIENCE_S
            for child in leaving:
                if child.process is not None:
                    _wait_or_kill(child.process, deadline)
                    child.process = None

    def identities(self) -> list[Identity]:
        """Who the living children are, for the successor that must tell them from strangers."""
        found = (Identity.of(child.process.pid, child.command) for child in self.children if child.process is not None)
        return [identity for identity in found if identity is not None]

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _spawn(self, child: Child) -> None:
        bound = [sys.executable, "-m", "workers.child", str(os.getpid()), child.death_signal.name, *child.command]
        with self.log_of(child.name).open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603  our own command lines
                bound, env=dict(child.env), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        child.started, child.start_again_at = time.monotonic(), None

    def _note_crash(self, child: Child, status: int) -> Crash:
        child.crashes = 1 if time.monotonic() - child.started > HEALTHY_AFTER_S else child.crashes + 1
        again_in_s = min(0.25 * 2 ** (child.crashes - 1), BACKOFF_MAX_S)
        child.process, child.start_again_at = None, time.monotonic() + again_in_s
        log = self.log_of(child.name)
        return Crash(name=child.name, status=status, crashes=child.crashes, again_in_s=again_in_s, log=log)


def fresh_logs(folder: Path) -> None:
    """Make the folder of logs, and begin a new file where the old one has grown large."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        if log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for the terminal."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def _wait_or_kill(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(timeout=max(deadline - time.monotonic(), 0.05))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
