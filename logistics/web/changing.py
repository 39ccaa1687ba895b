"""Changing an order by its form: once per form, and never over a change that the form has not seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.db import transaction
from logistics.errors import DomainError
from logistics.idempotency import KeyedRequest, KeyReused, answer_once, fingerprint
from logistics.orders import queries, service
from logistics.orders.views import CampaignDetail
from logistics.web.errors import sentence
from logistics.web.ordering import BadForm, OrderForm
from logistics.web.placing import with_names
from logistics.web.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """What came of a form: nothing to say, or why the order is as it was, in the reader's language. `stale` says that
    the form was filled in over an older state of the order."""

    error: str = ""
    status: int = 200
    stale: bool = False


def change_from_form(
    campaign: CampaignDetail, form: OrderForm, *, order_id: int, expected: int, viewer: Viewer, now: datetime
) -> Changing:
    """Change an order to what a viewer filled in.

    Raises:
        NotFound: no such order, or not the viewer's to see.
        NotYoursToChange: somebody else placed it.
    """
    try:
        command = service.ChangeOrder(
            order_id=order_id,
            expected=expected,
            lines=form.lines(),
            window_code=form.window_code,
            changed_by_id=viewer.account_id,
            by_household=viewer.role is Role.RESIDENT,
        )
        _change_once(command, form, viewer=viewer, now=now)
    except queries.NotYoursToChange:
        raise
    except BadForm as error:
        return Changing(error=str(error), status=422)
    except KeyReused:
        return Changing(error=_("This form was sent before with other goods. Look at the order again."), status=409)
    except DomainError as error:
        stale = isinstance(error, service.ChangedMeanwhile)
        return Changing(
            error=with_names(error, campaign) if not stale else sentence(error), status=error.status, stale=stale
        )
    return Changing()


def _change_once(command: service.ChangeOrder, form: OrderForm, *, viewer: Viewer, now: datetime) -> None:
    asked = fingerprint(method="POST", path="/order-change-form", payload=asdict(command))
    request = KeyedRequest(account_id=viewer.account_id, key=f"form-{form.key}", sha256=asked)
    with transaction() as session:

        def effect() -> tuple[dict[str, Any], int]:
            queries.require_own(session, viewer, command.order_id, refusal=queries.NotYoursToChange)
            return {"version": service.change_order(session, command, now=now).version}, 200

        answer_once(session, request, effect, now=now)
