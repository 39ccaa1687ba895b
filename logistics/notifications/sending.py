"""Sending what is written: messages find their channels, due ones are claimed, leave, and what came of it is kept.

A claim is committed before the message leaves and says so: a worker that dies in between has perhaps sent it. When its
lease is over the message goes on by the promise of its channel (`senders.Sender.repeatable`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing
from logistics.communities import service as communities
from logistics.db import UtcDateTime
from logistics.notifications.models import (
    DETAIL_LENGTH,
    UNDER_WAY,
    Attempt,
    Delivery,
    Notification,
    Pace,
    RecipientChannel,
)
from logistics.notifications.pacing import ATTEMPTS_MAX, ROBOT_GAP, STALE_AFTER, QuietHours, next_of, rest
from logistics.notifications.rules import ChannelKind, DeliveryState, Event, Language, Outcome
from logistics.notifications.senders import SEND_S_MAX, Answer

LEASE = timedelta(seconds=4 * SEND_S_MAX)
"""Letters of one batch leave side by side, a few after one another at worst."""
ADDRESSED_AT_ONCE = 1_000
TOO_LATE = "older than a day"
LOST = "the worker died while it was sending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One message to be sent now, by whoever has claimed it; its `address` is still sealed."""

    delivery_id: int
    number: int
    allowed: int
    key: str
    kind: ChannelKind
    event: Event
    data: Mapping[str, Any] = field(repr=False)
    area_name: str
    language: Language
    shown: str
    fingerprint: str
    address: str = field(repr=False)


def address_new(session: Session, *, quiet: QuietHours, now: datetime) -> int:
    """Give new messages to the channels of their recipients, once each; returns how many messages were looked at.

    Nothing goes where nobody had agreed yet when the message was written. A thousand at a time: call it until 0.
    """
    new = select(Notification.id).where(Notification.addressed_at.is_(None)).order_by(Notification.id)
    ids = list(session.scalars(new.limit(ADDRESSED_AT_ONCE).with_for_update(skip_locked=True)))
    if not ids:
        return 0
    after = quiet.after(now)
    lists = [ids[start : start + 500] for start in range(0, len(ids), 500)]
    for part in lists:
        session.execute(
            insert(Delivery).from_select(
                ["notification_id", "channel_id", "state", "due_at", "attempt_count", "allowed_count", "detail"],
                select(
                    Notification.id,
                    RecipientChannel.id,
                    literal(DeliveryState.WAITING, Delivery.state.type),
                    case((RecipientChannel.at_night, literal(now, UtcDateTime)), else_=literal(after, UtcDateTime)),
                    literal(0),
                    literal(ATTEMPTS_MAX),
                    literal(""),
                )
                .join(
                    RecipientChannel,
                    or_(
                        RecipientChannel.household_id == Notification.household_id,
                        RecipientChannel.area_id == Notification.area_id,
                    ),
                )
                .where(Notification.id.in_(part), RecipientChannel.agreed_at <= Notification.created_at),
            )
        )
        session.execute(update(Notification).where(Notification.id.in_(part)).values(addressed_at=now))
    return len(ids)


def settle_lost(session: Session, *, repeatable: Mapping[ChannelKind, bool], now: datetime) -> int:
    """Take over what workers that died were sending: again where the channel may be told twice, else unclear."""
    lost = session.execute(
        select(Delivery, Attempt)
        .join(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.number == Delivery.attempt_count))
        .where(UNDER_WAY, Delivery.state == DeliveryState.SENDING, Delivery.lease_until < now)
        .order_by(Delivery.id)
        .with_for_update(of=Delivery, skip_locked=True)
    ).all()
    for delivery, attempt in lost:
        attempt.outcome, attempt.ended_at, attempt.detail = Outcome.UNCLEAR, now, LOST
        again = repeatable.get(attempt.kind, False) and delivery.attempt_count < delivery.allowed_count
        delivery.state = DeliveryState.WAITING if again else DeliveryState.UNCLEAR
        delivery.lease_until, delivery.ended_at, delivery.detail = None, None if again else now, LOST
        delivery.due_at = now
    return len(lost)


