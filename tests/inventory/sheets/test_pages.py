"""The pages and the API of office sheets: a file is sent, looked at, corrected, imported, and read alike tomorrow."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.intake import ItemFact, take_items
from logistics.inventory.sheets.models import SheetFact, SheetUpload
from tests.api.world import a_token, an_account, bearer
from tests.inventory.reports.reporting import at
from tests.inventory.sheets.files import DISTRICTS, a_workbook
from tests.web.site import Browser, browser_of

ROWS = [["2月18日收货登记", None, None], ["单位", "收到箱数", "备注"], ["朝阳社区", "1.2千", None], ["南关", 30, "补"],
        ["合计", 1_230, None]]  # fmt: skip


@dataclass(slots=True)
class Desk:
    """An office with two communities, two items, its clerk, and a clerk of another office."""

    app: Flask
    office: int
    east: int
    west: int
    clerk: int
    stranger: int

    browser: Browser

    def send(self, content: bytes, name: str = "收货.xlsx", **fields: object) -> tuple[int, str]:
        return self.browser.send("/sheets", file=(io.BytesIO(content), name), **{"item": "mask", **fields})

    def api(self, method: str, path: str, *, account_id: int | None = None, **options: Any) -> Any:
        with transaction() as session:
            token = a_token(session, account_id or self.clerk)
        return self.app.test_client().open(f"/api/v1/{path}", method=method, headers=bearer(token), **options)


@pytest.fixture
def desk(app: Flask) -> Desk:
    app.config["CLOCK"] = lambda: at("18:00").astimezone(UTC)
    with transaction() as session:
        offices = [Area(code=f"O{n}", name=f"{n}街道", level=AreaLevel.STREET_OFFICE) for n in ("甲", "乙")]
        session.add_all(offices)
        session.flush()
        communities = [
            Area(code=f"C{n}", name=name, level=AreaLevel.COMMUNITY, parent_id=offices[0].id)
            for n, name in enumerate(("朝阳社区", "南关社区"))
        ]
        session.add_all(communities)
        session.flush()
        take_items(
            session,
            [
                ItemFact(code="mask", name="口罩", unit="只", pack_size=10),
                ItemFact(code="veg", name="蔬菜包", unit="份", pack_size=1),
            ],
        )
        clerk, stranger = (
            an_account(session, name, Role.STREET_OFFICE, area_id=office.id)
            for name, office in zip(("clerk", "stranger"), offices, strict=True)
        )
        east, west = (area.id for area in communities)
        return Desk(
            app=app, office=offices[0].id, east=east, west=west, clerk=clerk, stranger=stranger,
            browser=browser_of(app, clerk),
        )  # fmt: skip


def stock() -> dict[int, int]:
    with reading() as session:
        return {row.area_id: row.on_hand for row in ledger.stock_of_areas(session, None)}


def count(model: type[SheetFact] | type[SheetUpload]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def the_form(**changed: object) -> dict[str, object]:
    """The form of the sheet above as the page shows it after the first guess."""
    return {
        "sheet": 0, "first_row": 2, "depth": 1, "role-0": "place", "role-1": "received", "role-2": "remark",
        "item": "mask", "per_unit": 1, "fractions": "refuse", "blank": "nothing", "repeats": "refuse",
        "day_from": "automatic", "level": "community", **changed,
    }  # fmt: skip


def test_a_sheet_is_sent_looked_at_and_imported(desk: Desk) -> None:
    status, where = desk.send(a_workbook(ROWS))
    page = desk.browser.text(where)

    assert status == 302
    assert "读取 2 行，跳过 1 行，错误 0 行" in page
    assert "B3: “1.2千”读作 1200" in page
    assert '<option value="received" selected>' in page
    assert stock() == {}  # nothing is entered before it is said

    address = where.partition("?")[0]
    status, where = desk.browser.send(address, action="import", **the_form(save_as="收货表"))
    done = desk.browser.text(where)

    assert status == 302
    assert stock() == {desk.east: 1_200, desk.west: 30}
    assert "已导入 2 行" in done
    assert "已入账" in done
    assert count(SheetUpload) == 0
    assert "收货表" in desk.browser.text("/sheets")


def test_the_same_file_again_is_told_and_changes_nothing(desk: Desk) -> None:
    for _ in range(2):
        _, where = desk.send(a_workbook(ROWS))
        status, where = desk.browser.send(where.partition("?")[0], action="import", **the_form())

    assert status == 302
    assert "此表之前已导入，没有改动" in desk.browser.text(where)
    assert (stock()[desk.east], count(SheetFact)) == (1_200, 2)


def test_wrong_cells_are_told_and_nothing_is_imported_until_they_are_right(desk: Desk) -> None:
    _, where = desk.send(a_workbook([*ROWS[:3], ["火星", 5, None], ["南关", "约30", None], ["朝阳", 7.5, None]]))
    address = where.partition("?")[0]

    status, page = desk.browser.send(address, action="import", **the_form())

    assert status == 422
    assert "有 3 行错误。没有导入任何内容" in page
    assert "没有名为“火星”的地区" in page
    assert "“约30”" in page
    assert (count(SheetFact), stock()) == (0, {})


def test_a_name_is_said_once_and_known_from_then_on(desk: Desk) -> None:
    rows = [*ROWS[:2], ["阳光里", 5, None], ["驻军", 9, None], ["南关", 1, None]]
    _, where = desk.send(a_workbook(rows))
    address = where.partition("?")[0]
    assert 'name="name-0" value="阳光里"' in desk.browser.text(where)

    typed = {"name-0": "阳光里", "place-0": "朝阳社区", "name-1": "驻军", "place-1": "-"}
    _, wrong = desk.browser.send(address, action="look", **the_form(**{**typed, "place-0": "月球"}))
    status, where = desk.browser.send(address, action="import", **the_form(**typed))

    assert "“月球”不是本辖区的地区" in wrong
    assert (status, stock()) == (302, {desk.east: 5, desk.west: 1})
    _, where = desk.send(a_workbook([*rows, ["附注", None, None]]))
    assert "错误 0 行" in desk.browser.text(where)


def test_the_columns_are_corrected_by_hand(desk: Desk) -> None:
    _, where = desk.send(a_workbook(ROWS))
    form = the_form(**{"role-1": "stock", "per_unit": "10", "item-1": "veg"})

    status, _ = desk.browser.send(where.partition("?")[0], action="import", **form)

    assert (status, stock()) == (302, {desk.east: 12_000, desk.west: 300})
    with reading() as session:
        assert {row.item_code for row in ledger.stock_of_areas(session, None)} == {"veg"}


def test_a_saved_mapping_reads_tomorrows_sheet_and_can_be_forgotten(desk: Desk) -> None:
    _, where = desk.send(a_workbook(ROWS))
    desk.browser.send(where.partition("?")[0], action="import", **the_form(save_as="收货表", per_unit="5"))
    mapping = desk.api("get", "sheet-mappings").json["items"][0]
    tomorrow = [["2月19日收货登记", None, None], [None] * 3, ["备注", "收到箱数", "单位"], [None, 3, "朝阳"]]

    _, where = desk.send(a_workbook(tomorrow), mapping_id=mapping["id"])
    page = desk.browser.text(where)
    _, strange = desk.send(a_workbook([["a", "b"], [1, 2]]), mapping_id=mapping["id"])
    lost = desk.browser.text(strange)
    status, _ = desk.browser.send(f"/sheets/mappings/{mapping['id']}/forget")

    assert 'name="first_row" inputmode="numeric" value="3"' in page
    assert 'inputmode="numeric" value="5"' in page
    assert "读取 1 行" in page
    assert "没有符合此读取方案的工作表" in lost
    assert (status, desk.api("get", "sheet-mappings").json["items"]) == (302, [])


def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(desk: Desk) -> None:
    for content, name, told in (
        (b"", "a.xls", "是空的"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "照片.xls", "照片.xls 实际是图片"),
        (b"PK\x03\x04junk", "a.xlsx", "已损坏"),
        (b"<html><table></table></html>", "a.xls", "实际是网页"),
    ):
        status, page = desk.send(content, name)
        assert (status, told in page) == (422, True), name
    assert count(SheetUpload) == 0


def test_a_form_without_a_file_is_asked_for_one(desk: Desk) -> None:
    status, page = desk.browser.send("/sheets", item="mask")

    assert (status, "请先选择文件" in page) == (422, True)


def test_nonsense_in_the_form_is_told_and_breaks_nothing(desk: Desk) -> None:
    _, where = desk.send(a_workbook(ROWS))
    address = where.partition("?")[0]
    nonsense = the_form(sheet="９", first_row="-1", depth="1000", day="32.13.", per_unit="x", **{"role-0": "king"})

    looked, _ = desk.browser.send(address, action="look", **nonsense)
    imported, _ = desk.browser.send(address, action="import", **nonsense)
    no_item, page = desk.browser.send(address, action="import", **the_form(item=""))

    assert (looked, imported, no_item) == (200, 422, 422)
    assert "没有说明数量是哪种物资" in page
    assert count(SheetFact) == 0


def test_what_others_sent_and_imported_is_not_found(desk: Desk) -> None:
    _, where = desk.send(a_workbook(ROWS))
    address = where.partition("?")[0]
    _, shown = desk.browser.send(address, action="import", **the_form(save_as="收货表"))
    _, waiting = desk.send(a_workbook([*ROWS, ["x", 1, None]]))
    stranger = browser_of(desk.app, desk.stranger)
    mapping = desk.api("get", "sheet-mappings").json["items"][0]

    assert stranger.get(shown).status_code == 404
    assert stranger.get(waiting.partition("?")[0]).status_code == 404
    assert stranger.send(waiting.partition("?")[0], action="look", **the_form())[0] == 404
    assert stranger.send(f"/sheets/mappings/{mapping['id']}/forget")[0] == 404
    assert "收货" not in stranger.text("/sheets").replace("收货登记", "")


@pytest.mark.realdata
def test_the_citys_own_sheet_goes_through_the_pages(desk: Desk, real_data: Path) -> None:
    path = next((real_data / "changchun2022/raw_xls").glob("4月11日*.xls"))

    status, where = desk.send(path.read_bytes(), path.name, item="veg")
    page = desk.browser.text(f"{where}&lang=en")

    assert status == 302
    assert "Names that nobody knows yet" in page  # seven districts that this office has not
    assert 'value="requested" selected' in page
    assert "4月11日实际发放量 › 箱数" in page


def test_wrong_rows_are_shown_first_where_not_all_rows_are(desk: Desk) -> None:
    rows = [*ROWS[:2], *[["朝阳", 1, None]] * 600, ["火星", 5, None]]
    _, where = desk.send(a_workbook(rows))

    _, page = desk.browser.send(where.partition("?")[0], action="look", **the_form(repeats="sum"))

    assert "共 601 行，显示 500 行，错误的行排在最前" in page
    assert page.index("没有名为“火星”的地区") < page.index("朝阳社区" if "朝阳社区" in page else "已读取")
    assert page.count("已读取</span>") == 499


def test_an_administrator_imports_the_code_tree_and_an_office_does_not(desk: Desk) -> None:
    tree = "level,code,name,parent\ndistrict,D1,东城区,1101\nstreet,S1,东华门街道,D1\n"
    with transaction() as session:
        boss = browser_of(desk.app, an_account(session, "boss", Role.ADMIN))

    def send(browser: Browser, text: str, **fields: object) -> tuple[int, str]:
        return browser.send("/sheets/areas", file=(io.BytesIO(text.encode()), "区划.csv"), **fields)

    wrong = send(boss, f"{tree}community,C9,东社区,S9\n")
    empty = boss.send("/sheets/areas", city="北京市")
    status, where = send(boss, tree, city="北京市")

    assert (wrong[0], "第 4 行: 上级“S9”不在文件中；应为其上级地区的代码" in wrong[1]) == (422, True)
    assert (empty[0], "请先选择文件" in empty[1]) == (422, True)
    assert (status, "地区：新增 3，变更 0，未变 0" in boss.text(where)) == (302, True)
    assert send(desk.browser, tree)[0] == 403
    assert "区划代码表" not in desk.browser.text("/sheets")


class Form(HTMLParser):
    """What a browser would send of the form of a page, untouched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, object] = {}
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "select":
            self._select = given["name"] or ""
        elif tag == "option" and (self._select not in self.fields or "selected" in given):
            self.fields[self._select] = given.get("value") or ""
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.fields[given.get("name") or ""] = given.get("value") or ""


