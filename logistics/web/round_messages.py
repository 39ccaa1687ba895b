"""What a community reads of a round: what it is short of and why, what is on its way, and what will not come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logistics.inventory.rounds.overview.sentences import said
from logistics.web.formats import number
from logistics.web.words import _


def headline(event: str, data: Mapping[str, Any]) -> str:
    """One short sentence; empty where the event is not about a round."""
    if event == "share_shorted":
        return _("%(item)s: not everything you asked for can be given", item=data.get("item", ""))
    if event == "share_sent":
        pieces = number(data.get("pieces"))
        return _("%(n)s %(unit)s of %(item)s are on their way", n=pieces, unit=data["unit"], item=data["item"])
    if event == "share_cancelled":
        return _("%(item)s: the round is cancelled; your request stands for the next one", item=data.get("item", ""))
    return ""


def details(event: str, data: Mapping[str, Any]) -> list[str]:
    """What else there is to say, a line for each place."""
    if event == "share_shorted":
        return [*(_shorted(line) for line in data["lines"]), _("Round %(code)s", code=data["round"])]
    if event == "share_sent":
        return [_("Round %(code)s", code=data["round"])]
    if event == "share_cancelled":
        return [_("Reason: %(reason)s", reason=data["reason"]), _("Round %(code)s", code=data["round"])]
    return []


def _shorted(line: Mapping[str, Any]) -> str:
    told = _(
        "asked %(asked)s, given %(given)s, short of %(short)s: %(why)s",
        asked=number(line["asked"]),
        given=number(line["given"]),
        short=number(line["short"]),
        why=said(line["reasons"], _, above=line["above"]),
    )
    return f"{line['post']}: {told}" if line["post"] else told
