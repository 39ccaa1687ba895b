"""One way of compiling for all kernels: kept on disk, and run without the interpreter's lock."""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

# Without numba's reference counts: taking an array out of a named tuple counts it up and down by an atomic instruction,
# many times in the innermost loop, which made a step fourteen times slower. So a kernel may not allocate an array.
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False, "error_model": "numpy"}
compiled: Callable[..., Any] = njit(**_OPTIONS)
# Passing the tables is passing 300 numbers, so what is called at every step is put into its caller.
compiled_inline: Callable[..., Any] = njit(**_OPTIONS, forceinline=True)


def forget_stale_code(folder: Path) -> None:
    """Deletes the kernels kept on disk beside a folder's sources if any source has changed since.

    numba looks only at the file of the function it loads, and would go on using what was put into it from others.
    """
    sources = sorted(folder.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    kept = folder / "__pycache__"
    stamp = kept / "kernels.sha256"
    with contextlib.suppress(OSError):  # a folder that cannot be written to holds no kernels either
        if stamp.is_file() and stamp.read_text() == digest:
            return
        for file in [*kept.glob("*.nbi"), *kept.glob("*.nbc")]:
            file.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        stamp.write_text(digest)


forget_stale_code(Path(__file__).parent)
