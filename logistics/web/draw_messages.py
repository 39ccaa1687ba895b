"""What a household reads of its draws and ballots, written from the facts that each message keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logistics.web.formats import moment
from logistics.web.moments import parsed
from logistics.web.words import _


def headline(event: str, data: Mapping[str, Any]) -> str:
    """One short sentence; nothing for events of other subjects."""
    title = data.get("title", "")
    if event in {"item_reserved", "item_issued"}:
        facts = {"n": data.get("quantity", 0), "unit": data.get("unit", ""), "item": data.get("item", "")}
        if event == "item_issued":
            return _("Handed to your household: %(n)s %(unit)s of %(item)s", **facts)
        return _("Put aside for you: %(n)s %(unit)s of %(item)s", **facts)
    if event == "ballot_registered":
        return _("Registered in the ballot “%(title)s”", title=title)
    if event == "ballot_withdrawn":
        return _("Taken off the list of the ballot “%(title)s”", title=title)
    if event == "ballot_offered":
        if data.get("moved_up"):
            return _("You moved up in the ballot “%(title)s”", title=title)
        return _("You won in the ballot “%(title)s”", title=title)
    if event == "ballot_waiting":
        return _("You are on the waiting list of the ballot “%(title)s”", title=title)
    if event == "ballot_lapsed":
        return _("Your share in the ballot “%(title)s” went to the next", title=title)
    if event == "ballot_passed_over":
        return _("The ballot “%(title)s” passed you over", title=title)
    if event == "ballot_lost":
        return _("The ballot “%(title)s” is over; you were not drawn", title=title)
    if event == "ballot_cancelled":
        return _("The ballot “%(title)s” was called off", title=title)
    return ""


def details(event: str, data: Mapping[str, Any]) -> list[str]:
    """What else there is to say, a line each."""
    lines = []
    if event == "item_reserved" and data.get("channel") == "proxy":
        lines.append(_("A community worker did this for you."))
    if event in {"item_reserved", "item_issued", "ballot_offered"}:
        lines += _where(data)
    if event == "item_issued":
        lines.append(_("If nobody of yours took it, tell your community."))
    if event == "ballot_registered":
        lines.append(_("Your code: %(code)s.", code=data.get("code", "")))
        if data.get("commitment"):
            lines.append(_("Fixed before you registered, to compare with the draw: %(hash)s", hash=data["commitment"]))
    if event in {"ballot_waiting", "ballot_offered"}:
        lines.append(_("Place %(n)s in the draw.", n=data.get("rank", "")))
    if event == "ballot_lapsed":
        lines.append(
            _("It was declined.") if data.get("declined") else _("It was not collected in the days there were for it.")
        )
    if event == "ballot_passed_over":
        lines.append(_("Your household had drawn its entitlement of this item in another way."))
    if event in {"ballot_waiting", "ballot_lost"}:
        lines.append(_("In the next ballot for this item you have one ticket more."))
    return lines


def _where(data: Mapping[str, Any]) -> list[str]:
    lines = []
    until = parsed(data.get("collect_by"))
    if until is not None:
        lines.append(_("Collect before %(time)s.", time=moment(until)))
    if data.get("place"):
        lines.append(_("Place: %(place)s", place=data["place"]))
    return lines