@pytest.mark.realdata
def test_the_citys_own_sheets_are_imported_by_page(desk: Desk, real_data: Path) -> None:
    with transaction() as session:
        boss = browser_of(desk.app, an_account(session, "boss", Role.ADMIN))
        session.execute(delete(Area).where(Area.level == AreaLevel.COMMUNITY))
    tree = "level,code,name,parent\n" + "".join(
        f"district,2201{n:02d},{name},2201\n" for n, name in enumerate(DISTRICTS, 1)
    )
    boss.send("/sheets/areas", file=(io.BytesIO(tree.encode()), "长春.csv"), city="长春市")
    raw = real_data / "changchun2022/raw_xls"
    totals = {}

    for pattern, said in (
        ("4月11日*.xls", {"place-0": "长春新区", "place-1": "汽开区"}),
        ("4.12*.xls", {"fractions": "down"}),
    ):
        path = next(raw.glob(pattern))
        _, where = boss.send("/sheets", file=(io.BytesIO(path.read_bytes()), path.name), item="veg")
        form = Form(boss.text(where)).fields | said | {"facts_only": "1", "action": "import"}
        status, shown = boss.send(where.partition("?")[0], **form)
        assert status == 302, shown
        totals[path.name[:2]] = int(shown.rpartition("/")[2])

    with reading() as session:
        found = {
            (import_id, kind.value): total
            for import_id, kind, total in session.execute(
                select(SheetFact.import_id, SheetFact.kind, func.sum(SheetFact.pieces)).group_by(
                    SheetFact.import_id, SheetFact.kind
                )
            )
        }
    assert found[totals["4月"], "sent"] == 95_486  # the sheet's own total
    assert (found[totals["4."], "received"], found[totals["4."], "sent"]) == (266_230, 149_340 - 2)


