"""Compiled code kept on disk, and when it no longer fits its sources."""

import contextlib
import hashlib
from pathlib import Path


def forget_stale_code(folder: Path) -> None:
    """Deletes the kernels kept on disk beside a folder's sources if any source has changed since.

    numba looks only at the file of the function it loads, and would go on using what was put into it from others.
    """
    sources = sorted(folder.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    kept = folder / "__pycache__"
    stamp = kept / "kernels.sha256"
    with contextlib.suppress(OSError):  # where nothing can be written, numba keeps code elsewhere, by date
        if stamp.is_file() and stamp.read_text() == digest:
            return
        for file in [*kept.glob("*.nbi"), *kept.glob("*.nbc")]:
            file.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        stamp.write_text(digest)
