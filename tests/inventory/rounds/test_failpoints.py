"""A process that is killed between any two statements leaves nothing half: a round is sent with everything that belongs
to it, or not at all, and can be sent by the next one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from logistics.db import db, init_engines, reading, transaction
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Reservation, Shipment
from logistics.inventory.ledger.rules import ReservationState
from logistics.inventory.rounds import service
from logistics.inventory.rounds.models import RoundShare
from logistics.inventory.rounds.rules import RoundState
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from tests.builders import NOW
from tests.conftest import settings_for
from tests.inventory.rounds.office import Tree, a_tree, approved, asked, drafted, seen, state, stock, stocked

KILLED = 17


def _kills(orders: Any, database: str, folder: str, round_id: int, who: int, seen_as: str) -> None:
    """For every number that is ordered: a process of its own that dies before the statement of that number.

    Everything is done once before and rolled back, so that no child has to build what it takes anew.
    """
    app = Flask("logistics")
    app.config.from_mapping(settings_for(database, Path(folder)).flask_config())
    init_engines(app)
    with app.app_context():
        with suppress(_Rehearsed), transaction() as session:
            _run(session, round_id, who, seen_as)
            raise _Rehearsed
        for engine in db.engines.values():
            engine.dispose()  # a child must not inherit a connection
        while (statement := orders.recv()) is not None:
            child = os.fork()  # this process has no threads
            if child == 0:
                _run_until(statement, round_id, who, seen_as)
                os._exit(0)
            orders.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


class _Rehearsed(Exception):
    """Not meant to last."""


def _run(session: Session, round_id: int, who: int, seen_as: str) -> None:
    """Approve the round, or send it."""
    if seen_as:
        service.approve_round(session, round_id, account_id=who, fingerprint=seen_as, now=NOW)
    else:
        service.dispatch_round(session, round_id, account_id=who, now=NOW)


def _run_until(statement: int, round_id: int, who: int, seen_as: str) -> None:
    """Approve or send the round, and die before this statement or commit."""
    numbers = count(1)

    def counting(*_arguments: Any) -> None:
        if next(numbers) == statement:
            os._exit(KILLED)

    event.listen(db.engine, "before_cursor_execute", counting)
    event.listen(db.engine, "commit", counting)
    with transaction() as session:
        _run(session, round_id, who, seen_as)


def killed_everywhere(database: str, folder: Path, round_id: int, who: int, *, seen_as: str = "") -> Iterator[int]:
    """Each attempt dies one statement later than the one before; yields after each death, until one lives."""
    fresh = multiprocessing.get_context("forkserver")  # a plain fork of this process would inherit open connections
    fresh.set_forkserver_preload([__name__])
    ours, theirs = fresh.Pipe()
    killer = fresh.Process(target=_kills, args=(theirs, database, str(folder), round_id, who, seen_as))
    killer.start()
    try:
        for statement in count(1):
            ours.send(statement)
            ended = ours.recv()
            assert ended in (0, KILLED)
            if ended == 0:
                return
            yield statement
    finally:
        ours.send(None)
        killer.join(timeout=60)


def a_round() -> tuple[Tree, int]:
    tree = a_tree()
    stocked(tree, "e1", 100)
    asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    return tree, drafted(tree, "e1")


def standing() -> dict[str, Any]:
    """What dispatching touches, beside the round itself."""
    with reading() as session:
        return {
            "shipments": len(session.scalars(select(Shipment.id)).all()),
            "linked": len(session.scalars(select(RoundShare.id).where(RoundShare.shipment_id.is_not(None))).all()),
            "told": len(session.scalars(select(Notification.id).where(Notification.event == Event.SHARE_SENT)).all()),
            "promises": session.scalars(select(Reservation.state)).all(),
            "faults": list(ledger.verify(session).findings),
        }


@pytest.mark.timeout(120)
def test_a_process_killed_at_any_statement_of_dispatching_leaves_nothing_half(
    any_tables: Flask, database: str, tmp_path: Path
) -> None:
    tree, round_id = a_round()
    approved(tree, round_id)
    before = standing()

    deaths = 0
    for statement in killed_everywhere(database, tmp_path, round_id, tree.chief_id):
        deaths = statement
        assert state(round_id) is RoundState.APPROVED, statement
        assert stock(tree) == {"e1": (100, 100)}, statement
        assert standing() == before, statement

    assert deaths >= 20
    assert state(round_id) is RoundState.DISPATCHED
    assert stock(tree) == {"e1": (0, 0)}
    assert standing() == {
        "shipments": 2, "linked": 2, "told": 2, "promises": [ReservationState.VOIDED], "faults": [],
    }  # fmt: skip


@pytest.mark.timeout(120)
def test_a_process_killed_at_any_statement_of_approving_leaves_a_draft(
    any_tables: Flask, database: str, tmp_path: Path
) -> None:
    tree, round_id = a_round()

    deaths = 0
    for statement in killed_everywhere(database, tmp_path, round_id, tree.chief_id, seen_as=seen(round_id)):
        deaths = statement
        assert state(round_id) is RoundState.DRAFT, statement
        assert stock(tree) == {"e1": (100, 0)}, statement
        with reading() as session:
            assert session.scalars(select(Notification.id)).all() == [], statement

    assert deaths >= 15
    assert (state(round_id), stock(tree)) == (RoundState.APPROVED, {"e1": (100, 100)})
