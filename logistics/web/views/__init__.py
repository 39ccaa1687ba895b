"""The pages, one small blueprint each."""

from __future__ import annotations

from logistics.web.views import (
    account,
    campaigns,
    compounds,
    courier,
    day,
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
    campaigns.pages,
    compounds.pages,
    courier.pages,
    day.pages,
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