def claim(session: Session, *, quiet: QuietHours, now: datetime, limit: int) -> list[Claimed]:
    """Claim at most `limit` of the messages that are due, each with a new attempt begun.

    Of those to one robot one is taken and the others are spread behind it. What comes due in its recipient's night
    waits for the morning; what is too old, or no longer wanted, ends.
    """
    due = (
        select(Delivery, Notification, RecipientChannel)
        .join(Notification, Notification.id == Delivery.notification_id)
        .join(RecipientChannel, RecipientChannel.id == Delivery.channel_id)
        .where(UNDER_WAY, Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    rows = session.execute(due).all()
    paces = _paces(session, [channel for _, _, channel in rows], now=now)
    areas = communities.area_names(session) if any(message.area_id for _, message, _ in rows) else {}
    behind: dict[str, int] = defaultdict(int)
    claimed = []
    for delivery, message, channel in rows:
        pace = paces.get(channel.fingerprint)
        if _ended(delivery, message, channel, now=now):
            continue
        if not channel.at_night and quiet.after(now) > now:
            delivery.due_at = quiet.after(now)
        elif pace is not None and not _free(pace, now):
            first = pace.next_at if pace.next_at > now else now + ROBOT_GAP
            delivery.due_at = first + behind[pace.fingerprint] * ROBOT_GAP
            behind[pace.fingerprint] += 1
        else:
            if pace is not None:
                pace.next_at, pace.held_until = now + ROBOT_GAP, now + LEASE
            area_name = areas.get(message.area_id or 0, "")
            claimed.append(_begun(session, delivery, message, channel, area_name, now=now))
    return claimed


def record(
    session: Session, claimed: Claimed, answer: Answer, *, repeatable: bool, jitter: float, now: datetime
) -> DeliveryState:
    """Keep what came of an attempt; returns the state of its message.

    An answer that comes after the lease was over is kept too. It settles what is still unclear, and leaves alone what
    somebody else has taken on meanwhile, unless it is that the message arrived.
    """
    delivery = session.scalars(select(Delivery).where(Delivery.id == claimed.delivery_id).with_for_update()).one()
    session.execute(
        update(Attempt)
        .where(Attempt.delivery_id == claimed.delivery_id, Attempt.number == claimed.number)
        .values(outcome=answer.outcome, ended_at=now, detail=answer.detail[:DETAIL_LENGTH])
    )
    current = delivery.attempt_count == claimed.number and delivery.state in {
        DeliveryState.SENDING,
        DeliveryState.UNCLEAR,
    }
    if current or answer.outcome is Outcome.SENT:
        found = next_of(
            answer.outcome,
            attempt=claimed.number,
            allowed=delivery.allowed_count,
            repeatable=repeatable,
            retry_after_s=answer.retry_after_s,
            jitter=jitter,
            now=now,
        )
        delivery.state, delivery.lease_until, delivery.detail = found.state, None, answer.detail[:DETAIL_LENGTH]
        delivery.ended_at = None if found.state is DeliveryState.WAITING else now
        delivery.due_at = found.due_at or delivery.due_at
    if current and claimed.fingerprint:
        pause = rest(answer.outcome, retry_after_s=answer.retry_after_s)
        freed = update(Pace).where(Pace.fingerprint == claimed.fingerprint)
        session.execute(freed.values(next_at=now + pause, held_until=None))
    return delivery.state


def next_due(session: Session, *, now: datetime) -> datetime | None:
    """When there is something to do next: at once where a message is new, None where none is on its way."""
    if session.scalar(select(Notification.id).where(Notification.addressed_at.is_(None)).limit(1)) is not None:
        return now
    waiting = select(func.min(Delivery.due_at)).where(UNDER_WAY, Delivery.state == DeliveryState.WAITING)
    leased = select(func.min(Delivery.lease_until)).where(UNDER_WAY, Delivery.state == DeliveryState.SENDING)
    moments = [session.scalar(waiting), session.scalar(leased)]
    return min((moment for moment in moments if moment is not None), default=None)


def anything_due(session: Session, now: datetime) -> bool:
    """Whether there is something to send, or to take over, now: a read that takes no lock."""
    due = next_due(session, now=now)
    return due is not None and due <= now


def _paces(session: Session, channels: Sequence[RecipientChannel], *, now: datetime) -> Mapping[str, Pace]:
    """The paces of the robots among the channels, locked in one order."""
    marks = sorted({channel.fingerprint for channel in channels if channel.kind is ChannelKind.ROBOT})
    insert_missing(session, Pace, [{"fingerprint": mark, "next_at": now} for mark in marks], key=("fingerprint",))
    found = select(Pace).where(Pace.fingerprint.in_(marks)).order_by(Pace.fingerprint).with_for_update()
    return {pace.fingerprint: pace for pace in session.scalars(found)} if marks else {}


def _free(pace: Pace, now: datetime) -> bool:
    return pace.next_at <= now and (pace.held_until is None or pace.held_until < now)


def _ended(delivery: Delivery, message: Notification, channel: RecipientChannel, *, now: datetime) -> bool:
    """Whether a message is not to be sent any more; then its delivery ends."""
    if channel.kind is ChannelKind.PAGE:
        delivery.state = DeliveryState.CALLED_OFF
    elif max(message.created_at, delivery.asked_again_at or message.created_at) + STALE_AFTER < now:
        delivery.state, delivery.detail = DeliveryState.FAILED, TOO_LATE
    else:
        return False
    delivery.ended_at = now
    return True


def _begun(
    session: Session,
    delivery: Delivery,
    message: Notification,
    channel: RecipientChannel,
    area_name: str,
    *,
    now: datetime,
) -> Claimed:
    delivery.state, delivery.lease_until = DeliveryState.SENDING, now + LEASE
    delivery.attempt_count += 1
    session.add(Attempt(delivery_id=delivery.id, number=delivery.attempt_count, kind=channel.kind, started_at=now))
    return Claimed(
        delivery_id=delivery.id,
        number=delivery.attempt_count,
        allowed=delivery.allowed_count,
        key=f"message-{delivery.id}",
        kind=channel.kind,
        event=message.event,
        data=message.data,
        area_name=area_name,
        language=channel.language,
        shown=channel.shown,
        fingerprint=channel.fingerprint if channel.kind is ChannelKind.ROBOT else "",
        address=channel.address,
    )
