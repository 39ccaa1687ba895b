"""The way in which a household or an area's group is told: chosen, changed, ended. Whoever chooses agrees to it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from logistics.bulk import upsert
from logistics.config import Settings
from logistics.notifications import errors
from logistics.notifications.models import RecipientChannel
from logistics.notifications.robots import Hosts, NoRobot, robot_of
from logistics.notifications.rules import ChannelKind, Event, Language
from logistics.notifications.sealing import Seal
from logistics.notifications.writing import tell

PHONE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})", re.ASCII)
BETWEEN_DIGITS = re.compile(r"[\s\-.()]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChannel:
    """How one recipient is to be told from now on. An empty `address` leaves the one there is, where the way stays.

    `for_others`: it is set by somebody else than the household, which is then told.
    """

    kind: ChannelKind
    address: str = field(default="", repr=False)
    language: Language = Language.ZH
    at_night: bool = False
    agreed: bool = False
    household_id: int | None = None
    area_id: int | None = None
    set_by_id: int | None = None
    for_others: bool = False

    def __post_init__(self) -> None:
        assert (self.household_id is None) != (self.area_id is None), "a channel has one recipient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What this platform can send by, and where robots may live."""

    kinds: frozenset[ChannelKind]
    hosts: Hosts


def ways_of(settings: Settings) -> Ways:
    """What the platform of these settings can send by; to the console everything."""
    by_sms = settings.message_sender == "console" or bool(settings.sms_gateway)
    kinds = {ChannelKind.PAGE, ChannelKind.ROBOT, *({ChannelKind.SMS} if by_sms else ())}
    hosts = Hosts(own=frozenset(settings.robot_hosts), internal=settings.robot_internal)
    return Ways(kinds=frozenset(kinds), hosts=hosts)


def set_channel(session: Session, command: SetChannel, *, seal: Seal, ways: Ways, now: datetime) -> None:
    """Set how a household or an area's group is told.

    Raises:
        NotAgreed: nobody said that the recipient wants it.
        NoSuchWay: the platform has no sender for it.
        AreasHaveNoPhone: SMS for an area.
        BadPhone, BadRobotAddress: the address is none of its kind.
    """
    known = session.scalar(select(RecipientChannel).where(_recipient(command)).with_for_update())
    address, fingerprint, shown = "", "", ""
    if command.kind is not ChannelKind.PAGE:
        if command.kind not in ways.kinds:
            raise errors.NoSuchWay(kind=command.kind)
        if command.area_id is not None and command.kind is ChannelKind.SMS:
            raise errors.AreasHaveNoPhone()
        if not command.agreed:
            raise errors.NotAgreed()
        if not command.address and known is not None and known.kind is command.kind:
            address, fingerprint, shown = known.address, known.fingerprint, known.shown
        else:
            plain, shown = _read(command, ways.hosts)
            address, fingerprint = seal.close(plain), seal.fingerprint(plain)
    same = known is not None and known.fingerprint == fingerprint and known.kind is command.kind
    agreed_at = None if command.kind is ChannelKind.PAGE else known.agreed_at if known is not None and same else now
    row = {
        "household_id": command.household_id,
        "area_id": command.area_id,
        "kind": command.kind,
        "address": address,
        "fingerprint": fingerprint,
        "shown": shown,
        "language": command.language,
        "at_night": command.at_night,
        "agreed_at": agreed_at,
        "set_by_id": command.set_by_id,
        "changed_at": now,
    }
    upsert(session, RecipientChannel, [row], key=("household_id" if command.household_id is not None else "area_id",))
    if known is not None:
        session.expire(known)  # the row was written past it
    if command.for_others and command.household_id is not None and not same:
        tell(
            session,
            key=f"channel_set:{command.household_id}:{now.isoformat(timespec='microseconds')}",
            household_id=command.household_id,
            event=Event.CHANNEL_SET,
            data={"way": command.kind.value},
            now=now,
        )


def phone_of(text: str) -> str:
    """The eleven digits of a mobile number, however it is written.

    Raises:
        BadPhone: it is none.
    """
    found = PHONE.fullmatch(BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text)))
    if found is None:
        raise errors.BadPhone()
    return found[1]


def _recipient(command: SetChannel) -> ColumnElement[bool]:
    if command.household_id is not None:
        return RecipientChannel.household_id == command.household_id
    return RecipientChannel.area_id == command.area_id


def _read(command: SetChannel, hosts: Hosts) -> tuple[str, str]:
    """The address as senders take it, and as pages show it."""
    if command.kind is ChannelKind.SMS:
        phone = phone_of(command.address)
        return phone, f"{phone[:3]}****{phone[-4:]}"
    try:
        robot = robot_of(command.address, hosts)
    except NoRobot as wrong:
        raise errors.BadRobotAddress() from wrong
    return robot.address, robot.shown
