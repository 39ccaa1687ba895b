"""The words of the ledger, and its pure decisions: which lots go first, and the text of a transfer that is hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

QUANTITY_MAX = 100_000_000
"""Pieces of one movement: more is a typing error, not a lorry."""
CODE_MAX, NAME_MAX, UNIT_MAX = 32, 120, 16
"""Letters of an item's code and name, and of the unit of its pieces."""
ALARM_DAYS_MAX = 365
NO_HASH = "0" * 64
"""What the first transfer of an item names as the one before it."""


class HolderKind(StrEnum):
    """Any side of a stock movement. Goods in transit are the receiving area's, goods lent out the lending area's."""

    SUPPLIER = "supplier"
    AREA = "area"
    HOUSEHOLD = "household"
    IN_TRANSIT = "in_transit"
    LENT_OUT = "lent_out"
    WRITTEN_OFF = "written_off"
    COUNT_DIFFERENCE = "count_difference"


UNBOUNDED = frozenset({HolderKind.SUPPLIER, HolderKind.COUNT_DIFFERENCE})
"""Where goods come from without having been there: their balance goes below zero. All others give what they have."""


class TransferKind(StrEnum):
    RECEIPT = "receipt"
    DISPATCH = "dispatch"
    ARRIVAL = "arrival"
    REJECTION_RETURN = "rejection_return"
    ISSUE = "issue"
    LOAN = "loan"
    RETURN = "return"
    COUNT = "count"
    WRITE_OFF = "write_off"
    SETTLEMENT = "settlement"
    REVERSAL = "reversal"


class SourceKind(StrEnum):
    """How a lot came to us; `unstated` is for receipts that do not say."""

    PURCHASE = "purchase"
    GRANT = "grant"
    DONATION = "donation"
    UNSTATED = "unstated"


class ReservationState(StrEnum):
    """Pending, then resolved once."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


class ShipmentState(StrEnum):
    """Settled is a shipment that had a difference which somebody has settled; cancelled one whose dispatch was
    reversed."""

    DISPATCHED = "dispatched"
    RECEIVED = "received"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class DiscrepancyPart(StrEnum):
    """What stays in transit after an arrival: pieces that were not there, and pieces that were refused."""

    MISSING = "missing"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """How an open discrepancy ends: back at the sender, written off by the receiver, or at the receiver after all."""

    RETURNED = "returned"
    WRITTEN_OFF = "written_off"
    FOUND = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotOnHand:
    """Pieces of one lot that can be given; `expires_on` is its last good day."""

    lot_id: int
    available: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Pieces of one lot."""

    lot_id: int
    quantity: int


def first_out(lots: Iterable[LotOnHand], *, quantity: int, good_on: date | None = None) -> list[Part]:
    """Which lots give `quantity` pieces: those that expire first, those without a date last.

    A lot that is no longer good on `good_on` is left out; None takes expired ones too. Ties go to the older lot. Where
    there are fewer pieces than asked for, the answer holds fewer.
    """
    usable = [lot for lot in lots if good_on is None or lot.expires_on is None or lot.expires_on >= good_on]
    parts, left = [], quantity
    for lot in sorted(usable, key=lambda lot: (lot.expires_on or date.max, lot.lot_id)):
        taken = min(lot.available, left)
        if taken > 0:
            parts.append(Part(lot_id=lot.lot_id, quantity=taken))
            left -= taken
    return parts


def digest(command: object) -> str:
    """SHA-256 of what a command asks for, so that its key cannot be used for something else."""
    return _sha256(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One leg as the chain has it: the holder and the lot in words, so that a row they point to cannot be changed
    either. `quantity` is negative where goods leave."""

    holder: str
    lot: str
    quantity: int


def holder_label(kind: HolderKind, *, area_id: int | None, household_id: int | None, name: str) -> str:
    """A holder in the chain's words: `area:12`, `lent_out:12:North gate`."""
    return ":".join([kind.value, *(str(part) for part in (area_id, household_id, name) if part not in (None, ""))])


def lot_label(
    lot_id: int, *, number: str, expires_on: date | None, source_kind: SourceKind, source_name: str, fund_tag: str
) -> str:
    """A lot in the chain's words: all of what was said about it when it came."""
    expiry = expires_on.isoformat() if expires_on else ""
    return json.dumps([lot_id, number, expiry, source_kind.value, source_name, fund_tag], ensure_ascii=False)


def chain_hash(
    *,
    item: str,
    sequence: int,
    previous: str,
    key: str,
    kind: str,
    happened_at: datetime,
    reason: str,
    account_id: int | None,
    reverses: int | None,
    shipment_id: int | None,
    digest: str,
    legs: Sequence[Leg],
) -> str:
    """The hash of a transfer: SHA-256 over itself, its legs and the hash before it, as canonical JSON.

    Canonical: members sorted by name, no spaces, UTF-8, moments in UTC to the microsecond, legs sorted. Anyone with the
    rows can recompute it.
    """
    return _sha256(
        {
            "item": item,
            "sequence": sequence,
            "previous": previous,
            "key": key,
            "kind": kind,
            "happened_at": happened_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reason": reason,
            "account": account_id,
            "reverses": reverses,
            "shipment": shipment_id,
            "digest": digest,
            "legs": sorted([leg.holder, leg.lot, leg.quantity] for leg in legs),
        }
    )


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
