"""Verbs of the catalogue, for every other room.

A campaign that is filed asks `breaches(session, offered, area_ids, on)` with the prices it offers, the areas it serves
and its delivery date; an empty answer keeps every ceiling, and `telling.told(refusal(breach))` is the sentence of one.
"""

from __future__ import annotations

from logistics.orders.catalogue.adding import (
    NewProduct,
    add_product,
    change_product,
    reinstate_product,
    retire_product,
)
from logistics.orders.catalogue.assigning import AssignGood, assign_good
from logistics.orders.catalogue.ceilings import (
    GOOD_NAME_MAX,
    REASON_MAX,
    OfferedPrice,
    SetCeiling,
    breaches,
    end_ceiling,
    set_ceiling,
)
from logistics.orders.catalogue.errors import OverCeiling, WrongRows
from logistics.orders.catalogue.firms import NewStore, add_merchant, add_store, change_store
from logistics.orders.catalogue.importing import (
    CatalogueReport,
    ImportedRow,
    RowOutcome,
    TakeCatalogue,
    Undone,
    import_catalogue,
)
from logistics.orders.catalogue.photos import drop_photo, keep_photo, made_anew, received_photo
from logistics.orders.catalogue.pricing import ChangePrice, TermsWanted, change_price
from logistics.orders.catalogue.telling import refusal

__all__ = [
    "GOOD_NAME_MAX",
    "REASON_MAX",
    "AssignGood",
    "CatalogueReport",
    "ChangePrice",
    "ImportedRow",
    "NewProduct",
    "NewStore",
    "OfferedPrice",
    "OverCeiling",
    "RowOutcome",
    "SetCeiling",
    "TakeCatalogue",
    "TermsWanted",
    "Undone",
    "WrongRows",
    "add_merchant",
    "add_product",
    "add_store",
    "assign_good",
    "breaches",
    "change_price",
    "change_product",
    "change_store",
    "drop_photo",
    "end_ceiling",
    "import_catalogue",
    "keep_photo",
    "made_anew",
    "received_photo",
    "refusal",
    "reinstate_product",
    "retire_product",
    "set_ceiling",
]
