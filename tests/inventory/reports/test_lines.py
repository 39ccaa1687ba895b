"""The numbers of a report are those of the ledger, to the piece."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.errors import DomainError
from logistics.inventory.ledger.models import Entry, Holder, Shipment, Transfer
from logistics.inventory.ledger.rules import DiscrepancyPart, HolderKind, Outcome, TransferKind
from logistics.inventory.reports.line_queries import branch_lines
from logistics.inventory.reports.rules import StockLine
from tests.inventory.reports.reporting import Tree, a_tree, at

MISSING, REJECTED = DiscrepancyPart.MISSING, DiscrepancyPart.REJECTED


@pytest.fixture
def tree(any_tables: Flask) -> Tree:
    return a_tree()


def test_every_kind_of_movement_has_its_column(tree: Tree) -> None:
    tree.receive(tree.office, 1_000, at("9:00", days=-1))
    tree.receive(tree.office, 500, at("8:00"))
    first = tree.dispatch(tree.office, tree.east, 300, at("9:00"))
    tree.arrive(first, 280, at("10:00"), rejected=15)  # 5 are missing
    tree.settle(first, REJECTED, Outcome.RETURNED, 10, at("11:00"))
    tree.settle(first, MISSING, Outcome.FOUND, 2, at("11:10"))
    tree.settle(first, REJECTED, Outcome.WRITTEN_OFF, 4, at("11:20"))
    tree.dispatch(tree.office, tree.west, 70, at("12:00"))
    tree.issue(tree.east, 40, at("13:00"))
    tree.write_off(tree.east, 6, at("14:00"))
    tree.count(tree.east, 233, at("15:00"))  # 280 + 2 - 40 - 6 = 236: three fewer are there
    tree.receive(tree.east, 8, at("9:00"), item_id=tree.thermometer)
    tree.lend(tree.east, 5, at("9:30"))
    tree.lend(tree.east, 2, at("16:00"), back=True)
    tree.write_off(tree.east, 1, at("16:30"), item_id=tree.thermometer, post="gate")

    # 1,000 + 500 + 10 - 300 - 70
    assert tree.line(tree.office) == StockLine(opening=1_000, received=500, came_back=10, sent=370, closing=1_140)
    # of the 20 that did not arrive 10 went back, 2 were found and 4 written off: 4 are open
    assert tree.line(tree.east) == StockLine(
        arrived=282, issued=40, written_off=6, adjusted=-3, closing=233, discrepancy=4, lost=4
    )
    assert tree.line(tree.west) == StockLine(on_the_way=70)
    # 8 received, 5 lent of which 2 came back and 1 was lost at the gate
    assert tree.line(tree.east, item_id=tree.thermometer) == StockLine(
        received=8, lent=5, returned=2, closing=5, on_loan=2, lost=1
    )
    assert tree.line(tree.south) == StockLine()


def test_the_closing_of_a_day_is_the_opening_of_the_next(tree: Tree) -> None:
    tree.receive(tree.east, 100, at("12:00"))
    tree.issue(tree.east, 30, at("12:00", days=1))

    assert [tree.line(tree.east, days=days) for days in (-1, 0, 1, 2)] == [
        StockLine(),
        StockLine(received=100, closing=100),
        StockLine(opening=100, issued=30, closing=70),
        StockLine(opening=70, closing=70),
    ]


def test_what_happens_at_the_very_cut_off_belongs_to_the_day_and_a_moment_later_to_the_next(tree: Tree) -> None:
    tree.receive(tree.east, 1, at("17:00"))
    tree.receive(tree.east, 2, at("17:00") + timedelta(microseconds=1))

    assert tree.line(tree.east) == StockLine(received=1, closing=1)
    assert tree.line(tree.east, days=1) == StockLine(opening=1, received=2, closing=3)


def test_a_reversal_counts_against_what_it_reverses(tree: Tree) -> None:
    receipt = tree.receive(tree.east, 100, at("9:00"))
    wrong = tree.issue(tree.east, 30, at("10:00"))
    tree.reverse(wrong, at("11:00"))
    issued = tree.issue(tree.east, 20, at("12:00"))
    tree.reverse(issued, at("12:00", days=1))
    tree.reverse(receipt, at("13:00", days=1))

    assert tree.line(tree.east) == StockLine(received=100, issued=20, closing=80)
    assert tree.line(tree.east, days=1) == StockLine(opening=80, received=-100, issued=-20)


def test_goods_that_arrive_after_the_cut_off_are_on_the_way_at_it(tree: Tree) -> None:
    tree.receive(tree.office, 100, at("9:00"))
    shipment = tree.dispatch(tree.office, tree.east, 60, at("16:00"))
    tree.arrive(shipment, 50, at("9:00", days=1))

    assert tree.line(tree.east) == StockLine(on_the_way=60)
    assert tree.line(tree.east, days=1) == StockLine(arrived=50, closing=50, discrepancy=10)


def test_a_shipment_refused_whole_is_a_discrepancy(tree: Tree) -> None:
    tree.receive(tree.office, 100, at("9:00"))
    shipment = tree.dispatch(tree.office, tree.east, 60, at("10:00"))
    tree.arrive(shipment, 0, at("11:00"), rejected=60)

    assert tree.line(tree.east) == StockLine(discrepancy=60)


def test_an_office_is_the_sum_of_its_communities_and_its_own(tree: Tree) -> None:
    tree.receive(tree.district, 1_000, at("8:00"))
    for to, pieces in ((tree.office, 400), (tree.other, 100)):
        tree.arrive(tree.dispatch(tree.district, to, pieces, at("9:00")), pieces, at("9:30"))
    for to, pieces in ((tree.east, 150), (tree.west, 90)):
        tree.arrive(tree.dispatch(tree.office, to, pieces, at("10:00")), pieces - 10, at("10:30"))
    tree.issue(tree.east, 25, at("11:00"))

    # 400 came to the office and 140 + 80 to its communities; 240 left the office and 25 their communities' stores
    assert tree.whole(tree.office) == StockLine(arrived=620, sent=240, issued=25, closing=355, discrepancy=20)
    assert tree.whole(tree.office) == total_of(tree, tree.office, tree.east, tree.west)
    assert tree.whole(tree.district) == total_of(tree, *tree.areas)
    assert tree.whole(tree.district).closing == 1_000 - 25 - 20  # all that is neither issued nor open
    assert tree.whole(tree.east) == tree.line(tree.east)


def total_of(tree: Tree, *areas: int) -> StockLine:
    line = StockLine()
    for area in areas:
        line = line + tree.line(area)
    return line


def test_an_area_is_told_apart_by_the_branches_right_below(tree: Tree) -> None:
    tree.receive(tree.district, 1, at("9:00"))
    tree.receive(tree.office, 100, at("9:00"))
    tree.receive(tree.south, 7, at("9:00"))
    tree.dispatch(tree.office, tree.east, 60, at("10:00"))

    found = tree.branches(tree.district)

    assert found.own[tree.mask] == StockLine(received=1, closing=1)
    assert {area: lines[tree.mask] for area, lines in found.below.items()} == {
        tree.office: StockLine(received=100, sent=60, closing=40, on_the_way=60),
        tree.other: StockLine(received=7, closing=7),
    }


# any ledger

STEP = st.tuples(
    st.sampled_from(
        ["receive", "dispatch", "arrive", "settle", "issue", "lend", "back", "count", "write_off", "reverse"]
    ),
    st.integers(0, 9),
    st.integers(1, 40),
    st.integers(1, 72),
)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_any_ledger_is_reported_as_its_raw_entries_say(kind: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("tables" if kind == "sqlite" else "postgres_tables")

    @settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(STEP, min_size=5, max_size=25))
    def check(steps: list[tuple[str, int, int, int]]) -> None:
        tree = a_tree()
        with transaction() as tree.session:
            happen(tree, steps)
        compare_with_raw_entries(tree)

    check()


def happen(tree: Tree, steps: list[tuple[str, int, int, int]]) -> None:
    """Let the steps happen in the order of their hours; what the ledger refuses does not happen."""
    shipments: list[int] = []
    transfers: list[int] = []
    for word, which, pieces, hours in sorted(steps, key=lambda step: step[3]):
        now = at("17:00", days=-1) + timedelta(hours=hours)
        area, other = tree.areas[which % 6], tree.areas[(which + 1) % 6]
        try:
            if word == "receive":
                transfers.append(tree.receive(area, 5 * pieces, now))
                tree.receive(area, pieces, now, item_id=tree.thermometer)
            elif word == "dispatch":
                shipments.append(tree.dispatch(area, other, pieces, now))
            elif word == "arrive" and shipments:
                tree.arrive(shipments[which % len(shipments)], pieces, now, rejected=which)
            elif word == "settle" and shipments:
                part, outcome = (MISSING, REJECTED)[which % 2], list(Outcome)[pieces % 3]
                transfers.append(tree.settle(shipments[which % len(shipments)], part, outcome, 1 + which % 3, now))
            elif word == "issue":
                transfers.append(tree.issue(area, pieces, now))
            elif word in ("lend", "back"):
                transfers.append(tree.lend(area, 1 + pieces % 5, now, back=word == "back"))
            elif word == "count":
                tree.count(area, pieces, now)
            elif word == "write_off":
                transfers.append(tree.write_off(area, pieces, now))
            elif word == "reverse" and transfers:
                tree.reverse(transfers[which % len(transfers)], now)
        except DomainError:
            continue


def compare_with_raw_entries(tree: Tree) -> None:
    """Every number of four days, own and rolled up, computed once more from entries that were read row by row."""
    with reading() as session:
        raw = session.execute(
            select(Holder.kind, Holder.area_id, Transfer, Entry.quantity)
            .join(Entry, Entry.holder_id == Holder.id)
            .join(Transfer, Transfer.id == Entry.transfer_id)
            .where(Transfer.item_id.in_((tree.mask, tree.thermometer)))
        ).all()
        transfers = {transfer.id: transfer for _, _, transfer, _ in raw}
        shipments = {shipment.id: shipment for shipment in session.scalars(select(Shipment))}
        previous: dict[tuple[int, int], int] = defaultdict(int)
        for days in range(4):
            span = tree.span(days)
            found = {area: branch_lines(session, span, area_id=area) for area in tree.areas}
            for item in (tree.mask, tree.thermometer):
                for area in tree.areas:
                    line = found[area].own.get(item, StockLine())
                    assert line == by_hand(raw, transfers, shipments, area, item, span.since, span.cut_off_at)
                    assert line.balanced
                    assert line.opening == previous[area, item]
                    previous[area, item] = line.closing
                for top, inside in below(tree).items():
                    summed = StockLine()
                    for area in inside:
                        summed = summed + found[area].own.get(item, StockLine())
                    assert found[top].whole.get(item, StockLine()) == summed
                    assert summed.balanced


def below(tree: Tree) -> dict[int, tuple[int, ...]]:
    return {
        tree.district: tree.areas,
        tree.office: (tree.office, tree.east, tree.west),
        tree.other: (tree.other, tree.south),
        tree.east: (tree.east,),
        tree.west: (tree.west,),
        tree.south: (tree.south,),
    }


def by_hand(
    raw: list[tuple[HolderKind, int, Transfer, int]],
    transfers: dict[int, Transfer],
    shipments: dict[int, Shipment],
    area: int,
    item: int,
    since: datetime,
    until: datetime,
) -> StockLine:
    """The same line in plain Python, leg by leg."""
    numbers: dict[str, int] = defaultdict(int)
    for kind, of_area, transfer, pieces in raw:
        if of_area != area or transfer.item_id != item or transfer.happened_at > until:
            continue
        what = transfers[transfer.reverses_id].kind if transfer.reverses_id else transfer.kind
        today = transfer.happened_at > since
        shipment = shipments.get(transfer.shipment_id or 0)
        if kind is HolderKind.AREA:
            numbers["closing"] += pieces
            numbers["opening"] += 0 if today else pieces
            if today:
                column, sign = column_of(what, shipment, area)
                numbers[column] += sign * pieces
        elif kind is HolderKind.LENT_OUT:
            numbers["on_loan"] += pieces
        elif kind is HolderKind.IN_TRANSIT:
            assert shipment is not None
            there = shipment.arrived_at is not None and shipment.arrived_at <= until
            numbers["discrepancy" if there else "on_the_way"] += pieces
        elif kind is HolderKind.WRITTEN_OFF and today:
            from_store = sum(
                leg for leg_kind, leg_area, leg_of, leg in raw
                if leg_of.id == transfer.id and leg_kind is HolderKind.AREA and leg_area == area
            )  # fmt: skip
            numbers["lost"] += 0 if from_store else pieces
    return StockLine(**numbers)


def column_of(what: TransferKind, shipment: Shipment | None, area: int) -> tuple[str, int]:
    if what is TransferKind.SETTLEMENT:
        assert shipment is not None
        return ("arrived", 1) if shipment.to_area_id == area else ("came_back", 1)
    return {
        TransferKind.RECEIPT: ("received", 1),
        TransferKind.ARRIVAL: ("arrived", 1),
        TransferKind.REJECTION_RETURN: ("came_back", 1),
        TransferKind.RETURN: ("returned", 1),
        TransferKind.COUNT: ("adjusted", 1),
        TransferKind.DISPATCH: ("sent", -1),
        TransferKind.ISSUE: ("issued", -1),
        TransferKind.LOAN: ("lent", -1),
        TransferKind.WRITE_OFF: ("written_off", -1),
    }[what]
