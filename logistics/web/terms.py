"""Reading the terms of a round from a form or an address: what is held back, floors, needs, carry-over, seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from logistics.inventory.rounds import service
from logistics.inventory.rounds.service import FloorPer, Need, RuleName, Terms
from logistics.web.words import _

SEED_LENGTH_MAX = 40

Word = TypeVar("Word", bound=StrEnum)


@dataclass(slots=True)
class TermsForm:
    """The fields of a form as they were sent; an empty form asks for the usual. `errors` by field."""

    sent: MultiDict[str, str]
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> bool:
        """Whether somebody chose anything yet."""
        return "filled" in self.sent

    def rules(self) -> list[RuleName]:
        """The rules to compare, each once; the usual two where none is chosen."""
        chosen = set(self.sent.getlist("rules"))
        found = [rule for rule in RuleName if rule.value in chosen]
        if self.filled and len(found) < 2:
            self.errors["rules"] = _("Choose at least two rules.")
        return found if len(found) > 1 else [RuleName.PROPORTIONAL, RuleName.MAX_MIN]

    def rule(self) -> RuleName:
        """The one rule that a draft goes by."""
        return self._one("rule", RuleName, RuleName.PROPORTIONAL)

    def read(self, rule: RuleName) -> Terms:
        """The terms under one rule; a field that is not right is told in `errors` and left at the usual."""
        usual = Terms(rule=rule.value)
        return replace(
            usual,
            within=self._one("within", RuleName, RuleName.PROPORTIONAL).value,
            reserve=self._reserve(),
            floor=self._whole("floor", 0, service.QUANTITY_MAX, default=0),
            floor_per=self._one("floor_per", FloorPer, FloorPer.PLACE),
            weigh_by=self._needs(),
            carry=not self.filled or self.sent.get("carry") == "yes",
            seed=self._seed() or usual.seed,
        )

    def pairs(self, terms: Terms) -> Sequence[tuple[str, str]]:
        """The terms as fields of a form, without the rule."""
        return (
            ("filled", "yes"),
            ("within", terms.within),
            ("reserve", terms.reserve),
            ("floor", str(terms.floor)),
            ("floor_per", terms.floor_per.value),
            *(("weigh_by", need.value) for need in terms.weigh_by),
            *((("carry", "yes"),) if terms.carry else ()),
            ("seed", terms.seed),
        )

    def _needs(self) -> tuple[Need, ...]:
        if not self.filled:
            return (Need.HOUSEHOLDS,)
        return tuple(need for need in Need if need.value in self.sent.getlist("weigh_by"))

    def _reserve(self) -> str:
        text = self.sent.get("reserve", "").strip().replace("％", "%") or "0"
        digits = text.removesuffix("%").strip()
        high = 100 if text.endswith("%") else service.QUANTITY_MAX
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 11 and int(digits) <= high):
            self.errors["reserve"] = _("Give pieces, like 50, or a part of the supply, like 10 %.")
            return "0"
        return f"{int(digits)}%" if text.endswith("%") else str(int(digits))

    def _seed(self) -> str:
        text = self.sent.get("seed", "").strip()
        if len(text) > SEED_LENGTH_MAX or not text.isprintable():
            self.errors["seed"] = _("Give at most %(n)s characters.", n=SEED_LENGTH_MAX)
            return ""
        return text

    def _whole(self, name: str, low: int, high: int, *, default: int) -> int:
        text = self.sent.get(name, "").strip()
        if not text:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 11 and low <= int(text) <= high):
            self.errors[name] = _("Give a whole number from %(low)s to %(high)s.", low=low, high=high)
            return default
        return int(text)

    def _one(self, name: str, enum: type[Word], usual: Word) -> Word:
        return {member.value: member for member in enum}.get(self.sent.get(name, ""), usual)