@pytest.mark.realdata
def test_the_national_code_tree_is_imported_by_page(desk: Desk, real_data: Path) -> None:
    with transaction() as session:
        boss = browser_of(desk.app, an_account(session, "boss", Role.ADMIN))
    content = (real_data / "admin/beijing.csv.gz").read_bytes()

    status, where = boss.send("/sheets/areas", file=(io.BytesIO(content), "beijing.csv.gz"))

    assert (status, "地区：新增 7,900，变更 0，未变 0" in boss.text(where)) == (302, True)


# the API


def upload(desk: Desk, query: str, content: bytes | None = None, **options: Any) -> Any:
    file = (io.BytesIO(content or a_workbook(ROWS)), "收货.xlsx")
    return desk.api("post", f"office-sheets?{query}", data={"file": file}, **options)


def test_the_api_shows_imports_once_and_tells_of_every_row(desk: Desk) -> None:
    dry = upload(desk, "item=mask&dry_run=true")
    first, second = upload(desk, "item=mask"), upload(desk, "item=mask")
    shown = desk.api("get", f"office-sheets/{first.json['import_id']}").json

    assert (dry.status_code, dry.json["import_id"], dry.json["taken"]) == (200, None, 2)
    assert (first.status_code, second.status_code) == (201, 200)
    assert (second.json["already_imported"], second.json["import_id"]) == (True, first.json["import_id"])
    assert [(row["row"], row["outcome"], row["why"]) for row in first.json["rows"]] == [
        (3, "taken", ""), (4, "taken", ""), (5, "skipped", "a total"),
    ]  # fmt: skip
    assert first.json["rows"][0]["notes"] == ["B3: “1.2千” was read as 1200"]
    assert [fact["pieces"] for fact in shown["facts"]] == [1_200, 30]
    assert stock() == {desk.east: 1_200, desk.west: 30}


