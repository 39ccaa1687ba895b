"""Who is asking, and what each route asks of the asker: one policy row per route.

A route without a row is refused to everybody, and a test fails for it. Which rows of a table a viewer may see is the
business of each subject's `queries.py`, which takes the viewer as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass

from logistics.accounts.models import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The account on whose behalf something is read or done, with its scope."""

    account_id: int
    username: str
    role: Role
    area_id: int | None = None
    merchant_id: int | None = None
    household_id: int | None = None
