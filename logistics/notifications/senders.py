"""The port messages leave by, and the sender of a platform to which nobody has given another: it writes to the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from logistics.notifications.rules import ChannelKind, Outcome

log = structlog.get_logger("logistics.notifications")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message ready to leave. `key` is the same in every attempt at it and no other message's.

    `loggable` is the text without the receiver's codes, `shown` the address as pages show it: what of both may be
    written down.
    """

    key: str
    kind: ChannelKind
    shown: str
    loggable: str
    address: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an attempt. `detail` holds no address and no text; `retry_after_s` is what a throttling side
    asked for, where it did."""

    outcome: Outcome
    detail: str = ""
    retry_after_s: int | None = None


SENT = Answer(outcome=Outcome.SENT)


class Sender(Protocol):
    """One kind of channel.

    `repeatable` is its promise. True, at least once: a letter whose fate is not known is sent again, since the other
    side drops the second of one key or a second harms nobody. False, at most once: it is not, since it could tell
    somebody twice.
    """

    @property
    def repeatable(self) -> bool: ...

    def send(self, letter: Letter) -> Answer:
        """Try once, within `SEND_S_MAX` seconds. Never raises for what the other side or the network does."""


SEND_S_MAX = 30
"""The longest any sender takes; the lease of an attempt is longer."""

Senders = Mapping[ChannelKind, Sender]


class Console:
    """Writes every letter to the log and sends nothing: what the receiver would read, without codes and addresses."""

    repeatable = True  # a line twice in a log tells nobody twice

    def send(self, letter: Letter) -> Answer:
        log.info("message", key=letter.key, by=letter.kind.value, to=letter.shown, text=letter.loggable)
        return SENT
