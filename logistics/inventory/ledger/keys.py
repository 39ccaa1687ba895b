"""The ledger's key of a request: a client's key is its own, the ledger's stands among everybody's."""

from __future__ import annotations

import hashlib


def ledger_key(*, account_id: int, key: str, way: str = "api") -> str:
    """A key for the ledger, at most 60 characters, from the key that an account made up for one request."""
    return f"{way}:{account_id}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
