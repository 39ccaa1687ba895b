"""What is compiled is compiled side by side, and whoever fails is told of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import REPO
from tests.workers.conftest import end, kill, wait_for
from workers.compiling import main, side_by_side

MEET = "import pathlib, sys, time\nme, other = map(pathlib.Path, sys.argv[1:])\nme.touch()\n" + (
    "while not other.exists():\n    time.sleep(0.01)"
)
"""Ends only if somebody else runs at the same time."""


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def test_all_run_at_the_same_time(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    one, other = str(tmp_path / "one"), str(tmp_path / "other")

    assert side_by_side({"one": python(MEET, one, other), "other": python(MEET, other, one)}, at_once=2) == 0

    lines = capfd.readouterr().out.splitlines()
    assert sorted(line.partition(" after ")[0] for line in lines) == ["one: ready", "other: ready"]


def test_one_core_compiles_one_after_the_other(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    alone = "import os, sys, time\nos.mkdir(sys.argv[1])\ntime.sleep(0.3)\nos.rmdir(sys.argv[1])"  # fails if it is not

    commands = {name: python(alone, str(tmp_path / "core")) for name in ("c", "a", "b")}
    assert side_by_side(commands, at_once=1) == 0

    assert [line[0] for line in capfd.readouterr().out.splitlines()] == ["c", "a", "b"]


def test_who_fails_is_named_with_the_exit_code_and_the_others_go_on(capfd: pytest.CaptureFixture[str]) -> None:
    commands = {
        "broken": python("raise SystemExit(3)"),
        "killed": python("import os; os.kill(os.getpid(), 9)"),
        "slow": python("import time; time.sleep(1)"),
    }

    assert side_by_side(commands, at_once=3) == 2

    out = capfd.readouterr().out
    assert "broken: failed with exit code 3\n" in out
    assert "killed: failed with exit code -9\n" in out
    assert out.splitlines()[-1].startswith("slow: ready after ")


def test_nobody_goes_on_compiling_for_a_parent_that_was_killed(tmp_path: Path) -> None:
    written = tmp_path / "pid"
    child = f"import os, pathlib, time; pathlib.Path({str(written)!r}).write_text(str(os.getpid())); time.sleep(60)"
    code = "import sys; from workers.compiling import side_by_side; side_by_side({'child': sys.argv[1:]}, at_once=1)"
    parent = subprocess.Popen(python(code, *python(child)), cwd=REPO)
    try:
        wait_for("the child", lambda: written.is_file() and written.read_text() != "", patience_s=60)
        pid = int(written.read_text())
        kill(parent)

        wait_for("its end", lambda: not psutil.pid_exists(pid))
    finally:
        end(parent)


def test_a_search_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["poor"])

    assert refused.value.code == 2
    assert "invalid choice: 'poor' (choose from 'rich', 'plain', 'walks')" in capsys.readouterr().err


def test_a_search_of_which_one_kernel_is_kept_is_not_compiled(tmp_path: Path) -> None:
    code = (
        "import numpy as np\n"
        "from logistics.routing.engine.solvers.ruin_recreate.chance import uniform\n"
        "from logistics.routing.engine.warming import not_compiled\n"
        "uniform(np.zeros(2, np.uint64))\n"
        "print(*not_compiled())\n"
    )

    ran = subprocess.run(
        python(code), cwd=REPO, env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}, capture_output=True, text=True
    )

    assert len(list(tmp_path.rglob("*.nbc"))) == 1
    assert ran.stdout.split() == ["rich", "plain", "walks"], ran.stderr
