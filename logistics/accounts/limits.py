"""How often a password or a pickup code may be tried. Counted in Redis; in memory, per process, while Redis is away.

Redis down must neither refuse a sign-in nor leave passwords free to guess.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from logistics.config import Settings

logger = logging.getLogger(__name__)

SPREAD = 5
"""A whole compound signs in from one address, and an account is tried from several: these get this many times more."""
PICKUP_CODE_TRIES = "5 per 15 minutes"
REDIS_PATIENCE_S = 0.3
REDIS_LEFT_ALONE_S = 30
"""After a failure Redis is not asked again for so long: a sign-in must not wait for it each time."""


@dataclass(slots=True)
class TryCounter:
    """Counts tries by key. `redis_url` empty: in memory alone."""

    redis_url: str
    _memory: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))
    _redis: MovingWindowRateLimiter | None = None
    _ask_redis_after: float = 0.0

    def hit(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one try; False when the tries are used up."""
        if self.redis_url and time.monotonic() >= self._ask_redis_after:
            try:
                return self._connected().hit(limit, *key)
            except StorageError as away:
                self._ask_redis_after = time.monotonic() + REDIS_LEFT_ALONE_S
                logger.warning("tries are counted in memory, Redis is away: %s", type(away.storage_error).__name__)
        return self._memory.hit(limit, *key)

    def _connected(self) -> MovingWindowRateLimiter:
        if self._redis is None:
            url = f"redis+{self.redis_url}" if self.redis_url.startswith("unix://") else self.redis_url
            patience: dict[str, Any] = {
                "socket_connect_timeout": REDIS_PATIENCE_S,
                "socket_timeout": REDIS_PATIENCE_S,
                "retry": None,
            }
            storage = storage_from_string(url, wrap_exceptions=True, key_prefix="tries", **patience)
            self._redis = MovingWindowRateLimiter(storage)
        return self._redis


def register(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.extensions["try_counter"] = TryCounter("" if settings.environment == "test" else settings.redis_url)


def count_login(username: str) -> None:
    """Count a try at an account's password: for the account from this address, for the address, for the account.

    Raises:
        TooManyRequests: one of the three has used up its tries; HTTP 429.
    """
    settings: Settings = current_app.config["SETTINGS"]
    name, address = username.casefold()[:64], request.remote_addr or "unknown"
    limit = parse(settings.rate_limit_logins)
    wide = type(limit)(limit.amount * SPREAD, limit.multiples)
    _count(limit, "login", name, address)
    _count(wide, "login-address", address)
    _count(wide, "login-account", name)


def count_pickup_try(order_id: int) -> None:
    """Count a try at an order's pickup code, whoever tries.

    Raises:
        TooManyRequests: the tries are used up; HTTP 429.
    """
    _count(parse(PICKUP_CODE_TRIES), "pickup", str(order_id))


def _count(limit: RateLimitItem, *key: str) -> None:
    counter: TryCounter = current_app.extensions["try_counter"]
    if not counter.hit(limit, *key):
        raise TooManyRequests(retry_after=limit.get_expiry())
