"""One way of compiling for all kernels: kept on disk, and run without the interpreter's lock."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

from logistics.routing.engine.machine_code import forget_stale_code

# Without numba's reference counts: taking an array out of a named tuple counts it up and down by an atomic instruction,
# many times in the innermost loop, which made a step fourteen times slower. So a kernel may not allocate an array.
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False, "error_model": "numpy"}
compiled: Callable[..., Any] = njit(**_OPTIONS)
# Passing the tables is passing 300 numbers, so what is called at every step is put into its caller.
compiled_inline: Callable[..., Any] = njit(**_OPTIONS, forceinline=True)


forget_stale_code(Path(__file__).parent)
