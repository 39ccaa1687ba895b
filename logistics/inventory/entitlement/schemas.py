"""Shapes of requests about the entitlement."""

from __future__ import annotations

from marshmallow import Schema

from logistics.inventory.entitlement.rules import DAYS_MAX, QUANTITY_MAX, Per
from logistics.shapes import ROW_ID_MAX, PageQuery, query_whole, row_id, whole, word_of


class RuleQuery(PageQuery):
    item_id = query_whole(1, ROW_ID_MAX)
    area_id = query_whole(1, ROW_ID_MAX)


class RuleRequest(Schema):
    """At most `quantity` pieces in any `days` days, `per` household or person."""

    quantity = whole(0, QUANTITY_MAX, required=True)
    days = whole(1, DAYS_MAX, required=True)
    per = word_of(Per, load_default=Per.HOUSEHOLD)


class DrawQuery(PageQuery):
    household_id = query_whole(1, ROW_ID_MAX)


class DrawRequest(Schema):
    """Pieces to be put aside for a household. A resident leaves `household_id` out. They come from the stock of the
    household's community, or of the office named by `area_id` where that is your own."""

    item_id = row_id(required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)
    household_id = row_id()
    area_id = row_id()
