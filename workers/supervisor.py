"""The supervisor's own footing: one per instance folder, on a free port, after whatever its predecessor left.

A killed predecessor's children die with it; its record tells their successor which processes to look for where that
did not work, and the database tells what was being done.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from workers.processes import Identity, end_all


class CannotStart(Exception):
    """The platform cannot be started here and now; the message tells the user what to do."""


class Footing:
    """The instance folder as held by one supervisor."""

    def __init__(self, instance_dir: Path) -> None:
        self.instance_dir = instance_dir
        self._record = instance_dir / "supervisor.json"
        self._lock = FileLock(instance_dir / "supervisor.lock")

    def take(self) -> None:
        """Hold the folder until `leave`, or until this process ends in whatever way.

        Raises:
            CannotStart: another supervisor holds it, or the folder cannot be written.
        """
        try:
            self.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise CannotStart(self._who_holds_it()) from None
        except OSError as refusal:
            raise CannotStart(f"{self.instance_dir} cannot be used: {refusal.strerror}") from None

    def leave(self) -> None:
        self._record.unlink(missing_ok=True)
        self._lock.release()

    def end_what_was_left(self) -> list[int]:
        """End processes of a killed predecessor that are still there. Returns their ids."""
        left = [identity.process() for identity in self._recorded()]
        ended = end_all([process for process in left if process is not None])
        self._record.unlink(missing_ok=True)
        return ended

    def write_down(self, children: Sequence[Identity], *, address: str) -> None:
        """Record the living children, for a successor."""
        record = {"pid": os.getpid(), "address": address, "children": [asdict(child) for child in children]}
        draft = self._record.with_suffix(".new")
        draft.write_text(json.dumps(record), encoding="utf-8")
        draft.replace(self._record)

    def _recorded(self) -> list[Identity]:
        return [
            Identity(pid=child["pid"], started_at=child["started_at"], command=tuple(child["command"]))
            for child in self._read().get("children", [])
        ]

    def _read(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
            return record
        except (OSError, ValueError):
            return {}

    def _who_holds_it(self) -> str:
        record = self._read()
        who = f"process {record['pid']}, {record['address']}" if "address" in record else "it has just started"
        return (
            f"the platform is already running on {self.instance_dir} ({who}); "
            "stop it first, or set INSTANCE_DIR to run a second one beside it"
        )


def require_free_port(host: str, port: int) -> None:
    """Check that the web server will get its port.

    Raises:
        CannotStart: it is taken, or not ours to take.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise CannotStart(f"HOST is {host!r}, which is no address of this machine") from None
    with socket.socket(found[0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger do not count
        try:
            probe.bind(found[4])
            probe.listen(1)
        except OSError as refusal:
            raise CannotStart(
                f"port {port} on {host} cannot be used: {(refusal.strerror or str(refusal)).lower()}{_holder(port)}. "
                f"Choose another: make run PORT={port + 1 if port < 65535 else port - 1}"
            ) from None


def _holder(port: int) -> str:
    """Which process listens on the port, where the system lets us know."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr
                and connection.laddr.port == port
                and connection.pid
            ):
                return f" (by process {connection.pid}, {psutil.Process(connection.pid).name()})"
    except psutil.Error:
        return ""
    return ""
