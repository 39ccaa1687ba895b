"""Which areas' goods are a viewer's: to see, and to move."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.scope import AREA_ROLES, area_and_above, area_and_below
from logistics.errors import NotFound
from logistics.inventory.ledger.errors import EndsElsewhere, ReceiverConfirms
from logistics.inventory.ledger.models import Entry, Holder, Shipment, Transfer
from logistics.inventory.ledger.rules import Outcome


def owns_area(viewer: Viewer, area_id: ColumnElement[int] | ColumnElement[int | None] | Any) -> ColumnElement[bool]:
    """Whether an area is the viewer's own or lies below it: what its goods may be seen and moved by."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role in AREA_ROLES:
        return area_id.in_(area_and_below(viewer.area_id))
    return false()


def sees_transfer(viewer: Viewer) -> ColumnElement[bool]:
    """Whether one leg at least of a movement is the viewer's."""
    return exists(
        select(Entry.id)
        .join(Holder, Holder.id == Entry.holder_id)
        .where(Entry.transfer_id == Transfer.id, owns_area(viewer, Holder.area_id))
    )


def sees_shipment(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the goods come from the viewer or go to it."""
    return or_(owns_area(viewer, Shipment.from_area_id), owns_area(viewer, Shipment.to_area_id))


def require_area(session: Session, viewer: Viewer, area_id: int) -> None:
    """
    Raises:
        NotFound: no such area, or none whose goods are the viewer's to move.
    """
    if session.scalar(select(Area.id).where(Area.id == area_id, owns_area(viewer, Area.id))) is None:
        raise NotFound(kind="area", key=area_id)


def require_receiver(session: Session, viewer: Viewer, *, from_area_id: int, to_area_id: int) -> None:
    """Goods go down the tree, or back up it: never to a stranger's area.

    Raises:
        NotFound: no such area, or one that is neither the viewer's nor above the sender.
    """
    above = Area.id.in_(area_and_above(from_area_id))
    if session.scalar(select(Area.id).where(Area.id == to_area_id, or_(owns_area(viewer, Area.id), above))) is None:
        raise NotFound(kind="area", key=to_area_id)


def require_arriving(session: Session, viewer: Viewer, shipment_id: int) -> None:
    """Who gets the goods says what came, or who stands above both ends; never the very area that sent them.

    Raises:
        NotFound: no such shipment, or none to the viewer's areas.
        ReceiverConfirms: the viewer's own area sent it.
    """
    mine = select(Shipment.from_area_id).where(Shipment.id == shipment_id, owns_area(viewer, Shipment.to_area_id))
    from_area_id = session.scalar(mine)
    if from_area_id is None:
        raise NotFound(kind="shipment", key=shipment_id)
    if viewer.role is not Role.ADMIN and from_area_id == viewer.area_id:
        raise ReceiverConfirms()


def own_outcomes(session: Session, viewer: Viewer, *, from_area_id: int, to_area_id: int) -> list[Outcome]:
    """How the viewer may settle what is open of a shipment: so that the pieces end at an area of its own. Nobody's
    stock grows, and nobody's losses, by a stranger's word."""
    ends = select(Area.id).where(Area.id.in_((from_area_id, to_area_id)), owns_area(viewer, Area.id))
    mine = set(session.scalars(ends))
    return [way for way in Outcome if (from_area_id if way is Outcome.RETURNED else to_area_id) in mine]


def require_outcome(session: Session, viewer: Viewer, shipment_id: int, outcome: Outcome) -> None:
    """
    Raises:
        NotFound: no such shipment, or none from or to the viewer's areas.
        EndsElsewhere: the pieces would end at an area that is not the viewer's.
    """
    ends = select(Shipment.from_area_id, Shipment.to_area_id).where(Shipment.id == shipment_id, sees_shipment(viewer))
    row = session.execute(ends).one_or_none()
    if row is None:
        raise NotFound(kind="shipment", key=shipment_id)
    if outcome not in own_outcomes(session, viewer, from_area_id=row.from_area_id, to_area_id=row.to_area_id):
        raise EndsElsewhere()


def own_movements(session: Session, viewer: Viewer, transfer_ids: Collection[int]) -> set[int]:
    """Which of some movements the viewer may undo: those in which all areas that took part are its own."""
    strange = (
        select(Entry.id)
        .join(Holder, Holder.id == Entry.holder_id)
        .where(Entry.transfer_id == Transfer.id, Holder.area_id.is_not(None), ~owns_area(viewer, Holder.area_id))
    )
    mine = select(Transfer.id).where(Transfer.id.in_(transfer_ids), sees_transfer(viewer), ~exists(strange))
    return set(session.scalars(mine))


def require_movement(session: Session, viewer: Viewer, transfer_id: int) -> None:
    """
    Raises:
        NotFound: no such movement, or another's goods were moved by it too.
    """
    if not own_movements(session, viewer, [transfer_id]):
        raise NotFound(kind="transfer", key=transfer_id)
