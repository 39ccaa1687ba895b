"""What was asked for and what a round gave stand in the report of the day on which it was approved."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.inventory.reports.rules import StockLine
from logistics.inventory.rounds import service as rounds
from logistics.inventory.rounds.models import AllocationRound
from logistics.inventory.rounds.rules import Refusal
from tests.api.world import an_account
from tests.inventory.reports.reporting import Tree, a_tree, at


@pytest.fixture
def tree(any_tables: Flask) -> Tree:
    return a_tree()


def ask(tree: Tree, area_id: int, quantity: int, now: datetime) -> int:
    with transaction() as session:
        command = rounds.AskSupplies(item_id=tree.mask, area_id=area_id, quantity=quantity)
        return rounds.ask(session, command, now=now)


def share_out(tree: Tree, now: datetime, *, approved_at: datetime) -> None:
    """A proportional round of the office, drafted by one and approved by another."""
    with transaction() as session:
        clerk, chief = (
            an_account(session, f"{name}-{now.isoformat()}", Role.STREET_OFFICE, area_id=tree.office)
            for name in ("clerk", "chief")
        )
        terms = rounds.Terms(rule="proportional")
        command = rounds.DraftRound(item_id=tree.mask, area_id=tree.office, terms=terms, drafted_by_id=clerk)
        round_id = rounds.draft_round(session, command, now=now)
        fingerprint = session.scalars(select(AllocationRound.fingerprint).where(AllocationRound.id == round_id)).one()
        rounds.approve_round(session, round_id, account_id=chief, fingerprint=fingerprint, now=approved_at)


def asked(tree: Tree, area_id: int, *, days: int = 0) -> tuple[int, int, int]:
    line = tree.whole(area_id, days=days)
    return line.requested, line.given, line.waiting


def test_a_request_waits_until_a_round_answers_it(tree: Tree) -> None:
    tree.receive(tree.office, 100, at("9:00"))
    ask(tree, tree.east, 120, at("10:00"))
    ask(tree, tree.west, 80, at("11:00"))
    share_out(tree, at("9:00", days=1), approved_at=at("10:00", days=1))

    # 100 pieces for 200: half of what each asked for, in packs of ten
    assert [asked(tree, area) for area in (tree.east, tree.west, tree.office)] == [
        (0, 0, 120), (0, 0, 80), (0, 0, 200),
    ]  # fmt: skip
    assert [asked(tree, area, days=1) for area in (tree.east, tree.west, tree.office, tree.district)] == [
        (120, 60, 0), (80, 40, 0), (200, 100, 0), (200, 100, 0),
    ]  # fmt: skip
    assert tree.whole(tree.office, days=1).fill == 0.5
    assert asked(tree, tree.office, days=2) == (0, 0, 0)


def test_a_round_approved_at_the_very_cut_off_belongs_to_the_day(tree: Tree) -> None:
    tree.receive(tree.office, 100, at("9:00"))
    ask(tree, tree.east, 50, at("10:00"))
    share_out(tree, at("16:00"), approved_at=at("17:00"))

    assert (asked(tree, tree.east), asked(tree, tree.east, days=1)) == ((50, 50, 0), (0, 0, 0))


def test_a_request_that_is_taken_back_or_declined_waits_until_then(tree: Tree) -> None:
    back, declined = ask(tree, tree.east, 50, at("10:00")), ask(tree, tree.west, 70, at("10:00"))
    with transaction() as session:
        rounds.withdraw_request(session, back, now=at("9:00", days=1))
        rounds.decline_request(session, declined, Refusal.NO_ROOM, now=at("9:00", days=1))

    assert (asked(tree, tree.office), asked(tree, tree.office, days=1)) == ((0, 0, 120), (0, 0, 0))


def test_who_wants_nothing_after_all_asked_for_nothing(tree: Tree) -> None:
    tree.receive(tree.office, 100, at("9:00"))
    ask(tree, tree.east, 50, at("10:00"))
    declined = ask(tree, tree.west, 70, at("10:00"))
    with transaction() as session:
        rounds.decline_request(session, declined, Refusal.NO_NEED, now=at("11:00"))
    share_out(tree, at("12:00"), approved_at=at("13:00"))

    assert asked(tree, tree.office) == (50, 50, 0)
    assert tree.whole(tree.office).fill == 1.0


def test_requests_alone_are_no_zero_report(tree: Tree) -> None:
    ask(tree, tree.east, 50, at("10:00"))

    tree.confirm(tree.east, at("17:00"))

    shown = tree.report(tree.east, at("17:00"))
    assert (shown.zero, shown.lines[0].reported) == (False, StockLine(waiting=50))


def test_a_request_that_is_changed_after_the_report_does_not_change_what_waited(tree: Tree) -> None:
    request_id = ask(tree, tree.east, 50, at("10:00"))
    tree.confirm(tree.east, at("17:00"))
    with transaction() as session:
        change = rounds.ChangeRequest(request_id=request_id, version=1, quantity=80)
        rounds.change_request(session, change, now=at("19:00"))

    shown = tree.report(tree.east, at("20:00"))
    assert (shown.differences, shown.lines[0].computed.waiting) == ((), 50)
    tree.receive(tree.east, 7, at("16:00"))
    tree.correct(tree.east, at("21:00"))

    assert tree.report(tree.east, at("21:00")).lines[0].reported == StockLine(received=7, closing=7, waiting=50)
