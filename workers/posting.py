"""Sending messages: claim what is due, put it into words, let it leave, keep what came of it, until no more is due.

Claims and results are short transactions in this thread; only the sending itself, which waits for others' servers,
goes on in threads beside it, so that one that stalls holds up nobody else's message.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext

from logistics.config import Settings
from logistics.db import reading, transaction
from logistics.inventory.rounds.overview.sentences import said
from logistics.notifications import lengths, sending
from logistics.notifications.pacing import QuietHours
from logistics.notifications.rules import ChannelKind, Outcome
from logistics.notifications.sealing import Seal, Unreadable
from logistics.notifications.senders import Answer, Letter, Senders
from logistics.notifications.sending import Claimed
from logistics.notifications.speaking import speaking
from logistics.observability import error_line, get_logger

log = get_logger("workers.posting")

AT_ONCE = 16
"""Letters that leave side by side; each waits for another server, not for this machine."""
BUDGET = timedelta(seconds=20)
"""How long one run goes on; the next minute's takes over."""
LOOK_S = 1.0
"""How often a run looks for what came due while letters are on their way."""
SOON = timedelta(seconds=5)
"""A run waits for what is due within this, as a robot's next message is, and leaves the rest to the next one."""
UNREADABLE = "the address was sealed with another SECRET_KEY: enter it anew"
NO_SENDER = "this platform sends no messages in this way"
NO_WORDS = "the message could not be put into words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a run of sending needs. `now` and `sleep` are the clock it goes by."""

    senders: Senders
    seal: Seal
    quiet: QuietHours
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def run(self, budget: timedelta = BUDGET) -> Mapping[str, int]:
        """Send until nothing is due soon or the budget is used up; returns how many attempts left their message in
        which state."""
        ends = self.now() + budget
        states: Counter[str] = Counter()
        leaving: dict[Future[Answer], Claimed] = {}
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="letter") as threads:
            while True:
                claimed = self._claim(AT_ONCE - len(leaving)) if self.now() < ends else []
                for one in claimed:
                    written = self._written(one)
                    if isinstance(written, Answer):
                        states[self._keep(one, written)] += 1
                    else:
                        leaving[threads.submit(self.senders[one.kind].send, written)] = one
                gone, _still = wait(leaving, timeout=LOOK_S, return_when=FIRST_COMPLETED)
                for letter_gone in gone:
                    states[self._keep(leaving.pop(letter_gone), _answer(letter_gone))] += 1
                if not claimed and not leaving and not self._wait_for_next(ends):
                    return states

    def _wait_for_next(self, ends: datetime) -> bool:
        """Wait until something is due; False where nothing is within `SOON` or before the run ends."""
        now = self.now()
        with reading() as session:
            due = sending.next_due(session, now=now)
        if due is None or due > now + SOON or max(due, now) >= ends:
            return False
        self.sleep(max((due - now).total_seconds(), 0.0))
        return True

    def _claim(self, limit: int) -> list[Claimed]:
        repeatable = {kind: sender.repeatable for kind, sender in self.senders.items()}
        with transaction() as session:
            sending.settle_lost(session, repeatable=repeatable, now=self.now())
            sending.address_new(session, quiet=self.quiet, now=self.now())
            return sending.claim(session, quiet=self.quiet, now=self.now(), limit=limit) if limit else []

    def _written(self, claimed: Claimed) -> Letter | Answer:
        """The letter, or why there is none."""
        if claimed.kind not in self.senders:
            return Answer(outcome=Outcome.REFUSED, detail=NO_SENDER)
        try:
            return letter(claimed, self.seal.open(claimed.address))
        except Unreadable:
            return Answer(outcome=Outcome.REFUSED, detail=UNREADABLE)
        except Exception as wrong:  # one message's own trouble, which the others shall not share
            log.error("no words", key=claimed.key, about=claimed.event.value, error=error_line(wrong))
            return Answer(outcome=Outcome.REFUSED, detail=NO_WORDS)

    def _keep(self, claimed: Claimed, answer: Answer) -> str:
        sender = self.senders.get(claimed.kind)
        with transaction() as session:
            state = sending.record(
                session,
                claimed,
                answer,
                repeatable=sender is not None and sender.repeatable,
                jitter=random.random(),
                now=self.now(),
            )
        log.info(
            "attempt",
            key=claimed.key,
            by=claimed.kind.value,
            number=claimed.number,
            outcome=answer.outcome.value,
            detail=answer.detail,
            state=state.value,
        )
        return state.value


def post_of(settings: Settings, *, now: Callable[[], datetime]) -> Post:
    """The post of this platform.

    Raises:
        BadGateway: `SMS_GATEWAY` cannot be sent to.
    """
    from logistics.notifications.outgoing import senders_of  # apprise, which only this job needs

    starts_min, ends_min = settings.quiet_hours
    return Post(
        senders=senders_of(settings),
        seal=Seal(current_app.config["SECRET_KEY"]),
        quiet=QuietHours(starts_min=starts_min, ends_min=ends_min),
        now=now,
    )


def letter(claimed: Claimed, address: str) -> Letter:
    """A claimed message in the words, the language and the length of its channel."""
    return Letter(
        key=claimed.key,
        kind=claimed.kind,
        shown=claimed.shown,
        loggable=_text(replace(claimed, data=lengths.hidden(claimed.data))),
        address=address,
        text=_text(claimed),
    )


def _text(claimed: Claimed) -> str:
    with speaking(claimed.language, _explain) as speech:
        if claimed.kind is ChannelKind.SMS:
            return lengths.sms(claimed.event, claimed.data, speech)
        return lengths.robot(claimed.event, claimed.data, speech, to=claimed.area_name)


def _explain(reasons: Sequence[Mapping[str, Any]], above: str) -> str:
    return said(reasons, lambda message: str(gettext(message)), above=above)


def _answer(gone: Future[Answer]) -> Answer:
    """A sender never raises; one that does has lost a letter of which nobody can say what became of it."""
    failure = gone.exception()
    if failure is None:
        return gone.result()
    log.error("a sender failed", error=error_line(failure))
    return Answer(outcome=Outcome.UNCLEAR, detail=type(failure).__name__)
