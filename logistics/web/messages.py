"""The sentence a household reads for each message, written from the facts that the message keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logistics.labels import label
from logistics.web import draw_messages, report_messages, round_messages
from logistics.web.formats import moment, yuan
from logistics.web.moments import parsed
from logistics.web.words import _


def headline(event: str, data: Mapping[str, Any]) -> str:
    """One short sentence."""
    order = data.get("order", "")
    if event == "order_placed":
        return _("Order %(order)s placed: %(total)s", order=order, total=yuan(data.get("total_cents")))
    if event == "order_cancelled":
        return _("Order %(order)s cancelled", order=order)
    if event == "line_shorted":
        return _("Order %(order)s: not everything could be given", order=order)
    if event == "campaign_failed":
        return _("Group buy not formed: order %(order)s will not come", order=order)
    if event == "route_planned":
        return _("Your goods are on a route")
    if event == "stop_dropped":
        return _("Your goods could not be put on a route")
    if event == "delivered":
        return _("Your goods are here")
    told = draw_messages.headline(event, data) or round_messages.headline(event, data)
    return told or report_messages.headline(event, data) or event


def details(event: str, data: Mapping[str, Any]) -> list[str]:
    """What else there is to say, a line each."""
    if event == "line_shorted":
        rule = _("Shared out by the rule: %(rule)s", rule=label(data.get("rule"), "shortage_rule"))
        return [*(_shorted(line) for line in data.get("lines", [])), rule]
    if event == "campaign_failed":
        return [_("At least %(n)s orders were needed.", n=data.get("minimum", 0))]
    if event == "stop_dropped":
        reason = label(data.get("reason"), "drop_reason")
        return [_("Reason: %(reason)s. The community will tell you how it goes on.", reason=reason)]
    if event in {"route_planned", "delivered"}:
        return _where(data)
    told = draw_messages.details(event, data) or round_messages.details(event, data)
    return told or report_messages.details(event, data)


def _shorted(line: Mapping[str, Any]) -> str:
    return _(
        "%(name)s: ordered %(ordered)s, given %(given)s (%(reason)s)",
        name=line.get("name") or line.get("sku", ""),
        ordered=line.get("ordered", 0),
        given=line.get("given", 0),
        reason=label(line.get("reason"), "line_reason"),
    )


def _where(data: Mapping[str, Any]) -> list[str]:
    lines = []
    expected = parsed(data.get("start_at"))
    if expected is not None:
        lines.append(_("Expected about %(time)s", time=moment(expected)))
    if data.get("place"):
        lines.append(_("Place: %(place)s", place=data["place"]))
    if data.get("kind") == "door" or data.get("proof") == "left_at_door":
        lines.append(_("Left at your door; no need to go out."))
    return lines
