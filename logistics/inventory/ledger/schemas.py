"""Shapes of requests about the ledger."""

from __future__ import annotations

from marshmallow import Schema, fields

from logistics.inventory.ledger.rules import (
    ALARM_DAYS_MAX,
    CODE_MAX,
    NAME_MAX,
    QUANTITY_MAX,
    UNIT_MAX,
    DiscrepancyPart,
    Outcome,
    ShipmentState,
    SourceKind,
    TransferKind,
)
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, query_whole, row_id, text, whole, word_of

REASON_MAX = 240


class StockQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    area_id = query_whole(1, ROW_ID_MAX)


class TransferQuery(StockQuery):
    kind = word_of(TransferKind)
    shipment_id = query_whole(1, ROW_ID_MAX)


class ShipmentQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    state = word_of(ShipmentState)


class LoanQuery(PageQuery):
    area_id = query_whole(1, ROW_ID_MAX)


class _Pieces(Schema):
    quantity = whole(1, QUANTITY_MAX, required=True)
    reason = text(REASON_MAX, low=0, load_default="")


class _StockRequest(_Pieces):
    """Pieces of an item that an area has."""

    item_id = row_id(required=True)
    area_id = row_id(required=True)


class ItemRequest(Schema):
    """A kind of scarce goods, counted in pieces of `unit` and handed out in whole packs of `pack_size`."""

    code = text(CODE_MAX, required=True)
    name = text(NAME_MAX, required=True)
    unit = text(UNIT_MAX, required=True)
    pack_size = whole(1, QUANTITY_MAX, load_default=1)
    lent = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    alarm_days = whole(1, ALARM_DAYS_MAX, load_default=None, allow_none=True)


class ReceiptRequest(_StockRequest):
    """Goods that reached an area from outside. `source` is who gave or sold them, `expires_on` the last good day."""

    source = text(NAME_MAX, low=0, load_default="")
    source_kind = word_of(SourceKind, load_default=SourceKind.UNSTATED)
    fund_tag = text(64, low=0, load_default="")
    lot_number = text(64, low=0, load_default="")
    expires_on = calendar_day(load_default=None, allow_none=True)


class DispatchRequest(_Pieces):
    """Without `lot_id` the lots that expire first go first, and none that is expired."""

    item_id = row_id(required=True)
    from_area_id = row_id(required=True)
    to_area_id = row_id(required=True)
    lot_id = row_id(load_default=None, allow_none=True)


class ArrivalRequest(Schema):
    """What is neither accepted nor rejected is missing; rejecting needs a reason."""

    shipment_id = row_id(required=True)
    accepted = whole(0, QUANTITY_MAX, required=True)
    rejected = whole(0, QUANTITY_MAX, load_default=0)
    reason = text(REASON_MAX, low=0, load_default="")


class SettlementRequest(Schema):
    shipment_id = row_id(required=True)
    part = word_of(DiscrepancyPart, required=True)
    outcome = word_of(Outcome, required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)
    reason = text(REASON_MAX, required=True)


class LoanRequest(_StockRequest):
    post = text(NAME_MAX, required=True)


class CountRequest(Schema):
    """A difference needs a reason. With `lot_id` one lot was counted, else all of the item."""

    item_id = row_id(required=True)
    area_id = row_id(required=True)
    counted = whole(0, QUANTITY_MAX, required=True)
    lot_id = row_id(load_default=None, allow_none=True)
    reason = text(REASON_MAX, low=0, load_default="")


class WriteOffRequest(Schema):
    """With `post`, pieces of what was lent to that post."""

    item_id = row_id(required=True)
    area_id = row_id(required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)
    reason = text(REASON_MAX, required=True)
    lot_id = row_id(load_default=None, allow_none=True)
    post = text(NAME_MAX, low=0, load_default="")


class ReversalRequest(Schema):
    transfer_id = row_id(required=True)
    reason = text(REASON_MAX, required=True)
