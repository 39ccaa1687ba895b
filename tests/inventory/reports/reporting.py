"""A district with two offices and three communities, and short words for what happens in its ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.clock import SHANGHAI
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Item
from logistics.inventory.ledger.rules import DiscrepancyPart, Outcome
from logistics.inventory.reports import service
from logistics.inventory.reports.line_queries import BranchLines, branch_lines
from logistics.inventory.reports.rules import Clock, Span, StockLine, span_of
from logistics.inventory.reports.views import ReportDetail
from tests.api.world import an_account

DAY = date(2020, 2, 18)
CLOCK = Clock(cut_off_min=17 * 60, grace_min=60)
_serial = count(1)


def at(clock: str, *, days: int = 0) -> datetime:
    """A time of day in Shanghai, on the tests' day or `days` after it."""
    hour, _, minute = clock.partition(":")
    return datetime.combine(DAY + timedelta(days=days), time(int(hour), int(minute)), SHANGHAI)


@dataclass(slots=True)
class Tree:
    """Ids of the areas: `east` and `west` lie in `office`, `south` in `other`, both offices in `district`."""

    district: int
    office: int
    other: int
    east: int
    west: int
    south: int
    household: int
    mask: int
    thermometer: int
    admin: int
    keys: Any = field(default_factory=lambda: count(1))
    session: Session | None = None
    """One for many movements, each in a savepoint: a commit for each takes ten times as long."""

    @property
    def areas(self) -> tuple[int, ...]:
        return self.district, self.office, self.other, self.east, self.west, self.south

    def key(self) -> str:
        return f"k{self.office}-{next(self.keys)}"

    def viewer(self, role: Role = Role.ADMIN, area_id: int | None = None) -> Viewer:
        return Viewer(account_id=self.admin, username="boss", role=role, area_id=area_id)

    # what happens

    def receive(self, area_id: int, quantity: int, now: datetime, *, item_id: int | None = None) -> int:
        receipt = ledger.Receipt(key=self.key(), item_id=item_id or self.mask, area_id=area_id, quantity=quantity)
        return self._do(ledger.receive, receipt, now)

    def dispatch(self, from_id: int, to_id: int, quantity: int, now: datetime) -> int:
        sent = ledger.Dispatch(
            key=self.key(), item_id=self.mask, from_area_id=from_id, to_area_id=to_id, quantity=quantity
        )
        return self._do(ledger.dispatch, sent, now)

    def arrive(self, shipment_id: int, accepted: int, now: datetime, *, rejected: int = 0) -> None:
        arrival = ledger.Arrival(
            key=self.key(), shipment_id=shipment_id, accepted=accepted, rejected=rejected, reason="damaged"
        )
        self._do(ledger.arrive, arrival, now)

    def settle(self, shipment_id: int, part: DiscrepancyPart, outcome: Outcome, quantity: int, now: datetime) -> int:
        settled = ledger.Settlement(
            key=self.key(), shipment_id=shipment_id, part=part, outcome=outcome, quantity=quantity, reason="looked"
        )
        return self._do(ledger.settle, settled, now)

    def issue(self, area_id: int, quantity: int, now: datetime) -> int:
        issued = ledger.Issue(
            key=self.key(), item_id=self.mask, area_id=area_id, household_id=self.household, quantity=quantity
        )
        return self._do(ledger.issue, issued, now)

    def lend(self, area_id: int, quantity: int, now: datetime, *, back: bool = False) -> int:
        facts: dict[str, Any] = {"key": self.key(), "item_id": self.thermometer, "area_id": area_id, "post": "gate"}
        if back:
            return self._do(ledger.give_back, ledger.GiveBack(**facts, quantity=quantity), now)
        return self._do(ledger.lend, ledger.Loan(**facts, quantity=quantity), now)

    def count(self, area_id: int, counted: int, now: datetime) -> None:
        counting = ledger.Count(key=self.key(), item_id=self.mask, area_id=area_id, counted=counted, reason="counted")
        self._do(ledger.count, counting, now)

    def write_off(self, area_id: int, quantity: int, now: datetime, **options: Any) -> int:
        facts = {"item_id": self.mask, "area_id": area_id, "quantity": quantity, "reason": "wet", **options}
        return self._do(ledger.write_off, ledger.WriteOff(key=self.key(), **facts), now)

    def reverse(self, transfer_id: int, now: datetime) -> int:
        return self._do(ledger.reverse, ledger.Reversal(key=self.key(), transfer_id=transfer_id, reason="slip"), now)

    def _do(self, verb: Any, command: Any, now: datetime) -> Any:
        if self.session is not None:
            with self.session.begin_nested():
                return verb(self.session, command, now=now)
        with transaction() as session:
            return verb(session, command, now=now)

    # what is reported

    def branches(self, area_id: int, *, days: int = 0) -> BranchLines:
        with reading() as session:
            return branch_lines(session, self.span(days), area_id=area_id)

    def line(self, area_id: int, *, days: int = 0, item_id: int | None = None) -> StockLine:
        return self.branches(area_id, days=days).own.get(item_id or self.mask, StockLine())

    def whole(self, area_id: int, *, days: int = 0, item_id: int | None = None) -> StockLine:
        return self.branches(area_id, days=days).whole.get(item_id or self.mask, StockLine())

    def span(self, days: int = 0) -> Span:
        return span_of(DAY + timedelta(days=days), CLOCK)

    def open(self, now: datetime, clock: Clock = CLOCK) -> service.Opened:
        with transaction() as session:
            return service.open_due(session, now=now, clock=clock)

    def tell(self, now: datetime) -> int:
        with transaction() as session:
            return service.tell_late(session, now=now)

    def confirm(self, area_id: int, now: datetime, *, days: int = 0, remark: str = "", clock: Clock = CLOCK) -> int:
        command = service.ConfirmReport(
            area_id=area_id, on_day=DAY + timedelta(days=days), remark=remark, account_id=self.admin
        )
        with transaction() as session:
            return service.confirm(session, command, now=now, clock=clock)

    def correct(self, area_id: int, now: datetime, *, version: int = 1, reason: str = "counted again") -> int:
        command = service.CorrectReport(
            area_id=area_id, on_day=DAY, version=version, reason=reason, account_id=self.admin
        )
        with transaction() as session:
            return service.correct(session, command, now=now, clock=CLOCK)

    def report(
        self, area_id: int, now: datetime, *, days: int = 0, viewer: Viewer | None = None, clock: Clock = CLOCK
    ) -> ReportDetail:
        day = DAY + timedelta(days=days)
        with reading() as session:
            return service.report(session, viewer or self.viewer(), area_id, day, now=now, clock=clock)


