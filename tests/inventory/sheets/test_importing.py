"""A sheet is imported whole, once, and what it asks for is done in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.intake import ItemFact, take_items
from logistics.inventory.ledger.models import Transfer
from logistics.inventory.rounds import service as rounds
from logistics.inventory.rounds.models import SupplyRequest
from logistics.inventory.sheets import queries, service
from logistics.inventory.sheets.effects import EnteredOtherwise, RequestTooLarge
from logistics.inventory.sheets.mapping import ColumnRole, ColumnUse, SheetMapping
from logistics.inventory.sheets.models import PlaceAlias, SavedMapping, SheetFact, SheetImport, SheetUpload
from logistics.inventory.sheets.telling import notice_texts
from tests.api.world import an_account
from tests.builders import NOW
from tests.inventory.sheets.files import a_workbook, changed
from tests.racing import race

P, REQ, REC, STOCK = ColumnRole.PLACE, ColumnRole.REQUESTED, ColumnRole.RECEIVED, ColumnRole.STOCK
DAY = date(2020, 2, 18)
HEADING = ["社区", "申领", "收到", "库存"]


class Ground:
    """An office with the communities 东 and 西 and the item mask; another office with 南."""

    def __init__(self) -> None:
        with transaction() as session:
            self.mask = take_items(session, [ItemFact(code="mask", name="口罩", unit="只", pack_size=10)])["mask"]
            self.office, self.other = (
                self._area(session, f"O{n}", f"{name}街道", AreaLevel.STREET_OFFICE, None)
                for n, name in enumerate(("光明", "幸福"))
            )
            self.east, self.west = (
                self._area(session, code, name, AreaLevel.COMMUNITY, self.office)
                for code, name in (("C1", "东社区"), ("C2", "西社区"))
            )
            self.south = self._area(session, "C3", "南社区", AreaLevel.COMMUNITY, self.other)
            self.clerk = an_account(session, "clerk", Role.STREET_OFFICE, area_id=self.office)

    @staticmethod
    def _area(session: Any, code: str, name: str, level: AreaLevel, parent: int | None) -> int:
        area = Area(code=code, name=name, level=level, parent_id=parent)
        session.add(area)
        session.flush()
        return int(area.id)

    def viewer(self, role: Role = Role.STREET_OFFICE, area_id: int | None = None) -> Viewer:
        return Viewer(account_id=self.clerk, username="clerk", role=role, area_id=area_id or self.office)


@pytest.fixture
def ground(any_tables: Flask) -> Ground:
    return Ground()


def a_mapping(*roles: ColumnRole, **options: Any) -> SheetMapping:
    titles = dict(zip((P, REQ, REC, STOCK), HEADING, strict=True))
    uses = tuple(ColumnUse(role=role, title=titles[role]) for role in (P, *roles))
    return SheetMapping(**{"columns": uses, "item": "mask", **options})


def a_sheet(ground: Ground, rows: list[list[Any]], *roles: ColumnRole, **options: Any) -> service.TakeSheet:
    content = options.pop("content", None) or a_workbook([HEADING, *rows])
    return service.TakeSheet(
        book=service.read_workbook(content, "申领表.xlsx"),
        mapping=options.pop("mapping", None) or a_mapping(*roles),
        owner_area_id=options.pop("owner", ground.office),
        account_id=ground.clerk,
        day=options.pop("day", DAY),
        **options,
    )


def imported(command: service.TakeSheet) -> service.ImportedSheet:
    with transaction() as session:
        return service.import_sheet(session, command, now=NOW)


def stock() -> dict[int, int]:
    with reading() as session:
        return {row.area_id: row.on_hand for row in ledger.stock_of_areas(session, None)}


def requests() -> dict[int, tuple[int, str]]:
    with reading() as session:
        rows = session.execute(select(SupplyRequest.area_id, SupplyRequest.quantity, SupplyRequest.note)).all()
        return {area_id: (quantity, note) for area_id, quantity, note in rows}


def count(model: type[Any]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_receipts_requests_and_facts_come_of_one_sheet(ground: Ground) -> None:
    rows = [["东社区", "1.5千", 200, None], ["西 社区", 0, "３０", None], ["合计", 1_500, 230, None]]

    done = imported(a_sheet(ground, rows, REQ, REC))

    assert (done.already_imported, dict(done.counts)) == (False, {"taken": 2, "skipped": 1, "facts": 4})
    assert stock() == {ground.east: 200, ground.west: 30}
    assert requests() == {ground.east: (1_500, "")}  # nobody asks for nothing
    with reading() as session:
        detail = queries.imported(session, ground.viewer(), done.import_id)
    assert [(f.area_name, f.kind.value, f.pieces, f.cells, bool(f.effect)) for f in detail.facts] == [
        ("东社区", "requested", 1_500, "B2", True),
        ("东社区", "received", 200, "C2", True),
        ("西社区", "requested", 0, "B3", False),
        ("西社区", "received", 30, "C3", True),
    ]
    assert (detail.file_name, detail.imported_by, len(detail.report)) == ("申领表.xlsx", "clerk", 3)


def test_the_movement_says_which_cell_it_comes_from(ground: Ground) -> None:
    imported(a_sheet(ground, [["东社区", None, 200, None]], REC))

    with reading() as session:
        transfer = session.scalars(select(Transfer)).one()
    assert transfer.reason == "申领表.xlsx C2 (2020-02-18)"
    assert transfer.account_id == ground.clerk


def test_the_same_file_again_changes_nothing(ground: Ground) -> None:
    command = a_sheet(ground, [["东社区", 50, 200, None]], REQ, REC)

    first, second = imported(command), imported(command)

    assert (second.import_id, second.already_imported, second.counts) == (first.import_id, True, first.counts)
    assert (count(SheetImport), count(SheetFact), count(Transfer), stock()) == (1, 2, 1, {ground.east: 200})


def test_two_who_import_the_same_file_at_once_import_it_once(any_tables: Flask) -> None:
    ground = Ground()
    command = a_sheet(ground, [["东社区", 50, 200, None], ["西社区", 5, 7, None]], REQ, REC)

    answers = race(any_tables, [lambda: imported(command)] * 6)

    assert sorted(answer.already_imported for answer in answers) == [False] + [True] * 5  # type: ignore[union-attr]
    assert (count(SheetImport), count(SheetFact), stock()) == (1, 4, {ground.east: 200, ground.west: 7})


def test_a_file_that_was_only_opened_and_saved_is_the_same(ground: Ground) -> None:
    rows = [["东社区", 50, 200, None]]
    first, second = a_workbook([HEADING, *rows]), a_workbook([HEADING, *rows])
    saved = changed(second, "docProps/core.xml", lambda part: part.replace(b"</dc:creator>", b"x</dc:creator>"))
    assert first != saved

    one, other = (imported(a_sheet(ground, [], REQ, REC, content=content)) for content in (first, saved))

    assert (other.already_imported, other.import_id, stock()) == (True, one.import_id, {ground.east: 200})


def test_the_same_numbers_of_another_day_are_another_sheet(ground: Ground) -> None:
    rows = [["东社区", None, 200, None]]

    imported(a_sheet(ground, rows, REC, day=DAY - timedelta(days=1)))
    imported(a_sheet(ground, rows, REC, day=DAY))

    assert stock() == {ground.east: 400}


def test_a_sheet_changed_a_little_brings_the_same_goods_only_if_somebody_says_so(ground: Ground) -> None:
    imported(a_sheet(ground, [["东社区", None, 200, None]], REC))
    changed_a_little = a_sheet(ground, [["东社区", None, 210, None], ["西社区", None, 5, None]], REC)

    with pytest.raises(service.ReceivedBefore) as caught:
        imported(changed_a_little)
    assert (caught.value.data["cells"], caught.value.data["files"]) == (["C2"], ["申领表.xlsx"])
    assert (stock(), count(SheetImport)) == ({ground.east: 200}, 1)

    imported(replace(changed_a_little, on_top=True))
    assert stock() == {ground.east: 410, ground.west: 5}


def test_two_sheets_with_the_same_goods_at_once_bring_them_once(any_tables: Flask) -> None:
    ground = Ground()
    sheets = [a_sheet(ground, [["东社区", None, 200 + n, None]], REC) for n in range(4)]

    answers = race(any_tables, [lambda sheet=sheet: imported(sheet) for sheet in sheets])

    assert sum(isinstance(answer, service.ReceivedBefore) for answer in answers) == 3
    assert (count(SheetImport), count(Transfer)) == (1, 1)


def test_the_same_cell_by_another_name_of_its_file_is_told(ground: Ground) -> None:
    content = a_workbook([HEADING, ["东社区", None, None, 12]])
    imported(a_sheet(ground, [], STOCK, content=content))
    city = a_sheet(ground, [], STOCK, content=content, owner=None)

    with pytest.raises(EnteredOtherwise) as caught:
        imported(replace(city, book=replace(city.book, name="全市.xlsx")))

    assert caught.value.data == {"cells": ["D2"]}


def test_facts_that_were_only_kept_are_not_in_the_way_and_are_not_carried_out_by_the_way(ground: Ground) -> None:
    rows = [["东社区", None, 200, None]]
    imported(a_sheet(ground, rows, REC, facts_only=True))

    with pytest.raises(service.ImportedOtherwise):
        imported(a_sheet(ground, rows, REC))
    imported(a_sheet(ground, [*rows, ["西社区", None, 5, None]], REC))

    assert stock() == {ground.east: 200, ground.west: 5}


def test_the_same_file_by_another_mapping_is_refused(ground: Ground) -> None:
    rows = [["东社区", 50, 200, None]]
    imported(a_sheet(ground, rows, REC))

    with pytest.raises(service.ImportedOtherwise):
        imported(a_sheet(ground, rows, REC, mapping=a_mapping(REC, per_unit=10)))

    assert stock() == {ground.east: 200}


def test_two_offices_import_the_city_sheet_each_for_itself_and_no_cell_twice(ground: Ground) -> None:
    content = a_workbook([HEADING, ["东社区", None, 200, None], ["南社区", None, 70, None]])
    leave_out = {ground.office: "南社区", ground.other: "东社区"}
    for office, name in leave_out.items():
        with transaction() as session:
            service.remember_places(session, {name: None}, owner_area_id=office, account_id=None, now=NOW)
        imported(a_sheet(ground, [], REC, content=content, owner=office))

    city = a_sheet(ground, [], REC, content=content, owner=None)

    with pytest.raises(service.ReceivedBefore):
        imported(city)
    imported(replace(city, on_top=True))  # the very same cells are no further goods, whatever anybody says

    assert stock() == {ground.east: 200, ground.south: 70}
    assert count(SheetImport) == 3


def test_one_wrong_row_leaves_nothing_behind(ground: Ground) -> None:
    with pytest.raises(service.BadSheet) as caught:
        imported(a_sheet(ground, [["东社区", 50, 200, None], ["西社区", "约5", 7, None]], REQ, REC))

    assert (caught.value.data["count"], caught.value.data["rows"][0]["row"]) == (1, 3)
    assert caught.value.data["rows"][0]["problems"][0]["cell"] == "B3"
    assert (count(SheetImport), count(SheetFact), count(Transfer), count(SupplyRequest)) == (0, 0, 0, 0)


def test_a_failure_at_the_last_effect_leaves_nothing_behind(ground: Ground) -> None:
    promised = ledger.Reserve(
        key="p", item_id=ground.mask, area_id=ground.west, quantity=5, expires_at=NOW + timedelta(days=1)
    )
    with transaction() as session:
        ledger.receive(session, ledger.Receipt(key="r", item_id=ground.mask, area_id=ground.west, quantity=9), now=NOW)
        ledger.reserve(session, promised, now=NOW)

    with pytest.raises(ledger.CountBelowPromised) as caught:
        imported(a_sheet(ground, [["东社区", 50, 200, 200], ["西社区", 5, None, 3]], REQ, REC, STOCK))

    assert str(caught.value).startswith("D3: 5 pieces of mask are promised there, so 3 cannot be what is left.")
    assert (count(SheetImport), count(Transfer), count(SupplyRequest), stock()) == (0, 1, 0, {ground.west: 9})


def test_a_sheet_that_says_nothing_is_refused(ground: Ground) -> None:
    with pytest.raises(service.NothingTaken):
        imported(a_sheet(ground, [["东社区", None, None, None]], REC))

    assert count(SheetImport) == 0


def test_places_of_another_office_are_unknown_here(ground: Ground) -> None:
    with pytest.raises(service.BadSheet):
        imported(a_sheet(ground, [["南社区", None, 9, None]], REC))

    assert stock() == {}


def test_facts_only_touches_nothing_but_the_facts(ground: Ground) -> None:
    done = imported(a_sheet(ground, [["东社区", 50, 200, None]], REQ, REC, facts_only=True, day=date(2019, 2, 1)))

    assert (count(SheetFact), stock(), requests()) == (2, {}, {})
    with reading() as session:
        assert queries.imported(session, ground.viewer(), done.import_id).facts_only


def test_stock_is_counted_when_it_is_of_today_or_yesterday_and_kept_when_older(ground: Ground) -> None:
    today = imported(a_sheet(ground, [["东社区", None, None, 12]], STOCK, day=DAY - timedelta(days=1)))
    old = imported(a_sheet(ground, [["西社区", None, None, 9]], STOCK, day=DAY - timedelta(days=2)))

    assert stock() == {ground.east: 12}
    assert today.reading is not None
    assert old.reading is not None
    assert (today.reading.notices, notice_texts(old.reading.notices)) == (
        [], ["1 stock figure(s) are older than a day and were not entered as counts."]
    )  # fmt: skip


def test_a_standing_request_is_brought_up_to_date(ground: Ground) -> None:
    imported(a_sheet(ground, [["东社区", 50, None, None], ["西社区", 20, None, None]], REQ))

    imported(a_sheet(ground, [["东社区", 80, None, None]], REQ))

    assert requests() == {ground.east: (80, ""), ground.west: (20, "")}


def test_of_two_days_the_later_request_stands(ground: Ground) -> None:
    content = a_workbook([["社区", "2月17日申领", "2月16日申领"], ["东社区", 70, 60]])
    mapping = SheetMapping(
        item="mask",
        columns=(
            ColumnUse(role=P, title="社区"),
            ColumnUse(role=REQ, title="{date}申领", nth=0),
            ColumnUse(role=REQ, title="{date}申领", nth=1),
        ),
    )

    imported(a_sheet(ground, [], content=content, mapping=mapping))

    assert (requests(), count(SheetFact)) == ({ground.east: (70, "")}, 2)


def states() -> dict[int, tuple[str, int]]:
    with reading() as session:
        rows = session.execute(select(SupplyRequest.area_id, SupplyRequest.state, SupplyRequest.version)).all()
        return {area_id: (state.value, version) for area_id, state, version in rows}


def test_who_states_a_zero_wants_nothing_any_more(ground: Ground) -> None:
    imported(a_sheet(ground, [["东社区", 50, None, None], ["西社区", 20, None, None]], REQ))

    done = imported(a_sheet(ground, [["东社区", 0, None, None], ["西社区", 20, None, None]], REQ))
    declined = states()
    imported(a_sheet(ground, [["东社区", 30, None, None]], REQ))

    assert declined == {ground.east: ("declined", 2), ground.west: ("open", 1)}
    assert (states(), requests()[ground.east]) == (
        {ground.east: ("open", 3), ground.west: ("open", 1)}, (30, ""),
    )  # fmt: skip
    with reading() as session:
        facts = queries.imported(session, ground.viewer(), done.import_id).facts
    assert [bool(fact.effect) for fact in facts] == [True, True]


def test_a_sheet_of_an_earlier_day_sets_no_request_back(ground: Ground) -> None:
    imported(a_sheet(ground, [["东社区", 80, None, None]], REQ))
    rows = [["东社区", 50, None, None], ["西社区", 20, None, None]]

    earlier = imported(a_sheet(ground, rows, REQ, day=DAY - timedelta(days=1)))

    assert requests() == {ground.east: (80, ""), ground.west: (20, "")}
    assert earlier.reading is not None
    assert notice_texts(earlier.reading.notices) == [
        "1 request(s) are older than what the same places asked for since, and are kept as stated."
    ]


def test_a_request_of_a_post_stays_as_it_is(ground: Ground) -> None:
    with transaction() as session:
        post = rounds.AskSupplies(item_id=ground.mask, area_id=ground.east, post="北门", quantity=3)
        rounds.ask(session, post, now=NOW)

    imported(a_sheet(ground, [["东社区", 0, None, None]], REQ))
    imported(a_sheet(ground, [["东社区", 9, None, None]], REQ))

    with reading() as session:
        rows = session.execute(select(SupplyRequest.post, SupplyRequest.quantity).order_by(SupplyRequest.id)).all()
    assert [tuple(row) for row in rows] == [("北门", 3), ("", 9)]


def test_a_whole_city_asks_in_as_many_statements_as_one_community(ground: Ground) -> None:
    with transaction() as session:
        session.add_all(
            Area(code=f"X{n}", name=f"第{n}居", level=AreaLevel.COMMUNITY, parent_id=ground.office) for n in range(400)
        )

    def statements(rows: list[list[Any]]) -> int:
        command = a_sheet(ground, rows, REQ)
        with transaction() as session, counted(session) as seen:
            service.import_sheet(session, command, now=NOW)
        return len(seen)

    def city(pieces: int) -> list[list[Any]]:
        return [[f"第{n}居", pieces + n % 2, None, None] for n in range(400)]

    one, entered = statements([["东社区", 5, None, None]]), statements(city(5))
    changed_one, changed_all = statements([["东社区", 6, None, None]]), statements(city(9))
    declined = statements([[f"第{n}居", 0, None, None] for n in range(400)])

    # the database's driver takes a thousand rows in one statement, so 400 and 1 are the same
    assert (entered - one, changed_all - changed_one, declined - changed_one) == (0, 0, -1)  # to decline enters none
    assert {state for state, _ in states().values()} == {"open", "declined"}
    assert sum(state == "declined" for state, _ in states().values()) == 400


@contextmanager
def counted(session: Any) -> Iterator[list[str]]:
    """The statements that reach the database."""
    seen: list[str] = []
    engine = session.get_bind()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_more_than_a_place_may_ask_for_is_told_with_its_cell(ground: Ground) -> None:
    with pytest.raises(RequestTooLarge) as caught:
        imported(a_sheet(ground, [["东社区", "1000万", None, None], ["西社区", "1001万", None, None]], REQ))

    assert (caught.value.data["cells"], caught.value.data["pieces"]) == (["B3"], 10_010_000)
    assert requests() == {}


def test_a_request_of_an_office_is_kept_and_told(ground: Ground) -> None:
    done = imported(a_sheet(ground, [["光明街道", 500, None, None]], REQ))

    assert done.reading is not None
    assert (requests(), count(SheetFact)) == ({}, 1)
    assert notice_texts(done.reading.notices) == [
        "1 request(s) are not of communities and wait for no round; they are kept as stated."
    ]


# what is remembered


def test_a_mapping_is_saved_used_replaced_and_forgotten_by_its_office(ground: Ground) -> None:
    def save(mapping: SheetMapping, owner: int | None) -> int:
        with transaction() as session:
            return service.save_mapping(
                session, " 日报 ", mapping, owner_area_id=owner, account_id=ground.clerk, now=NOW
            )

    platform, own = save(a_mapping(REQ), None), save(a_mapping(REC), ground.office)
    assert save(a_mapping(REC, per_unit=10), ground.office) == own
    assert save(a_mapping(REQ, per_unit=5), None) == platform

    with reading() as session:
        mine = service.saved_mapping(session, "日报", owner_area_id=ground.office)
        theirs = service.saved_mapping(session, "日报", owner_area_id=ground.other)
        listed = [(m.name, m.own) for m in queries.mappings(session, ground.viewer())]
    assert (mine, theirs) == (a_mapping(REC, per_unit=10), a_mapping(REQ, per_unit=5))
    assert listed == [("日报", True), ("日报", False)]
    with pytest.raises(NotFound), transaction() as session:
        service.forget_mapping(session, platform, owner_area_id=ground.office)
    with transaction() as session:
        service.forget_mapping(session, own, owner_area_id=ground.office)
    assert count(SavedMapping) == 1


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_mapping_needs_a_name(ground: Ground, name: str) -> None:
    with pytest.raises(service.BadMappingName), transaction() as session:
        service.save_mapping(session, name, a_mapping(REC), owner_area_id=None, account_id=None, now=NOW)


def test_a_name_that_was_said_once_is_known_from_then_on(ground: Ground) -> None:
    rows = [["阳光小区", None, 200, None], ["驻区部队", None, 5, None]]
    with reading() as session:
        before = service.preview(session, a_sheet(ground, rows, REC), now=NOW)

    with transaction() as session:
        service.remember_places(
            session, {"阳光小区": ground.east, "驻区部队": None}, owner_area_id=ground.office, account_id=None, now=NOW
        )
    imported(a_sheet(ground, rows, REC))

    assert before.unknown == ["阳光小区", "驻区部队"]
    assert stock() == {ground.east: 200}
    with transaction() as session:  # and can be said otherwise
        service.remember_places(
            session, {"阳光小区": ground.west}, owner_area_id=ground.office, account_id=None, now=NOW
        )
        book = service.place_book(session, ground.office)
    assert book.aliases == {"阳光小区": ground.west, "驻区部队": None}
    assert count(PlaceAlias) == 2


def test_a_name_cannot_be_given_to_another_offices_area(ground: Ground) -> None:
    with pytest.raises(NotFound), transaction() as session:
        service.remember_places(
            session, {"阳光小区": ground.south}, owner_area_id=ground.office, account_id=None, now=NOW
        )


def test_an_import_is_seen_by_its_office_and_above_and_by_nobody_else(ground: Ground) -> None:
    done = imported(a_sheet(ground, [["东社区", None, 200, None]], REC))

    with reading() as session:
        assert [row.id for row in queries.imports(session, ground.viewer())] == [done.import_id]
        assert queries.imports(session, ground.viewer(area_id=ground.other)) == []
        assert queries.imports(session, ground.viewer(Role.COMMUNITY_WORKER, ground.east)) == []
        with pytest.raises(NotFound):
            queries.imported(session, ground.viewer(area_id=ground.other), done.import_id)


# files on their way


def test_an_upload_is_its_senders_and_is_forgotten_after_a_day(ground: Ground) -> None:
    with transaction() as session:
        stranger = an_account(session, "stranger", Role.ADMIN)
        kept = [
            service.keep_upload(session, account_id=ground.clerk, name="表.xls", content=b"x", now=NOW)
            for _ in range(2)
        ]

    assert kept[0] == kept[1]
    with reading() as session:
        assert service.upload_of(session, kept[0], account_id=ground.clerk).content == b"x"
        with pytest.raises(NotFound):
            service.upload_of(session, kept[0], account_id=stranger)
    with transaction() as session:
        assert service.purge_uploads(session, now=NOW + timedelta(days=1)) == 0
        assert service.purge_uploads(session, now=NOW + timedelta(days=1, seconds=1)) == 1
    assert count(SheetUpload) == 0
