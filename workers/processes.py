"""Processes that die with their parent, and the proof that a process id still means the process we started.

The kernel's parent-death signal (Linux) ends a child the moment its parent is gone, even by kill -9. It is bound to
one parent and lost over a fork, so every generation asks for it: children, queue horses, web workers. Elsewhere a
thread looks once a second whether the parent is still the same.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

PR_SET_PDEATHSIG = 1
START_TIME_SLACK_S = 2.0
"""The kernel counts start times from boot, so a clock that is being set moves them a little."""


def die_with_parent(parent_pid: int, death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Make this process end when `parent_pid` does; at once if it is gone already.

    Called by the main thread of the child. The kernel watches the parent's *thread* that forked, so parents fork from
    their main thread.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    else:
        watch = threading.Thread(target=_watch_parent, args=(parent_pid, death_signal), daemon=True)
        watch.start()
    if os.getppid() != parent_pid:  # it died between the fork and here
        os._exit(1)


def _watch_parent(parent_pid: int, death_signal: signal.Signals) -> None:
    while os.getppid() == parent_pid:
        time.sleep(1.0)
    os.kill(os.getpid(), death_signal)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A process that a number alone cannot name, because numbers are used again. `started_at` in epoch seconds."""

    pid: int
    started_at: float
    command: tuple[str, ...]

    @classmethod
    def of(cls, pid: int, command: Iterable[str]) -> Identity | None:
        """The process `pid`, which runs or is about to run `command`; None when there is none."""
        try:
            return cls(pid=pid, started_at=psutil.Process(pid).create_time(), command=tuple(command))
        except psutil.Error:
            return None

    def process(self) -> psutil.Process | None:
        """The living process, if the number still means the one this names."""
        try:
            found = psutil.Process(self.pid)
            same_start = abs(found.create_time() - self.started_at) <= START_TIME_SLACK_S
            arguments = found.cmdline()[-len(self.command) :]  # the wrapper `workers.child` has them at its end
            return found if same_start and arguments[1:] == list(self.command[1:]) else None
        except psutil.Error:
            return None


def end_all(processes: Iterable[psutil.Process], *, patience_s: float = 3.0) -> list[int]:
    """End the processes and their descendants: asked first, then killed. Returns the ids of those that were there."""
    everyone: list[psutil.Process] = []
    for process in processes:
        try:
            everyone += [*process.children(recursive=True), process]
        except psutil.NoSuchProcess:
            continue
    for step in (psutil.Process.terminate, psutil.Process.kill):
        for process in everyone:
            try:
                step(process)
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(everyone, timeout=patience_s)
        if not alive:
            break
    return [process.pid for process in everyone]
