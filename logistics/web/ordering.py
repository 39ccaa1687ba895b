"""Reading an order form: the same one for a resident and for a worker who orders on a household's behalf."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from flask import request

from logistics.orders.service import LineWanted
from logistics.orders.views import CampaignDetail
from logistics.web.words import _

PREFIX = "q-"
"""Form fields of quantities are `q-<sku>`."""


class BadForm(ValueError):
    """A field holds what no untouched form sends; the message is for the reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """What was filled in. `key` came with the form, so that sending it twice is one order; `another` says that it is
    meant as one more order beside those the household has in the campaign."""

    key: str
    window_code: str
    wanted: dict[str, str]
    another: bool

    def lines(self) -> tuple[LineWanted, ...]:
        """The lines with a quantity.

        Raises:
            BadForm: a quantity is not a whole number.
        """
        lines = []
        for sku, text in self.wanted.items():
            if not text.isascii() or not text.isdecimal() or len(text) > 6:
                raise BadForm(_("%(text)s is not a whole number of %(sku)s.", text=text[:20], sku=sku))
            if int(text):
                lines.append(LineWanted(sku=sku, quantity=int(text)))
        return tuple(lines)


def new_key() -> str:
    return uuid4().hex


def sent_form(campaign: CampaignDetail) -> OrderForm:
    """The form of this request, for the offers of `campaign`."""
    texts = {offer.sku: request.form.get(PREFIX + offer.sku, "").strip() for offer in campaign.offers}
    return OrderForm(
        key=request.form.get("key", "")[:64] or new_key(),
        window_code=request.form.get("window", ""),
        wanted={sku: text for sku, text in texts.items() if text},
        another=request.form.get("another") == "yes",
    )
