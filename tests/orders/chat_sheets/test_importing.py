"""A list is entered in one transaction through the verb of every order, and again it changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.communities.models import Household
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.notifications.models import Notification
from logistics.orders.campaigns.models import CampaignTerms
from logistics.orders.chat_sheets import queries, service
from logistics.orders.chat_sheets.importing import ChooseWindow, TooManyOrders
from logistics.orders.chat_sheets.mapping import SecondRow
from logistics.orders.chat_sheets.models import ChatImport, ChatOrder
from logistics.orders.errors import CampaignClosed, CampaignFullSince
from logistics.orders.models import Campaign, DeliveryWindow, Order
from logistics.orders.rules import Channel, OrderState
from logistics.orders.service import LineWanted, PlaceOrder, cancel_order, place_order
from tests.builders import AFTERNOON, NOW
from tests.orders.chat_sheets.lists import (
    LINES,
    A,
    Group,
    N,
    R,
    S,
    T,
    a_group,
    a_list,
    a_mapping,
    count,
    entered,
    looked_at,
    ordered,
    outcomes,
    reasons,
    texts,
)
from tests.racing import race

HEAD = ["订单号", "地址", "商品", "数量"]


@pytest.fixture
def group(any_tables: Flask) -> Group:
    return a_group()


def an_own_order(group: Group, home: str, **lines: int) -> int:
    with transaction() as session:
        placed = place_order(
            session,
            PlaceOrder(
                campaign_id=group.campaign.campaign_id,
                household_id=group.homes[home],
                window_code="AM",
                lines=tuple(LineWanted(sku=sku, quantity=quantity) for sku, quantity in lines.items()),
            ),
            now=NOW,
        )
    return placed.order_id


def test_rows_become_orders_told_to_their_households_and_logged(group: Group) -> None:
    rows = texts(("1-1-101", "白菜2 土豆1"), ("二号楼三〇一", "两袋土豆"), ("合计", ""), ("火星", "白菜1"))

    done = entered(a_list(group, rows))

    assert ordered() == {group.homes["1-1-101"]: [{"V01": 2, "V02": 1}], group.homes["2-301"]: [{"V02": 2}]}
    counts = done.preview.counts
    assert {name: counts[name] for name in ("entered", "skipped", "wrong", "lines")} == {
        "entered": 2, "skipped": 1, "wrong": 1, "lines": 3,
    }  # fmt: skip
    with reading() as session:
        orders = session.execute(select(Order.channel, Order.placed_by_id, Order.household_id)).all()
        told = set(session.scalars(select(Notification.household_id)))
        record = session.scalars(select(ChatImport)).one()
    assert {(row.channel, row.placed_by_id) for row in orders} == {(Channel.GROUP_BUY, group.worker)}
    assert told == {row.household_id for row in orders}
    assert (record.account_id, record.source, record.counts["entered"]) == (group.worker, "群接龙", 2)


def test_the_same_list_again_changes_nothing(group: Group) -> None:
    rows = texts(("1-1-101", "白菜2"), ("2-301", "土豆1"))
    first = entered(a_list(group, rows))

    preview = looked_at(a_list(group, rows))
    second = entered(a_list(group, rows))

    assert outcomes(preview) == ["known", "known"]
    assert (second.already_imported, second.import_id) == (True, first.import_id)
    assert (count(Order), count(ChatImport), count(Notification)) == (2, 1, 2)


def test_an_extended_list_enters_what_is_new_alone(group: Group) -> None:
    entered(a_list(group, texts(("1-1-101", "白菜2"))))

    done = entered(a_list(group, texts(("1号楼1单元101", "白菜2份"), ("2-301", "土豆1"))))

    assert outcomes(done.preview) == ["known", "entered"]
    assert ordered() == {group.homes["1-1-101"]: [{"V01": 2}], group.homes["2-301"]: [{"V02": 1}]}


def test_a_correction_is_told_and_carried_out_only_on_asking(group: Group) -> None:
    entered(a_list(group, texts(("1-1-101", "白菜2"))))
    corrected = texts(("1-1-101", "白菜3"))

    unasked = entered(a_list(group, corrected))
    standing = ordered()
    asked = entered(a_list(group, corrected, changes=True))

    assert (outcomes(unasked.preview), unasked.import_id) == (["change"], None)
    assert standing == {group.homes["1-1-101"]: [{"V01": 2}]}
    # 3 are the limit: what the change gives back is counted
    assert outcomes(asked.preview) == ["changed"]
    assert ordered() == {group.homes["1-1-101"]: [{"V01": 3}]}
    assert ordered(state=OrderState.CANCELLED) == {group.homes["1-1-101"]: [{"V01": 2}]}
    assert outcomes(looked_at(a_list(group, corrected))) == ["known"]


def test_an_order_number_is_known_whatever_else_changes(group: Group) -> None:
    entered(a_list(group, [HEAD, ["D1", "1-1-101", "白菜", 1], ["D1", "1-1-101", "土豆", 2]], LINES))
    moved = [HEAD, ["D1", "2-301", "白菜", 1], ["D1", "2-301", "土豆", 2], ["D2", "1-1-101", "白菜", 1]]

    preview = looked_at(a_list(group, moved, LINES))
    done = entered(a_list(group, moved, LINES, changes=True))

    assert [(one.outcome.value, one.change and one.change.value) for one in preview.decided.decisions] == [
        ("change", "home"), ("ready", None),
    ]  # fmt: skip
    assert outcomes(done.preview) == ["changed", "entered"]
    assert ordered() == {group.homes["2-301"]: [{"V01": 1, "V02": 2}], group.homes["1-1-101"]: [{"V01": 1}]}


def test_an_order_that_the_list_calls_off_is_cancelled_on_asking(group: Group) -> None:
    mapping = a_mapping(N, A, T, S)
    head = ["订单号", "地址", "接龙内容", "状态"]
    entered(a_list(group, [head, ["D1", "1-1-101", "白菜1", "已支付"], ["D2", "2-301", "白菜1", "已取消"]], mapping))
    later = [head, ["D1", "1-1-101", "白菜1", "已退款"]]

    before = ordered()
    preview = looked_at(a_list(group, later, mapping))
    entered(a_list(group, later, mapping, changes=True))

    assert before == {group.homes["1-1-101"]: [{"V01": 1}]}  # D2 was off from the start
    assert outcomes(preview) == ["change"]
    assert ordered() == {}
    assert outcomes(looked_at(a_list(group, later, mapping))) == ["known"]


def test_what_a_household_cancelled_is_not_entered_again(group: Group) -> None:
    rows = texts(("1-1-101", "白菜2"))
    entered(a_list(group, rows))
    with transaction() as session:
        cancel_order(session, session.scalars(select(Order.id)).one(), now=NOW)

    done = entered(a_list(group, rows))

    assert (outcomes(done.preview), ordered()) == (["known"], {})


def test_a_household_with_an_order_of_its_own_waits_to_be_asked_for(group: Group) -> None:
    an_own_order(group, "1-1-101", V02=1)
    rows = texts(("1-1-101", "白菜2"))

    held = looked_at(a_list(group, rows))
    done = entered(a_list(group, rows, second=True))

    assert (outcomes(held), reasons(held)) == (["held"], [["has_order"]])
    assert outcomes(done.preview) == ["entered"]
    assert ordered() == {group.homes["1-1-101"]: [{"V02": 1}, {"V01": 2}]}


def test_limits_count_what_is_drawn_and_rows_above(group: Group) -> None:
    an_own_order(group, "2-301", V01=2)
    rows = [HEAD, ["D1", "2-301", "白菜", 2], ["D2", "1-1-101", "白菜", 2], ["D3", "1-1-101", "白菜", 1],
            ["D4", "1-1-101", "白菜", 1]]  # fmt: skip

    preview = looked_at(a_list(group, rows, LINES, second=True))
    done = entered(a_list(group, rows, LINES, second=True))

    assert outcomes(preview) == ["wrong", "ready", "ready", "wrong"]  # 2 + 2 > 3; 2 + 1 = 3; 2 + 1 + 1 > 3
    assert reasons(preview) == [["limit"], [], [], ["limit"]]
    data = preview.decided.decisions[0].problems[0].data
    assert {name: data[name] for name in ("limit", "drawn", "wanted", "left")} == {
        "limit": 3, "drawn": 2, "wanted": 2, "left": 1,
    }  # fmt: skip
    assert outcomes(done.preview) == ["wrong", "entered", "entered", "wrong"]


def test_what_the_verb_refuses_stops_no_neighbour(group: Group) -> None:
    """Caps of a group buy are known to the verb that places orders alone: it has the last word."""
    with transaction() as session:
        session.add(CampaignTerms(campaign_id=group.campaign.campaign_id, household_units_max=3))
    rows = texts(("1-1-101", "白菜2 土豆2"), ("2-301", "白菜2 土豆1"))

    preview, done = looked_at(a_list(group, rows)), entered(a_list(group, rows))

    assert outcomes(preview) == ["ready", "ready"]
    assert (outcomes(done.preview), reasons(done.preview)) == (["wrong", "entered"], [["refused"], []])
    assert ordered() == {group.homes["2-301"]: [{"V01": 2, "V02": 1}]}
    assert count(ChatOrder) == 1


def test_a_group_buy_that_is_full_takes_no_list(group: Group) -> None:
    with transaction() as session:
        session.add(CampaignTerms(campaign_id=group.campaign.campaign_id, orders_max=1, order_count=1, full_at=NOW))
    rows = texts(("1-1-101", "白菜1"))

    assert looked_at(a_list(group, rows)).takes_orders is False
    with pytest.raises(CampaignFullSince):
        entered(a_list(group, rows))


def test_a_row_twice_counts_once_and_other_goods_of_one_household_are_asked_about(group: Group) -> None:
    twice = texts(("1-1-101", "白菜1"), ("一号楼一单元101室", "白菜x1"))
    other = texts(("1-1-101", "白菜1"), ("1-1-101", "土豆1"))

    assert outcomes(looked_at(a_list(group, twice))) == ["ready", "duplicate"]
    assert reasons(looked_at(a_list(group, other))) == [["repeated"], ["repeated"]]
    adding = looked_at(a_list(group, other, a_mapping(A, T, second_row=SecondRow.ADD)))
    last = looked_at(a_list(group, other, a_mapping(A, T, second_row=SecondRow.LAST)))
    assert (outcomes(adding), outcomes(last)) == (["ready", "ready"], ["duplicate", "ready"])


def test_a_further_row_of_a_household_is_no_change_of_the_first(group: Group) -> None:
    mapping = a_mapping(A, T, second_row=SecondRow.ADD)
    entered(a_list(group, texts(("1-1-101", "白菜1")), mapping))

    done = entered(a_list(group, texts(("1-1-101", "白菜1"), ("1-1-101", "土豆1")), mapping, changes=True))

    assert outcomes(done.preview) == ["known", "entered"]
    assert ordered() == {group.homes["1-1-101"]: [{"V01": 1}, {"V02": 1}]}


def test_which_order_a_row_replaces_is_never_guessed(group: Group) -> None:
    mapping = a_mapping(A, T, second_row=SecondRow.ADD)
    entered(a_list(group, texts(("1-1-101", "白菜1"), ("1-1-101", "土豆1")), mapping))

    preview = looked_at(a_list(group, texts(("1-1-101", "白菜2")), mapping, changes=True))

    assert (outcomes(preview), reasons(preview)) == (["held"], [["unclear_change"]])
    assert len(preview.decided.vanished) == 2


def test_rows_that_vanish_are_told_and_stay(group: Group) -> None:
    entered(a_list(group, texts(("1-1-101", "白菜1"), ("2-301", "白菜1"))))

    done = entered(a_list(group, texts(("2-301", "白菜1")), changes=True))

    assert [known.household_id for known in done.preview.decided.vanished] == [group.homes["1-1-101"]]
    assert len(ordered()) == 2


def test_an_order_number_of_another_group_buy_is_refused(group: Group) -> None:
    entered(a_list(group, [HEAD, ["D1", "1-1-101", "白菜", 1]], LINES))
    with transaction() as session:
        session.execute(update(Campaign).values(code="OLD"))
        other = a_second_campaign(session, group)

    preview = looked_at(a_list(group, [HEAD, ["D1", "1-1-101", "白菜", 1]], LINES, campaign_id=other))

    assert reasons(preview) == [["other_campaign"]]
    assert preview.decided.decisions[0].problems[0].data == {"number": "D1", "campaign": "OLD"}


def a_second_campaign(session: object, group: Group) -> int:
    from sqlalchemy.orm import Session

    from logistics.orders.models import CampaignArea, Offer

    assert isinstance(session, Session)
    old = session.get_one(Campaign, group.campaign.campaign_id)
    new = Campaign(
        code="NEW", store_id=old.store_id, title="Fruit", state=old.state, cut_off_at=old.cut_off_at,
        delivery_date=old.delivery_date,
    )  # fmt: skip
    session.add(new)
    session.flush()
    area = session.scalars(select(CampaignArea.area_id)).one()
    session.add(CampaignArea(campaign_id=new.id, area_id=area))
    for offer in session.scalars(select(Offer)).all():
        session.add(Offer(campaign_id=new.id, product_id=offer.product_id, price_cents=1))
    session.flush()
    return int(new.id)


def test_a_flat_that_is_not_known_is_entered_only_on_asking_and_where_it_is_clear(group: Group) -> None:
    rows = texts(("1-2-102", "白菜1"), ("1-103", "白菜1"), ("9-1-101", "白菜1"), ("2-303", "土豆1"))

    told = looked_at(a_list(group, rows))
    done = entered(a_list(group, rows, create=True))

    assert reasons(told) == [["unknown_home"]] * 4
    # building 1 has two units, so 1-103 is not clear; there is no building 9
    assert outcomes(done.preview) == ["entered", "wrong", "wrong", "entered"]
    with reading() as session:
        new = session.execute(select(Household.code, Household.unit, Household.flat).order_by(Household.id.desc()))
        assert {tuple(row) for row in new.fetchmany(2)} == {("YG-1号楼-2-102", "2", "102"), ("YG-2-303", "", "303")}
    assert outcomes(looked_at(a_list(group, rows))) == ["known", "wrong", "wrong", "known"]


def test_an_address_said_once_is_known_from_then_on_to_its_owner_alone(group: Group) -> None:
    rows = texts(("老王家", "白菜1"), ("1-101", "白菜1"), ("门卫", "白菜1"))
    who = {"owner_area_id": group.community_id, "account_id": group.worker, "now": NOW}
    with transaction() as session:
        names = {("老王家", "阳光花园"): group.homes["2-301"], ("1-101", "阳光花园"): group.homes["1-2-101"],
                 ("门卫", "阳光花园"): None}  # fmt: skip
        service.remember_homes(session, names, **who)

    preview, stranger = looked_at(a_list(group, rows)), looked_at(a_list(group, rows, owner=None))

    assert outcomes(preview) == ["ready", "ready"]
    assert preview.reading.skipped[0].skip.value == "left_out"
    assert reasons(stranger)[:2] == [["address"], ["ambiguous_home"]]


def test_a_word_said_once_is_known_from_then_on(group: Group) -> None:
    rows = texts(("1-1-101", "青菜2 运费1"))
    who = {"owner_area_id": group.community_id, "account_id": group.worker, "now": NOW}

    before = looked_at(a_list(group, rows))
    with transaction() as session:
        service.remember_products(session, group.campaign.campaign_id, {"青菜": "V01", "运费": None}, **who)
        with pytest.raises(NotFound):
            service.remember_products(session, group.campaign.campaign_id, {"x": "V99"}, **who)
    done = entered(a_list(group, rows))

    assert (reasons(before), [one.text for one in before.reading.products]) == ([["product"]], ["青菜2 运费1"])
    assert ordered() == {group.homes["1-1-101"]: [{"V01": 2}]}
    assert done.preview.counts["lines"] == 1


def test_a_household_of_another_area_is_not_to_be_named(group: Group) -> None:
    with transaction() as session:
        other = a_list(group, texts(("1-1-101", "白菜1")), owner=group.community_id + 999)
        with pytest.raises(NotFound):
            service.remember_homes(
                session, {("x", ""): group.homes["2-301"]}, owner_area_id=group.community_id + 999, account_id=None,
                now=NOW,
            )  # fmt: skip

    assert reasons(looked_at(other)) == [["unknown_home"]]  # no compound of that area


def test_a_closed_group_buy_takes_no_list(group: Group) -> None:
    rows = texts(("1-1-101", "白菜1"))
    with transaction() as session:
        session.execute(update(Campaign).values(cut_off_at=NOW - timedelta(minutes=1)))

    assert looked_at(a_list(group, rows)).takes_orders is False
    with pytest.raises(CampaignClosed):
        entered(a_list(group, rows))


def test_a_list_of_thousands_is_sent_in_parts(group: Group) -> None:
    rows = texts(*((f"3-1-{flat}", "白菜1") for flat in range(1, 2_002)))

    with pytest.raises(TooManyOrders) as caught:
        looked_at(a_list(group, rows))

    assert (caught.value.data["count"], caught.value.data["maximum"]) == (2_001, 2_000)
    assert len(looked_at(a_list(group, rows[:-1])).decided.decisions) == 2_000


def test_a_group_buy_with_two_windows_asks_which(group: Group) -> None:
    rows = texts(("1-1-101", "白菜1"))
    with transaction() as session:
        window = DeliveryWindow(
            campaign_id=group.campaign.campaign_id, code="PM", starts_at=AFTERNOON[0], ends_at=AFTERNOON[1]
        )
        session.add(window)

    with pytest.raises(ChooseWindow):
        entered(a_list(group, rows))
    entered(a_list(group, rows, window="PM"))

    with reading() as session:
        assert session.scalars(select(Order.window_id)).one() == window.id


def test_no_name_and_no_phone_is_kept(group: Group) -> None:
    mapping = a_mapping(A, T, R)
    rows = [["姓名", "电话", "地址", "接龙内容", "备注"],
            ["赵六六", "138 0013 8000", "1-1-101", "白菜1", "到了打13800138000"],
            ["孙八八", "13700137000", "2-302", "白菜1 电话13700137000", None], ["备注：找13600136000"],
            ["钱七七", "13900139000", "1-1-999 13900139000", "白菜1", None]]  # fmt: skip

    done = entered(a_list(group, rows, mapping))

    with reading() as session:
        record = session.scalars(select(ChatImport)).one()
        remark = session.scalars(select(ChatOrder.remark)).one()
        kept = str(record.report) + str(record.mapping) + remark
    assert remark == "到了打138****8000"
    assert "137****7000" in kept
    assert not [
        word
        for word in ("赵六六", "钱七七", "8000138", "13800138000", "13900139000", "3700137000", "3600136000")
        if word in kept
    ]
    assert done.preview.counts["entered"] == 1


def test_what_rows_said_is_forgotten_after_a_month_and_the_orders_are_still_known(group: Group) -> None:
    rows = [["地址", "接龙内容", "备注"], ["1-1-101", "白菜1", "放门口"]]
    mapping = a_mapping(A, T, R)
    first = entered(a_list(group, rows, mapping))

    with transaction() as session:
        early = service.purge_reports(session, now=NOW + timedelta(days=30))
        late = service.purge_reports(session, now=NOW + timedelta(days=30, seconds=1))
        again = service.purge_reports(session, now=NOW + timedelta(days=31))

    assert (early, late, again) == (0, 1, 0)
    with reading() as session:
        assert queries.imported(session, group.viewer(), first.import_id or 0).report == ()
        assert session.scalars(select(ChatOrder.remark)).one() == ""
    assert outcomes(looked_at(a_list(group, rows, mapping))) == ["known"]


def test_a_list_entered_by_two_at_once_is_entered_once(any_tables: Flask, group: Group) -> None:
    rows = texts(*((home, "白菜1") for home in group.homes))

    race(any_tables, [lambda: entered(a_list(group, rows))] * 2)

    assert {household: len(orders) for household, orders in ordered().items()} == dict.fromkeys(group.homes.values(), 1)
    assert count(ChatOrder) == len(group.homes)
