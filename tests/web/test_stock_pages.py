"""The pages of the stock: an office receives, dispatches, counts, lends and settles by forms that are sent once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.communities.models import Area
from logistics.db import reading, transaction
from logistics.inventory.ledger import service as inventory
from logistics.inventory.ledger.models import Item, Shipment, Transfer
from logistics.inventory.ledger.rules import HolderKind, TransferKind
from logistics.inventory.ledger.service import verify
from tests.api.ready_world import ReadyWorld, app_in, ready_world
from tests.api.world import World, utc_now
from tests.builders import TownRef
from tests.inventory.ledger.ledgering import stock
from tests.web.site import Browser, browser_of

OFFICE, WORKER = Role.STREET_OFFICE, Role.COMMUNITY_WORKER


@pytest.fixture(scope="module")
def ready(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> ReadyWorld:
    return ready_world(sqlite_template, tmp_path_factory.mktemp("world"))


@pytest.fixture
def app(ready: ReadyWorld, tmp_path: Path) -> Iterator[Flask]:
    yield from app_in(ready, tmp_path)


@pytest.fixture
def world(ready: ReadyWorld) -> World:
    """Ours: a community with 50 masks, and 10 more on their way from it to its office."""
    return ready.world


def office(app: Flask, world: World) -> Browser:
    return browser_of(app, world.ours.account_ids[OFFICE])


def transfers(kind: TransferKind) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Transfer).where(Transfer.kind == kind)) or 0


def sound() -> bool:
    with reading() as session:
        return not verify(session).findings


def here(world: World, **more: object) -> dict[str, object]:
    return {"key": "k1", "item_id": world.item_id, "area_id": world.ours.town.office_id, **more}


def test_the_stock_shows_what_is_there_promised_and_counted(app: Flask, world: World) -> None:
    page = office(app, world).text("/stock")

    assert all(word in page for word in ("现有", "已预留", "可用", "盘点时间", "可用天数", "登记入库", "发货与到货"))
    assert "50 piece" in page


def test_a_worker_is_offered_what_it_may_do(app: Flask, world: World) -> None:
    worker = browser_of(app, world.ours.account_ids[WORKER])

    page = worker.text("/stock")

    assert "登记盘点" in page
    assert "登记入库" not in page
    assert worker.get("/stock/receive").status_code == 403
    assert worker.send("/stock/write-off", **here(world, quantity=1, reason="x"))[0] == 403


def test_a_receipt_sent_twice_is_entered_once(app: Flask, world: World) -> None:
    browser = office(app, world)
    filled = here(
        world, quantity="1,000", source_kind="donation", source="红十字会", lot_number="L7", expires_on="2030-01-31"
    )

    assert [browser.send("/stock/receive", **filled) for _ in range(2)] == [(302, "/stock")] * 2

    assert stock()[world.ours.town.office_id] == 1_000
    assert "入库已登记" in browser.text("/stock")
    page = browser.text(f"/stock/movements?item_id={world.item_id}")
    assert all(word in page for word in ("红十字会", "L7", "2030-01-31", "捐赠", "收货"))
    status, page = browser.send("/stock/receive", **{**filled, "quantity": "999"})
    assert status == 409  # another wish under the same form's key
    assert "这张表单此前已用别的内容提交过" in page
    assert "form:" not in page  # the key is nothing to a clerk


def test_a_form_names_the_fields_that_are_wrong_and_keeps_the_rest(app: Flask, world: World) -> None:
    before = transfers(TransferKind.RECEIPT)
    wrong = here(world, quantity="ten", expires_on="soon", source="红十字会")

    status, page = office(app, world).send("/stock/receive", **wrong)

    assert status == 422
    assert set(re.findall(r'id="wrong-(\w+)"', page)) == {"quantity", "expires_on"}
    assert 'value="红十字会"' in page
    assert transfers(TransferKind.RECEIPT) == before


def test_goods_go_down_the_tree_arrive_and_are_settled(app: Flask, world: World) -> None:
    browser, town = office(app, world), world.ours.town
    coming = stock(HolderKind.IN_TRANSIT).get(town.community_id, 0)  # what rounds have sent
    browser.send("/stock/receive", **here(world, quantity=100))
    sent = here(world, key="k2", to_area_id=town.community_id, quantity=40)
    assert [browser.send("/stock/dispatch", **sent)[0] for _ in range(2)] == [302, 302]
    with reading() as session:
        shipment_id = session.scalars(select(func.max(Shipment.id))).one()
    at = f"/shipments/{shipment_id}"

    worker = browser_of(app, world.ours.account_ids[WORKER])
    assert "登记到货" in worker.text(at)
    filled = {"key": "k3", "accepted": 30, "rejected": 4}
    status, page = worker.send(f"{at}/arrive", **filled)
    assert (status, "wrong-reason" in page) == (422, True)
    assert [worker.send(f"{at}/arrive", **filled, reason="受潮") for _ in range(2)] == [(302, at)] * 2
    assert worker.send(f"{at}/arrive", key="k4", accepted=40)[0] == 409
    assert stock(HolderKind.IN_TRANSIT).get(town.community_id, 0) - coming == 10  # 40 - 30
    assert "待处理的差异" in browser.text("/shipments")
    assert worker.send(f"{at}/settle", key="k5")[0] == 403

    settled = {"key": "k5", "part": "rejected", "outcome": "returned", "quantity": 4, "reason": "已退回"}
    assert [browser.send(f"{at}/settle", **settled)[0] for _ in range(2)] == [302, 302]
    assert browser.send(f"{at}/settle", **{**settled, "key": "k6"})[0] == 409
    missing = {"key": "k7", "part": "missing", "outcome": "found", "quantity": 6, "reason": "在车上找到"}
    assert browser.send(f"{at}/settle", **missing)[0] == 302

    assert stock() == {**stock(), town.office_id: 64, town.community_id: 86}  # 60 + 4; 50 + 30 + 6
    assert "差异已处理" in browser.text(at)
    assert sound()


def test_an_office_dispatches_to_no_stranger_and_nothing_that_is_not_its_own(app: Flask, world: World) -> None:
    browser, theirs = office(app, world), world.theirs.town

    to_them = browser.send("/stock/dispatch", **here(world, to_area_id=theirs.community_id, quantity=1))
    of_them = browser.send("/stock/count", **here(world, area_id=theirs.community_id, counted=1, reason="x"))

    assert (to_them[0], of_them[0]) == (404, 404)
    assert stock()[theirs.community_id] == 50


def test_a_count_that_differs_needs_a_reason(app: Flask, world: World) -> None:
    worker, community = browser_of(app, world.ours.account_ids[WORKER]), world.ours.town.community_id
    filled = here(world, area_id=community, counted=47)

    status, page = worker.send("/stock/count", **filled)
    assert (status, "原因" in page) == (422, True)
    assert worker.send("/stock/count", **filled, reason="破损三只")[0] == 302

    assert stock()[community] == 47
    assert stock(HolderKind.COUNT_DIFFERENCE) == {community: 3}


def test_goods_are_written_off_and_a_mistake_is_reversed_once(app: Flask, world: World) -> None:
    browser, community = office(app, world), world.ours.town.community_id
    filled = here(world, area_id=community, quantity=5)
    assert browser.send("/stock/write-off", **filled)[0] == 422
    assert browser.send("/stock/write-off", **filled, reason="发霉")[0] == 302
    with reading() as session:
        wrong = session.scalars(select(Transfer.id).where(Transfer.kind == TransferKind.WRITE_OFF)).one()

    for _ in range(2):
        undo = {"key": "k9", "transfer_id": wrong, "item_id": world.item_id, "reason": "登记错误"}
        assert browser.send("/stock/reverse", **undo)[0] == 302

    assert stock()[community] == 50
    assert "已冲正" in browser.text(f"/stock/movements?item_id={world.item_id}")
    assert browser.send("/stock/reverse", transfer_id=world.theirs.ids["transfer_id"], reason="x")[0] == 404
    assert browser.send("/stock/reverse", transfer_id="x", reason="x")[0] == 404
    assert transfers(TransferKind.REVERSAL) == 1


def test_devices_are_lent_to_a_post_and_taken_back(app: Flask, world: World) -> None:
    with transaction() as session:
        device = Item(code="THERMO", name="测温枪", unit="把", lent=True)
        session.add(device)
        session.flush()
        device_id = device.id
    browser, worker = office(app, world), browser_of(app, world.ours.account_ids[WORKER])
    community = world.ours.town.community_id
    assert browser.send("/stock/receive", key="k1", item_id=device_id, area_id=community, quantity=5)[0] == 302
    filled = {"item_id": device_id, "area_id": community, "post": "北门", "quantity": 3}

    assert "Mask" not in worker.text("/stock/lend")  # masks do not come back
    assert worker.send("/stock/lend", key="k2", **filled)[0] == 302
    listed = worker.text("/stock/loans")
    assert "北门" in listed
    link = re.search(r'href="(/stock/take-back\?[^"]+)"', listed)
    assert link
    assert 'value="北门"' in worker.text(link[1].replace("&amp;", "&"))
    assert worker.send("/stock/take-back", key="k3", **{**filled, "quantity": 4})[0] == 409
    assert worker.send("/stock/take-back", key="k4", **filled)[0] == 302

    assert "没有借出的器材" in worker.text("/stock/loans")
    assert stock()[community] == 55  # 50 masks and 5 devices


def rows_of(browser: Browser, address: str) -> list[list[str]]:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_stock_movements_and_shipments_are_saved_as_tables(app: Flask, world: World) -> None:
    browser, town = office(app, world), world.ours.town
    browser.send("/stock/receive", **here(world, quantity=7, source="=1+1", lot_number="L7"))

    heads, *lines = rows_of(browser, "/stock/files/stock.csv")
    assert heads[3:7] == ["现有", "已预留", "已过期", "可用"]
    n = numbered(town)
    assert [(line[1], line[3]) for line in lines] == [(f"community {n}", "50"), (f"street_office {n}", "7")]
    moved = rows_of(browser, f"/stock/files/movements.csv?area_id={town.office_id}&item_id={world.item_id}")
    assert [line[9] for line in moved[-2:]] == ["-7", "7"]
    assert {line[8] for line in moved[-2:]} == {"'=1+1"}  # a text, and no formula
    assert len(rows_of(browser, "/stock/files/shipments.csv")) == 3  # a heading; the one that goes up, and the round's
    assert len(rows_of(browser, "/stock/files/shipments.csv?open=1")) == 1
    workbook = browser.get("/stock/files/stock.xlsx")
    assert workbook.data[:2] == b"PK"
    assert workbook.headers["Content-Disposition"] == "attachment; filename=stock.xlsx"
    for wrong in ("stock.pdf", "secrets.csv"):
        assert browser.get(f"/stock/files/{wrong}").status_code == 404
    theirs = browser_of(app, world.theirs.account_ids[OFFICE])
    assert "L7" not in theirs.get("/stock/files/movements.csv").data.decode("utf-8-sig")


def numbered(town: TownRef) -> str:
    """The serial number in the names of a town's areas."""
    with reading() as session:
        return session.get_one(Area, town.community_id).name.rpartition(" ")[2]


