"""A confirmed report and an imported sheet of each side, for the tests that walk every route."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.communities.models import Area
from logistics.inventory.reports import service as reports
from logistics.inventory.reports.rules import last_due
from logistics.inventory.sheets import service as sheets
from logistics.inventory.sheets.mapping import ColumnRole, ColumnUse, SheetMapping
from tests.builders import TownRef

CLOCK = reports.Clock()
MAPPING = SheetMapping(
    columns=(ColumnUse(role=ColumnRole.PLACE, title="place"), ColumnUse(role=ColumnRole.SENT, title="sent")),
    item="MASK",
)


def a_report(session: Session, area_id: int, *, now: datetime) -> dict[str, Any]:
    """What addresses of the community's report name: its day, its version, a file of it."""
    day = last_due(now, CLOCK)
    reports.confirm(session, reports.ConfirmReport(area_id=area_id, on_day=day), now=now, clock=CLOCK)
    return {"day": day.isoformat(), "number": 1, "file": "report.csv"}


def a_sheet(session: Session, town: TownRef, clerk_id: int, *, now: datetime) -> dict[str, Any]:
    """Ids of a sheet of the office: one imported, one waiting, and the mapping it was read by."""
    office = town.office_id
    content = f"place,sent\n{session.get_one(Area, town.community_id).code},5\n".encode()
    command = sheets.TakeSheet(
        book=sheets.read_workbook(content, "sent.csv"),
        mapping=MAPPING,
        owner_area_id=office,
        account_id=clerk_id,
        day=now.date(),
        facts_only=True,
    )
    return {
        "import_id": sheets.import_sheet(session, command, now=now).import_id,
        "mapping_id": sheets.save_mapping(session, "sent", MAPPING, owner_area_id=office, account_id=clerk_id, now=now),
        "upload_id": sheets.keep_upload(session, account_id=clerk_id, name="sent.csv", content=content, now=now),
    }


def report_bodies(ids: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Sound requests about a side's report and sheets."""
    return {
        "inventory.correct_report": {"version": 1, "reason": "counted again"},
        "inventory.remember_place_names": {"places": [{"name": "somewhere", "area_id": ids["area_id"]}]},
    }
