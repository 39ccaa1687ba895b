"""Reading the forms of the stock: one movement each, every field that is wrong named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from logistics.errors import DomainError
from logistics.inventory.ledger.rules import QUANTITY_MAX, DiscrepancyPart, Outcome, SourceKind
from logistics.inventory.ledger.service import (
    Arrival,
    Count,
    Dispatch,
    GiveBack,
    KeyReused,
    Loan,
    Receipt,
    Settlement,
    WriteOff,
)
from logistics.web.errors import sentence
from logistics.web.here import asked_id
from logistics.web.words import _

WHOLE = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(,[0-9]{3}){1,2}")
"""Digits, with a comma before every third or with none: 1,5 is no fifteen."""
REASON_MAX = 240
NAME_MAX = 120
TAG_MAX = 64

Word = TypeVar("Word", SourceKind, DiscrepancyPart, Outcome)


class BadForm(DomainError):
    """Some fields are wrong; `StockForm.errors` says which. Never shown as such."""

    code = "bad_form"
    status = 422


@dataclass(slots=True)
class StockForm:
    """What was filled in, and what is wrong with it by field."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    def pieces(self, name: str, *, least: int = 1) -> int:
        text = self.values.get(name, "").strip()
        if WHOLE.fullmatch(text) and least <= int(text.replace(",", "")) <= QUANTITY_MAX:
            return int(text.replace(",", ""))
        self.errors[name] = _("A whole number from %(least)s.", least=least)
        return least

    def text(self, name: str, most: int, *, required: bool = False) -> str:
        """One line; what nobody can see is left out."""
        text = "".join(letter for letter in " ".join(self.values.get(name, "").split()) if letter.isprintable())
        if required and not text:
            self.errors[name] = _("Please fill this in.")
        if len(text) > most:
            self.errors[name] = _("At most %(most)s characters.", most=most)
        return text

    def row(self, name: str) -> int:
        chosen = asked_id(self.values, name)
        if chosen is None:
            self.errors[name] = _("Please choose.")
        return chosen or 0

    def day(self, name: str) -> date | None:
        text = self.values.get(name, "").strip()
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or not 2000 <= day.year <= 2100:
            self.errors[name] = _("A date like 2020-02-18.")
        return day

    def word(self, name: str, words: type[Word], default: Word | None = None) -> Word:
        text = self.values.get(name, "")
        for word in words:
            if word.value == text:
                return word
        if default is None:
            self.errors[name] = _("Please choose.")
            return next(iter(words))
        return default

    def settled(self) -> None:
        """
        Raises:
            BadForm: a field was wrong.
        """
        if self.errors:
            raise BadForm()


def told(error: DomainError) -> str:
    """What is wrong, for a clerk, who never saw the key of a form."""
    if isinstance(error, KeyReused):
        return _("This form was sent before with other entries. Look at the movements; send it again if it is missing.")
    return sentence(error)


def receipt(form: StockForm, sent: Mapping[str, Any]) -> Receipt:
    wanted: dict[str, Any] = {
        "item_id": form.row("item_id"),
        "area_id": form.row("area_id"),
        "quantity": form.pieces("quantity"),
        "source": form.text("source", NAME_MAX),
        "source_kind": form.word("source_kind", SourceKind, SourceKind.UNSTATED),
        "fund_tag": form.text("fund_tag", TAG_MAX),
        "lot_number": form.text("lot_number", TAG_MAX),
        "expires_on": form.day("expires_on"),
        "reason": form.text("reason", REASON_MAX),
    }
    form.settled()
    return Receipt(**wanted, **sent)


def dispatched(form: StockForm, sent: Mapping[str, Any]) -> Dispatch:
    wanted: dict[str, Any] = {
        "item_id": form.row("item_id"),
        "from_area_id": form.row("area_id"),
        "to_area_id": form.row("to_area_id"),
        "quantity": form.pieces("quantity"),
        "reason": form.text("reason", REASON_MAX),
    }
    form.settled()
    return Dispatch(**wanted, **sent)


def counted(form: StockForm, sent: Mapping[str, Any]) -> Count:
    wanted: dict[str, Any] = {
        "item_id": form.row("item_id"),
        "area_id": form.row("area_id"),
        "counted": form.pieces("counted", least=0),
        "reason": form.text("reason", REASON_MAX),
    }
    form.settled()
    return Count(**wanted, **sent)


def written_off(form: StockForm, sent: Mapping[str, Any]) -> WriteOff:
    wanted: dict[str, Any] = {
        "item_id": form.row("item_id"),
        "area_id": form.row("area_id"),
        "quantity": form.pieces("quantity"),
        "post": form.text("post", NAME_MAX),
        "reason": form.text("reason", REASON_MAX, required=True),
    }
    form.settled()
    return WriteOff(**wanted, **sent)


def lent(form: StockForm, sent: Mapping[str, Any]) -> Loan:
    return Loan(**_of_post(form), **sent)


def brought_back(form: StockForm, sent: Mapping[str, Any]) -> GiveBack:
    return GiveBack(**_of_post(form), **sent)


def arrived(form: StockForm, shipment_id: int, sent: Mapping[str, Any]) -> Arrival:
    rejected = form.pieces("rejected", least=0) if form.values.get("rejected", "").strip() else 0
    wanted: dict[str, Any] = {
        "accepted": form.pieces("accepted", least=0),
        "rejected": rejected,
        "reason": form.text("reason", REASON_MAX, required=rejected > 0),
    }
    form.settled()
    return Arrival(shipment_id=shipment_id, **wanted, **sent)


def settled(form: StockForm, shipment_id: int, sent: Mapping[str, Any]) -> Settlement:
    part, outcome = form.word("part", DiscrepancyPart), form.word("outcome", Outcome)
    quantity, reason = form.pieces("quantity"), form.text("reason", REASON_MAX, required=True)
    form.settled()
    return Settlement(shipment_id=shipment_id, part=part, outcome=outcome, quantity=quantity, reason=reason, **sent)


def _of_post(form: StockForm) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "item_id": form.row("item_id"),
        "area_id": form.row("area_id"),
        "post": form.text("post", NAME_MAX, required=True),
        "quantity": form.pieces("quantity"),
        "reason": form.text("reason", REASON_MAX),
    }
    form.settled()
    return wanted
