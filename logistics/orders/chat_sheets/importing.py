"""A list is looked at as often as one likes, and then entered in one transaction: what is new and clear becomes orders
through the verb that every order goes through, and the rest is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.errors import N_, Invalid
from logistics.inventory.sheets.service import Workbook
from logistics.orders import errors
from logistics.orders.chat_sheets import fact_queries, memory
from logistics.orders.chat_sheets.deciding import Asked, Decided, Facts, decide, identity_of
from logistics.orders.chat_sheets.fact_queries import ListCampaign
from logistics.orders.chat_sheets.flats import BadFlat, building_key, place_and_flat
from logistics.orders.chat_sheets.headings import table_of
from logistics.orders.chat_sheets.homes import HomeBook
from logistics.orders.chat_sheets.mapping import ListMapping
from logistics.orders.chat_sheets.models import ChatImport
from logistics.orders.chat_sheets.placing import Placer, enter_flats
from logistics.orders.chat_sheets.products import ProductBook
from logistics.orders.chat_sheets.reading import read_list
from logistics.orders.chat_sheets.row_cells import row_cells
from logistics.orders.chat_sheets.rows import Entry, ListReading, Outcome, Reason
from logistics.orders.chat_sheets.telling import list_documents
from logistics.orders.rules import CampaignState

ENTRIES_MAX = 2_000
"""Orders of one list. A chat group has at most 500 members, and other orders wait while a list is entered."""


class ChooseWindow(Invalid):
    template = N_("Campaign %(campaign)s has several delivery windows; say which of %(windows)s the list is for.")
    code = "choose_window"


class TooManyOrders(Invalid):
    template = N_("%(name)s has %(count)s orders; at most %(maximum)s are entered at once. Send it in parts.")
    code = "too_many_orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeList:
    """A list to enter. `owner_area_id` is the importer's area, whose households it may name (None: everybody's);
    `window` the code of the delivery window, empty where the group buy has one; with `changes` what a later list says
    differently is carried out, with `second` orders of households that have one already are entered too, with `create`
    flats that are not known yet are entered where it is clear where they are."""

    book: Workbook
    mapping: ListMapping
    campaign_id: int
    source: str = ""
    owner_area_id: int | None = None
    account_id: int | None = None
    window: str = ""
    changes: bool = False
    second: bool = False
    create: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPreview:
    """What would become of a list. `takes_orders` says whether the group buy is open."""

    campaign: ListCampaign
    reading: ListReading
    decided: Decided
    takes_orders: bool

    def count(self, outcome: Outcome) -> int:
        """How many orders of the list have that outcome; of skipped ones, rows too."""
        rows = len(self.reading.skipped) if outcome is Outcome.SKIPPED else 0
        return rows + sum(decision.outcome is outcome for decision in self.decided.decisions)

    @property
    def counts(self) -> dict[str, int]:
        """Orders by outcome, the lines that would be entered, and what vanished since the last list."""
        entering = (Outcome.READY, Outcome.ENTERED, Outcome.CHANGED)
        lines = sum(len(one.entry.lines) for one in self.decided.decisions if one.outcome in entering)
        outcomes = {outcome.value: self.count(outcome) for outcome in Outcome}
        return {**outcomes, "lines": lines, "vanished": len(self.decided.vanished)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedList:
    """A list that is in. `import_id` is None where nothing of it could be entered and nothing was before;
    `already_imported` says that all of it was in before and nothing changed."""

    import_id: int | None
    already_imported: bool
    preview: ListPreview


def preview_list(session: Session, command: TakeList, *, now: datetime) -> ListPreview:
    """What an import would enter, hold back and refuse. Writes nothing.

    Raises:
        NotFound: no such campaign.
        ListColumnsNotFound: no sheet of the file has the mapping's columns.
        TooManyOrders: more than are entered at once.
    """
    campaign = fact_queries.campaign(session, command.campaign_id)
    products = ProductBook(
        fact_queries.offered(session, campaign.campaign_id),
        memory.said_products(session, campaign.merchant_id, command.owner_area_id),
    )
    reading = read_list(command.book.grids, command.mapping, homes=_homes(session, command), products=products)
    if len(reading.entries) > ENTRIES_MAX:
        raise TooManyOrders(name=command.book.name, count=len(reading.entries), maximum=ENTRIES_MAX)
    if command.create:
        reading = replace(reading, entries=[_with_new_flat(entry) for entry in reading.entries])
    facts = _facts(session, command, campaign, reading, products)
    asked = Asked(changes=command.changes, second=command.second, second_row=command.mapping.second_row)
    return ListPreview(
        campaign=campaign,
        reading=reading,
        decided=decide(reading.entries, facts, asked),
        takes_orders=campaign.state is CampaignState.OPEN and campaign.cut_off_at > now and campaign.full_at is None,
    )


def import_list(session: Session, command: TakeList, *, now: datetime) -> ImportedList:
    """Enter what is new and clear of a list, and changes where they were asked for. The same again changes nothing.

    Raises:
        NotFound, ListColumnsNotFound, TooManyOrders: as `preview_list`.
        CampaignClosed, CampaignFullSince: the group buy takes no orders.
        ChooseWindow, UnknownWindow: nothing says in which window the goods are to come, or it has none such.
    """
    preview = preview_list(session, command, now=now)
    acting = {Outcome.READY, Outcome.CHANGE} if command.changes else {Outcome.READY}
    if not any(decision.outcome in acting for decision in preview.decided.decisions):
        known = _import_before(session, command, preview.reading)
        return ImportedList(import_id=known, already_imported=known is not None, preview=preview)
    campaign = preview.campaign
    if campaign.full_at is not None:
        raise errors.CampaignFullSince(campaign=campaign.code, full_at=campaign.full_at)
    if not preview.takes_orders:
        raise errors.CampaignClosed(campaign=campaign.code, state=campaign.state, cut_off=campaign.cut_off_at)
    window = _window(campaign, command.window)
    if command.create and enter_flats(session, [entry.home for entry in preview.reading.entries]):
        preview = preview_list(session, command, now=now)
    record = _record(session, command, preview, now=now)
    placer = Placer(
        session=session, campaign_id=campaign.campaign_id, window=window, channel=command.mapping.channel,
        account_id=command.account_id, import_id=record.id, now=now,
    )  # fmt: skip
    decisions = placer.carry_out(preview.decided.decisions, acting)
    preview = replace(preview, decided=replace(preview.decided, decisions=decisions))
    record.counts = preview.counts
    record.report = list_documents(preview.reading, preview.decided)
    session.flush()
    return ImportedList(import_id=record.id, already_imported=False, preview=preview)


def _record(session: Session, command: TakeList, preview: ListPreview, *, now: datetime) -> ChatImport:
    record = ChatImport(
        owner_area_id=command.owner_area_id,
        campaign_id=command.campaign_id,
        source=command.source,
        account_id=command.account_id,
        file_name=command.book.name[:200],
        sheet=preview.reading.sheet[:120],
        sha256=preview.reading.fingerprint,
        mapping=command.mapping.document(),
        imported_at=now,
        counts={},
        report=[],
    )
    session.add(record)
    session.flush()
    return record


def _import_before(session: Session, command: TakeList, reading: ListReading) -> int | None:
    """The last import of a sheet that says the same, by its owner from that source into that group buy."""
    return session.scalar(
        select(ChatImport.id)
        .where(
            ChatImport.campaign_id == command.campaign_id,
            ChatImport.sha256 == reading.fingerprint,
            ChatImport.source == command.source,
            ChatImport.owner_area_id.is_not_distinct_from(command.owner_area_id),
        )
        .order_by(ChatImport.id.desc())
        .limit(1)
    )


def _window(campaign: ListCampaign, wanted: str) -> str:
    if wanted and wanted not in campaign.windows:
        raise errors.UnknownWindow(campaign=campaign.code, window=wanted, windows=list(campaign.windows))
    if not wanted and len(campaign.windows) != 1:
        raise ChooseWindow(campaign=campaign.code, windows=list(campaign.windows))
    return wanted or campaign.windows[0]


def _homes(session: Session, command: TakeList) -> HomeBook:
    """The compounds the importer may name, and the households of the buildings that the list names."""
    grounds = fact_queries.grounds(session, command.campaign_id, command.owner_area_id)
    said = memory.said_homes(session, command.owner_area_id)
    compounds = {ground.compound_id for ground in grounds}
    there = fact_queries.homes(session, compounds, _buildings_named(command))
    named = fact_queries.homes_by_id(session, {home for home in said.values() if home}, area_id=command.owner_area_id)
    homes = {home.household_id: home for home in (*there, *named) if home.compound_id in compounds}
    return HomeBook(grounds, homes.values(), said)


def _buildings_named(command: TakeList) -> set[str]:
    table = table_of(command.book.grids, command.mapping)
    rows = range(table.heading.data_row, table.grid.height)
    found = set()
    for text in {row_cells(table, command.mapping, row).address for row in rows}:
        try:
            place, flat = place_and_flat(text)
        except BadFlat:
            continue
        found |= {flat.building, building_key(place + flat.building)}
    return found


def _with_new_flat(entry: Entry) -> Entry:
    """An order of a flat that is to be entered, if nothing else is wrong with it."""
    others = tuple(problem for problem in entry.problems if problem.reason is not Reason.UNKNOWN_HOME)
    if entry.home is None and entry.new is not None and len(others) < len(entry.problems):
        return replace(entry, home=entry.new, problems=others)
    return entry


def _facts(
    session: Session, command: TakeList, campaign: ListCampaign, reading: ListReading, products: ProductBook
) -> Facts:
    facts = Facts(
        campaign_id=campaign.campaign_id,
        owner=str(command.owner_area_id or ""),
        source=command.source,
        limits={offer.sku: offer.limit for offer in products.offers if offer.limit is not None},
    )
    identities = {identity_of(entry, facts) for entry in reading.entries} - {""}
    known = fact_queries.known_orders(
        session, campaign.campaign_id, identities, owner_area_id=command.owner_area_id, source=command.source
    )
    households = _households(reading.entries) | {one.household_id for one in known.values()}
    listed = {one.order_id for one in known.values()}
    return replace(
        facts,
        known=known,
        standing=fact_queries.standing_orders(session, campaign.campaign_id, households, but=listed),
        drawn=fact_queries.drawn(session, campaign.campaign_id, households),
    )


def _households(entries: Sequence[Entry]) -> set[int]:
    return {entry.home.household_id for entry in entries if entry.home is not None and entry.home.household_id}
