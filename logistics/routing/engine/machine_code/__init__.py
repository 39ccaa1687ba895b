"""Compiled code kept on disk: where numba keeps it, when it no longer fits its sources, and whether it is all there."""

from logistics.routing.engine.machine_code.keeping import forget_stale_code, is_whole, tell_whole

__all__ = ["forget_stale_code", "is_whole", "tell_whole"]
