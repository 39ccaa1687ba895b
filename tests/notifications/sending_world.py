"""A town whose households and community have agreed to be sent messages, and the post that sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.notifications.models import Attempt, Delivery, Notification, RecipientChannel
from logistics.notifications.pacing import QuietHours
from logistics.notifications.robots import Hosts
from logistics.notifications.rules import ChannelKind, Event
from logistics.notifications.sealing import Seal
from logistics.notifications.senders import Answer, Letter, Senders
from logistics.notifications.service import Message, SetChannel, Ways, set_channel, tell_many
from tests.builders import NOW, TownRef, a_town
from workers.posting import Post

SEAL = Seal("s" * 40)
AWAKE = QuietHours(starts_min=0, ends_min=0)
HOSTS = Hosts(own=frozenset({"127.0.0.1"}), internal=True)
WAYS = Ways(kinds=frozenset(ChannelKind), hosts=HOSTS)
ROBOT = "http://127.0.0.1:9/cgi-bin/webhook/send?key=0123-abcd"
PHONE = "13800138000"


@dataclass
class Clock:
    """Moves when somebody sleeps, and not otherwise."""

    at: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.at += timedelta(seconds=max(seconds, 0.001))


@dataclass
class Recorder:
    """A sender that keeps what it is given and answers as it is told, `sent` when told nothing."""

    repeatable: bool = False
    answers: list[Answer | Exception] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    at: list[datetime] = field(default_factory=list)
    clock: Clock | None = None

    def send(self, letter: Letter) -> Answer:
        from logistics.notifications.senders import SENT

        self.letters.append(letter)
        if self.clock is not None:
            self.at.append(self.clock.at)
        answer = self.answers.pop(0) if self.answers else SENT
        if isinstance(answer, Exception):
            raise answer
        return answer


def a_post(sender: Any, clock: Clock, *, quiet: QuietHours = AWAKE) -> Post:
    senders: Senders = {ChannelKind.SMS: sender, ChannelKind.ROBOT: sender}
    return Post(senders=senders, seal=SEAL, quiet=quiet, now=clock.now, sleep=clock.sleep)


def town() -> TownRef:
    with transaction() as session:
        return a_town(session)


def agree(
    *, household_id: int | None = None, area_id: int | None = None, address: str = "", at: datetime = NOW, **more: Any
) -> None:
    kind = more.pop("kind", ChannelKind.SMS if household_id is not None else ChannelKind.ROBOT)
    usual = {ChannelKind.SMS: PHONE, ChannelKind.ROBOT: ROBOT, ChannelKind.PAGE: ""}[kind]
    command = SetChannel(
        kind=kind, address=address or usual, agreed=True, household_id=household_id, area_id=area_id, **more
    )
    with transaction() as session:
        set_channel(session, command, seal=SEAL, ways=WAYS, now=at)


def write(*messages: Message, at: datetime = NOW) -> None:
    with transaction() as session:
        tell_many(session, messages, now=at)


def placed(home: int, key: str = "k", order: str = "W1") -> Message:
    return Message(key=key, household_id=home, event=Event.ORDER_PLACED, data={"order": order, "total_cents": 500})


def sent_to_area(area: int, key: str = "s", pieces: int = 5) -> Message:
    data = {"round": "R1", "item": "口罩", "unit": "个", "pieces": pieces}
    return Message(key=key, area_id=area, event=Event.SHARE_SENT, data=data)


def states() -> list[str]:
    with reading() as session:
        return [state.value for state in session.scalars(select(Delivery.state).order_by(Delivery.id))]


def deliveries() -> Sequence[Delivery]:
    with reading() as session:
        return session.scalars(select(Delivery).order_by(Delivery.id)).all()


def attempts() -> list[tuple[int, str | None, str]]:
    with reading() as session:
        rows = session.scalars(select(Attempt).order_by(Attempt.delivery_id, Attempt.number)).all()
        return [(row.number, row.outcome.value if row.outcome else None, row.detail) for row in rows]


def channel(**recipient: int) -> RecipientChannel:
    with reading() as session:
        return session.scalars(select(RecipientChannel).filter_by(**recipient)).one()


def unaddressed() -> int:
    with reading() as session:
        return len(session.scalars(select(Notification.id).where(Notification.addressed_at.is_(None))).all())
