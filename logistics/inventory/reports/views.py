"""Daily reports as readers get them. All quantities in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from logistics.communities.rules import AreaLevel
from logistics.inventory.reports.rules import ReportState, Scope, StockLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """Where the report of one area for one day stands. `zero` says that a zero was reported; None before."""

    area_id: int
    area_code: str
    area_name: str
    level: AreaLevel
    parent_id: int | None
    on_day: date
    state: ReportState
    cut_off_at: datetime
    deadline_at: datetime
    version: int
    confirmed_at: datetime | None
    confirmed_by: str
    zero: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLineView:
    """The numbers of one item: `reported` in the last version, None before it is confirmed, and `computed` from the
    ledger as it is now."""

    item_id: int
    item_code: str
    item_name: str
    unit: str
    scope: Scope
    reported: StockLine | None
    computed: StockLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDifferenceView:
    """One number that the ledger tells otherwise than it was reported."""

    item_id: int
    item_name: str
    scope: Scope
    quantity: str
    reported: int
    computed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersionView:
    """Who reported what was reported when; from the second on with the reason of the correction."""

    number: int
    made_at: datetime
    made_by: str
    reason: str
    remark: str
    zero: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBelowView:
    """An area right below with its own and all below it added up, computed from the ledger as it is now, by item in the
    order of the report's lines. `report_count` areas report there, `confirmed_count` of them have."""

    area_id: int
    area_code: str
    area_name: str
    state: ReportState
    lines: tuple[StockLine, ...]
    report_count: int
    confirmed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDetail(ReportRow):
    """One report. The lines of an area with areas below are there twice: its own store, and the whole.

    `report_count` areas report here and below, `confirmed_count` of them have.
    """

    since: datetime
    lines: tuple[ReportLineView, ...]
    below: tuple[ReportBelowView, ...]
    versions: tuple[ReportVersionView, ...]
    differences: tuple[ReportDifferenceView, ...]
    report_count: int
    confirmed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVersionDetail(ReportVersionView):
    """One version as it was reported."""

    area_id: int
    area_name: str
    on_day: date
    lines: tuple[ReportedLineView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLineView:
    """The numbers of one item as a version has them."""

    item_id: int
    item_code: str
    item_name: str
    unit: str
    scope: Scope
    numbers: StockLine
