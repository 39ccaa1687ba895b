"""The tables of a day folder: their columns, and how a file becomes lines of named cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from logistics.errors import N_

from .cells import Cells
from .datum import Datum
from .files import Line, find_file, probe, read_lines
from .problems import Report
from .settings import DaySettings

PLACE_COLUMNS: tuple[tuple[str, str, Datum | None], ...] = (
    ("lng", "lat", None),
    ("lng_wgs84", "lat_wgs84", Datum.WGS84),
    ("lng_gcj02", "lat_gcj02", Datum.GCJ02),
    ("lng_bd09", "lat_bd09", Datum.BD09),
)
"""Headers under which a place may stand, the best first; None: the datum is the one that day.toml names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`required` columns must be in the header, `optional` ones may be, `unread` ones are known and not used."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    placed: bool = False
    needed: bool = True


COMPOUNDS = Table(
    name="compounds",
    placed=True,
    required=("compound", "name", "district", "address", "households", "buildings"),
    optional=("street_office", "community", "gate_opens", "gate_closes", "volunteers"),
)
DEPOTS = Table(name="depots", placed=True, required=("depot", "name", "opens", "closes"), optional=("merchant",))
SLOTS = Table(name="slots", required=("slot", "start", "end"))
PRODUCTS = Table(
    name="products",
    required=("sku", "name", "category", "unit", "price_cny", "weight_kg", "limit_per_household", "supply"),
    optional=("depot", "volume_l"),
    unread=("demand", "price_source"),
)
VEHICLES = Table(
    name="vehicles",
    required=("type", "name", "count", "depot", "capacity_kg", "shift_start", "shift_end"),
    optional=("capacity_packages", "plate"),
)
POINTS = Table(
    name="points", required=("point", "kind", "compound"), optional=("building", "name", "keeper"), needed=False
)
ORDERS = Table(
    name="orders",
    required=("order", "household", "compound", "building", "slot", "placed_at", "quarantined", "elderly"),
    optional=("depot", "channel", "unit", "flat"),
)
ORDER_LINES = Table(name="order_lines", required=("order", "sku", "qty"))


@dataclass(slots=True)
class OpenTable:
    """A table whose header is understood. `file` is the name to report under, `place` the two place columns."""

    file: str
    sha256: str
    header: list[str]
    lines: Iterator[Line]
    report: Report
    datum: Datum = Datum.WGS84
    place: tuple[str, str] = ("lng", "lat")
    row_count: int = field(default=0)

    def rows(self) -> Iterator[Cells]:
        """The lines as named cells; a line with too few or too many fields is a problem and left out."""
        for line in self.lines:
            self.row_count += 1
            if len(line.cells) != len(self.header):
                self.report.add(
                    self.file,
                    N_("the line has %(found)d fields"),
                    N_("%(wanted)d fields, as in the header, would be right"),
                    line=line.number,
                    field=_first_off(self.header, line.cells),
                    value=",".join(line.cells),
                    found=len(line.cells),
                    wanted=len(self.header),
                )
                continue
            yield Cells(self.file, line.number, dict(zip(self.header, line.cells, strict=True)), self.report)
        if not self.row_count:
            self.report.add(self.file, N_("the file has a header and no lines"), N_("at least one line would be right"))


def open_table(folder: Path, table: Table, settings: DaySettings, report: Report) -> OpenTable | None:
    """Find a table's file and understand its header. None, with a problem where the table is needed, if that fails."""
    path = find_file(folder, table.name, report, needed=table.needed)
    file = probe(path, settings.encodings.get(table.name), report) if path else None
    if file is None:
        return None
    lines = read_lines(file, report)
    first = next(lines, None)
    if first is None:
        report.add(
            file.name,
            N_("the file has no header that can be read"),
            N_("a first line with the column names %(columns)s would be right"),
            line=1,
            columns=_columns(table),
        )
        return None
    opened = OpenTable(file=file.name, sha256=file.sha256, header=first.cells, lines=lines, report=report)
    return opened if _check_header(opened, table, settings) else None


def _check_header(opened: OpenTable, table: Table, settings: DaySettings) -> bool:
    header, report = opened.header, opened.report
    before = report.count
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        report.add(
            opened.file,
            N_("the column “%(value)s” is there twice"),
            N_("each column once would be right"),
            line=1,
            field=name,
            value=name,
        )
    for name in table.required:
        if name not in header:
            report.add(
                opened.file,
                N_("the column %(value)s is missing"),
                N_("the columns %(columns)s would be right"),
                line=1,
                field=name,
                value=name,
                columns=_columns(table),
            )
    if table.placed:
        _choose_place(opened, table, settings)
    known = {*table.required, *table.optional, *table.unread}
    if table.placed:
        known.update(name for pair in PLACE_COLUMNS for name in pair[:2])
    unknown = [name or "(unnamed)" for name in header if name not in known]
    if unknown:
        report.notices.append(f"{opened.file}: columns not read: {', '.join(unknown)[:200]}")
    return report.count == before


def _choose_place(opened: OpenTable, table: Table, settings: DaySettings) -> None:
    """Which pair of columns holds the place, and in which datum."""
    said = settings.datums.get(table.name)
    for lng, lat, datum in PLACE_COLUMNS:
        if lng in opened.header and lat in opened.header:
            opened.place, opened.datum = (lng, lat), datum or said or Datum.WGS84
            if datum and said and datum is not said:
                opened.report.add(
                    opened.file,
                    N_("the columns %(lng)s and %(lat)s contradict day.toml, which says %(said)s"),
                    N_("one datum would be right"),
                    line=1,
                    field=lng,
                    lng=lng,
                    lat=lat,
                    said=said.value,
                )
            return
    for name in ("lng", "lat"):
        if name not in opened.header:
            opened.report.add(
                opened.file,
                N_("the column %(value)s is missing"),
                N_("the columns %(columns)s would be right"),
                line=1,
                field=name,
                value=name,
                columns=_columns(table),
            )


def _first_off(header: list[str], cells: list[str]) -> str:
    """The first field that is not there, or empty where there are too many."""
    return header[len(cells)] if len(cells) < len(header) else ""


def _columns(table: Table) -> str:
    return ", ".join((*table.required, "lng", "lat") if table.placed else table.required)
