"""Shapes of requests about lists from chat groups."""

from __future__ import annotations

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, post_load
from marshmallow.validate import Length, OneOf

from logistics.orders.chat_sheets.lines import Unsaid
from logistics.orders.chat_sheets.mapping import (
    CHANNELS,
    COLUMNS_MAX,
    DEPTH_MAX,
    NAME_LENGTH_MAX,
    TITLE_LENGTH_MAX,
    ListColumn,
    ListMapping,
    SecondRow,
    list_mapping_of,
)
from logistics.orders.rules import Channel
from logistics.shapes import ROW_ID_MAX, query_whole, row_id, text, whole, word_of

SKU_LENGTH_MAX = 64
WINDOW_LENGTH_MAX = 32
ADDRESS_LENGTH_MAX = 120
COMPOUND_LENGTH_MAX = 120
NAMES_MAX = 500


class UploadedList(Schema):
    """One .xls, .xlsx or CSV file."""

    file = Upload(required=True)


class ListOptions(Schema):
    """Without `mapping`, the name of a source whose lists you have said how to read, the list is guessed at, for the
    compound named. `changes` carries out what a later list says differently, `second` enters orders of households that
    have one in this group buy, `create` enters flats that are not known where it is clear where they are."""

    campaign_id = query_whole(1, ROW_ID_MAX, required=True)
    mapping = text(NAME_LENGTH_MAX)
    compound = text(COMPOUND_LENGTH_MAX, low=0, load_default="")
    window = text(WINDOW_LENGTH_MAX, low=0, load_default="")
    changes = fields.Boolean(load_default=False)
    second = fields.Boolean(load_default=False)
    create = fields.Boolean(load_default=False)
    dry_run = fields.Boolean(load_default=False)


class ListColumnShape(Schema):
    """A column of a list by its heading from top to bottom; `nth` of columns with one heading. `product` is a code, for
    a column of one product."""

    role = word_of(ListColumn, required=True)
    title = text(TITLE_LENGTH_MAX, low=0, required=True)
    nth = whole(0, COLUMNS_MAX, load_default=0)
    product = text(SKU_LENGTH_MAX, low=0, load_default="")


class ListMappingShape(Schema):
    """How lists of a source are read."""

    columns = fields.List(fields.Nested(ListColumnShape), required=True, validate=Length(min=1, max=COLUMNS_MAX))
    depth = whole(1, DEPTH_MAX, load_default=1)
    sheet = text(120, low=0, load_default="")
    compound = text(COMPOUND_LENGTH_MAX, low=0, load_default="")
    channel = word_of(Channel, load_default=Channel.GROUP_BUY, validate=OneOf(sorted(CHANNELS)))
    second_row = word_of(SecondRow, load_default=SecondRow.REFUSE)
    unsaid = word_of(Unsaid, load_default=Unsaid.REFUSE)

    @post_load
    def _mapping(self, data: dict[str, Any], **_: Any) -> ListMapping:
        return list_mapping_of(data)


class SaveListMapping(Schema):
    """How lists of a source are read from now on; what was said before is replaced."""

    source = text(NAME_LENGTH_MAX, required=True)
    document = fields.Nested(ListMappingShape, required=True)


class HomeName(Schema):
    """An address as lists have it, with the compound that was taken for it, and the household it means; without one,
    its rows are left out."""

    name = text(ADDRESS_LENGTH_MAX, required=True)
    compound = text(COMPOUND_LENGTH_MAX, low=0, load_default="")
    household_id = row_id(allow_none=True, load_default=None)


class RememberHomes(Schema):
    """What addresses mean in your lists from now on."""

    homes = fields.List(fields.Nested(HomeName), required=True, validate=Length(min=1, max=NAMES_MAX))


class ProductName(Schema):
    """A word and the product it means; without one it is left out."""

    name = text(ADDRESS_LENGTH_MAX, required=True)
    sku = text(SKU_LENGTH_MAX, allow_none=True, load_default=None)


class RememberProducts(Schema):
    """What words mean among the products of a group buy's merchant from now on."""

    campaign_id = row_id(required=True)
    products = fields.List(fields.Nested(ProductName), required=True, validate=Length(min=1, max=NAMES_MAX))
