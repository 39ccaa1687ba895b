"""`python scripts/setup_venv.py FILE…`: make .venv and install exactly the pinned, hashed packages of the files.

Does nothing when these very files were installed before. Also compiles the translations that are newer than their
compiled form. Runs on the system's Python, so it uses the standard library only.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TRANSLATIONS = ROOT / "logistics" / "web" / "translations"
OLDEST = (3, 11)


def main(files: list[str]) -> int:
    if sys.version_info < OLDEST:
        return _complain(f"This needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    try:
        if not _works():
            print("making .venv …", flush=True)
            venv.EnvBuilder(clear=True, with_pip=True).create(VENV)
        for file in files:
            _install(ROOT / file)
        _compile_translations()
    except subprocess.CalledProcessError as failure:
        if "ensurepip" in str(failure.cmd):
            return _complain(
                "This Python cannot make virtual environments with pip; on Debian and Ubuntu: apt install python3-venv"
            )
        return _complain(f"Setting up failed: {failure}. Nothing else was changed; make setup tries again.")
    except OSError as failure:
        return _complain(f"Setting up failed: {failure}")
    return 0


def _works() -> bool:
    """Whether .venv has a Python that runs, is new enough and has pip; one moved or half made does not."""
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def _install(requirements: Path) -> None:
    stamp = VENV / f".{requirements.stem}.installed"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text().strip() == wanted:
        return
    print(f"installing {requirements.name} into .venv (once; a minute or two) …", flush=True)
    stamp.unlink(missing_ok=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    env = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    subprocess.run([*pip, "--require-hashes", "--requirement", str(requirements)], check=True, env=env)  # noqa: S603
    stamp.write_text(wanted + "\n")


def _compile_translations() -> None:
    stale = [
        source
        for source in TRANSLATIONS.glob("*/LC_MESSAGES/*.po")
        if not source.with_suffix(".mo").exists() or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]
    if stale:
        compile_all = [str(PYTHON), "-m", "babel.messages.frontend", "--quiet", "compile", "--directory"]
        subprocess.run([*compile_all, str(TRANSLATIONS)], check=True)  # noqa: S603


def _complain(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
