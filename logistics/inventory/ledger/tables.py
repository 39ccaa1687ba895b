"""The ledger's tables as plain ones: its statements are prepared once and run without mapped objects in between."""

from __future__ import annotations

from sqlalchemy import Table

from logistics.db import Base
from logistics.inventory.ledger import models


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


ITEMS = _table(models.Item)
LOTS = _table(models.Lot)
HOLDERS = _table(models.Holder)
BALANCES = _table(models.Balance)
HEADS = _table(models.LedgerHead)
TRANSFERS = _table(models.Transfer)
ENTRIES = _table(models.Entry)
RESERVATIONS = _table(models.Reservation)
RESERVATION_PARTS = _table(models.ReservationPart)
SHIPMENTS = _table(models.Shipment)
SHIPMENT_LINES = _table(models.ShipmentLine)
SETTLEMENTS = _table(models.ShipmentSettlement)
STOCK_COUNTS = _table(models.StockCount)