def test_every_open_difference_is_a_click_away(app: Flask, world: World) -> None:
    browser, town = office(app, world), world.ours.town
    with transaction() as session:
        inventory.receive(
            session,
            inventory.Receipt(key="R", item_id=world.item_id, area_id=town.office_id, quantity=50),
            now=utc_now(),
        )
        for n in range(21):
            ends = {"item_id": world.item_id, "from_area_id": town.office_id, "to_area_id": town.community_id}
            shipment_id = inventory.dispatch(
                session, inventory.Dispatch(key=f"D{n}", quantity=2, **ends), now=utc_now()
            )
            arrival = inventory.Arrival(key=f"A{n}", shipment_id=shipment_id, accepted=1)
            inventory.arrive(session, arrival, now=utc_now())

    listed = browser.text("/shipments")
    open_ones = browser.text("/shipments?open=1")

    assert "全部 21 笔待处理的差异" in listed
    assert open_ones.count("→") == 21
    assert "21 批待处理" in browser.text("/stock")


def test_what_nobody_means_is_not_entered(app: Flask, world: World) -> None:
    browser = office(app, world)

    assert browser.send("/stock/receive", **here(world, quantity="1,5"))[0] == 422
    assert browser.send("/stock/receive", **here(world, quantity="1,000", reason="a\x00b\u200b c"))[0] == 302

    assert stock()[world.ours.town.office_id] == 1_000
    with reading() as session:
        newest = select(Transfer.reason).order_by(Transfer.id.desc()).limit(1)
        assert session.scalars(newest).one() == "ab c"  # PostgreSQL takes no zero byte


