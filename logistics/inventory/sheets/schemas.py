"""Shapes of requests about office sheets."""

from __future__ import annotations

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, post_load
from marshmallow.validate import Length

from logistics.communities.rules import AreaLevel
from logistics.inventory.sheets.mapping import (
    COLUMNS_MAX,
    DEPTH_MAX,
    PER_UNIT_MAX,
    TITLE_LENGTH_MAX,
    ColumnRole,
    DayFrom,
    Repeats,
    SheetMapping,
    mapping_of,
)
from logistics.inventory.sheets.memory import NAME_LENGTH_MAX
from logistics.inventory.sheets.places import NAME_LENGTH_MAX as PLACE_LENGTH_MAX
from logistics.inventory.sheets.quantities import BlankMeans, Fractions
from logistics.shapes import calendar_day, row_id, text, whole, word_of

ITEM_CODE_MAX = 32
PLACES_MAX = 500


class UploadedSheet(Schema):
    """One .xls, .xlsx or CSV file."""

    file = Upload(required=True)


class ImportOptions(Schema):
    """Without `mapping`, the name of a saved one, the sheet is guessed at; `item` is the code of what its quantities
    are of, `date` goes before what the sheet says itself. With `facts_only` nothing comes of it but the facts; `on_top`
    says that its receipts are further ones, where the same places have some of the same item and day already."""

    mapping = text(NAME_LENGTH_MAX)
    item = text(ITEM_CODE_MAX)
    date = calendar_day()
    facts_only = fields.Boolean(load_default=False)
    on_top = fields.Boolean(load_default=False)
    dry_run = fields.Boolean(load_default=False)


class ColumnShape(Schema):
    """A column of a sheet by its heading from top to bottom, dates as {date}; `nth` of columns with one heading."""

    role = word_of(ColumnRole, required=True)
    title = text(TITLE_LENGTH_MAX, low=0, required=True)
    nth = whole(0, COLUMNS_MAX, load_default=0)
    item = text(ITEM_CODE_MAX, low=0, load_default="")


class MappingShape(Schema):
    """How a sheet is read."""

    columns = fields.List(fields.Nested(ColumnShape), required=True, validate=Length(min=1, max=COLUMNS_MAX))
    depth = whole(1, DEPTH_MAX, load_default=1)
    sheet = text(120, low=0, load_default="")
    item = text(ITEM_CODE_MAX, low=0, load_default="")
    level = word_of(AreaLevel, allow_none=True, load_default=None)
    per_unit = whole(1, PER_UNIT_MAX, load_default=1)
    fractions = word_of(Fractions, load_default=Fractions.REFUSE)
    blank = word_of(BlankMeans, load_default=BlankMeans.NOTHING)
    repeats = word_of(Repeats, load_default=Repeats.REFUSE)
    day_from = word_of(DayFrom, load_default=DayFrom.AUTOMATIC)
    day_cell = text(8, low=0, load_default="")

    @post_load
    def _mapping(self, data: dict[str, Any], **_: Any) -> SheetMapping:
        return mapping_of(data)


class SaveMapping(Schema):
    """A mapping under a name; what your office kept under it is replaced."""

    name = text(NAME_LENGTH_MAX, required=True)
    document = fields.Nested(MappingShape, required=True)


class PlaceName(Schema):
    """A name and the area it means; without one, rows of that name are left out."""

    name = text(PLACE_LENGTH_MAX, required=True)
    area_id = row_id(allow_none=True, load_default=None)


class RememberPlaces(Schema):
    """What names mean in your sheets from now on."""

    places = fields.List(fields.Nested(PlaceName), required=True, validate=Length(min=1, max=PLACES_MAX))
