"""Verbs on office sheets: read, guess, look at, import, and remember how it was done."""

from __future__ import annotations

from sqlalchemy.orm import Session

from logistics.inventory.sheets.areas import NAME_LENGTH_MAX as AREA_NAME_LENGTH_MAX
from logistics.inventory.sheets.areas import BadAreaFile, import_areas, read_areas
from logistics.inventory.sheets.dates import masked
from logistics.inventory.sheets.guessing import Guess, guess, guess_of
from logistics.inventory.sheets.headings import Heading, find_heading, heading_at
from logistics.inventory.sheets.importing import (
    BadSheet,
    ImportedOtherwise,
    ImportedSheet,
    NothingTaken,
    ReceivedBefore,
    TakeSheet,
    import_sheet,
    preview,
)
from logistics.inventory.sheets.mapping import SheetMapping, mapping_of, with_item
from logistics.inventory.sheets.memory import (
    BadMappingName,
    forget_mapping,
    place_book,
    remember_places,
    save_mapping,
    saved_mapping,
)
from logistics.inventory.sheets.reading import BadSheetFile, Workbook, read_workbook, received_file
from logistics.inventory.sheets.uploads import Upload, drop_upload, keep_upload, purge_uploads, upload_of

__all__ = [
    "AREA_NAME_LENGTH_MAX",
    "BadAreaFile",
    "BadMappingName",
    "BadSheet",
    "BadSheetFile",
    "Guess",
    "Heading",
    "ImportedOtherwise",
    "ImportedSheet",
    "NothingTaken",
    "ReceivedBefore",
    "TakeSheet",
    "Upload",
    "Workbook",
    "drop_upload",
    "find_heading",
    "forget_mapping",
    "guess",
    "guess_of",
    "guessed_mapping",
    "heading_at",
    "import_areas",
    "import_sheet",
    "keep_upload",
    "mapping_of",
    "masked",
    "place_book",
    "preview",
    "purge_uploads",
    "read_areas",
    "read_workbook",
    "received_file",
    "remember_places",
    "save_mapping",
    "saved_mapping",
    "upload_of",
    "with_item",
]


def guessed_mapping(session: Session, book: Workbook, *, item: str, owner_area_id: int | None) -> SheetMapping:
    """A first guess of how the file is to be read; `item` is the code of what its quantities are of.

    Raises:
        BadMapping: no place or no quantity was recognised, or nothing says which item it is.
    """
    return guess(book.grids, place_book(session, owner_area_id)).mapping(item=item)
