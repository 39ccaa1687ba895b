"""What a viewer may read of sheets: saved mappings, remembered names, and what was imported. An office sees its own;
an administrator those of all, and what an administrator saved is everybody's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.communities.scope import area_and_below
from logistics.db import chunks
from logistics.inventory.ledger.models import Item
from logistics.inventory.rounds.models import SupplyRequest
from logistics.inventory.rounds.rules import RequestState
from logistics.inventory.sheets.mapping import FactKind
from logistics.inventory.sheets.models import PlaceAlias, SavedMapping, SheetFact, SheetImport
from logistics.inventory.sheets.places import Place, place_key
from logistics.views import PAGE_SIZE, Rows, read, read_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMappingView:
    """A saved mapping; `own` says that the viewer's office saved it and may change it."""

    id: int
    name: str
    document: Mapping[str, Any]
    saved_at: datetime
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAliasView:
    """What a name means; without an area, rows of that name are left out."""

    id: int
    key: str
    area_id: int | None
    area_name: str | None
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetImportView:
    """One imported sheet. `counts` has taken, skipped and facts; `sha256` is that of what its cells say."""

    id: int
    file_name: str
    sheet: str
    sha256: str
    facts_only: bool
    imported_at: datetime
    imported_by: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFactView:
    """What a sheet stated, with its cells. `effect` is the movement or request that came of it, if any."""

    id: int
    row_number: int
    area_id: int
    area_name: str
    item_code: str
    item_name: str
    kind: FactKind
    on_day: date
    pieces: int
    cells: str
    remark: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetImportDetail(SheetImportView):
    """`report` tells what became of each row: see `docs/office-sheets.md`."""

    report: tuple[Mapping[str, Any], ...]
    facts: tuple[SheetFactView, ...]


