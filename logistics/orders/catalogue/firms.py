"""Merchants and their shops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.orders.catalogue import errors
from logistics.orders.models import Merchant, Store

STORE_FACTS = frozenset({"name", "lng", "lat", "opens_min", "closes_min"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStore:
    """A shop of a merchant: its place in WGS-84 degrees, its hours in minutes after local midnight."""

    merchant_id: int
    code: str
    name: str
    lng: float
    lat: float
    opens_min: int
    closes_min: int


def add_merchant(session: Session, *, code: str, name: str) -> int:
    """Enter a firm. Returns its id. Raises CodeTaken."""
    if session.scalar(select(Merchant.id).where(Merchant.code == code)) is not None:
        raise errors.CodeTaken(key=code)
    row = Merchant(code=code, name=name)
    session.add(row)
    session.flush()
    return row.id


def add_store(session: Session, new: NewStore) -> int:
    """Enter a shop. Returns its id.

    Raises:
        CodeTaken: some store has this code.
        BadHours: it closes before it opens.
    """
    if session.scalar(select(Store.id).where(Store.code == new.code)) is not None:
        raise errors.CodeTaken(key=new.code)
    _check_hours(new.opens_min, new.closes_min)
    row = Store(
        merchant_id=new.merchant_id,
        code=new.code,
        name=new.name,
        lng=new.lng,
        lat=new.lat,
        opens_min=new.opens_min,
        closes_min=new.closes_min,
    )
    session.add(row)
    session.flush()
    return row.id


def change_store(session: Session, store_id: int, changed: Mapping[str, Any]) -> None:
    """Change a shop's name, place or hours; plans that are made keep what they were made with.

    Raises:
        NotFound: no such store.
        BadHours: it closes before it opens.
    """
    assert changed.keys() <= STORE_FACTS
    row = session.scalars(select(Store).where(Store.id == store_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(kind="store", key=store_id)
    _check_hours(changed.get("opens_min", row.opens_min), changed.get("closes_min", row.closes_min))
    for name, value in changed.items():
        setattr(row, name, value)
    session.flush()


def _check_hours(opens_min: int, closes_min: int) -> None:
    if not opens_min < closes_min:
        raise errors.BadHours()
