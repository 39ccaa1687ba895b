"""Shapes of requests about campaigns and orders."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length

from logistics.notifications.rules import Language
from logistics.orders import drafting
from logistics.orders.campaigns.rules import REASON_LENGTH_MAX, Fallback
from logistics.orders.campaigns.service import EXTEND_MIN_MAX, FROM_UNITS_MAX, MINIMUM_CENTS_MAX, TIERS_MAX
from logistics.orders.rules import CampaignState, OrderState, ShortageRule
from logistics.orders.service import QUANTITY_MAX
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, moment, query_whole, row_id, text, whole, word_of

LINES_MAX = 200


class CampaignQuery(PageQuery):
    state = word_of(CampaignState)


class OrderQuery(PageQuery):
    campaign_id = query_whole(1, ROW_ID_MAX)
    household_id = query_whole(1, ROW_ID_MAX)
    state = word_of(OrderState)


class LineRequest(Schema):
    sku = text(64, required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)


class OrderRequest(Schema):
    """An order. A resident leaves `household_id` out; a community worker names the household it orders for."""

    campaign_id = row_id(required=True)
    household_id = row_id()
    window_code = text(32, required=True)
    lines = fields.List(fields.Nested(LineRequest), required=True, validate=Length(min=1, max=LINES_MAX))


class OrderChangeRequest(Schema):
    """A change of an order. `expected` is the version that you saw; `lines`, where given, are all its lines."""

    expected = whole(1, ROW_ID_MAX, required=True)
    window_code = text(32)
    lines = fields.List(fields.Nested(LineRequest), validate=Length(min=1, max=LINES_MAX))


class WindowRequest(Schema):
    code = text(32, required=True)
    starts_at = moment(required=True)
    ends_at = moment(required=True)


class PriceTierRequest(Schema):
    from_units = whole(2, FROM_UNITS_MAX, required=True)
    price_cents = whole(0, drafting.PRICE_CENTS_MAX, required=True)


class OfferRequest(Schema):
    """An offer. `tiers` are cheaper steps of its price by what all orders ask for together, `units_max` caps that."""

    sku = text(64, required=True)
    price_cents = whole(0, drafting.PRICE_CENTS_MAX, required=True)
    limit_per_household = whole(1, QUANTITY_MAX, load_default=None, allow_none=True)
    supply_count = whole(0, drafting.COUNT_MAX, load_default=None, allow_none=True)
    units_max = whole(1, drafting.COUNT_MAX, load_default=None, allow_none=True)
    tiers = fields.List(fields.Nested(PriceTierRequest), load_default=list, validate=Length(max=TIERS_MAX))


class CampaignTermsRequest(Schema):
    """What a campaign needs to form beside its orders, what happens when it is missed, and what it takes at most."""

    minimum_households = whole(0, drafting.COUNT_MAX, load_default=0)
    minimum_units = whole(0, drafting.COUNT_MAX, load_default=0)
    minimum_cents = whole(0, MINIMUM_CENTS_MAX, load_default=0)
    if_missed = word_of(Fallback, load_default=Fallback.CANCEL)
    extend_min = whole(1, EXTEND_MIN_MAX, load_default=None, allow_none=True)
    household_units_max = whole(1, drafting.COUNT_MAX, load_default=None, allow_none=True)
    orders_max = whole(1, drafting.COUNT_MAX, load_default=None, allow_none=True)
    units_max = whole(1, drafting.COUNT_MAX, load_default=None, allow_none=True)


class CampaignReturnRequest(Schema):
    reason = text(REASON_LENGTH_MAX, required=True)


class CampaignDecideRequest(Schema):
    form = fields.Boolean(required=True, truthy={True}, falsy={False})


class CampaignTextsQuery(Schema):
    language = word_of(Language, load_default=Language.ZH)


class CampaignRequest(Schema):
    store_id = row_id(required=True)
    title = text(160, required=True)
    cut_off_at = moment(required=True)
    delivery_date = calendar_day(required=True)
    shortage_rule = word_of(ShortageRule, load_default=ShortageRule.PROPORTIONAL)
    minimum_orders = whole(0, drafting.COUNT_MAX, load_default=0)
    area_ids = fields.List(row_id(), required=True, validate=Length(min=1, max=drafting.AREAS_MAX))
    windows = fields.List(fields.Nested(WindowRequest), required=True, validate=Length(min=1, max=drafting.WINDOWS_MAX))
    offers = fields.List(fields.Nested(OfferRequest), required=True, validate=Length(min=1, max=drafting.OFFERS_MAX))
    terms = fields.Nested(CampaignTermsRequest, load_default=lambda: dict(CampaignTermsRequest().load({})))
