"""Takes the fleets of stores in, many vehicles at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from logistics.bulk import upsert
from logistics.routing.models import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleFact:
    """A vehicle; `store` is a code. Shift in minutes after local midnight of the delivery date."""

    store: str
    code: str
    type: str
    type_name: str
    plate: str
    capacity_g: int
    capacity_packages: int
    shift_start_min: int
    shift_end_min: int


def take_fleets(
    session: Session, vehicles: Iterable[VehicleFact], *, store_ids: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    """Enter the whole fleets of the stores: a store's vehicles that are not named go out of service. Returns ids by
    (store code, vehicle code)."""
    codes = {row_id: code for code, row_id in store_ids.items()}
    session.execute(update(Vehicle).where(Vehicle.store_id.in_(list(codes))).values(active=False))
    rows = [
        {
            "store_id": store_ids[vehicle.store],
            "code": vehicle.code,
            "type": vehicle.type,
            "type_name": vehicle.type_name,
            "plate": vehicle.plate,
            "capacity_g": vehicle.capacity_g,
            "capacity_packages": vehicle.capacity_packages,
            "shift_start_min": vehicle.shift_start_min,
            "shift_end_min": vehicle.shift_end_min,
            "active": True,
        }
        for vehicle in vehicles
    ]
    ids = upsert(session, Vehicle, rows, key=("store_id", "code"))
    return {(codes[store_id], code): row_id for (store_id, code), row_id in ids.items()}
