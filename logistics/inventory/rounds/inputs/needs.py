"""What a place counts for under the weights rule, from what is known of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.inventory.rounds.inputs.queries import Wanted
from logistics.inventory.rounds.inputs.record import Need


def weights_of(
    session: Session,
    wanted: Mapping[str, Wanted],
    *,
    item_id: int,
    area_id: int,
    by: Collection[Need],
    now: datetime,
) -> dict[str, int]:
    return dict.fromkeys(wanted, 1)
