"""The pages: Chinese first, English second; server-rendered, with scripts only for the map and live progress."""

from __future__ import annotations

from logistics.web.site import register

__all__ = ["register"]
