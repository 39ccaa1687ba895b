"""The words and the pure decisions of lists from chat groups that other rooms and the pages use."""

from __future__ import annotations

from logistics.inventory.sheets.rules import shown
from logistics.orders.chat_sheets.flats import BadFlat, Flat, flat_of, place_and_flat
from logistics.orders.chat_sheets.lines import BadText, Line, Unsaid, lines_of
from logistics.orders.chat_sheets.mapping import (
    CHANNELS,
    DEPTH_MAX,
    NAME_LENGTH_MAX,
    BadListMapping,
    ListColumn,
    ListColumnUse,
    ListMapping,
    SecondRow,
    list_mapping_of,
)
from logistics.orders.chat_sheets.phones import BadPhone, masked_phone, phone_of
from logistics.orders.chat_sheets.products import Offered, ProductBook
from logistics.orders.chat_sheets.rows import Outcome
from logistics.orders.chat_sheets.telling import list_documents, row_views

__all__ = [
    "CHANNELS",
    "DEPTH_MAX",
    "NAME_LENGTH_MAX",
    "BadFlat",
    "BadListMapping",
    "BadPhone",
    "BadText",
    "Flat",
    "Line",
    "ListColumn",
    "ListColumnUse",
    "ListMapping",
    "Offered",
    "Outcome",
    "ProductBook",
    "SecondRow",
    "Unsaid",
    "flat_of",
    "lines_of",
    "list_documents",
    "list_mapping_of",
    "masked_phone",
    "phone_of",
    "place_and_flat",
    "row_views",
    "shown",
]
