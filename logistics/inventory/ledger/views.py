"""What readers of the ledger get: frozen rows, quantities in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from logistics.communities.rules import AreaLevel
from logistics.inventory.ledger.rules import HolderKind, ShipmentState, SourceKind, TransferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    id: int
    code: str
    name: str
    unit: str
    pack_size: int
    lent: bool
    alarm_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """An area that goods may be moved from or to."""

    id: int
    code: str
    name: str
    level: AreaLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class StockView:
    """What one area has of one item.

    `promised` pieces are held by reservations, `expired` ones may not be given any more; what is neither is available.
    `counted_at` is the last stock count, and before the first one the moment at which the item first came; `moved_at`
    is the last movement. `used` is what households of the area and below got in the last seven days, `cover_days` how
    long the available pieces last at that pace.
    """

    item_id: int
    item_code: str
    item_name: str
    unit: str
    pack_size: int
    lent: bool
    area_id: int
    area_code: str
    area_name: str
    level: AreaLevel
    on_hand: int
    promised: int
    expired: int
    available: int
    counted_at: datetime
    moved_at: datetime
    used: int
    cover_days: int | None
    alarm: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """What one area has of one lot; `expires_on` is its last good day, after which none of it is available.
    `counted_at` is the last count of the lot, or of all of the item."""

    lot_id: int
    item_id: int
    item_code: str
    item_name: str
    unit: str
    area_id: int
    area_name: str
    number: str
    expires_on: date | None
    source_kind: SourceKind
    source_name: str
    fund_tag: str
    on_hand: int
    promised: int
    available: int
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One leg of a movement: pieces of a lot that a holder gave (below zero) or got. `holder` is an area's name, a
    household's code, a post or empty for suppliers."""

    holder_kind: HolderKind
    holder: str
    area_id: int | None
    lot_id: int
    lot_number: str
    expires_on: date | None
    source_name: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferView:
    """One movement. `quantity` is how many pieces changed hands; `sequence` counts the item's movements."""

    id: int
    kind: TransferKind
    item_id: int
    item_code: str
    item_name: str
    unit: str
    sequence: int
    hash: str
    happened_at: datetime
    reason: str
    account: str | None
    reverses_id: int | None
    reversed_by_id: int | None
    shipment_id: int | None
    quantity: int
    entries: Sequence[EntryView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentView:
    """Goods on the way, or arrived: quantity = accepted + rejected + missing. What of the last two is open is still in
    transit until somebody settles it."""

    id: int
    item_id: int
    item_code: str
    item_name: str
    unit: str
    from_area_id: int
    from_area_name: str
    to_area_id: int
    to_area_name: str
    quantity: int
    state: ShipmentState
    accepted: int
    rejected: int
    reject_reason: str
    missing_open: int
    rejected_open: int
    dispatched_at: datetime
    arrived_at: datetime | None

    @property
    def missing(self) -> int:
        """Pieces that were shipped and neither accepted nor rejected; 0 while they are under way."""
        return self.quantity - self.accepted - self.rejected if self.arrived_at else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanView:
    """Devices that are out at a post; `since` is when the first of them went there since it last had none."""

    item_id: int
    item_code: str
    item_name: str
    unit: str
    area_id: int
    area_name: str
    post: str
    quantity: int
    since: datetime
    moved_at: datetime
