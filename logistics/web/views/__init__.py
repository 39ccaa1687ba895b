"""The pages, one small blueprint each."""

from __future__ import annotations

from logistics.web.views import (
    account,
    ballots,
    campaigns,
    compounds,
    courier,
    day,
    draws,
    entitlements,
    imports,
    manifests,
    opening,
    orders,
    plans,
    proxy,
    resident,
    stock,
    vehicles,
    waves,
)

BLUEPRINTS = (
    account.pages,
    ballots.pages,
    campaigns.pages,
    compounds.pages,
    courier.pages,
    day.pages,
    draws.pages,
    entitlements.pages,
    imports.pages,
    manifests.pages,
    opening.pages,
    orders.pages,
    plans.pages,
    proxy.pages,
    resident.pages,
    stock.pages,
    vehicles.pages,
    waves.pages,
)
