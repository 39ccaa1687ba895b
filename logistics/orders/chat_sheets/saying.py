"""What is said of rows that are wrong, wait or differ: templates in English, filled where they are read."""

from __future__ import annotations

from collections.abc import Mapping

from logistics.errors import N_
from logistics.orders.chat_sheets.homes import FoundHome, HomeMatch
from logistics.orders.chat_sheets.products import FoundProduct, ProductMatch
from logistics.orders.chat_sheets.rows import Problem, Reason

A_FLAT = N_("a flat such as 3号楼2单元501 or 3-2-501 would be right")
UNREADABLE: Mapping[str, str] = {
    "empty": N_("the address is missing"),
    "no_building": N_("“%(value)s” names no building"),
    "no_flat": N_("“%(value)s” names no flat in the building"),
    "too_many": N_("“%(value)s” has more numbers than building, unit and flat"),
    "unit": N_("“%(value)s” has a unit that no building has, or is two flats"),
    "floor": N_("“%(value)s” has a flat that is not on its floor"),
    "floor_or_building": N_("“%(value)s” may be a floor or a building"),
    "words": N_("“%(value)s” holds words that belong to no flat"),
}
HOMES: Mapping[HomeMatch, tuple[Reason, str, str]] = {
    HomeMatch.AMBIGUOUS: (
        Reason.AMBIGUOUS_HOME,
        N_("“%(value)s” does not say which flat it is; near it: %(options)s"),
        N_("the unit or the compound in the address, or a choice made once, would be right"),
    ),
    HomeMatch.NO_COMPOUND: (
        Reason.UNKNOWN_HOME,
        N_("“%(value)s” names no compound of this group buy that is yours"),
        N_("the compound by its name or code would be right"),
    ),
    HomeMatch.NO_BUILDING: (
        Reason.UNKNOWN_HOME,
        N_("“%(value)s”: no such building is known"),
        N_("a building that is known would be right"),
    ),
    HomeMatch.UNKNOWN: (
        Reason.UNKNOWN_HOME,
        N_("“%(value)s”: no such flat is known"),
        N_("a flat that is known, or this one entered as new, would be right"),
    ),
}
UNKNOWN_NEAR = N_("“%(value)s”: no such flat is known; near it: %(options)s")

NO_PRODUCT = (N_("the product is missing"), N_("its code or name would be right"))
NO_COUNT = (N_("the quantity is missing"), N_("a whole number such as 2 would be right"))
ITS_NAME = N_("the code, the name, or the name with its unit would be right, or a choice made once")
TEXTS: Mapping[str, tuple[str, str]] = {
    "empty": (N_("the text is empty"), N_("products with numbers would be right")),
    "words": (N_("“%(value)s” is no product of this group buy"), ITS_NAME),
    "ambiguous": (N_("“%(value)s” may be several products"), ITS_NAME),
    "no_quantity": (N_("“%(value)s” has no number beside it"), N_("a whole number such as 白菜2 would be right")),
    "unit": (N_("“%(value)s” is not the unit it is sold by"), N_("a count in its own unit or in 份 would be right")),
    "not_whole": (N_("“%(value)s” is no whole number"), N_("a whole number such as 2 would be right")),
    "too_many": (N_("“%(value)s” is more than anybody orders"), N_("1 to 999 would be right")),
}

BAD_PHONE = N_("the phone number is none, and was not compared")
SAME_PHONE = N_("the same phone number stands in row %(row)s for another flat")
ADDED_UP = N_("stands there several times and was added up: %(products)s")
SECOND_OF_HOME = N_("the household stands in row %(row)s as well, with other goods; both count")

UNCLEAR_STATE = Problem(
    reason=Reason.STATE,
    wrong=N_("the tool says that part of the order is off, not which part"),
    right=N_("what still stands, without that word, would be right"),
)
OTHER_ADDRESS = Problem(
    reason=Reason.NUMBER,
    wrong=N_("“%(value)s” is another flat than “%(other)s” in row %(row)s of the same order"),
    right=N_("one flat per order number would be right"),
)
REPEATED = Problem(
    reason=Reason.REPEATED,
    wrong=N_("the same household stands in rows %(rows)s with different goods"),
    right=N_("one row, order numbers, or a mapping that says what a second row means would be right"),
)
OTHER_CAMPAIGN = Problem(
    reason=Reason.OTHER_CAMPAIGN,
    wrong=N_("order number %(number)s was entered in the group buy %(campaign)s"),
    right=N_("the list of this group buy would be right"),
)
OVER_LIMIT = Problem(
    reason=Reason.LIMIT,
    wrong=N_("%(name)s: at most %(limit)s per household; %(drawn)s already ordered, %(wanted)s more asked"),
    right=N_("at most %(left)s would be right"),
)
HAS_ORDER = Problem(
    reason=Reason.HAS_ORDER,
    wrong=N_("the household has ordered in this group buy already: %(orders)s"),
    right=N_("entering it on top has to be asked for"),
)
UNCLEAR_CHANGE = Problem(
    reason=Reason.UNCLEAR_CHANGE,
    wrong=N_("the household's orders of an earlier list (%(orders)s) are not in this one, and it is not clear which of"
             " them this row replaces"),
    right=N_("order numbers in the list, or the change made by hand, would be right"),
)  # fmt: skip
ORDER_GONE = Problem(
    reason=Reason.ORDER_GONE,
    wrong=N_("its order %(order)s is %(state)s and cannot be changed"),
    right=N_("a new order placed by hand would be right"),
)


def home_problem(found: FoundHome, address: str, cell: str) -> Problem | None:
    """What is wrong with an address; None where it names a household, or its rows are left out."""
    if found.match is HomeMatch.UNREADABLE:
        return Problem(
            reason=Reason.ADDRESS, cell=cell, wrong=UNREADABLE[found.why], right=A_FLAT, data={"value": address}
        )
    if found.match not in HOMES:
        return None
    reason, wrong, right = HOMES[found.match]
    options = [home.address for home in found.options]
    if options and found.match is not HomeMatch.AMBIGUOUS:
        wrong = UNKNOWN_NEAR
    return Problem(reason=reason, cell=cell, wrong=wrong, right=right, data={"value": address, "options": options})


def product_problem(found: FoundProduct, word: str, cell: str) -> Problem:
    """A word that is no product, or several."""
    why = "ambiguous" if found.match is ProductMatch.AMBIGUOUS else "words"
    return text_problem(why, word, cell, reason=Reason.PRODUCT)


def text_problem(why: str, at: str, cell: str, *, reason: Reason = Reason.TEXT) -> Problem:
    """A text that orders nothing clear."""
    wrong, right = TEXTS[why]
    own = Reason.PRODUCT if why in ("words", "ambiguous") else reason
    return Problem(reason=own, cell=cell, wrong=wrong, right=right, data={"value": at})
