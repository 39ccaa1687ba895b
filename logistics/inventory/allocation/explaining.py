"""Reasons as sentences, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from logistics.errors import N_

from .reasons import Fact, Reason, ReasonKind, as_fraction

Translate = Callable[[str], str]

SENTENCES: Mapping[ReasonKind, str] = {
    ReasonKind.ASKED: N_("asked %(requested)s"),
    ReasonKind.LESS_THAN_PACK: N_("less than a box of %(pack)s"),
    ReasonKind.WHOLE_PACKS: N_("at most %(most)s in whole boxes of %(pack)s"),
    ReasonKind.CAPPED: N_("capped at %(cap)s"),
    ReasonKind.BELOW: N_("those below can take %(most)s"),
    ReasonKind.NO_WEIGHT: N_("weight 0"),
    ReasonKind.TIER: N_("tier %(tier)s"),
    ReasonKind.FLOORS_SHORT: N_("the supply of %(supply)s does not cover the floors of %(floors)s"),
    ReasonKind.IN_FULL: N_("%(amount)s in full"),
    ReasonKind.NOTHING_LEFT: N_("nothing was left"),
    ReasonKind.ONLY_FLOOR: N_("its floor of %(amount)s, nothing was left beyond"),
    ReasonKind.AT_FLOOR: N_("its floor of %(amount)s, more than its exact share of %(exact)s"),
    ReasonKind.EXACTLY: N_("exactly %(amount)s"),
    ReasonKind.ROUNDED_DOWN: N_("rounded down to %(amount)s"),
    ReasonKind.ROUNDED_UP: N_("rounded up to %(amount)s"),
    ReasonKind.FILLED: N_(
        "lowest fill first: with %(amount)s it is at %(fill)s %%, nobody who can take more is below %(percent)s %%"
    ),
    ReasonKind.CARRIED: N_("plus %(packs)s carried over"),
    ReasonKind.CARRIED_NOTHING: N_("%(carry)s carried over came to no more"),
    ReasonKind.GAVE_WAY: N_("minus %(packs)s for what others carried over"),
    ReasonKind.GAINED: N_("plus %(packs)s as others carried over"),
    ReasonKind.NOT_ALONE: N_("not one could be served even if nobody else asked"),
    ReasonKind.LEAST: N_("everyone is filled to %(percent)s %% at least, here by %(amount)s"),
    ReasonKind.MORE: N_("plus %(packs)s that stock and limits still allow"),
}
DATED: Mapping[ReasonKind, str] = {
    ReasonKind.CARRIED: N_("plus %(packs)s carried over from %(since)s"),
    ReasonKind.CARRIED_NOTHING: N_("%(carry)s carried over from %(since)s came to no more"),
}
PARTS: Mapping[str, str] = {
    "supply": N_("%(percent)s %% of the supply (%(exact)s of %(supply)s)"),
    "tier": N_("%(percent)s %% of the tier's supply (%(exact)s of %(supply)s)"),
    "floors": N_("%(percent)s %% of what there is for floors (%(exact)s of %(supply)s)"),
}
PARTS_BELOW: Mapping[str, str] = {
    "supply": N_("%(percent)s %% of what %(parent)s was given (%(exact)s of %(supply)s)"),
    "tier": N_("%(percent)s %% of what %(parent)s was given for the tier (%(exact)s of %(supply)s)"),
    "floors": N_("%(percent)s %% of what %(parent)s was given for floors (%(exact)s of %(supply)s)"),
}
ONE_BOX, BOXES, BETWEEN = N_("1 box of %(pack)s"), N_("%(packs)s boxes of %(pack)s"), N_(", ")


def sentence(reasons: Iterable[Reason], translate: Translate = str) -> str:
    """The reasons as one sentence, without a full stop.

    Percentages and exact shares are rounded half up to two decimals; the reasons themselves are exact.
    """
    return translate(BETWEEN).join(_clause(reason, translate) for reason in reasons)


def _clause(reason: Reason, translate: Translate) -> str:
    facts = reason.facts
    words: dict[str, Fact] = dict(facts)
    if "pack" in facts and "packs" in facts:
        words["amount"] = _amount(int(facts["packs"]), int(facts["pack"]), translate)
    if "numerator" in facts:
        exact = as_fraction(reason)
        words["exact"] = rounded(exact)
        words["percent"] = rounded(100 * exact / int(facts["supply"]) if "supply" in facts else 100 * exact)
    if "asked" in facts:
        words["fill"] = rounded(Fraction(100 * int(facts["packs"]) * int(facts["pack"]), int(facts["asked"])))
    return translate(_template(reason)) % words


def _template(reason: Reason) -> str:
    if reason.kind is ReasonKind.PART:
        texts = PARTS_BELOW if reason.facts["parent"] else PARTS
        return texts[str(reason.facts["of"])]
    if reason.facts.get("since") and reason.kind in DATED:
        return DATED[reason.kind]
    return SENTENCES[reason.kind]


def _amount(packs: int, pack: int, translate: Translate) -> str:
    if pack == 1:
        return str(packs)
    return translate(ONE_BOX if packs == 1 else BOXES) % {"packs": packs, "pack": pack}


def rounded(value: Fraction) -> str:
    """Half up to two decimals, without trailing zeros."""
    hundredths = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
