"""What became of a list, for whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from logistics.orders.chat_sheets.importing import ListPreview
from logistics.orders.chat_sheets.mapping import ListMapping
from logistics.orders.chat_sheets.telling import ListRowView, Named, Translate, list_documents, row_views


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOptionView:
    """A household that an address may mean."""

    household_id: int
    code: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownHomeView:
    """An address that nobody can say yet, and the compound that was taken for it. `can_be_entered` says that it is
    clear which flat it would be."""

    text: str
    compound: str
    options: tuple[HomeOptionView, ...]
    can_be_entered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownProductView:
    """A word that is no product, and SKUs of products near it."""

    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReportView:
    """Every order and every other row of a list. `import_id` is null where nothing was written; `vanished` are codes of
    standing orders of earlier lists that are not in this one, about which nothing is done."""

    import_id: int | None
    already_imported: bool
    campaign_id: int
    campaign_code: str
    takes_orders: bool
    sheet: str
    counts: Mapping[str, int]
    rows: tuple[ListRowView, ...]
    unknown_homes: tuple[UnknownHomeView, ...]
    unknown_products: tuple[UnknownProductView, ...]
    vanished: tuple[str, ...]
    mapping: Mapping[str, Any]


def list_report(
    preview: ListPreview,
    mapping: ListMapping,
    *,
    import_id: int | None,
    already_imported: bool,
    translate: Translate,
    named: Named,
) -> ListReportView:
    """The report of a list in the reader's language."""
    reading = preview.reading
    return ListReportView(
        import_id=import_id,
        already_imported=already_imported,
        campaign_id=preview.campaign.campaign_id,
        campaign_code=preview.campaign.code,
        takes_orders=preview.takes_orders,
        sheet=reading.sheet,
        counts=preview.counts,
        rows=tuple(row_views(list_documents(reading, preview.decided), translate, named)),
        unknown_homes=unknown_homes(preview),
        unknown_products=tuple(
            UnknownProductView(text=one.text, options=tuple(sku for sku, _ in one.options)) for one in reading.products
        ),
        vanished=tuple(known.order for known in preview.decided.vanished),
        mapping=mapping.document(),
    )


def unknown_homes(preview: ListPreview) -> tuple[UnknownHomeView, ...]:
    """The addresses of a list that nobody can say yet."""
    return tuple(
        UnknownHomeView(
            text=one.text,
            compound=one.compound,
            options=tuple(
                HomeOptionView(household_id=home.household_id, code=home.code, address=home.address)
                for home in one.options
            ),
            can_be_entered=one.new is not None,
        )
        for one in preview.reading.homes
    )
