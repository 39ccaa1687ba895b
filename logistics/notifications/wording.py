"""What every message says: one catalogue of templates, one entry for each event, for pages, chat robots and SMS alike.

A message keeps facts and no sentence; here the facts become words, in whichever language the `Speech` speaks. Templates
are English, as everywhere; their Chinese stands in the catalogue of translations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from logistics.cents import yuan
from logistics.errors import N_
from logistics.notifications.rules import Event, Language

Facts: TypeAlias = Mapping[str, Any]
Explain: TypeAlias = Callable[[Sequence[Mapping[str, Any]], str], str]
"""The reasons of a share as one sentence; the second text is the name of the area above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One language. `label` finds the word for a value in a table of `labels`; moments are written in Shanghai's
    time."""

    language: Language
    translate: Callable[[str], str]
    label: Callable[[object, str], str]
    moment: Callable[[datetime], str]
    day: Callable[[date], str]
    number: Callable[[int], str]
    explain: Explain

    def say(self, template: str, **facts: object) -> str:
        return self.translate(template) % facts


def nothing(facts: Facts, speech: Speech) -> list[str]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How one event is told: a short sentence, and what else there is to say, a line each."""

    headline: str | Callable[[Facts], str]
    details: Callable[[Facts, Speech], list[str]] = nothing


def headline(event: Event, facts: Facts, speech: Speech) -> str:
    """One short sentence."""
    found = CATALOGUE[event].headline
    template = found if isinstance(found, str) else found(facts)
    return speech.translate(template) % _filled(facts, speech)


def details(event: Event, facts: Facts, speech: Speech) -> list[str]:
    """What else there is to say, a line each."""
    return CATALOGUE[event].details(facts, speech)


