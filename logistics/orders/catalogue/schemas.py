"""Shapes of requests about the catalogue and the ceilings."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from logistics.orders.catalogue.ceilings import GOOD_NAME_MAX, REASON_MAX
from logistics.orders.catalogue.rules import (
    CONTENTS_MAX,
    PACK_SIZE_MAX,
    PRICE_CENTS_MAX,
    QUANTITY_MAX,
    VOLUME_ML_MAX,
    WEIGHT_G_MAX,
    CeilingUnit,
    Temperature,
)
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, query_whole, row_id, text, whole, word_of


class CatalogueQuery(PageQuery):
    """`q` is looked for in name, SKU and category. Retired products come alone."""

    merchant_id = query_whole(1, ROW_ID_MAX)
    q = text(80, low=0)
    retired = fields.Boolean(load_default=False)


class CeilingQuery(PageQuery):
    """`on`: the ceilings that stand on that day; without it all that ever stood."""

    area_id = query_whole(1, ROW_ID_MAX)
    on = calendar_day()


class ContentRequest(Schema):
    sku = text(64, required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)


class ProductToldRequest(Schema):
    """What is told of a product besides its price. Members that are left out stay as they are."""

    name = text(160)
    category = text(80, low=0)
    unit = text(32, low=0)
    volume_ml = whole(0, VOLUME_ML_MAX)
    temperature = word_of(Temperature)
    allergens = text(200, low=0)
    notes = text(500, low=0)


class NewProductRequest(ProductToldRequest):
    """One price: of a unit (`price_cents`) or per kilogram (`price_per_kg_cents`, then `weight_g` is what a piece is
    about). `contents` make it a bundle, whose weight, volume and temperature are theirs. An administrator names the
    merchant."""

    merchant_id = row_id()
    sku = text(64, required=True)
    name = text(160, required=True)
    price_cents = whole(0, PRICE_CENTS_MAX)
    price_per_kg_cents = whole(0, PRICE_CENTS_MAX)
    weight_g = whole(0, WEIGHT_G_MAX)
    pack_size = whole(1, PACK_SIZE_MAX)
    good_id = row_id()
    contents = fields.List(fields.Nested(ContentRequest), validate=Length(min=1, max=CONTENTS_MAX))


class PriceRequest(Schema):
    """A new price, or the same for another weight or pack. What is left out stays; of the two prices one is named."""

    price_cents = whole(0, PRICE_CENTS_MAX)
    price_per_kg_cents = whole(0, PRICE_CENTS_MAX)
    weight_g = whole(0, WEIGHT_G_MAX)
    pack_size = whole(1, PACK_SIZE_MAX)
    reason = text(REASON_MAX, required=True)


class GoodRequest(Schema):
    """The good of the offices' list that a product is; null: none of them."""

    good_id = row_id(required=True, allow_none=True)
    reason = text(REASON_MAX, low=0, load_default="")


class CeilingRequest(Schema):
    """At most `ceiling_cents` per 500 g or per piece of a named good, from a day on. A name that no office has used
    before becomes one of the list."""

    good = text(GOOD_NAME_MAX, required=True)
    unit = word_of(CeilingUnit, required=True)
    ceiling_cents = whole(0, PRICE_CENTS_MAX, required=True)
    starts_on = calendar_day(required=True)
    reason = text(REASON_MAX, required=True)


class CeilingEndRequest(Schema):
    """`until_on` is the first day on which it binds no more: today unless one is given."""

    until_on = calendar_day(load_default=None, allow_none=True)
    reason = text(REASON_MAX, required=True)


class UploadedPhoto(Schema):
    """A JPEG, PNG or WebP of up to 8 MiB, which must be there; whose product it is for is asked first."""

    file = Upload()


class UploadedCatalogue(Schema):
    """A .csv, .xls or .xlsx under headings as the export writes them, which must be there."""

    file = Upload()


class CatalogueOptions(Schema):
    """`dry_run`: say what would become of every row and change nothing."""

    dry_run = fields.Boolean(load_default=False)
    reason = text(REASON_MAX, low=0, load_default="")


class MerchantRequest(Schema):
    code = text(64, required=True)
    name = text(120, required=True)


def _degrees(high: int, *, required: bool) -> fields.Float:
    return fields.Float(required=required, validate=Range(min=-high, max=high))


class StoreChangeRequest(Schema):
    """Place in WGS-84 degrees, hours in minutes after local midnight. What is left out stays."""

    name = text(120)
    lng = _degrees(180, required=False)
    lat = _degrees(90, required=False)
    opens_min = whole(0, 1440)
    closes_min = whole(0, 1440)


class StoreRequest(StoreChangeRequest):
    merchant_id = row_id()
    code = text(64, required=True)
    name = text(120, required=True)
    lng = _degrees(180, required=True)
    lat = _degrees(90, required=True)
    opens_min = whole(0, 1440, load_default=360)
    closes_min = whole(0, 1440, load_default=1320)
