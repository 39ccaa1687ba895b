"""Find a Chromium for the tests that look at pages: `python scripts/find_browser.py` prints its path.

With `--install`, get one where none is found: the system's package as root on Debian and Ubuntu, else Playwright's
own build. Where that fails too, say so and go on: the browser tests are skipped; under CI=true it is an error.
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
    for way in ways:
        print(f"no browser for the tests; trying: {' '.join(way[-1])}", file=sys.stderr, flush=True)
        try:
            done = all(subprocess.run(step, env=env, check=False, timeout=600).returncode == 0 for step in way)  # noqa: S603
        except subprocess.TimeoutExpired:
            continue
        if done and find() is not None:
            return


def main() -> int:
    parser = argparse.ArgumentParser(description="Find a browser for the tests.")
    parser.add_argument("--install", action="store_true", help="get one where none is found")
    chosen = parser.parse_args()
    if chosen.install and find() is None:
        install()
    found = find()
    if found is None:
        print("no browser was found or could be installed; set BROWSER_PATH to a Chromium", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" or not chosen.install else 0
    if not chosen.install:
        print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
