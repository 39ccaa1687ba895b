"""`python -m workers.child PARENT_PID SIGNAL COMMAND…`: become COMMAND, bound to end when the parent does.

A process of its own instead of code between fork and exec, because the supervisor has threads (the progress bar's)
and Python code between fork and exec of a threaded process may hang.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from workers.processes import die_with_parent


def main(arguments: list[str]) -> int:
    parent_pid, death_signal, command = int(arguments[0]), signal.Signals[arguments[1]], arguments[2:]
    if sys.platform == "linux":
        die_with_parent(parent_pid, death_signal)
        os.execv(command[0], command)  # noqa: S606  the supervisor's own command line; the binding survives exec
    return _stay_and_watch(parent_pid, death_signal, command)


def _stay_and_watch(parent_pid: int, death_signal: signal.Signals, command: list[str]) -> int:
    """Without a parent-death signal: run the command below this process and end it when the parent is gone."""
    child = subprocess.Popen(command)  # noqa: S603
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda number, _frame: child.send_signal(number))
    while child.poll() is None:
        if os.getppid() != parent_pid:
            child.send_signal(death_signal)
        time.sleep(0.5)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
