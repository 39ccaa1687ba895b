"""The senders of a platform, by its settings."""

from __future__ import annotations

from logistics.config import Settings
from logistics.notifications.channels import ways_of
from logistics.notifications.gateway import SmsGateway
from logistics.notifications.robots import Robots
from logistics.notifications.rules import ChannelKind
from logistics.notifications.senders import Console, Sender, Senders


def senders_of(settings: Settings) -> Senders:
    """The sender of each kind of channel that this platform has.

    Raises:
        BadGateway: `SMS_GATEWAY` cannot be sent to.
    """
    if settings.message_sender == "console":
        return {ChannelKind.SMS: Console(), ChannelKind.ROBOT: Console()}
    found: dict[ChannelKind, Sender] = {ChannelKind.ROBOT: Robots(ways_of(settings).hosts)}
    if settings.sms_gateway:
        found[ChannelKind.SMS] = SmsGateway(settings.sms_gateway)
    return found
