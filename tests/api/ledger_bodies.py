"""Sound requests to the ledger about the goods of one side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def ledger_bodies(ids: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By endpoint: a request that is refused to a stranger because of whose goods they are, and for nothing else."""
    here = {"item_id": ids["item_id"], "area_id": ids["area_id"]}
    pieces = {**here, "quantity": 1, "reason": "tried"}
    arrived = {"shipment_id": ids["shipment_id"]}
    settled = {**arrived, "part": "missing", "outcome": "found", "quantity": 1, "reason": "tried"}
    return {
        "inventory.receive_goods": pieces,
        "inventory.dispatch_goods": {
            "item_id": ids["item_id"],
            "from_area_id": ids["area_id"],
            "to_area_id": ids["office_id"],
            "quantity": 1,
        },
        "inventory.enter_arrival": {**arrived, "accepted": 1},
        "inventory.settle_discrepancy": settled,
        "inventory.issue_goods": {**here, "household_id": ids["household_id"], "quantity": 1},
        "inventory.lend_devices": {**pieces, "post": "gate"},
        "inventory.return_devices": {**pieces, "post": "gate"},
        "inventory.count_stock": {**here, "counted": 1, "reason": "tried"},
        "inventory.write_off_goods": pieces,
        "inventory.reverse_movement": {"transfer_id": ids["transfer_id"], "reason": "tried"},
    }
