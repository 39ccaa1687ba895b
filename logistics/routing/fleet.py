"""Verbs on the vehicles of a store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.errors import N_, Conflict, Invalid, NotFound
from logistics.routing.models import Vehicle

CAPACITY_G_MAX = 40_000_000
"""40 t: the heaviest lorry that may use a road."""
CAPACITY_PACKAGES_MAX = 100_000
SHIFT_END_MIN_MAX = 2_880


class BadShift(Invalid):
    template = N_("A shift from minute %(start)s to minute %(end)s cannot be driven; it must end after it starts.")
    code = "bad_shift"


class VehicleCodeTaken(Conflict):
    template = N_("The store already has a vehicle %(vehicle)s.")
    code = "vehicle_code_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVehicle:
    """A vehicle of a store; its shift in minutes after local midnight of the delivery date."""

    store_id: int
    code: str
    type: str
    type_name: str
    plate: str
    capacity_g: int
    capacity_packages: int
    shift_start_min: int
    shift_end_min: int

    def __post_init__(self) -> None:
        if not self.shift_start_min < self.shift_end_min:
            raise BadShift(start=self.shift_start_min, end=self.shift_end_min)


def add_vehicle(session: Session, new: NewVehicle) -> int:
    """Add a vehicle to a store. Returns its id.

    Raises:
        VehicleCodeTaken: the store has one of that code.
    """
    known = select(Vehicle.id).where(Vehicle.store_id == new.store_id, Vehicle.code == new.code)
    if session.scalar(known) is not None:
        raise VehicleCodeTaken(vehicle=new.code)
    row = Vehicle(
        store_id=new.store_id,
        code=new.code,
        type=new.type,
        type_name=new.type_name,
        plate=new.plate,
        capacity_g=new.capacity_g,
        capacity_packages=new.capacity_packages,
        shift_start_min=new.shift_start_min,
        shift_end_min=new.shift_end_min,
    )
    session.add(row)
    session.flush()
    return row.id


def set_active(session: Session, vehicle_id: int, *, active: bool) -> None:
    """Take a vehicle out of planning, or back in. Plans that stand keep it.

    Raises:
        NotFound: no such vehicle.
    """
    changed = session.execute(update(Vehicle).where(Vehicle.id == vehicle_id).values(active=active))
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound(kind="vehicle", key=vehicle_id)
