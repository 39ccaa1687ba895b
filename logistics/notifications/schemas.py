"""Shapes of requests about channels and deliveries."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length

from logistics.notifications.rules import ChannelKind, DeliveryState, Language
from logistics.shapes import PageQuery, word_of

ADDRESS_LENGTH_MAX = 700
"""A robot's address and its secret."""


class ChannelRequest(Schema):
    """How somebody wants to be told. An empty `address` leaves the one there is; `agreed` says that the recipient wants
    it, without which nothing is ever sent."""

    kind = word_of(ChannelKind, required=True)
    address = fields.String(load_default="", validate=Length(max=ADDRESS_LENGTH_MAX))
    language = word_of(Language, load_default=Language.ZH)
    at_night = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    agreed = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class DeliveryQuery(PageQuery):
    state = word_of(DeliveryState)
