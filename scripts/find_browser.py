"""Find a Chromium for the tests that look at pages: `python scripts/find_browser.py` prints its path.

With `--install`, get one where none is found: the system's package as root on Debian and Ubuntu, else Playwright's
own build. What is about to be run is printed first; BROWSER=skip asks for nothing to be installed. Where there is none
in the end, say so and go on: the browser tests are skipped; under CI=true it is an error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """The path of a browser: the one BROWSER_PATH names, the system's, or Playwright's."""
    named = os.environ.get("BROWSER_PATH", "").strip()
    if named:
        return named if os.access(named, os.X_OK) else None
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _playwrights()


def _playwrights() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Try the ways to get a browser, until one is found."""
    ways: list[list[list[str]]] = [[[sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]]]
    apt = shutil.which("apt-get")
    if apt is not None and os.geteuid() == 0:
        quiet = [apt, "-o", "Dpkg::Use-Pty=0", "-qq"]
        ways.insert(0, [[*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", "chromium"]])
    else:
        ways.append([[sys.executable, "-m", "playwright", "install", "chromium"]])
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _say("The tests look at pages in a real browser, and this machine has none. BROWSER=skip goes without one.")
    for way in ways:
        _say("Installing one on this machine, by:", *(f"  {' '.join(step)}" for step in way))
        try:
            done = all(subprocess.run(step, env=env, check=False, timeout=600).returncode == 0 for step in way)  # noqa: S603
        except subprocess.TimeoutExpired:
            continue
        if done and find() is not None:
            return


def _say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Find a browser for the tests.")
    parser.add_argument("--install", action="store_true", help="get one where none is found")
    chosen = parser.parse_args()
    found = find()
    if found is None and chosen.install and os.environ.get("BROWSER", "") != "skip":
        install()
        found = find()
    if found is None:
        _say("no browser: tests that need one are skipped; BROWSER_PATH names a Chromium that stands elsewhere")
        return 1 if os.environ.get("CI") == "true" or not chosen.install else 0
    if not chosen.install:
        print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
