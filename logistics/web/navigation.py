"""What each role finds in the navigation, and where it starts."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from logistics.accounts.models import Role


@dataclass(frozen=True, slots=True)
class Item:
    endpoint: str
    text: object
    """A lazy translation."""


DAY = Item("web.day.show", _l("Today"))
PLANS = Item("web.plans.index", _l("Plans"))
MANIFESTS = Item("web.manifests.index", _l("Manifests"))
CAMPAIGNS = Item("web.campaigns.index", _l("Group buys"))
CATALOGUE = Item("web.catalogue.index", _l("Catalogue"))
CEILINGS = Item("web.ceilings.index", _l("Price ceilings"))
PRICES = Item("web.prices.index", _l("Prices"))
WAVES = Item("web.waves.index", _l("Waves"))
VEHICLES = Item("web.vehicles.index", _l("Vehicles"))
COMPOUNDS = Item("web.compounds.index", _l("Compounds"))
STOCK = Item("web.stock.index", _l("Stock"))
REQUESTS = Item("web.requests.index", _l("Requests"))
ROUNDS = Item("web.rounds.index", _l("Rounds"))
SHARES = Item("web.shares.index", _l("What we were given"))
BALLOTS = Item("web.ballots.index", _l("Ballots"))
ENTITLEMENTS = Item("web.entitlements.index", _l("Entitlements"))
REPORTS = Item("web.reports.index", _l("Daily reports"))
SHEETS = Item("web.sheets.index", _l("Office sheets"))
MESSAGES = Item("web.messages.index", _l("Messages"))
PROXY = Item("web.proxy.start", _l("Proxy order"))
CHATS = Item("web.chats.index", _l("Chat lists"))
ORDERS = Item("web.orders.index", _l("Orders"))
IMPORT = Item("web.imports.form", _l("Import"))
TOUR = Item("web.courier.index", _l("My stops today"))
TIMELINE = Item("web.resident.timeline", _l("My orders"))

MENUS: dict[Role, tuple[Item, ...]] = {
    Role.ADMIN: (
        DAY,
        PLANS,
        MANIFESTS,
        CAMPAIGNS,
        CATALOGUE,
        CEILINGS,
        WAVES,
        VEHICLES,
        COMPOUNDS,
        STOCK,
        REQUESTS,
        ROUNDS,
        SHARES,
        REPORTS,
        SHEETS,
        ENTITLEMENTS,
        BALLOTS,
        ORDERS,
        CHATS,
        MESSAGES,
        IMPORT,
    ),
    Role.MERCHANT: (DAY, WAVES, CAMPAIGNS, CATALOGUE, PRICES, PLANS, MANIFESTS, VEHICLES, ORDERS),
    Role.STREET_OFFICE: (
        DAY,
        STOCK,
        REQUESTS,
        ROUNDS,
        SHARES,
        REPORTS,
        SHEETS,
        ENTITLEMENTS,
        BALLOTS,
        COMPOUNDS,
        CAMPAIGNS,
        CEILINGS,
        PRICES,
        PLANS,
        ORDERS,
        MESSAGES,
    ),
    Role.COMMUNITY_WORKER: (
        PROXY,
        CHATS,
        COMPOUNDS,
        CAMPAIGNS,
        ORDERS,
        MESSAGES,
        STOCK,
        REQUESTS,
        SHARES,
        REPORTS,
        ENTITLEMENTS,
        BALLOTS,
        PRICES,
    ),
    Role.COURIER: (TOUR,),
    Role.RESIDENT: (TIMELINE, CAMPAIGNS, BALLOTS, PRICES),
}

LARGE_TYPE = frozenset({Role.RESIDENT, Role.COURIER})
"""Roles who read on a phone, outside, or with old eyes."""


def start_of(role: Role) -> str:
    """The endpoint a role starts at."""
    return MENUS[role][0].endpoint
