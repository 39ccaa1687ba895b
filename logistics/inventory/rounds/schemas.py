"""Shapes of requests about supplies, classes of communities, and rounds."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length

from logistics.inventory.allocation.claims import RuleName
from logistics.inventory.rounds.cancelling import CANCEL_REASON_MAX
from logistics.inventory.rounds.inputs.record import FloorPer, Need
from logistics.inventory.rounds.requesting import CHECKPOINTS_MAX, QUANTITY_MAX
from logistics.inventory.rounds.rules import Refusal, RejectionReason, RequestState, RoundState, Tier
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, query_whole, row_id, text, whole, word_of


class RequestQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    state = word_of(RequestState)


class BoardQuery(Schema):
    item_id = query_whole(1, ROW_ID_MAX)


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


class RequestDecline(Schema):
    reason = word_of(Refusal, required=True)


class TierQuery(PageQuery):
    area_id = query_whole(1, ROW_ID_MAX)


class TierRequest(Schema):
    """`starts_on` is today where it is left out."""

    tier = word_of(Tier, required=True)
    starts_on = calendar_day()
    note = text(200, low=0, load_default="")


class TermsRequest(Schema):
    """Under which terms a round shares out. `reserve` is pieces (`50`) or a part of the supply (`10%`)."""

    within = word_of(RuleName, load_default=RuleName.PROPORTIONAL)
    reserve = text(12, load_default="0")
    floor = whole(0, QUANTITY_MAX, load_default=0)
    floor_per = word_of(FloorPer, load_default=FloorPer.PLACE)
    weigh_by = fields.List(word_of(Need), load_default=list, validate=Length(max=len(Need)))
    carry = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    seed = text(40, load_default="1")


class RoundCompare(TermsRequest):
    """Two or more rules on one item of one office."""

    item_id = row_id(required=True)
    area_id = row_id()
    rules = fields.List(word_of(RuleName), required=True, validate=Length(min=2, max=len(RuleName)))


class RoundRequest(TermsRequest):
    """A round to be drafted. An office leaves `area_id` out."""

    item_id = row_id(required=True)
    area_id = row_id()
    rule = word_of(RuleName, required=True)
    emergency = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    note = text(200, low=0, load_default="")


class RoundRecompute(TermsRequest):
    """Without a rule the draft's own terms stand."""

    rule = word_of(RuleName)


class RoundApproval(Schema):
    """`fingerprint` is that of the round as you saw it."""

    fingerprint = text(64, low=64, required=True)


class RoundCancel(Schema):
    """`reason` is told to every community of a round that was approved, and must not be left out there."""

    reason = text(CANCEL_REASON_MAX, low=0, load_default="")


class RoundArrivalRequest(Schema):
    """What came of a community's shipment, in pieces. What is in neither is missing."""

    accepted = whole(0, QUANTITY_MAX, required=True)
    rejected = whole(0, QUANTITY_MAX, load_default=0)
    reason = word_of(RejectionReason)


class RoundQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    state = word_of(RoundState)


class ShareQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    round_id = query_whole(1, ROW_ID_MAX)
