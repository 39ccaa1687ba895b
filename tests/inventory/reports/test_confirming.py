"""A report is opened for every area, confirmed once, corrected in the open; whoever is late is listed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.reports import queries, service
from logistics.inventory.reports.models import DailyReport, ReportLine, ReportVersion
from logistics.inventory.reports.rules import Clock, ReportState, Scope, StockLine
from logistics.inventory.reports.views import ReportRow
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.inventory.reports.reporting import CLOCK, DAY, Tree, a_tree, at
from tests.racing import race

FIVE, SIX = at("17:00"), at("18:00")
MICRO = timedelta(microseconds=1)


@pytest.fixture
def tree(any_tables: Flask) -> Tree:
    return a_tree()


def count(model: type[ReportVersion] | type[ReportLine] | type[DailyReport]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def rows(
    tree: Tree, *, now: datetime = FIVE, role: Role = Role.ADMIN, area: int | None = None, days: int = 0
) -> dict[int, ReportRow]:
    day = DAY + timedelta(days=days)
    with reading() as session:
        found = queries.reports_of_day(session, tree.viewer(role, area), day, now=now, clock=CLOCK)
    return {row.area_id: row for row in found}


def late(tree: Tree, *, now: datetime, role: Role = Role.ADMIN, area: int | None = None) -> list[tuple[int, int, str]]:
    with reading() as session:
        found = queries.late_reports(session, tree.viewer(role, area), now=now)
    return [(row.on_day.day, row.area_id, row.state.value) for row in found]


# opening


def test_every_area_owes_a_report_for_the_day_that_is_cut_off(tree: Tree) -> None:
    early, due, again = tree.open(FIVE - MICRO), tree.open(FIVE), tree.open(SIX)

    assert (early.days, early.report_count) == ((), 0)  # the deadline of the day before passed without a platform
    assert (due.days, due.report_count) == ((DAY,), 6)
    assert (again.days, again.report_count) == ((DAY,), 0)
    with reading() as session:
        moments = session.execute(
            select(DailyReport.since, DailyReport.cut_off_at, DailyReport.deadline_at)
            .where(DailyReport.on_day == DAY)
            .distinct()
        ).all()
    assert [tuple(row) for row in moments] == [(FIVE - timedelta(days=1), FIVE, SIX)]


def test_days_missed_while_nothing_ran_are_opened_afterwards(tree: Tree) -> None:
    tree.open(FIVE)

    opened = tree.open(FIVE + timedelta(days=3))

    assert [day.day for day in opened.days] == [19, 20, 21]
    assert (opened.report_count, count(DailyReport)) == (18, 24)


def test_relays_that_race_open_each_report_once(any_tables: Flask) -> None:
    tree = a_tree()

    outcomes = race(any_tables, [lambda: tree.open(FIVE).report_count] * 6)

    assert sum(outcomes) == 6  # type: ignore[arg-type]
    assert count(DailyReport) == 6


def test_an_area_that_is_added_later_reports_from_then_on(tree: Tree) -> None:
    tree.open(FIVE)
    newcomer = a_tree()

    opened = tree.open(SIX)

    assert opened.report_count == 6
    assert newcomer.confirm(newcomer.east, SIX) == 1


def test_nobody_is_late_by_being_new(tree: Tree) -> None:
    assert tree.open(SIX + MICRO).report_count == 0  # a platform that starts after the deadline
    tree.open(at("17:00", days=1))
    newcomer = a_tree()

    assert tree.open(at("18:00", days=1) + MICRO).report_count == 0
    tree.open(at("17:00", days=2))

    with reading() as session:
        owed = session.execute(
            select(DailyReport.on_day, func.count())
            .where(DailyReport.area_id.in_(newcomer.areas))
            .group_by(DailyReport.on_day)
        ).all()
    assert [tuple(row) for row in owed] == [(DAY + timedelta(days=2), 6)]
    seen = {days: rows(tree, now=at("19:00", days=2), days=days)[newcomer.east].state for days in (-30, 0, 1, 2)}
    assert seen == {
        -30: ReportState.NOT_OWED, 0: ReportState.NOT_OWED, 1: ReportState.NOT_OWED, 2: ReportState.LATE,
    }  # fmt: skip


def test_a_day_that_was_missed_is_late_before_anything_opens_it(tree: Tree) -> None:
    tree.open(FIVE)

    assert rows(tree, now=at("19:00", days=1), days=1)[tree.east].state is ReportState.LATE


def test_who_confirms_before_the_relay_is_back_opens_the_days_it_missed(tree: Tree) -> None:
    tree.open(FIVE)
    tree.receive(tree.east, 5, at("12:00", days=1))
    tree.receive(tree.east, 70, at("12:00", days=3))

    tree.confirm(tree.east, at("17:05", days=3), days=3)
    tree.confirm(tree.east, at("17:06", days=3), days=1)

    assert tree.open(at("17:15", days=3)).report_count == 5  # of this day those of the other areas
    assert [tree.report(tree.east, SIX, days=days).since for days in (1, 2, 3)] == [
        FIVE, at("17:00", days=1), at("17:00", days=2),
    ]  # fmt: skip
    received = [tree.report(tree.east, SIX, days=days).lines[0].computed.received for days in (1, 2, 3)]
    assert received == [5, 0, 70]  # no piece in two reports


def test_a_day_that_the_next_report_reaches_back_over_has_none_of_its_own(tree: Tree) -> None:
    tree.open(FIVE)
    tree.open(at("17:00", days=40))  # days 10 to 40; the report of day 10 begins at the cut-off of day 0

    with pytest.raises(service.CoveredByNext) as caught:
        tree.confirm(tree.east, at("17:05", days=40), days=5)

    assert caught.value.data == {"day": DAY + timedelta(days=5), "next": DAY + timedelta(days=10)}
    assert tree.confirm(tree.east, at("17:05", days=40), days=10) == 1


def test_days_reported_afterwards_do_not_overlap_in_whatever_order(tree: Tree) -> None:
    tree.open(FIVE)

    for days in (-5, -3, -4):
        tree.confirm(tree.east, SIX, days=days)

    spans = [tree.report(tree.east, SIX, days=days) for days in (-5, -4, -3)]
    assert [(span.since, span.cut_off_at) for span in spans] == [
        (FIVE - timedelta(days=days + 1), FIVE - timedelta(days=days)) for days in (5, 4, 3)
    ]


def test_when_the_hour_is_changed_nothing_falls_between_two_reports(tree: Tree) -> None:
    tree.open(FIVE)
    tree.receive(tree.east, 5, at("17:30"))
    earlier = Clock(cut_off_min=9 * 60, grace_min=30)

    tree.open(at("9:00", days=1), clock=earlier)
    shown = tree.report(tree.east, at("9:00", days=1), days=1, clock=CLOCK)  # a day that is open keeps its moments

    assert (shown.since, shown.cut_off_at, shown.deadline_at) == (FIVE, at("9:00", days=1), at("9:30", days=1))
    assert [line.computed.received for line in shown.lines] == [5, 0]


# confirming


def test_what_is_confirmed_is_what_the_ledger_says_at_the_cut_off(tree: Tree) -> None:
    tree.receive(tree.east, 100, at("9:00"))
    tree.issue(tree.east, 30, at("10:00"))
    tree.issue(tree.east, 7, FIVE + MICRO)

    assert tree.confirm(tree.east, at("17:10"), remark=" 已核对 ") == 1

    shown = tree.report(tree.east, SIX)
    assert (shown.state, shown.version, shown.confirmed_at, shown.zero) == (
        ReportState.CONFIRMED, 1, at("17:10"), False,
    )  # fmt: skip
    assert [(line.scope, line.reported, line.computed) for line in shown.lines] == [
        (Scope.OWN, StockLine(received=100, issued=30, closing=70), StockLine(received=100, issued=30, closing=70)),
        (Scope.OWN, StockLine(), StockLine()),
    ]
    assert [(v.number, v.made_at, v.made_by, v.reason, v.remark) for v in shown.versions] == [
        (1, at("17:10"), shown.confirmed_by, "", "已核对")
    ]
    assert shown.differences == ()


def test_a_zero_is_stated_for_every_item_and_never_blank(tree: Tree) -> None:
    tree.confirm(tree.south, FIVE)

    shown = tree.report(tree.south, FIVE)
    assert shown.zero is True
    assert [line.reported for line in shown.lines] == [StockLine(), StockLine()]
    assert count(ReportLine) == 2  # a row of zeros for each item


def test_a_report_is_confirmed_from_its_cut_off_on_and_not_before(tree: Tree) -> None:
    with pytest.raises(service.TooEarly):
        tree.confirm(tree.east, FIVE - MICRO)
    assert count(ReportVersion) == 0

    assert tree.confirm(tree.east, FIVE) == 1


def test_a_second_click_reports_nothing_twice(tree: Tree) -> None:
    tree.receive(tree.east, 100, at("9:00"))
    tree.confirm(tree.east, at("17:10"))

    assert tree.confirm(tree.east, at("17:11")) == 1

    assert (count(ReportVersion), tree.report(tree.east, SIX).confirmed_at) == (1, at("17:10"))


def test_two_who_confirm_at_once_report_once(any_tables: Flask) -> None:
    tree = a_tree()
    tree.receive(tree.east, 100, at("9:00"))

    answers = race(any_tables, [lambda: tree.confirm(tree.east, FIVE)] * 6)

    assert answers == [1] * 6
    assert (count(ReportVersion), count(ReportLine)) == (1, 2)


def test_an_office_reports_its_store_and_the_whole(tree: Tree) -> None:
    tree.receive(tree.office, 100, at("9:00"))
    tree.arrive(tree.dispatch(tree.office, tree.east, 60, at("10:00")), 60, at("11:00"))
    tree.receive(tree.south, 9, at("9:00"))  # of another office
    tree.confirm(tree.east, FIVE)

    tree.confirm(tree.office, FIVE)

    shown = tree.report(tree.office, FIVE)
    masks = {line.scope: line.reported for line in shown.lines if line.item_id == tree.mask}
    assert masks == {
        Scope.OWN: StockLine(received=100, sent=60, closing=40),
        Scope.WHOLE: StockLine(received=100, arrived=60, sent=60, closing=100),
    }
    assert [(b.area_id, b.state, b.report_count, b.confirmed_count) for b in shown.below] == [
        (tree.east, ReportState.CONFIRMED, 1, 1), (tree.west, ReportState.DUE, 1, 0),
    ]  # fmt: skip
    own, *below = masks[Scope.OWN], *(b.lines[0] for b in shown.below)
    assert sum(below, own) == masks[Scope.WHOLE]  # type: ignore[arg-type]
    assert (shown.report_count, shown.confirmed_count) == (3, 2)


# corrections


def test_a_correction_is_a_version_of_its_own_and_the_original_stays(tree: Tree) -> None:
    tree.receive(tree.east, 100, at("9:00"))
    wrong = tree.issue(tree.east, 30, at("10:00"))
    tree.confirm(tree.east, FIVE)
    tree.reverse(wrong, at("16:59"))  # entered after the report, for a moment before the cut-off

    seen = tree.report(tree.east, SIX)
    assert [(d.item_id, d.quantity, d.reported, d.computed) for d in seen.differences] == [
        (tree.mask, "issued", 30, 0), (tree.mask, "closing", 70, 100),
    ]  # fmt: skip
    assert tree.correct(tree.east, at("19:00"), reason=" 误录 ") == 2

    shown = tree.report(tree.east, at("20:00"))
    assert (shown.version, shown.confirmed_at, shown.state) == (2, FIVE, ReportState.CONFIRMED)
    assert shown.lines[0].reported == shown.lines[0].computed == StockLine(received=100, closing=100)
    assert shown.differences == ()
    assert [(v.number, v.reason) for v in shown.versions] == [(1, ""), (2, "误录")]
    with reading() as session:
        first = queries.version(session, tree.viewer(), tree.east, DAY, 1)
    assert [line.numbers for line in first.lines] == [StockLine(received=100, issued=30, closing=70), StockLine()]


def test_a_correction_needs_a_reason_something_to_correct_and_the_version_that_was_seen(tree: Tree) -> None:
    tree.receive(tree.east, 100, at("9:00"))
    with pytest.raises(service.NotConfirmed):
        tree.correct(tree.east, SIX)
    tree.confirm(tree.east, FIVE)
    with pytest.raises(service.ReasonMissing):
        tree.correct(tree.east, SIX, reason="  ")
    with pytest.raises(service.NothingToCorrect):
        tree.correct(tree.east, SIX)
    tree.receive(tree.east, 1, at("12:00"))
    with pytest.raises(service.ReportChanged):
        tree.correct(tree.east, SIX, version=2)

    assert tree.correct(tree.east, SIX) == 2
    with pytest.raises(service.ReportChanged):  # a second click, with the version of the first
        tree.correct(tree.east, SIX)
    assert count(ReportVersion) == 2


def test_two_who_correct_at_once_correct_once(any_tables: Flask) -> None:
    tree = a_tree()
    tree.confirm(tree.east, FIVE)
    tree.receive(tree.east, 1, at("12:00"))

    answers = race(any_tables, [lambda: tree.correct(tree.east, SIX)] * 5)

    assert sorted(map(str, answers)).count("2") == 1
    assert sum(isinstance(answer, service.ReportChanged) for answer in answers) == 4
    assert count(ReportVersion) == 2


def test_an_item_that_came_after_the_report_is_no_difference(tree: Tree) -> None:
    tree.confirm(tree.east, FIVE)
    a_tree()  # with items of its own

    assert tree.report(tree.east, SIX).differences == ()
    with pytest.raises(service.NothingToCorrect):
        tree.correct(tree.east, SIX)


def test_what_was_reported_cannot_be_edited_or_deleted(tree: Tree) -> None:
    tree.confirm(tree.east, FIVE)

    for statement in (
        update(ReportVersion).values(remark="x"), delete(ReportVersion),
        update(ReportLine).values(closing=5), delete(ReportLine),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(statement)
    assert count(ReportLine) == 2


def test_the_tables_refuse_a_first_version_with_a_reason_and_a_later_one_without(tree: Tree) -> None:
    tree.confirm(tree.east, FIVE)
    insert = (
        "INSERT INTO report_versions (report_id, number, reason, remark, zero, made_at)"
        " SELECT report_id, 2, '', '', zero, made_at FROM report_versions"
    )

    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(insert))


# late


def test_who_has_not_confirmed_by_the_deadline_is_late_and_stays_listed(tree: Tree) -> None:
    tree.open(FIVE)
    tree.confirm(tree.east, SIX)
    tree.confirm(tree.west, SIX + MICRO)

    assert late(tree, now=SIX) == [(18, tree.west, "confirmed_late")]
    assert late(tree, now=SIX + MICRO) == [
        (18, tree.west, "confirmed_late"), (18, tree.south, "late"), (18, tree.district, "late"),
        (18, tree.office, "late"), (18, tree.other, "late"),
    ]  # fmt: skip


def test_a_correction_does_not_make_a_report_late(tree: Tree) -> None:
    tree.open(FIVE)
    tree.confirm(tree.east, SIX)
    tree.receive(tree.east, 1, at("12:00"))

    tree.correct(tree.east, at("12:00", days=3))

    assert tree.report(tree.east, at("13:00", days=3)).state is ReportState.CONFIRMED


def test_the_latest_day_comes_first_in_the_late_list(tree: Tree) -> None:
    tree.open(FIVE)
    tree.open(FIVE + timedelta(days=1))

    days = [day for day, *_ in late(tree, now=SIX + timedelta(days=2))]

    assert days == [19] * 6 + [18] * 6


def test_before_it_is_opened_a_report_is_shown_as_it_will_be(tree: Tree) -> None:
    tree.receive(tree.east, 5, at("9:00"))

    shown = tree.report(tree.east, at("12:00"))

    assert (shown.state, shown.version, shown.zero, shown.cut_off_at) == (ReportState.TO_COME, 0, None, FIVE)
    assert (shown.lines[0].reported, shown.lines[0].computed) == (None, StockLine(received=5, closing=5))
    assert {row.state for row in rows(tree, now=at("12:00")).values()} == {ReportState.TO_COME}


# telling who is late


def test_whoever_is_late_is_told_once_and_nobody_else(tree: Tree) -> None:
    tree.open(FIVE)
    tree.confirm(tree.east, at("17:30"))

    counts = [tree.tell(now) for now in (SIX, SIX + MICRO, at("18:15"), at("23:59"))]
    tree.confirm(tree.west, at("19:00"))

    assert counts == [0, 5, 0, 0]
    assert sorted(told()) == sorted((area, ["2020-02-18"]) for area in tree.areas if area != tree.east)


def test_every_day_is_told_of_anew(tree: Tree) -> None:
    for days in (0, 1):
        tree.open(at("17:00", days=days))
        tree.tell(at("18:15", days=days))

    assert [days for area, days in told() if area == tree.west] == [["2020-02-18"], ["2020-02-19"]]


def test_days_that_nothing_ran_on_are_one_message(tree: Tree) -> None:
    tree.open(FIVE)
    tree.open(at("19:00", days=2))

    assert tree.tell(at("19:00", days=2)) == 6
    assert [days for area, days in told() if area == tree.west] == [["2020-02-18", "2020-02-19", "2020-02-20"]]


def test_relays_that_race_tell_everybody_once(any_tables: Flask) -> None:
    tree = a_tree()
    tree.open(FIVE)

    outcomes = race(any_tables, [lambda: tree.tell(at("18:15"))] * 6)

    assert sorted(outcomes) == [0] * 5 + [6]  # type: ignore[type-var]
    assert len(told()) == 6


def test_a_message_that_could_not_be_written_is_told_the_next_time(tree: Tree) -> None:
    tree.open(FIVE)

    def tell_and_fail() -> None:
        with transaction() as session:
            service.tell_late(session, now=at("18:15"))
            raise RuntimeError  # killed before it was committed

    with pytest.raises(RuntimeError):
        tell_and_fail()

    assert told() == []
    assert tree.tell(at("18:30")) == 6


def told() -> list[tuple[int | None, list[str]]]:
    with reading() as session:
        messages = session.scalars(
            select(Notification).where(Notification.event == Event.REPORT_LATE).order_by(Notification.id)
        )
        return [(message.area_id, message.data["days"]) for message in messages]


# who sees what


def test_an_office_sees_its_area_and_below_and_a_worker_the_community(tree: Tree) -> None:
    tree.open(FIVE)
    office, worker = (Role.STREET_OFFICE, tree.office), (Role.COMMUNITY_WORKER, tree.west)

    assert set(rows(tree, role=office[0], area=office[1])) == {tree.office, tree.east, tree.west}
    assert set(rows(tree, role=worker[0], area=worker[1])) == {tree.west}
    assert rows(tree, role=Role.COURIER) == {}
    assert {area for _, area, _ in late(tree, now=SIX + MICRO, role=worker[0], area=worker[1])} == {tree.west}
    for role, mine, theirs in ((*office, tree.south), (*worker, tree.office), (Role.RESIDENT, None, tree.east)):
        with pytest.raises(NotFound):
            tree.report(theirs, FIVE, viewer=tree.viewer(role, mine))
        with pytest.raises(NotFound), reading() as session:
            queries.require_area(session, tree.viewer(role, mine), theirs)
    tree.confirm(tree.south, FIVE)
    with pytest.raises(NotFound), reading() as session:
        queries.version(session, tree.viewer(*office), tree.south, DAY, 1)
