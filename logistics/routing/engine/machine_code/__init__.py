"""Compiled code kept on disk: where numba keeps it, and when it no longer fits its sources."""

from logistics.routing.engine.machine_code.keeping import forget_stale_code, is_kept

__all__ = ["forget_stale_code", "is_kept"]
