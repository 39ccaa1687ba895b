"""Periodic work as one list, fired through the outbox.

A slot is a span of time of the work's own length, and the promise of a slot has the key `name@slot`, which is unique:
however many relays run and whatever crashes, each slot is promised once, kept once, and seen like any other promise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from logistics import outbox
from logistics.db import reading, transaction
from logistics.notifications import sending
from logistics.outbox import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """`job` of `workers.jobs`, without arguments, once in every span of `every`, counted from midnight UTC 1970; only
    in spans in which there is something to do, where `wanted` can tell."""

    job: str
    every: timedelta
    queue: Queue = Queue.DEFAULT
    wanted: Callable[[Session, datetime], bool] | None = None


PERIODIC: tuple[Periodic, ...] = (
    Periodic(job="keep_house", every=timedelta(hours=1)),
    Periodic(job="expire_reservations", every=timedelta(minutes=15)),
    Periodic(job="finish_rounds", every=timedelta(minutes=15)),
    Periodic(job="finish_campaigns", every=timedelta(minutes=15)),
    Periodic(job="open_reports", every=timedelta(minutes=15)),  # soon after a cut-off, and after its deadline
    Periodic(job="send_messages", every=timedelta(minutes=1), queue=Queue.MESSAGES, wanted=sending.anything_due),
)


def slot_of(now: datetime, every: timedelta) -> datetime:
    """The start of the span of length `every` in which `now` lies."""
    seconds = int(every.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def promise_periodic(now: datetime, periodic: Sequence[Periodic] = PERIODIC) -> None:
    """Promise the work of the slots in which `now` lies; a slot already promised stays as it is.

    A slot missed while nothing ran is not made up for: the next run does its work.
    """
    for work in periodic:
        slot = slot_of(now, work.every)
        if work.wanted is not None:
            with reading() as session:
                if not work.wanted(session, now):
                    continue
        key = f"{work.job}@{slot:%Y-%m-%dT%H:%MZ}"
        with transaction() as session:
            outbox.promise(session, key=key, job=work.job, args={}, due_at=slot, queue=work.queue)
