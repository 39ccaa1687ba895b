"""How the kernels of this library are compiled: kept on disk, and run without the interpreter's lock."""

from collections.abc import Callable
from typing import Any

from numba import njit

compiled: Callable[..., Any] = njit(cache=True, nogil=True)

NEVER = 2**50
"""Longer than any walk; sums of thousands of these still fit into 64 bits."""
