"""The verbs of the notifications: write a message with the change it tells of, set how somebody is told, have what
failed sent again."""

from __future__ import annotations

from logistics.notifications.again import send_again
from logistics.notifications.channels import SetChannel, Ways, set_channel, ways_of
from logistics.notifications.sealing import Seal
from logistics.notifications.writing import Message, tell, tell_many

__all__ = ["Message", "Seal", "SetChannel", "Ways", "send_again", "set_channel", "tell", "tell_many", "ways_of"]