def parsed(text: object) -> datetime | None:
    """An ISO 8601 moment as facts keep it, or None where there is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _filled(facts: Facts, speech: Speech) -> Mapping[str, Any]:
    """The facts as a headline takes them; what an old message does not hold is left out of the sentence."""
    days = _days(facts, speech) if "days" in facts else []
    n = next((facts[name] for name in ("quantity", "pieces") if name in facts), len(days))
    told = {**facts, "n": speech.number(n), "total": yuan(facts.get("total_cents"))}
    if days:
        told["day"] = days[0]
    if "way" in facts:
        told["way"] = speech.label(facts["way"], "channel_kind")
    return defaultdict(str, told)


def _shorted(facts: Facts, speech: Speech) -> list[str]:
    lines = [
        speech.say(
            N_("%(name)s: ordered %(ordered)s, given %(given)s (%(reason)s)"),
            name=line.get("name") or line.get("sku", ""),
            ordered=line.get("ordered", 0),
            given=line.get("given", 0),
            reason=speech.label(line.get("reason"), "line_reason"),
        )
        for line in facts.get("lines", [])
    ]
    rule = speech.label(facts.get("rule"), "shortage_rule")
    return [*lines, speech.say(N_("Shared out by the rule: %(rule)s"), rule=rule)]


_NEEDED = {
    "orders": N_("At least %(needed)s orders were needed; there were %(reached)s."),
    "households": N_("At least %(needed)s households were needed; there were %(reached)s."),
    "units": N_("At least %(needed)s units were needed; there were %(reached)s."),
    "amount": N_("At least %(needed)s was needed; there was %(reached)s."),
}
"""By what a minimum of a campaign is counted in."""


def _minimum(facts: Facts, speech: Speech) -> list[str]:
    if "missed" not in facts:  # a message from before minimums had kinds
        return [speech.say(N_("At least %(n)s orders were needed."), n=facts.get("minimum", 0))]
    return [_needed(part, speech) for part in facts["missed"]]


def _needed(part: Facts, speech: Speech) -> str:
    written = yuan if part["measure"] == "amount" else speech.number
    return speech.say(_NEEDED[part["measure"]], needed=written(part["needed"]), reached=written(part["reached"]))


def _filed(facts: Facts, speech: Speech) -> list[str]:
    until = parsed(facts.get("cut_off_at"))
    return [] if until is None else [speech.say(N_("Order until %(time)s"), time=speech.moment(until))]


def _extended(facts: Facts, speech: Speech) -> list[str]:
    until = parsed(facts.get("cut_off_at"))
    before = [] if until is None else [speech.say(N_("Order until %(time)s"), time=speech.moment(until))]
    return [*before, *_minimum(facts, speech)]


def _saved(facts: Facts, speech: Speech) -> list[str]:
    return [
        speech.say(N_("Enough was ordered together: %(saved)s less than at first."), saved=yuan(facts["saved_cents"]))
    ]


def _dropped(facts: Facts, speech: Speech) -> list[str]:
    reason = speech.label(facts.get("reason"), "drop_reason")
    return [speech.say(N_("Reason: %(reason)s. The community will tell you how it goes on."), reason=reason)]


def _on_the_way(facts: Facts, speech: Speech) -> list[str]:
    lines = []
    if facts.get("pickup_code"):
        lines.append(speech.say(N_("Pickup code %(code)s"), code=facts["pickup_code"]))
    expected = parsed(facts.get("start_at"))
    if expected is not None:
        lines.append(speech.say(N_("Expected about %(time)s"), time=speech.moment(expected)))
    lines += _at(facts, speech)
    if facts.get("kind") == "door" or facts.get("proof") == "left_at_door":
        lines.append(speech.say(N_("Left at your door; no need to go out.")))
    return lines


def _at(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("Place: %(place)s"), place=facts["place"])] if facts.get("place") else []


def _to_collect(facts: Facts, speech: Speech) -> list[str]:
    until = parsed(facts.get("collect_by"))
    before = [] if until is None else [speech.say(N_("Collect before %(time)s."), time=speech.moment(until))]
    return [*before, *_at(facts, speech)]


def _reserved(facts: Facts, speech: Speech) -> list[str]:
    proxy = [speech.say(N_("A community worker did this for you."))] if facts.get("channel") == "proxy" else []
    return [*proxy, *_to_collect(facts, speech)]


def _issued(facts: Facts, speech: Speech) -> list[str]:
    return [*_reserved(facts, speech), speech.say(N_("If nobody of yours took it, tell your community."))]


def _registered(facts: Facts, speech: Speech) -> list[str]:
    code = speech.say(N_("Your code: %(code)s."), code=facts.get("code", ""))
    if not facts.get("commitment"):
        return [code]
    fixed = N_("Fixed before you registered, to compare with the draw: %(hash)s")
    return [code, speech.say(fixed, hash=facts["commitment"])]


def _place_in_draw(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("Place %(n)s in the draw."), n=facts.get("rank", ""))]


def _offered(facts: Facts, speech: Speech) -> list[str]:
    return [*_to_collect(facts, speech), *_place_in_draw(facts, speech)]


def _one_ticket_more(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("In the next ballot for this item you have one ticket more."))]


def _waiting(facts: Facts, speech: Speech) -> list[str]:
    return [*_place_in_draw(facts, speech), *_one_ticket_more(facts, speech)]


def _lapsed(facts: Facts, speech: Speech) -> list[str]:
    declined, late = N_("It was declined."), N_("It was not collected in the days there were for it.")
    return [speech.say(declined if facts.get("declined") else late)]


def _passed_over(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("Your household had drawn its entitlement of this item in another way."))]


def _shares_shorted(facts: Facts, speech: Speech) -> list[str]:
    return [*(_share(line, speech) for line in facts["lines"]), *_round(facts, speech)]


def _share(line: Facts, speech: Speech) -> str:
    told = speech.say(
        N_("asked %(asked)s, given %(given)s, short of %(short)s: %(why)s"),
        asked=speech.number(line["asked"]),
        given=speech.number(line["given"]),
        short=speech.number(line["short"]),
        why=speech.explain(line["reasons"], line["above"]),
    )
    return f"{line['post']}: {told}" if line["post"] else told


def _round(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("Round %(code)s"), code=facts["round"])]


def _not_sent(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("Reason: %(reason)s"), reason=facts["reason"]), *_round(facts, speech)]


def _late(facts: Facts) -> str:
    one = len(facts["days"]) == 1
    return N_("The daily report of %(day)s is late") if one else N_("%(n)s daily reports are late")


def _late_days(facts: Facts, speech: Speech) -> list[str]:
    days = speech.say(N_(", ")).join(_days(facts, speech))
    owed = N_("Look at %(days)s under “Daily reports” and confirm it; where there was nothing, it is a zero report.")
    return [speech.say(owed, days=days)]


def _days(facts: Facts, speech: Speech) -> list[str]:
    return [speech.day(date.fromisoformat(day)) for day in facts["days"]]


def _who_changed(facts: Facts, speech: Speech) -> list[str]:
    return [speech.say(N_("Done for you by your community. If this is not right, tell it."))]


def _won(facts: Facts) -> str:
    if facts.get("moved_up"):
        return N_("You moved up in the ballot “%(title)s”")
    return N_("You won in the ballot “%(title)s”")


CATALOGUE: Mapping[Event, Words] = {
    Event.ORDER_PLACED: Words(headline=N_("Order %(order)s placed: %(total)s")),
    Event.ORDER_CANCELLED: Words(headline=N_("Order %(order)s cancelled")),
    Event.LINE_SHORTED: Words(headline=N_("Order %(order)s: not everything could be given"), details=_shorted),
    Event.CAMPAIGN_FAILED: Words(headline=N_("Group buy not formed: order %(order)s will not come"), details=_minimum),
    Event.CAMPAIGN_FILED: Words(headline=N_("Group buy “%(campaign)s” waits for your approval"), details=_filed),
    Event.CAMPAIGN_EXTENDED: Words(
        headline=N_("Group buy “%(campaign)s” goes on: not enough was ordered yet"), details=_extended
    ),
    Event.CAMPAIGN_WAITING: Words(
        headline=N_("Group buy “%(campaign)s” is short of its minimum; the store decides whether it comes"),
        details=_minimum,
    ),
    Event.PRICE_FELL: Words(headline=N_("Order %(order)s costs less: %(total)s"), details=_saved),
    Event.ROUTE_PLANNED: Words(headline=N_("Your goods are on a route"), details=_on_the_way),
    Event.STOP_DROPPED: Words(headline=N_("Your goods could not be put on a route"), details=_dropped),
    Event.DELIVERED: Words(headline=N_("Your goods are here"), details=_on_the_way),
    Event.ITEM_RESERVED: Words(headline=N_("Put aside for you: %(n)s %(unit)s of %(item)s"), details=_reserved),
    Event.BALLOT_REGISTERED: Words(headline=N_("Registered in the ballot “%(title)s”"), details=_registered),
    Event.BALLOT_OFFERED: Words(headline=_won, details=_offered),
    Event.BALLOT_WAITING: Words(headline=N_("You are on the waiting list of the ballot “%(title)s”"), details=_waiting),
    Event.BALLOT_LAPSED: Words(headline=N_("Your share in the ballot “%(title)s” went to the next"), details=_lapsed),
    Event.BALLOT_PASSED_OVER: Words(headline=N_("The ballot “%(title)s” passed you over"), details=_passed_over),
    Event.BALLOT_LOST: Words(
        headline=N_("The ballot “%(title)s” is over; you were not drawn"), details=_one_ticket_more
    ),
    Event.BALLOT_CANCELLED: Words(headline=N_("The ballot “%(title)s” was called off")),
    Event.SHARE_SHORTED: Words(
        headline=N_("%(item)s: not everything you asked for can be given"), details=_shares_shorted
    ),
    Event.SHARE_SENT: Words(headline=N_("%(n)s %(unit)s of %(item)s are on their way"), details=_round),
    Event.SHARE_CANCELLED: Words(
        headline=N_("%(item)s: the round is cancelled; your request stands for the next one"), details=_not_sent
    ),
    Event.ITEM_ISSUED: Words(headline=N_("Handed to your household: %(n)s %(unit)s of %(item)s"), details=_issued),
    Event.BALLOT_WITHDRAWN: Words(headline=N_("Taken off the list of the ballot “%(title)s”")),
    Event.REPORT_LATE: Words(headline=_late, details=_late_days),
    Event.CHANNEL_SET: Words(headline=N_("Where your messages go was changed: %(way)s"), details=_who_changed),
    Event.ORDER_CHANGED: Words(headline=N_("Order %(order)s changed: %(total)s"), details=_who_changed),
}
