"""Imports a day folder: everything checked first, then one transaction, once for the same files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.communities import intake as communities
from logistics.day.entering import campaign_code, write_ground, write_orders
from logistics.day.folder.facts import ParsedDay
from logistics.day.folder.places import MapArea
from logistics.day.folder.problems import BadDayFolder, Report
from logistics.day.folder.reader import read_folder
from logistics.day.map_area import BadRoadFile, map_area
from logistics.day.models import Day, DayCampaign, DaySource
from logistics.db import transaction
from logistics.errors import N_, Conflict
from logistics.orders import intake as orders

__all__ = ["BadDayFolder", "CampaignAlreadyThere", "ImportedDay", "import_day", "import_folder"]

IMPORT_LOCK = 20_200_201
"""Any number that no other advisory lock of the platform uses."""


class CampaignAlreadyThere(Conflict):
    template = N_(
        "Campaign %(campaigns)s is already there, from other files. Nothing was imported; a corrected day needs another"
        " code in day.toml (code = …) or another date."
    )
    code = "campaign_already_there"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedDay:
    """A day that is in. `already_imported` says that these very files were known and nothing was written; `notices`
    what the reader of the files should know."""

    day_id: int
    code: str
    counts: Mapping[str, int]
    already_imported: bool
    notices: tuple[str, ...] = ()


def import_folder(
    folder: Path, *, roads_file: Path | None, now: datetime, delivery_date: date | None = None
) -> ImportedDay:
    """Import the day in `folder`, to be driven on `roads_file` (None: no roads, straight lines).

    The same files again, with the same settings, are the same day; only the road file is brought up to date.

    Raises:
        BadDayFolder: with all problems of the folder and the road file; nothing was imported.
        CampaignAlreadyThere: other files have made this day's campaigns.
    """
    report = Report()
    area = _area(roads_file, report) if roads_file is not None else None
    parsed = read_folder(folder, area=area, delivery_date=delivery_date, report=report)
    with transaction() as session:
        return import_day(session, parsed, source=DaySource.FOLDER, roads_file=roads_file, now=now)


def _area(roads_file: Path, report: Report) -> MapArea | None:
    try:
        return map_area(roads_file)
    except (BadRoadFile, FileNotFoundError) as error:
        report.add(
            roads_file.name,
            N_("the road file cannot be used (%(why)s)"),
            N_("an OpenStreetMap extract (.osm.pbf) would be right"),
            why=str(error),
        )
        return None


def import_day(
    session: Session, parsed: ParsedDay, *, source: DaySource, roads_file: Path | None, now: datetime
) -> ImportedDay:
    """Write a checked day. Raises as `import_folder`."""
    _wait_for_other_imports(session)
    roads = str(roads_file.resolve()) if roads_file is not None else ""
    known = session.scalar(select(Day).where(Day.source_sha256 == parsed.sha256))
    if known is not None:
        known.roads_file = roads or known.roads_file
        return ImportedDay(
            day_id=known.id, code=known.code, counts=known.counts, already_imported=True, notices=parsed.notices
        )
    _refuse_known(session, parsed)
    ground = write_ground(session, parsed, now=now)
    campaigns = write_orders(session, parsed, ground, now=now)
    day = Day(
        code=parsed.code,
        title=parsed.title,
        delivery_date=parsed.delivery_date,
        source=source,
        source_sha256=parsed.sha256,
        roads_file=roads,
        imported_at=now,
        counts=parsed.counts(),
    )
    session.add(day)
    session.flush()
    session.execute(insert(DayCampaign), [{"campaign_id": c, "day_id": day.id} for c in campaigns])
    return ImportedDay(day_id=day.id, code=day.code, counts=day.counts, already_imported=False, notices=parsed.notices)


def _wait_for_other_imports(session: Session) -> None:
    """One import at a time: two of one folder must not both find it unknown. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))


def _refuse_known(session: Session, parsed: ParsedDay) -> None:
    """Refuse what contradicts the tables: campaigns of other files, households that live elsewhere, stores sold."""
    taken = orders.known_campaigns(session, [campaign_code(parsed, depot.code) for depot in parsed.depots])
    if taken or session.scalar(select(Day.id).where(Day.code == parsed.code)) is not None:
        raise CampaignAlreadyThere(campaigns=taken or [parsed.code])
    report = Report()
    homes = communities.homes_of(session, {household.code for household in parsed.households})
    for household in parsed.households:
        compound, building = homes.get(household.code, (household.compound, household.building))
        if (compound, building) != (household.compound, household.building):
            report.add(
                "orders.csv",
                N_("household “%(value)s” is known in compound %(compound)s, building %(building)s"),
                N_("that home, or another code for another household, would be right"),
                field="household",
                value=household.code,
                compound=compound,
                building=building,
            )
    owners = orders.merchants_of_stores(session, [depot.code for depot in parsed.depots])
    for depot in parsed.depots:
        if (owner := owners.get(depot.code, depot.merchant)) != depot.merchant:
            report.add(
                "depots.csv",
                N_("depot “%(value)s” is known as a store of %(owner)s, not of %(merchant)s"),
                N_("that merchant, or another code for another depot, would be right"),
                field="depot",
                value=depot.code,
                owner=owner,
                merchant=depot.merchant,
            )
    if report.count:
        raise BadDayFolder(parsed.code, report)
