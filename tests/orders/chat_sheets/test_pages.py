"""The pages, the API and the command: a list is sent, looked at, corrected, entered, and its report taken home."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.inventory.sheets.models import SheetUpload
from logistics.inventory.sheets.reading import read_workbook
from logistics.orders.chat_sheets.models import ChatImport, ChatMapping
from logistics.orders.models import Order
from tests.api.world import a_token, an_account, bearer
from tests.builders import NOW
from tests.inventory.sheets.files import a_workbook
from tests.orders.chat_sheets.lists import Group, a_group, count, ordered
from tests.web.site import Browser, browser_of

ROWS = [["阳光花园接龙", None, None], ["地址", "接龙内容", "备注"], ["1-1-101", "白菜2 土豆1", "@SUM(1)"],
        ["二号楼三〇一", "两份白菜", None], ["1-101", "土豆1", None], ["合计", "白菜4", None]]  # fmt: skip


@dataclass(slots=True)
class Desk:
    app: Flask
    group: Group
    browser: Browser

    def send(self, rows: list[list[Any]], **fields: object) -> tuple[int, str]:
        file = (io.BytesIO(a_workbook(rows)), "接龙.xlsx")
        fields = {"campaign_id": self.group.campaign.campaign_id, "compound": "阳光花园", **fields}
        return self.browser.send("/chat-lists", file=file, **fields)

    def form(self, **changed: object) -> dict[str, object]:
        """The form of the list above as the page shows it after the first guess."""
        return {
            "campaign_id": self.group.campaign.campaign_id, "sheet": 0, "first_row": 2, "depth": 1, "role-0": "address",
            "role-1": "text", "role-2": "remark", "compound": "阳光花园", "channel": "group_buy",
            "second_row": "refuse", "unsaid": "refuse", "window": "AM", "source": "群接龙", **changed,
        }  # fmt: skip

    def api(self, method: str, path: str, *, account_id: int | None = None, **options: Any) -> Any:
        with transaction() as session:
            token = a_token(session, account_id or self.group.worker)
        return self.app.test_client().open(f"/api/v1/{path}", method=method, headers=bearer(token), **options)

    def upload(self, query: str, rows: list[list[Any]] = ROWS, **options: Any) -> Any:
        file = (io.BytesIO(a_workbook(rows)), "接龙.xlsx")
        campaign = f"campaign_id={self.group.campaign.campaign_id}"
        return self.api("post", f"chat-lists?{campaign}&{query}", data={"file": file}, **options)


@pytest.fixture
def desk(app: Flask) -> Desk:
    app.config["CLOCK"] = lambda: NOW
    group = a_group()
    return Desk(app=app, group=group, browser=browser_of(app, group.worker))


def test_a_list_is_sent_looked_at_corrected_and_entered(desk: Desk) -> None:
    status, where = desk.send(ROWS)
    page = desk.browser.text(where)
    address = where.partition("?")[0]

    assert status == 302
    assert '<option value="text" selected>' in page
    assert "“1-101”没有说清是哪一户，可能是：阳光花园 1号楼-1单元-101" in page
    assert "YG2: 阳光花园 1号楼-2单元-101" in page
    assert (count(Order), count(SheetUpload)) == (0, 1)

    typed = {"address-0": "1-101", "in-0": "阳光花园", "home-0": "YG2"}
    _, wrong = desk.browser.send(address, action="look", **desk.form(**{**typed, "home-0": "YG99"}))
    status, where = desk.browser.send(address, action="enter", **desk.form(**typed))
    shown = desk.browser.text(where)

    assert "“YG99”不是您辖区住户的编码" in wrong
    assert status == 302
    assert "已录入 3 个订单" in shown
    homes = desk.group.homes
    assert ordered() == {
        homes["1-1-101"]: [{"V01": 2, "V02": 1}], homes["2-301"]: [{"V01": 2}], homes["1-2-101"]: [{"V02": 1}],
    }  # fmt: skip
    assert count(SheetUpload) == 0
    assert "群接龙" in desk.browser.text("/chat-lists")


def test_a_source_is_read_the_next_day_as_it_was_and_changes_wait(desk: Desk) -> None:
    _, where = desk.send(ROWS)
    desk.browser.send(where.partition("?")[0], action="enter", **desk.form())
    mapping = desk.api("get", "chat-mappings").json["items"][0]
    later = [["备注", "接龙内容", "地址"], [None, "白菜1", "2-301"], [None, "白菜2 土豆1", "1-1-101"]]

    _, where = desk.send(later, mapping_id=mapping["id"])
    page = desk.browser.text(where)

    assert 'name="source" maxlength="80" value="群接龙"' in page
    assert "要求修改前原订单有效" in page
    assert "之前已录入为订单" in page
    columns = {"role-0": "remark", "role-2": "address", "first_row": 1}
    status, _ = desk.browser.send(where.partition("?")[0], action="enter", **desk.form(**columns, changes="1"))
    assert (status, ordered()[desk.group.homes["2-301"]]) == (302, [{"V01": 1}])


def test_nothing_to_enter_is_said_and_a_form_without_a_file_is_asked_for_one(desk: Desk) -> None:
    _, where = desk.send([ROWS[1], ["火星", "白菜1", None]])

    status, page = desk.browser.send(where.partition("?")[0], action="enter", **desk.form(first_row=1))
    empty, asked = desk.browser.send("/chat-lists", campaign_id=1)
    nonsense = desk.form(sheet="９", first_row="-1", depth="99", channel="door", **{"role-0": "king"})

    assert (status, "名单中还没有可以录入的内容" in page) == (422, True)
    assert (empty, "请先选择文件和团购" in asked) == (422, True)
    assert desk.browser.send(where.partition("?")[0], action="enter", **nonsense)[0] == 422


def test_what_others_sent_and_entered_is_not_found(desk: Desk) -> None:
    _, where = desk.send(ROWS)
    _, shown = desk.browser.send(where.partition("?")[0], action="enter", **desk.form())
    _, waiting = desk.send([*ROWS, ["2-302", "白菜1", None]])
    with transaction() as session:
        from logistics.communities.models import Area
        from logistics.communities.rules import AreaLevel

        area = Area(code="other", name="other", level=AreaLevel.COMMUNITY)
        session.add(area)
        session.flush()
        stranger_id = an_account(session, "stranger", Role.COMMUNITY_WORKER, area_id=area.id)
    stranger = browser_of(desk.app, stranger_id)
    mapping = desk.api("get", "chat-mappings").json["items"][0]

    assert stranger.get(shown).status_code == 404
    assert stranger.get(f"{shown}/report.csv").status_code == 404
    assert stranger.get(waiting).status_code == 404
    assert stranger.send(waiting.partition("?")[0], action="look", **desk.form())[0] == 404
    assert stranger.send(f"/chat-lists/mappings/{mapping['id']}/forget")[0] == 404
    assert desk.api("get", "chat-mappings", account_id=stranger_id).json["items"] == []
    assert desk.upload("dry_run=true", account_id=stranger_id).status_code == 404  # the group buy is not theirs
    assert "接龙.xlsx" not in stranger.text("/chat-lists")


def test_the_report_is_taken_home_and_runs_no_formula(desk: Desk) -> None:
    done = desk.upload("compound=阳光花园").json
    at = f"chat-lists/{done['import_id']}"

    text = desk.api("get", f"{at}/report.csv").get_data().decode("utf-8-sig")
    book = read_workbook(desk.api("get", f"{at}/report.xlsx").get_data(), "report.xlsx")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Rows"], row["Outcome"]) for row in rows] == [
        ("3", "Entered"), ("4", "Entered"), ("5", "Wrong"), ("6", "Skipped"),
    ]  # fmt: skip
    assert rows[0]["Remark"] == "'@SUM(1)"
    assert book.grids[0].height == 5
    assert not book.grids[0].formulas


def test_the_api_shows_enters_once_and_tells_of_every_row(desk: Desk) -> None:
    dry = desk.upload("compound=阳光花园&dry_run=true")
    first, second = desk.upload("compound=阳光花园"), desk.upload("compound=阳光花园")

    assert (dry.status_code, dry.json["import_id"], dry.json["counts"]["ready"]) == (200, None, 2)
    assert dry.json["unknown_homes"][0]["text"] == "1-101"
    assert [one["code"] for one in dry.json["unknown_homes"][0]["options"]] == ["YG0", "YG2"]
    assert (first.status_code, first.json["counts"]["entered"]) == (201, 2)
    assert (second.status_code, second.json["already_imported"]) == (200, True)
    assert first.json["rows"][2]["problems"][0]["wrong"].startswith("“1-101” does not say which flat it is; near it:")
    assert count(Order) == 2
    assert desk.api("get", f"chat-lists/{first.json['import_id']}").json["imported_by"] == "worker"


def test_the_api_keeps_mappings_and_names(desk: Desk) -> None:
    document = desk.upload("compound=阳光花园&dry_run=true").json["mapping"]
    homes, campaign = desk.group.homes, desk.group.campaign.campaign_id

    saved = desk.api("put", "chat-mappings", json={"source": "快团团", "document": document})
    bad = desk.api(
        "put", "chat-mappings", json={"source": "x", "document": {**document, "columns": document["columns"][1:]}}
    )
    home = {"name": "1-101", "compound": "阳光花园", "household_id": homes["1-2-101"]}
    named = desk.api("put", "chat-home-names", json={"homes": [home]})
    foreign = desk.api("put", "chat-home-names", json={"homes": [{**home, "household_id": 999_999}]})
    words = desk.api(
        "put", "chat-product-names", json={"campaign_id": campaign, "products": [{"name": "青菜", "sku": "V01"}]}
    )
    done = desk.upload("mapping=快团团", [*ROWS, ["2-302", "青菜1", None]])

    assert (saved.status_code, bad.status_code, bad.json["code"]) == (200, 422, "bad_list_mapping")
    assert (named.status_code, foreign.status_code, words.status_code) == (204, 404, 204)
    assert (done.status_code, done.json["counts"]["entered"]) == (201, 4)
    assert ordered()[homes["1-2-101"]] == [{"V02": 1}]
    assert desk.api("get", "chat-home-names").json["items"][0]["household_code"] == "YG2"
    assert desk.api("get", "chat-product-names").json["items"][0]["sku"] == "V01"
    assert desk.api("delete", f"chat-mappings/{saved.json['id']}").status_code == 204
    assert desk.upload("mapping=快团团").status_code == 404


# the command


@pytest.fixture
def file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANG", "en")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    path = tmp_path / "list.xlsx"
    path.write_bytes(a_workbook([*ROWS[:2], ["1-1-101", "白菜2", None], ["1-101", "白菜2", None], ["合计", "4", None]]))
    return path


def run(desk: Desk, file: Path, *words: object) -> Result:
    args = ["import-chat", str(file), "--campaign", desk.group.code, "--compound", "YG", *map(str, words)]
    return desk.app.test_cli_runner().invoke(args=args)


def test_the_command_shows_enters_and_saves(desk: Desk, file: Path, tmp_path: Path) -> None:
    dry = run(desk, file, "--account", "worker", "--dry-run", "--report", tmp_path / "r.csv")
    nothing = (count(Order), count(ChatImport))
    done = run(desk, file, "--account", "worker", "--save", "群接龙")
    args = (
        "import-chat",
        str(file),
        "--campaign",
        desk.group.code,
        "--account",
        "worker",
        "--mapping",
        "群接龙",
        "--json",
    )
    again = desk.app.test_cli_runner().invoke(args=args)

    assert dry.output.splitlines() == [
        "    3  To be entered  1-1-101  白菜×2",
        "    4  Wrong  1-101  白菜×2",
        "         A4: “1-101” does not say which flat it is; near it: 阳光花园 1号楼-1单元-101, "
        "阳光花园 1号楼-2单元-101; the unit or the compound in the address, or a choice made once, would be right",
        "    5  Skipped  合计 4  a total",
        "4.11: To be entered 1, Skipped 1, Wrong 1. Nothing was written.",
    ]
    assert nothing == (0, 0)
    assert (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("3,To be entered,")
    assert done.output.splitlines()[-1] == "4.11: Entered 1, Skipped 1, Wrong 1. Entered."
    assert json.loads(again.output)["counts"]["known"] == 1
    assert (count(Order), count(ChatMapping)) == (1, 1)


def test_the_command_refuses_an_account_that_orders_for_nobody(desk: Desk, file: Path) -> None:
    with transaction() as session:
        an_account(session, "courier", Role.COURIER)

    result = run(desk, file, "--account", "courier")

    assert (result.exit_code, "No account courier" in result.output) == (1, True)