def a_tree() -> Tree:
    with transaction() as session:
        n = next(_serial)
        district = _area(session, f"D{n}", AreaLevel.DISTRICT, None)
        office, other = (_area(session, f"O{n}{x}", AreaLevel.STREET_OFFICE, district) for x in "ab")
        east, west = (_area(session, f"C{n}{x}", AreaLevel.COMMUNITY, office) for x in "ab")
        south = _area(session, f"C{n}c", AreaLevel.COMMUNITY, other)
        items = [
            Item(code=f"{code}{n}", name=name, unit=unit, pack_size=10, lent=lent)
            for code, name, unit, lent in (("mask", "口罩", "只", False), ("thermo", "额温枪", "把", True))
        ]
        session.add_all(items)
        session.flush()
        return Tree(
            district=district,
            office=office,
            other=other,
            east=east,
            west=west,
            south=south,
            household=_household(session, east, n),
            mask=items[0].id,
            thermometer=items[1].id,
            admin=an_account(session, f"boss{n}", Role.ADMIN),
        )


def _area(session: Session, code: str, level: AreaLevel, parent: int | None) -> int:
    area = Area(code=code, name=f"name {code}", level=level, parent_id=parent)
    session.add(area)
    session.flush()
    return area.id


def _household(session: Session, community_id: int, n: int) -> int:
    compound = Compound(code=f"X{n}", name=f"X{n}", community_id=community_id, gate_lng=117.0, gate_lat=36.6)
    session.add(compound)
    session.flush()
    building = Building(compound_id=compound.id, number="1")
    session.add(building)
    session.flush()
    home = Household(code=f"H{n}", building_id=building.id, unit="1", flat="1")
    session.add(home)
    session.flush()
    return home.id
