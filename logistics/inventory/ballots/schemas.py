"""Shapes of requests about ballots, and of the document that is published."""

from __future__ import annotations

from marshmallow import Schema, fields

from logistics.inventory.ballots.rules import COLLECT_DAYS_MAX, BallotOutcome, BallotState
from logistics.inventory.ballots.service import SUPPLY_MAX
from logistics.inventory.entitlement.rules import QUANTITY_MAX
from logistics.shapes import PageQuery, moment, row_id, text, whole, word_of

TITLE_MAX = 120
SOURCE_MAX = 200
VALUE_MAX = 120


class BallotQuery(PageQuery):
    state = word_of(BallotState)


class BallotRequest(Schema):
    """`quantity` pieces a household of `supply` in all, from the stock of the area, for the households of that area."""

    title = text(TITLE_MAX, required=True)
    item_id = row_id(required=True)
    area_id = row_id(required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)
    supply = whole(1, SUPPLY_MAX, required=True)
    closes_at = moment(required=True)
    collect_days = whole(1, COLLECT_DAYS_MAX, load_default=2)
    public_source = text(SOURCE_MAX, low=0, load_default="")


class BallotDrawRequest(Schema):
    """`public_value` where, and only where, the ballot named a source for it."""

    public_value = text(VALUE_MAX, low=0, load_default="")


class RegistrationRequest(Schema):
    """A resident leaves `household_id` out; a community worker names the household it registers."""

    household_id = row_id()


class PublishedRowShape(Schema):
    rank = fields.Integer(required=True, allow_none=True)
    code = fields.String(required=True)
    weight = fields.Integer(required=True, allow_none=True)
    sha256 = fields.String(required=True, allow_none=True)
    ticket = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, metadata={"enum": [outcome.value for outcome in BallotOutcome]})


class PublishedShape(Schema):
    """What is published of a ballot; what is still secret or undecided is null. `flask ballot verify` checks it."""

    format = fields.String(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    item = fields.String(required=True)
    quantity = fields.Integer(required=True)
    supply = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"enum": [state.value for state in BallotState]})
    opened_at = fields.String(required=True, allow_none=True)
    closes_at = fields.String(required=True)
    closed_at = fields.String(required=True, allow_none=True)
    drawn_at = fields.String(required=True, allow_none=True)
    commitment = fields.String(required=True)
    list_sha256 = fields.String(required=True, allow_none=True)
    public_source = fields.String(required=True)
    public_value = fields.String(required=True)
    seed = fields.String(required=True, allow_none=True)
    salt = fields.String(required=True, allow_none=True)
    registrations = fields.List(fields.Nested(PublishedRowShape), required=True)
