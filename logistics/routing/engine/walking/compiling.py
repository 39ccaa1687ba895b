"""How the kernels of this library are compiled: kept on disk, and run without the interpreter's lock."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

from logistics.routing.engine.machine_code import forget_stale_code

compiled: Callable[..., Any] = njit(cache=True, nogil=True)

NEVER = 2**50
"""Longer than any walk; sums of thousands of these still fit into 64 bits."""

forget_stale_code(Path(__file__).parent)