def test_a_movement_is_offered_for_reversal_to_who_may_reverse_it(app: Flask, world: World) -> None:
    browser, town = office(app, world), world.ours.town
    now = utc_now()
    with transaction() as session:
        receipt = inventory.Receipt(key="R", item_id=world.item_id, area_id=town.district_id, quantity=50)
        inventory.receive(session, receipt, now=now)
        ends = {"item_id": world.item_id, "from_area_id": town.district_id, "to_area_id": town.office_id}
        inventory.dispatch(session, inventory.Dispatch(key="D", quantity=9, **ends), now=now)
    with reading() as session:
        from_above = session.scalars(select(func.max(Transfer.id))).one()

    page = browser.text(f"/stock/movements?item_id={world.item_id}")

    offered = set(re.findall(r'name="transfer_id" value="(\d+)"', page))
    assert str(world.ours.ids["transfer_id"]) in offered
    assert str(from_above) not in offered
    assert browser.send("/stock/reverse", transfer_id=from_above, reason="x")[0] == 404


def test_the_pages_speak_english_too(app: Flask, world: World) -> None:
    browser = office(app, world)

    assert "Enter a receipt" in browser.text("/stock?lang=en")
    assert "Open differences" not in browser.text("/shipments")
    assert "Enter what arrived" in browser.text(f"/shipments/{world.ours.ids['shipment_id']}")
    assert browser.get("/stock/movements?item_id=999").status_code == 404
