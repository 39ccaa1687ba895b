"""The pages and the API of daily reports, in both languages, and what each role gets of them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.inventory.reports.models import DailyReport
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.outbox import promise
from tests.api.world import a_token, an_account, bearer
from tests.inventory.reports.reporting import Tree, a_tree, at
from tests.web.site import Browser, browser_of
from workers.jobs import JOBS

DAY = "2020-02-18"


@dataclass(slots=True)
class House:
    """The tree with its clerk and its worker, at ten past five on the day."""

    app: Flask
    tree: Tree
    clerk: int
    worker: int
    stranger: int

    def set_clock(self, now: datetime) -> None:
        self.app.config["CLOCK"] = lambda: now.astimezone(UTC)

    def browser(self, account_id: int) -> Browser:
        return browser_of(self.app, account_id)

    def api(self, account_id: int, path: str, method: str = "get", **body: Any) -> Any:
        with transaction() as session:
            token = a_token(session, account_id)
        return getattr(self.app.test_client(), method)(
            f"/api/v1/{path}", headers=bearer(token), **({"json": body} if method == "post" else {})
        )


@pytest.fixture
def house(app: Flask) -> House:
    tree = a_tree()
    tree.receive(tree.office, 100, at("9:00"))
    tree.arrive(tree.dispatch(tree.office, tree.east, 60, at("10:00")), 60, at("11:00"))
    with transaction() as session:
        clerk, stranger = (
            an_account(session, name, Role.STREET_OFFICE, area_id=area)
            for name, area in (("clerk", tree.office), ("stranger", tree.other))
        )
        worker = an_account(session, "worker", Role.COMMUNITY_WORKER, area_id=tree.east)
    made = House(app=app, tree=tree, clerk=clerk, worker=worker, stranger=stranger)
    made.set_clock(at("17:10"))
    return made


def test_a_worker_confirms_the_report_of_the_community(house: House) -> None:
    browser, address = house.browser(house.worker), f"/areas/{house.tree.east}/reports/{DAY}"

    led = browser.get("/reports")
    before = browser.text(address)
    status, where = browser.send(f"{address}/confirm", remark="已核对")
    after = browser.text(address)

    assert (led.status_code, led.headers["Location"]) == (302, address)
    assert "确认上报" in before
    assert (status, where) == (302, address)
    assert "已上报" in after
    assert "确认上报" not in after
    assert "已核对" in after


def test_an_office_sees_who_has_reported_and_who_is_late(house: House) -> None:
    house.browser(house.worker).send(f"/areas/{house.tree.east}/reports/{DAY}/confirm")
    house.tree.open(at("17:15"))
    house.set_clock(at("18:01"))
    browser = house.browser(house.clerk)

    board, late = browser.text(f"/reports?day={DAY}"), browser.text("/reports/late")

    assert board.count("迟报</span>") == 2  # the office itself and the other community
    assert "当日迟报 2 份" in board
    assert "已上报" in board
    assert late.count("/reports/2020-02-18") == 2
    assert "Late reports" in browser.text("/reports/late?lang=en")
    assert "2 reports of this day are late." in browser.text(f"/reports?day={DAY}&lang=en")


def test_a_report_before_its_cut_off_is_shown_and_not_confirmed(house: House) -> None:
    house.set_clock(at("16:00"))
    browser, address = house.browser(house.worker), f"/areas/{house.tree.east}/reports/{DAY}"

    assert "未到截止" in browser.text(address)
    status, page = browser.send(f"{address}/confirm")
    assert status == 409
    assert "在 2月18日 17:00 截止" in page


def test_a_correction_is_made_with_a_reason_and_the_first_version_stays(house: House) -> None:
    tree, browser = house.tree, house.browser(house.clerk)
    address = f"/areas/{tree.east}/reports/{DAY}"
    browser.send(f"{address}/confirm")
    tree.issue(tree.east, 10, at("16:00"))

    changed = browser.text(address)
    without = browser.send(f"{address}/correct", version=1, reason=" ")
    status, where = browser.send(f"{address}/correct", version=1, reason="补录一笔")
    again = browser.send(f"{address}/correct", version=1, reason="补录一笔")

    assert "台账现在的数字与上报不同" in changed
    assert (without[0], "说明更正原因" in without[1]) == (422, True)
    assert (status, where) == (302, address)
    assert (again[0], "第 2 版" in again[1]) == (409, True)
    assert "补录一笔" in browser.text(f"{address}/versions/2")
    first = browser.text(f"{address}/versions/1?lang=en")
    assert re.search(r"口罩</th><td>Own store</td>.*?<td class=\"num\">60</td>", first, re.S)


def test_the_print_has_lines_to_sign(house: House) -> None:
    page = house.browser(house.clerk).text(f"/areas/{house.tree.office}/reports/{DAY}/print")

    assert "制表人 ________________" in page
    assert "审核人 ________________" in page
    assert page.count("<table") == 4  # own store and the whole, in two tables each


def test_the_files_are_saved_under_names_of_their_own(house: House) -> None:
    browser, address = house.browser(house.clerk), f"/areas/{house.tree.office}/reports/{DAY}"

    book, rows = browser.get(f"{address}/report.xlsx"), browser.get(f"{address}/report.csv")

    assert f"{DAY}.xlsx" in book.headers["Content-Disposition"]
    assert rows.mimetype == "text/csv"
    assert rows.get_data().startswith(b"\xef\xbb\xbf")
    opened = CalamineWorkbook.from_filelike(io.BytesIO(book.get_data()))
    assert opened.sheet_names == ["日报告", "下级地区"]
    assert opened.get_sheet_by_name("日报告").to_python()[2][7:9] == ["期初结存", "收入"]
    assert browser.get(f"{address}/report.pdf").status_code == 404


def test_an_address_without_a_day_has_no_report(house: House) -> None:
    browser = house.browser(house.clerk)

    for day in ("2020-2-18", "20200218", "1999-01-01", "2020-02-30", "today"):
        assert browser.get(f"/areas/{house.tree.office}/reports/{day}").status_code == 404, day


def test_another_office_gets_nothing_and_confirms_nothing(house: House) -> None:
    browser, address = house.browser(house.stranger), f"/areas/{house.tree.east}/reports/{DAY}"

    statuses = [browser.get(f"{address}{part}").status_code for part in ("", "/print", "/report.xlsx", "/report.csv")]
    sent = [browser.send(f"{address}/{verb}", version=1, reason="x")[0] for verb in ("confirm", "correct")]

    assert statuses + sent == [404] * 6
    assert house.api(house.stranger, f"areas/{house.tree.east}/daily-reports/{DAY}").status_code == 404


# the API


def test_the_api_confirms_corrects_and_tells_what_differs(house: House) -> None:
    tree, at_api = house.tree, f"areas/{house.tree.east}/daily-reports/{DAY}"

    confirmed = house.api(house.worker, f"{at_api}/confirm", "post", remark="checked").json
    tree.issue(tree.east, 10, at("16:00"))
    shown = house.api(house.worker, at_api).json
    corrected = house.api(house.worker, f"{at_api}/correct", "post", version=1, reason="entered late").json
    first = house.api(house.worker, f"{at_api}/versions/1").json

    assert (confirmed["state"], confirmed["version"], confirmed["zero"]) == ("confirmed", 1, False)
    assert confirmed["lines"][0]["reported"]["closing"] == 60
    assert [(d["quantity"], d["reported"], d["computed"]) for d in shown["differences"]] == [
        ("issued", 0, 10), ("closing", 60, 50),
    ]  # fmt: skip
    assert (corrected["version"], corrected["differences"]) == (2, [])
    assert first["lines"][0]["numbers"]["closing"] == 60
    assert house.api(house.worker, f"{at_api}/report.csv").mimetype == "text/csv"


def test_the_api_lists_the_day_that_is_due_and_those_who_are_late(house: House) -> None:
    house.tree.open(at("17:00"))
    house.set_clock(at("18:01"))

    listed = house.api(house.clerk, "daily-reports").json["items"]
    late = house.api(house.clerk, f"daily-reports/late?date={DAY}").json["items"]
    nobody = house.api(house.clerk, "daily-reports/late?date=2020-02-17").json["items"]

    assert [(row["on_day"], row["state"]) for row in listed] == [(DAY, "late")] * 3
    assert (len(late), nobody) == (3, [])


def test_a_report_of_nothing_says_zero_in_so_many_words(house: House) -> None:
    confirmed = house.api(house.stranger, f"areas/{house.tree.south}/daily-reports/{DAY}/confirm", "post").json

    assert confirmed["zero"] is True
    assert all(number == 0 for line in confirmed["lines"] for number in numbers(line["reported"]))
    assert "零报告" in house.browser(house.stranger).text(f"/areas/{house.tree.south}/reports/{DAY}")


def numbers(line: dict[str, Any]) -> list[int]:
    return [value for value in line.values() if isinstance(value, int) and not isinstance(value, bool)]


# the relay's job


def run_job(slot: str) -> None:
    with transaction() as session:
        promise_id = promise(session, key=f"open_reports@{slot}", job="open_reports", args={}, due_at=at(slot))
    for _ in range(2):  # the same bell may ring twice
        JOBS["open_reports"].run(promise_id)


def test_the_relay_opens_the_reports_and_tells_whoever_is_late_once(house: House) -> None:
    tree = house.tree
    run_job("17:15")
    house.browser(house.worker).send(f"/areas/{tree.east}/reports/{DAY}/confirm")
    for slot in ("18:00", "18:15", "18:30"):
        house.set_clock(at(slot))
        run_job(slot)

    with reading() as session:
        assert session.scalar(select(func.count()).select_from(DailyReport)) == 6
        areas = session.scalars(select(Notification.area_id).where(Notification.event == Event.REPORT_LATE)).all()
    assert sorted(areas) == sorted(area for area in tree.areas if area != tree.east)  # type: ignore[type-var]


def test_a_late_community_reads_so_and_its_office_is_not_flooded(house: House) -> None:
    run_job("17:15")
    house.set_clock(at("18:15"))
    run_job("18:15")

    worker, office = (house.browser(account).text("/shares") for account in (house.worker, house.clerk))
    english = house.browser(house.worker).text("/shares?lang=en")

    assert worker.count("2月18日的日报告已迟报") == 1
    assert office.count("2月18日的日报告已迟报") == 1  # its own, not those of its two communities
    assert "The daily report of 18 Feb is late" in english
