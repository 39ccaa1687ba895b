"""The subject of the API under which all rooms of the orders list their routes."""

from __future__ import annotations

from logistics.rest import Subject

orders = Subject("orders", __name__, description="Stores, campaigns and orders")
