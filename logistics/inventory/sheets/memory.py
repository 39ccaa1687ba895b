"""What an office has said about its sheets before: saved mappings and the names it gives to areas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from logistics.bulk import insert_missing
from logistics.errors import N_, Invalid, NotFound
from logistics.inventory.sheets import queries
from logistics.inventory.sheets.mapping import SheetMapping, mapping_of
from logistics.inventory.sheets.models import EVERYWHERE, PlaceAlias, SavedMapping
from logistics.inventory.sheets.places import PlaceBook, place_key

NAME_LENGTH_MAX = 80


class BadMappingName(Invalid):
    template = N_("Give the mapping a name of 1 to %(length)s characters.")
    code = "bad_mapping_name"


def place_book(
    session: Session, owner_area_id: int | None, *, also: Mapping[str, int | None] | None = None
) -> PlaceBook:
    """The areas that an office may name, its own and those below (None: all), with the names it has given them, and
    `also` these. Its own names go before those of the platform."""
    rows = session.execute(
        select(PlaceAlias.key, PlaceAlias.area_id)
        .where(_theirs(PlaceAlias.owner_area_id, owner_area_id))
        .order_by(PlaceAlias.owner_area_id.is_not(None), PlaceAlias.key)
    )
    aliases = {key: area_id for key, area_id in rows} | {place_key(name): area for name, area in (also or {}).items()}
    return PlaceBook(queries.places(session, owner_area_id), aliases)


def save_mapping(
    session: Session,
    name: str,
    mapping: SheetMapping,
    *,
    owner_area_id: int | None,
    account_id: int | None,
    now: datetime,
) -> int:
    """Keep a mapping under a name; what the office kept under it before is replaced. Returns its id.

    Raises:
        BadMappingName: no name, or too long a one.
    """
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        raise BadMappingName(length=NAME_LENGTH_MAX)
    kept = {"document": mapping.document(), "saved_by_id": account_id, "saved_at": now}
    _write(session, SavedMapping, {"name": name}, kept, owner_area_id=owner_area_id)
    own = SavedMapping.owner_area_id.is_not_distinct_from(owner_area_id)
    return session.scalars(select(SavedMapping.id).where(own, SavedMapping.name == name)).one()


def saved_mapping(session: Session, name: str, *, owner_area_id: int | None) -> SheetMapping:
    """The mapping of that name: the office's own, else the platform's.

    Raises:
        NotFound: there is none.
    """
    document = session.scalar(
        select(SavedMapping.document)
        .where(SavedMapping.name == name, _theirs(SavedMapping.owner_area_id, owner_area_id))
        .order_by(SavedMapping.owner_area_id.is_(None))
        .limit(1)
    )
    if document is None:
        raise NotFound(kind="mapping", key=name)
    return mapping_of(document)


def forget_mapping(session: Session, mapping_id: int, *, owner_area_id: int | None) -> None:
    """Delete a mapping of the office; what was imported by it stays.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    gone = session.execute(
        delete(SavedMapping)
        .where(SavedMapping.id == mapping_id, SavedMapping.owner_area_id.is_not_distinct_from(owner_area_id))
        .returning(SavedMapping.id)
    ).first()
    if gone is None:
        raise NotFound(kind="mapping", key=mapping_id)


def remember_places(
    session: Session,
    names: Mapping[str, int | None],
    *,
    owner_area_id: int | None,
    account_id: int | None,
    now: datetime,
) -> None:
    """Keep what names mean from now on; None says that rows of that name are left out.

    Raises:
        NotFound: an area is none of the office's.
    """
    if not names:
        return
    allowed = place_book(session, owner_area_id).by_id
    for name, area_id in sorted(names.items()):
        if area_id is not None and area_id not in allowed:
            raise NotFound(kind="area", key=area_id)
        kept = {"area_id": area_id, "saved_by_id": account_id, "saved_at": now}
        _write(session, PlaceAlias, {"key": place_key(name)}, kept, owner_area_id=owner_area_id)


def _write(
    session: Session,
    model: type[SavedMapping] | type[PlaceAlias],
    key: Mapping[str, str],
    kept: Mapping[str, object],
    *,
    owner_area_id: int | None,
) -> None:
    (column, value), *_ = key.items()
    own = model.owner_area_id.is_not_distinct_from(owner_area_id)
    row = {"owner_area_id": owner_area_id, **key, **kept}
    if owner_area_id is None:
        insert_missing(session, model, [row], key=(column,), where=EVERYWHERE)
    else:
        insert_missing(session, model, [row], key=("owner_area_id", column))
    session.execute(update(model).where(own, getattr(model, column) == value).values(**kept))


def _theirs(column: InstrumentedAttribute[int | None], owner_area_id: int | None) -> ColumnElement[bool]:
    """Rows of the office and of the platform."""
    return or_(column.is_(None), column == owner_area_id)
