"""Placing the order of a form: once per form, however often it is sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.errors import N_, Conflict, DomainError
from logistics.idempotency import KeyedRequest, KeyReused, answer_once, fingerprint
from logistics.orders import queries, service
from logistics.orders.rules import Channel, OrderState
from logistics.orders.views import CampaignDetail, OrderView
from logistics.web.errors import sentence
from logistics.web.ordering import BadForm, OrderForm
from logistics.web.words import _


class AlreadyOrdered(Conflict):
    """A household has an order in the campaign and did not say that it wants one more."""

    template = N_(
        "There is already an order in this group buy: %(order)s. Tick that you want one more, or change nothing."
    )
    code = "already_ordered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What came of a form: an order, or why there is none, in the reader's language."""

    order_id: int = 0
    error: str = ""
    status: int = 200


def place_from_form(
    campaign: CampaignDetail, form: OrderForm, *, household_id: int, viewer: Viewer, now: datetime
) -> Placing:
    """Place the order a viewer filled in for a household. The caller has checked that both are the viewer's to see."""
    try:
        command = service.PlaceOrder(
            campaign_id=campaign.id,
            household_id=household_id,
            window_code=form.window_code,
            lines=form.lines(),
            channel=Channel.GROUP_BUY if viewer.role is Role.RESIDENT else Channel.PROXY,
            placed_by_id=viewer.account_id,
        )
        with transaction() as session:
            return Placing(order_id=_place_once(session, command, form, viewer=viewer, now=now))
    except BadForm as error:
        return Placing(error=str(error), status=422)
    except KeyReused:
        return Placing(
            error=_("This form was sent before with other goods. See your orders, or send it now."), status=409
        )
    except DomainError as error:
        return Placing(error=with_names(error, campaign), status=error.status)


def standing_orders(session: Session, viewer: Viewer, *, campaign_id: int, household_id: int) -> list[OrderView]:
    """What a household has ordered in an open campaign and not cancelled, newest first."""
    return queries.orders(session, viewer, campaign_id=campaign_id, household_id=household_id, state=OrderState.PLACED)


def _place_once(
    session: Session, command: service.PlaceOrder, form: OrderForm, *, viewer: Viewer, now: datetime
) -> int:
    asked = fingerprint(method="POST", path="/order-form", payload=asdict(command))
    request = KeyedRequest(account_id=viewer.account_id, key=f"form-{form.key}", sha256=asked)

    def effect() -> tuple[dict[str, Any], int]:
        standing = standing_orders(session, viewer, campaign_id=command.campaign_id, household_id=command.household_id)
        if standing and not form.another:
            raise AlreadyOrdered(order=standing[0].code)
        return {"order_id": service.place_order(session, command, now=now).order_id}, 201

    return int(answer_once(session, request, effect, now=now).body["order_id"])


def with_names(error: DomainError, campaign: CampaignDetail) -> str:
    """People know goods by their names: the SKU an error speaks of becomes one."""
    names = {offer.sku: offer.name for offer in campaign.offers}
    sku = str(error.data.get("sku", ""))
    return sentence(error).replace(sku, names[sku], 1) if sku in names else sentence(error)