def test_the_api_refuses_a_sheet_with_a_wrong_row_and_says_which(desk: Desk) -> None:
    answer = upload(desk, "item=mask", a_workbook([*ROWS[:3], ["火星", 5, None]]))

    assert (answer.status_code, answer.json["code"]) == (422, "bad_sheet")
    assert answer.json["data"]["rows"][0]["problems"][0]["cell"] == "A4"
    assert stock() == {}


def test_the_api_keeps_mappings_and_names(desk: Desk) -> None:
    document = upload(desk, "item=mask&dry_run=true").json["mapping"]

    saved = desk.api("put", "sheet-mappings", json={"name": "收货", "document": {**document, "per_unit": 10}})
    bad = desk.api(
        "put", "sheet-mappings", json={"name": "x", "document": {**document, "columns": document["columns"][1:]}}
    )
    named = desk.api(
        "put", "place-names", json={"places": [{"name": "阳光里", "area_id": desk.east}, {"name": "驻军"}]}
    )
    foreign = desk.api(
        "put", "place-names", account_id=desk.stranger, json={"places": [{"name": "x", "area_id": desk.east}]}
    )
    rows = [*ROWS[:2], ["阳光里", 5, None], ["驻军", 9, None]]
    done = upload(desk, "mapping=收货&item=veg", a_workbook(rows))
    names = desk.api("get", "place-names").json["items"]
    gone = desk.api("delete", f"sheet-mappings/{saved.json['id']}")

    assert (saved.status_code, saved.json["own"], saved.json["document"]["per_unit"]) == (200, True, 10)
    assert (bad.status_code, bad.json["code"]) == (422, "bad_mapping")
    assert (named.status_code, foreign.status_code, gone.status_code) == (204, 404, 204)
    assert [(name["key"], name["area_id"]) for name in names] == [("阳光里", desk.east), ("驻军", None)]
    assert (done.status_code, stock()) == (201, {desk.east: 50})


def test_the_api_wants_one_file_and_known_options(desk: Desk) -> None:
    assert desk.api("post", "office-sheets?item=mask", data={}).status_code in (400, 415, 422)
    assert upload(desk, "item=mask&colour=red").status_code == 422
    assert upload(desk, "mapping=nobody").status_code == 404
    assert upload(desk, "item=mask", b"\x89PNG" + b"x" * 99).json["code"] == "bad_sheet_file"
