"""One hash over everything a share depends on, the same whatever the order of the claims."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from .claims import Claim, Parameters, Reserve

METHOD = "allocation-1"
"""Changes with the rules: the same inputs under another method are another round."""


def canonical(claims: Iterable[Claim], parameters: Parameters) -> str:
    """The inputs as JSON: claims by place, names sorted, no spaces, decimals as text without trailing zeros."""
    rows = sorted((_plain(claim) for claim in claims), key=lambda row: str(row["place"]))
    body = {"claims": rows, "method": METHOD, "parameters": _plain(parameters)}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(claims: Iterable[Claim], parameters: Parameters) -> str:
    """SHA-256 of `canonical` in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(canonical(claims, parameters).encode()).hexdigest()


def _plain(record: Claim | Parameters) -> dict[str, Any]:
    return {one.name: _value(getattr(record, one.name)) for one in fields(record)}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, Reserve) else value
