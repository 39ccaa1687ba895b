"""The one subject of the API that every room of the inventory puts its routes on."""

from __future__ import annotations

from logistics.rest import Subject

inventory = Subject("inventory", __name__, description="Scarce items: stock, entitlement, ballots, allocation, reports")
