"""Makes the sample in the database: its roads, its day, tomorrow's open campaigns, stock and a login per role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.accounts import intake as accounts
from logistics.accounts.models import Role
from logistics.communities import intake as communities
from logistics.config import Settings
from logistics.day.entering import area_codes
from logistics.day.folder.cells import LOCAL
from logistics.day.folder.facts import HouseholdRow, ParsedDay
from logistics.day.importing import ImportedDay, import_day
from logistics.day.models import Day, DaySource
from logistics.db import transaction
from logistics.errors import N_, Forbidden
from logistics.inventory.ledger import intake as inventory
from logistics.inventory.ledger import service as stock
from logistics.orders import intake as orders

from .roads_file import write_roads
from .streets import draw_town
from .tomorrow import open_campaigns
from .whole_day import CODE, sample_day

SAMPLE_SEED = 20200210
ITEMS = (
    inventory.ItemFact(code="MASK", name="一次性医用口罩", unit="只", pack_size=10),
    inventory.ItemFact(code="THERMOMETER", name="水银体温计", unit="支", pack_size=1),
)
RECEIPTS = {"MASK": (6_000, 4_200, 2_500), "THERMOMETER": (160, 120, 45)}
"""Pieces per street office: a trickle, as in the winter of 2020, and less for the one across the river."""


class SampleInProduction(Forbidden):
    template = N_("The sample district comes with logins that everybody knows; PLATFORM_ENV=production refuses it.")
    code = "sample_in_production"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogin:
    username: str
    password: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDay(ImportedDay):
    """The sample as imported, and how to log in to look at it."""

    demo_logins: tuple[DemoLogin, ...]
    roads_file: Path


DEMO_LOGINS = tuple(
    DemoLogin(username=username, password=f"{username}-demo-2020", role=role)
    for username, role in (
        ("resident", Role.RESIDENT),
        ("merchant", Role.MERCHANT),
        ("merchant2", Role.MERCHANT),
        ("street", Role.STREET_OFFICE),
        ("community", Role.COMMUNITY_WORKER),
        ("courier", Role.COURIER),
        ("courier2", Role.COURIER),
        ("admin", Role.ADMIN),
    )
)


def make_sample(*, now: datetime, roads_dir: Path, seed: int = SAMPLE_SEED) -> SampleDay:
    """Make the sample district, to be delivered on the local date of `now`; where it is already, nothing changes.

    Raises:
        SampleInProduction: demo logins have no place there.
    """
    settings: Settings = current_app.config["SETTINGS"]
    if settings.production:
        raise SampleInProduction
    town = draw_town(seed)
    roads_file = write_roads(town, roads_dir)
    parsed = sample_day(now.astimezone(LOCAL).date(), seed=seed, town=town)
    with transaction() as session:
        known = session.scalar(select(Day).where(Day.code == CODE))
        if known is not None:
            day = ImportedDay(day_id=known.id, code=CODE, counts=known.counts, already_imported=True)
        else:
            day = import_day(session, parsed, source=DaySource.SAMPLE, roads_file=roads_file, now=now)
            area_ids = communities.area_ids(session)
            _receive_stock(session, parsed, area_ids, now=now)
            _open_accounts(session, parsed, area_ids, now=now)
            store_ids = orders.store_ids(session, [depot.code for depot in parsed.depots])
            open_campaigns(session, parsed, area_ids=area_ids, store_ids=store_ids, now=now)
    return SampleDay(
        day_id=day.day_id,
        code=day.code,
        counts=day.counts,
        already_imported=day.already_imported,
        demo_logins=DEMO_LOGINS,
        roads_file=roads_file,
    )


def _receive_stock(session: Session, parsed: ParsedDay, area_ids: dict[str, int], *, now: datetime) -> None:
    item_ids = inventory.take_items(session, ITEMS)
    offices = sorted({area_codes(compound)[1] for compound in parsed.compounds}, key=area_ids.__getitem__)
    for item, quantities in RECEIPTS.items():
        for office, quantity in zip(offices, quantities, strict=True):
            receipt = stock.Receipt(
                key=f"sample:{office}:{item}",
                item_id=item_ids[item],
                area_id=area_ids[office],
                quantity=quantity,
                source="市级调拨（样例）",
            )
            stock.receive(session, receipt, now=now)


def _open_accounts(session: Session, parsed: ParsedDay, area_ids: dict[str, int], *, now: datetime) -> None:
    """One login per role: the resident has ordered, the community worker and street office are hers."""
    home = _resident(parsed)
    compound = next(compound for compound in parsed.compounds if compound.code == home.compound)
    _, street, community = area_codes(compound)
    merchants = orders.merchant_ids(session, [depot.merchant for depot in parsed.depots])
    firms = iter([merchants[depot.merchant] for depot in parsed.depots])
    household_id = communities.household_ids(session, [home.code])[home.code]
    facts = [
        accounts.AccountFact(
            username=login.username,
            password=login.password,
            role=login.role,
            area_id={Role.STREET_OFFICE: area_ids[street], Role.COMMUNITY_WORKER: area_ids[community]}.get(login.role),
            merchant_id=next(firms) if login.role is Role.MERCHANT else None,
            household_id=household_id if login.role is Role.RESIDENT else None,
        )
        for login in DEMO_LOGINS
    ]
    accounts.take_accounts(session, facts, now=now)


def _resident(parsed: ParsedDay) -> HouseholdRow:
    """The household of the demo resident: the first one to order a second time."""
    homes = {household.code: household for household in parsed.households}
    seen: set[str] = set()
    for order in parsed.orders:
        if order.household in seen:
            return homes[order.household]
        seen.add(order.household)
    return parsed.households[0]
