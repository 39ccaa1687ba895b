"""The subject of the API under which all rooms of the inventory list their routes."""

from __future__ import annotations

from logistics.rest import Subject

inventory = Subject("inventory", __name__, description="Scarce goods: stock, requests, rounds, reports")
