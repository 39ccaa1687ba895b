"""Shapes of requests about supplies, classes of communities, and rounds."""

from __future__ import annotations

from marshmallow import Schema

from logistics.inventory.rounds.requesting import CHECKPOINTS_MAX, QUANTITY_MAX
from logistics.inventory.rounds.rules import Refusal, RequestState, Tier
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, query_whole, row_id, text, whole, word_of


class RequestQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    state = word_of(RequestState)


class BoardQuery(Schema):
    """One item, as one office sees it."""

    item_id = query_whole(1, ROW_ID_MAX, required=True)
    area_id = query_whole(1, ROW_ID_MAX, required=True)


class SupplyRequestRequest(Schema):
    """A request for pieces of an item. A community worker leaves `area_id` out; `post` is a checkpoint or another place
    within the community that asks for itself."""

    item_id = row_id(required=True)
    area_id = row_id()
    post = text(80, low=0, load_default="")
    quantity = whole(1, QUANTITY_MAX, required=True)
    checkpoint_count = whole(0, CHECKPOINTS_MAX, load_default=0)
    note = text(500, low=0, load_default="")


class SupplyRequestChange(Schema):
    """What the request shall say; `version` is the one that was looked at."""

    version = whole(1, ROW_ID_MAX, required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)
    checkpoint_count = whole(0, CHECKPOINTS_MAX, load_default=0)
    note = text(500, low=0, load_default="")


class DeclineRequest(Schema):
    reason = word_of(Refusal, required=True)


class TierQuery(Schema):
    area_id = query_whole(1, ROW_ID_MAX)


class TierRequest(Schema):
    """`starts_on` is today where it is left out."""

    tier = word_of(Tier, required=True)
    starts_on = calendar_day()
    note = text(200, low=0, load_default="")
