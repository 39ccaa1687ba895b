"""The script that finds a browser says what it will install before it does, and installs nothing when asked not to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPO


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A machine with nothing on its path but an apt-get, which writes down what it is asked and installs a browser."""
    browser, asked = tmp_path / "chromium", tmp_path / "asked"
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >> {asked}\necho "#!/bin/sh" > {browser}\n/bin/chmod +x {browser}\n')
    apt.chmod(0o755)
    return tmp_path


def find_browser(machine: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": str(machine), "PLAYWRIGHT_BROWSERS_PATH": str(machine / "none"), "HOME": str(machine)}
    return subprocess.run(
        [sys.executable, str(REPO / "scripts" / "find_browser.py"), *options],
        env={**own, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nothing_is_installed_when_asked_to_skip_and_the_tests_go_on(bare: Path) -> None:
    done = find_browser(bare, "--install", BROWSER="skip")

    assert done.returncode == 0
    assert done.stderr == (
        "no browser: tests that need one are skipped; BROWSER_PATH names a Chromium that stands elsewhere\n"
    )
    assert not (bare / "asked").exists()


def test_where_everything_must_be_tested_a_missing_browser_is_an_error_all_the_same(bare: Path) -> None:
    assert find_browser(bare, "--install", BROWSER="skip", CI="true").returncode == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root installs the system's package")
def test_the_commands_are_told_before_they_are_run(bare: Path) -> None:
    done = find_browser(bare, "--install")

    apt = f"{bare}/apt-get -o Dpkg::Use-Pty=0 -qq"
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "The tests look at pages in a real browser, and this machine has none. BROWSER=skip goes without one.",
        "Installing one on this machine, by:",
        f"  {apt} update",
        f"  {apt} install -y --no-install-recommends chromium",
    ]
    assert len((bare / "asked").read_text(encoding="utf-8").splitlines()) == 2


def test_a_browser_that_is_there_is_named_and_nothing_is_installed(bare: Path) -> None:
    chromium = bare / "chromium"
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)

    found, installed = find_browser(bare), find_browser(bare, "--install")

    assert (found.returncode, found.stdout.strip()) == (0, str(chromium))
    assert (installed.returncode, installed.stderr, (bare / "asked").exists()) == (0, "", False)
