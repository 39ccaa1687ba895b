"""What would let a stop that was not planned be served, as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from logistics.cents import yuan
from logistics.labels import LABELS, label
from logistics.routing.views import StopView
from logistics.web.formats import clock_minutes, kilograms, number
from logistics.web.words import _


def wishes_of(stop: StopView) -> list[str]:
    """The smallest relaxations that the planner found for a stop, the smallest first; none where it kept none."""
    kept = (stop.drop_detail or {}).get("relaxations") or []
    return [sentence for wish in kept if isinstance(wish, Mapping) and (sentence := _sentence(wish))]


def _sentence(wish: Mapping[str, object]) -> str:
    what, also = _asked(wish), wish.get("also")
    if isinstance(also, Mapping):
        other = _asked(also)
        what = _("%(what)s, and also: %(other)s", what=what, other=other) if what and other else ""
    cost = wish.get("cost_cents")
    if not what or not isinstance(cost, int):
        return what
    return _("%(what)s – costs %(money)s more", what=what, money=yuan(max(cost, 0)))


def _asked(wish: Mapping[str, object]) -> str:
    amount, vehicle = wish.get("amount"), wish.get("vehicle") or ""
    count = amount if isinstance(amount, int) else 0
    values = {"n": number(count), "min": number(-(-count // 60)), "v": str(vehicle), "kg": kilograms(count)}
    kind = wish.get("kind")
    if kind == "one_more_vehicle":
        since = wish.get("from_s")
        clock = clock_minutes(since // 60) if isinstance(since, int) else ""
        return _("One more vehicle like %(v)s from %(t)s", v=str(vehicle), t=clock)
    if kind == "search_longer":
        return _("Plan again: a longer search found room")
    if kind == "window_later":
        return _("Take deliveries %(min)s min longer", **values)
    if kind == "window_earlier":
        return _("Take deliveries from %(min)s min earlier", **values)
    if kind in {"shift_later", "longest_s"}:
        return _("%(v)s drives %(min)s min longer", **values)
    if kind == "shift_earlier":
        return _("%(v)s starts %(min)s min earlier", **values)
    if kind == "depot_later":
        return _("The store closes %(min)s min later", **values)
    if kind == "depot_earlier":
        return _("The store opens %(min)s min earlier", **values)
    if kind == "release_earlier":
        return _("Pack it %(min)s min earlier", **values)
    if kind == "capacity_g":
        return _("%(v)s takes %(kg)s more", **values)
    if kind == "capacity_packages":
        return _("%(v)s takes %(n)s packages more", **values)
    if kind == "capacity_ml":
        return _("%(v)s takes %(n)s ml more", **values)
    if kind == "longest_m":
        return _("%(v)s drives %(n)s m farther", **values)
    if kind == "most_stops":
        return _("%(v)s makes %(n)s stops more", **values)
    return _by_name(kind, str(vehicle))


def _by_name(kind: object, vehicle: str) -> str:
    """What is allowed or not, with no amount to it; nothing for a kind that is not known here."""
    if not isinstance(kind, str) or kind not in LABELS["relaxation_kind"]:
        return ""
    what = label(kind, "relaxation_kind")
    return f"{what} ({vehicle})" if vehicle else what
