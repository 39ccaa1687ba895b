"""All routes of the inventory: each room lists its own on the one subject; here stands the one that needs two rooms.

Goods are handed to a household within its entitlement: the draw and the stock, both or neither.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from logistics.access import current_viewer
from logistics.clock import utc_now
from logistics.communities import queries as communities
from logistics.idempotency import HEADER
from logistics.inventory.ballots import api as ballots_api
from logistics.inventory.entitlement import api as entitlement_api
from logistics.inventory.entitlement import service as entitlement
from logistics.inventory.entitlement.rules import QUANTITY_MAX, DrawChannel
from logistics.inventory.ledger import api as ledger_api
from logistics.inventory.ledger import movement_queries, scope, views
from logistics.inventory.ledger.keys import ledger_key
from logistics.inventory.reports import api as reports_api
from logistics.inventory.rounds import api as rounds_api
from logistics.inventory.rounds.asking import api as asking_api
from logistics.inventory.sheets import api as sheets_api
from logistics.inventory.subject import inventory
from logistics.rest import KEY_REQUIRED, create_once
from logistics.shapes import row_id, shape, whole

__all__ = [
    "asking_api",
    "ballots_api",
    "entitlement_api",
    "inventory",
    "ledger_api",
    "reports_api",
    "rounds_api",
    "sheets_api",
]

HELD = timedelta(minutes=1)
"""What is handed over at once is promised no longer than that."""


class IssueRequest(Schema):
    """Pieces for a household from an area above it. The lots that expire first go first."""

    item_id = row_id(required=True)
    area_id = row_id(required=True)
    household_id = row_id(required=True)
    quantity = whole(1, QUANTITY_MAX, required=True)


@inventory.post("/issues")
@inventory.arguments(IssueRequest)
@inventory.response(201, shape(views.TransferView))
@inventory.doc(parameters=[KEY_REQUIRED])
def issue_goods(wanted: dict[str, Any]) -> Response:
    """Hand goods to a household, within what it is entitled to; it is told"""
    viewer = current_viewer()

    def effect(session: Session) -> views.TransferView:
        now = utc_now()
        scope.require_area(session, viewer, wanted["area_id"])
        communities.household(session, viewer, wanted["household_id"])
        key = ledger_key(account_id=viewer.account_id, key=request.headers[HEADER])
        taken = entitlement.take(
            session,
            entitlement.Take(
                **wanted,
                key=key,
                channel=DrawChannel.PICKUP,
                expires_at=now + HELD,
                account_id=viewer.account_id,
                told=False,
            ),
            now=now,
        )
        transfer_id = entitlement.hand_over(session, taken.draw_id, now=now, account_id=viewer.account_id)
        return movement_queries.transfer(session, viewer, transfer_id)

    return create_once(effect, answer=shape(views.TransferView), key_required=True)