def mappings(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[SheetMappingView]:
    """The viewer's mappings and the platform's, by name."""
    statement = _mappings(viewer).order_by(SavedMapping.name, SavedMapping.owner_area_id.is_(None))
    return read(session, statement.limit(limit).offset(offset), SheetMappingView)


def mapping(session: Session, viewer: Viewer, mapping_id: int) -> SheetMappingView:
    """One mapping that the viewer may use. Raises NotFound."""
    statement = _mappings(viewer).where(SavedMapping.id == mapping_id)
    return SheetMappingView(**read_fields(session, statement, kind="mapping", key=mapping_id))


def _mappings(viewer: Viewer) -> Rows:
    own = SavedMapping.owner_area_id.is_not_distinct_from(viewer.area_id)
    fields = (SavedMapping.id, SavedMapping.name, SavedMapping.document, SavedMapping.saved_at, own.label("own"))
    return select(*fields).where(_uses(viewer, SavedMapping.owner_area_id))


def aliases(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[PlaceAliasView]:
    """The names that the viewer's office and the platform have given to areas."""
    statement = (
        select(PlaceAlias.id, PlaceAlias.key, PlaceAlias.area_id, Area.name.label("area_name"), PlaceAlias.saved_at)
        .outerjoin(Area, Area.id == PlaceAlias.area_id)
        .where(_uses(viewer, PlaceAlias.owner_area_id))
        .order_by(PlaceAlias.key, PlaceAlias.id)
    )
    return read(session, statement.limit(limit).offset(offset), PlaceAliasView)


def imports(session: Session, viewer: Viewer, *, limit: int = PAGE_SIZE, offset: int = 0) -> list[SheetImportView]:
    """The viewer's imports, newest first."""
    statement = _imports(viewer).order_by(SheetImport.imported_at.desc(), SheetImport.id.desc())
    return read(session, statement.limit(limit).offset(offset), SheetImportView)


def imported(session: Session, viewer: Viewer, import_id: int) -> SheetImportDetail:
    """One import with the report of its rows and its facts. Raises NotFound."""
    statement = _imports(viewer).add_columns(SheetImport.report).where(SheetImport.id == import_id)
    fields = dict(read_fields(session, statement, kind="import", key=import_id))
    facts = (
        select(
            SheetFact.id,
            SheetFact.row_number,
            SheetFact.area_id,
            Area.name.label("area_name"),
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            SheetFact.kind,
            SheetFact.on_day,
            SheetFact.pieces,
            SheetFact.cells,
            SheetFact.remark,
            SheetFact.effect,
        )
        .join(Area, Area.id == SheetFact.area_id)
        .join(Item, Item.id == SheetFact.item_id)
        .where(SheetFact.import_id == import_id)
        .order_by(SheetFact.row_number, SheetFact.id)
    )
    return SheetImportDetail(
        **fields | {"report": tuple(fields["report"])}, facts=tuple(read(session, facts, SheetFactView))
    )


def places(session: Session, area_id: int | None) -> list[Place]:
    """The area and all below it (None: every area), as names in sheets are compared with."""
    statement: Rows = select(Area.id.label("area_id"), Area.code, Area.name, Area.level, Area.parent_id)
    if area_id is not None:
        statement = statement.where(Area.id.in_(area_and_below(area_id)))
    return read(session, statement.order_by(Area.code), Place)


def items_by_name(session: Session) -> dict[str, int]:
    """Ids of the items by code, and by name as names are compared."""
    rows = session.execute(select(Item.id, Item.code, Item.name)).all()
    return {**{place_key(row.name): row.id for row in rows}, **{row.code: row.id for row in rows}}


def requested_since(session: Session, area_ids: Collection[int]) -> dict[tuple[int, int], date]:
    """The latest day of which a sheet stated what became the standing request of a place, by item and area."""
    found: dict[tuple[int, int], date] = {}
    standing = SupplyRequest.state.in_((RequestState.OPEN, RequestState.DECLINED))
    for part in chunks(area_ids):
        rows = session.execute(
            select(SheetFact.item_id, SheetFact.area_id, func.max(SheetFact.on_day))
            .join(
                SupplyRequest,
                and_(
                    SupplyRequest.area_id == SheetFact.area_id,
                    SupplyRequest.item_id == SheetFact.item_id,
                    SheetFact.effect == literal("request:") + cast(SupplyRequest.id, String),
                ),
            )
            .where(SheetFact.area_id.in_(part), SheetFact.kind == FactKind.REQUESTED, standing)
            .group_by(SheetFact.item_id, SheetFact.area_id)
        )
        found.update({(item, area): day for item, area, day in rows})
    return found


def received_before(session: Session, keys: Collection[tuple[int, int, date]]) -> dict[tuple[int, int, date], str]:
    """Of areas, items and days those of which a sheet has entered a receipt, with the name of its file."""
    found = {}
    for part in chunks({area_id for area_id, _, _ in keys}):
        rows = session.execute(
            select(SheetFact.area_id, SheetFact.item_id, SheetFact.on_day, SheetImport.file_name)
            .join(SheetImport, SheetImport.id == SheetFact.import_id)
            .where(SheetFact.area_id.in_(part), SheetFact.kind == FactKind.RECEIVED, SheetFact.effect != "")
        )
        found.update({(area, item, day): name for area, item, day, name in rows if (area, item, day) in keys})
    return found


def area_levels(session: Session, area_id: int | None) -> dict[int, AreaLevel]:
    """Levels of the area and all below it, by id."""
    return {place.area_id: place.level for place in places(session, area_id)}


def _imports(viewer: Viewer) -> Rows:
    by = aliased(Account)
    owner = SheetImport.owner_area_id
    if viewer.role is Role.ADMIN:
        scope: ColumnElement[bool] = true()
    elif viewer.role is Role.STREET_OFFICE:
        scope = owner.in_(area_and_below(viewer.area_id))
    else:
        scope = false()
    return (
        select(
            SheetImport.id,
            SheetImport.file_name,
            SheetImport.sheet,
            SheetImport.sha256,
            SheetImport.facts_only,
            SheetImport.imported_at,
            by.username.label("imported_by"),
            SheetImport.counts,
        )
        .outerjoin(by, by.id == SheetImport.account_id)
        .where(scope)
    )


def _uses(viewer: Viewer, owner: Any) -> ColumnElement[bool]:
    """Whether something saved is the viewer's to use: its own or the platform's."""
    if viewer.role is Role.ADMIN:
        return true()
    return or_(owner.is_(None), owner == viewer.area_id)
