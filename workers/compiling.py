"""`python -m workers.compiling`: compiles every search, or finds that it is compiled, so that no plan waits for it.

Compiling takes one core for half a minute to more than one, by search. Where several are not compiled, or not to their
end, each of these is compiled in a process of its own, as many at a time as there are cores (or `--at-once` says);
`python -m workers.compiling rich` is one of these. Otherwise this process does what is left.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from logistics.routing.engine.warming import SEARCHES, not_compiled, warm

LOOK_EVERY_S = 0.2


def side_by_side(commands: Mapping[str, Sequence[str]], *, at_once: int) -> int:
    """Runs a command per name, `at_once` at a time in this order, telling when each ends; returns how many failed.

    All end when this process does, even by kill -9.
    """
    bound = [sys.executable, "-m", "workers.child", str(os.getpid()), signal.SIGKILL.name]
    started_s = time.monotonic()
    waiting, running, failed = dict(commands), dict[str, subprocess.Popen[bytes]](), 0
    while waiting or running:
        for name in list(waiting)[: at_once - len(running)]:
            running[name] = subprocess.Popen([*bound, *waiting.pop(name)])  # noqa: S603  our own interpreter and modules
        time.sleep(LOOK_EVERY_S)
        for name in [name for name, process in running.items() if process.poll() is not None]:
            code = running.pop(name).returncode
            failed += code != 0
            how = f"ready after {time.monotonic() - started_s:.1f} s" if code == 0 else f"failed with exit code {code}"
            print(f"{name}: {how}", flush=True)
    return failed


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers.compiling", description="Compile what plans are made by.")
    parser.add_argument("search", nargs="?", choices=list(SEARCHES), help="this one only, in this process")
    parser.add_argument("--at-once", type=int, default=cores(), metavar="COUNT", help="side by side; all cores")
    chosen = parser.parse_args(arguments)
    if chosen.search is not None:
        warm(chosen.search)
        return 0
    waiting = not_compiled()
    if len(waiting) < 2:
        print(f"searches ready in {warm():.1f} s")
        return 0
    print(f"compiling {len(waiting)} searches, this once: {', '.join(waiting)}", flush=True)
    started_s = time.monotonic()
    commands = {name: [sys.executable, "-m", "workers.compiling", name] for name in waiting}
    failed = side_by_side(commands, at_once=max(1, chosen.at_once))
    print(f"{len(waiting) - failed} of {len(waiting)} searches ready in {time.monotonic() - started_s:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
