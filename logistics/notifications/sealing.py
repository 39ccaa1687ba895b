"""Addresses as the tables keep them: sealed with the platform's key, so that no export, no backup and no page that
forgets to hide them can show them."""

from __future__ import annotations

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken


class Unreadable(Exception):
    """An address was sealed with another SECRET_KEY; it has to be entered again."""


class Seal:
    """Seals and opens addresses with keys derived from `secret`, the platform's SECRET_KEY."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derived(secret, b"notification addresses")))
        self._mark = _derived(secret, b"notification fingerprints")

    def close(self, address: str) -> str:
        return self._fernet.encrypt(address.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The address.

        Raises:
            Unreadable: it was sealed with another key.
        """
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken as wrong:
            raise Unreadable from wrong

    def fingerprint(self, address: str) -> str:
        """The same text for the same address, from which nobody finds the address by trying phone numbers."""
        return hmac.digest(self._mark, address.encode(), "sha256").hex()


def _derived(secret: str, purpose: bytes) -> bytes:
    """A key of its own for each purpose; SECRET_KEY is random, so one HMAC is derivation enough (RFC 5869, expand)."""
    return hmac.digest(secret.encode(), purpose + b"\x01", "sha256")
