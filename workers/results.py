"""The folder of the results (OUT): tried before the work, so that a wrong one does not cost a whole run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from logistics.config import Settings
from workers import main_job


class CannotWrite(Exception):
    """The results cannot be written there; the message names the folder and the reason."""


def require_writable(folder: Path) -> None:
    """Make the folder and write a file that goes away again.

    Raises:
        CannotWrite: it cannot be made, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise CannotWrite(f"OUT={folder}: 不是文件夹 this is not a folder") from None
    except OSError as refusal:
        raise CannotWrite(_told(folder, refusal)) from None


def write(run_id: int, folder: Path, settings: Settings) -> list[Path]:
    """Write the run's results.

    Raises:
        CannotWrite: the folder or its disk has meanwhile become unusable.
    """
    try:
        return main_job.export(run_id, folder, settings)
    except OSError as refusal:
        raise CannotWrite(_told(folder, refusal)) from None


def _told(folder: Path, refusal: OSError) -> str:
    return f"OUT={folder}: 结果无法写入 results cannot be written there: {(refusal.strerror or str(refusal)).lower()}"
