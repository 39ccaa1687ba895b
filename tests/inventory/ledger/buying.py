"""A crowd at a counter: processes of threads that buy the last masks at the same moment, each attempt timed."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from logistics.db import db, init_engines, transaction
from logistics.inventory.ledger.models import Balance, Holder
from logistics.inventory.ledger.rules import HolderKind
from logistics.inventory.ledger.service import OutOfStock, Reserve, post, reserve
from tests.builders import NOW
from tests.conftest import settings_for

PROCESSES, THREADS, ATTEMPTS = 4, 16, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """What is sold where, and to whom."""

    item_id: int
    area_id: int
    households: tuple[int, ...]
    seed: int
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """How a rush went: answers by kind, and the seconds of each attempt."""

    answers: Counter[str]
    seconds: tuple[float, ...]

    @property
    def p99_s(self) -> float:
        return sorted(self.seconds)[int(0.99 * len(self.seconds))]


Buy = Callable[[Stall, str, int], bool]


def buy_by_reservation(stall: Stall, key: str, household_id: int) -> bool:
    """As an order does: promise in one transaction, hand out in the next."""
    try:
        with transaction() as session:
            command = Reserve(
                key=key,
                item_id=stall.item_id,
                area_id=stall.area_id,
                quantity=stall.quantity,
                expires_at=NOW + timedelta(hours=1),
                household_id=household_id,
            )
            reservation_id = reserve(session, command, now=NOW)
    except OutOfStock:
        return False
    with transaction() as session:
        post(session, reservation_id, now=NOW)
    return True


def buy_by_reading_first(stall: Stall, key: str, household_id: int) -> bool:
    """The control: look whether there is one, and then take it, with nothing in between that holds the two together."""
    here = select(Holder.id).where(Holder.kind == HolderKind.AREA, Holder.area_id == stall.area_id).scalar_subquery()
    with transaction() as session:
        on_hand = session.scalars(select(Balance.on_hand).where(Balance.holder_id == here)).one()
    if on_hand < 1:
        return False
    time.sleep(random.uniform(0.001, 0.003))  # somebody thinks
    with transaction() as session:
        session.execute(update(Balance).where(Balance.holder_id == here).values(on_hand=Balance.on_hand - 1))
    return True


def rush(database: str, folder: Path, stall: Stall, buy: Buy) -> Rush:
    """640 attempts by 64 threads of four processes that start together, as servers do that have been up for a while:
    every thread has its connection, and has bought something that there is none of."""
    fresh = multiprocessing.get_context("forkserver")  # a plain fork would inherit open connections
    fresh.set_forkserver_preload([__name__])
    start, results = fresh.Barrier(PROCESSES), fresh.SimpleQueue()
    crowd = [
        fresh.Process(target=_attend, args=(database, str(folder), stall, buy, number, start, results))
        for number in range(PROCESSES)
    ]
    for process in crowd:
        process.start()
    heard = [results.get() for _ in crowd]
    for process in crowd:
        process.join(timeout=60)
    assert [process.exitcode for process in crowd] == [0] * PROCESSES
    answers, seconds = [answer for part, _ in heard for answer in part], [s for _, part in heard for s in part]
    return Rush(answers=Counter(answers), seconds=tuple(seconds))


def _attend(database: str, folder: str, stall: Stall, buy: Buy, number: int, start: Any, results: Any) -> None:
    app = Flask("logistics")
    settings = settings_for(database, Path(folder))
    app.config.from_mapping(settings.flask_config())
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": THREADS}  # one each, as a server of so many threads has
    init_engines(app)
    ready = Barrier(THREADS)
    with app.app_context():
        with ThreadPoolExecutor(THREADS) as pool:
            warm = list(pool.map(partial(_warm_up, app, stall, number, ready), range(THREADS)))
            start.wait(timeout=120)
            parts = list(pool.map(partial(_queue_up, app, stall, buy, number, ready), range(THREADS)))
        assert warm == [False] * THREADS
        for engine in db.engines.values():
            engine.dispose()
    results.put(([answer for part, _ in parts for answer in part], [s for _, part in parts for s in part]))


def _warm_up(app: Flask, stall: Stall, number: int, ready: Barrier, thread: int) -> bool:
    with app.app_context():
        ready.wait(timeout=60)
        return buy_by_reservation(replace(stall, quantity=1_000), f"warm-{number}-{thread}", stall.households[0])


def _queue_up(
    app: Flask, stall: Stall, buy: Buy, number: int, ready: Barrier, thread: int
) -> tuple[list[str], list[float]]:
    chance = random.Random(f"{stall.seed}:{number}:{thread}")
    answers, seconds = [], []
    with app.app_context():
        ready.wait(timeout=60)
        for attempt in range(ATTEMPTS):
            time.sleep(chance.uniform(0, 0.02))
            began = time.perf_counter()
            try:
                sold = buy(stall, f"{stall.seed}-{number}-{thread}-{attempt}", chance.choice(stall.households))
                answers.append("sold" if sold else "refused")
            except Exception as error:
                answers.append(f"{type(error).__name__}: {error}"[:300])
            seconds.append(time.perf_counter() - began)
    return answers, seconds
