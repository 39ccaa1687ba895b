"""What a day came to, in numbers that add up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.fulfilment import service as fulfilment
from logistics.orders import service as orders
from logistics.orders.rules import OrderState
from logistics.orders.service import LineOutcome
from logistics.routing.export import plan_document

UNBATCHED_REASONS = {
    OrderState.SHORTED: "nothing_left",
    OrderState.CANCELLED: "cancelled",
    OrderState.CONFIRMED: "no_delivery_point",
    OrderState.PLACED: "not_closed",
}
"""Why an order is in no batch, by the state it stayed in."""


def summarise(
    session: Session, *, campaign_ids: Collection[int], wave_ids: Collection[int], plan_id: int | None
) -> dict[str, Any]:
    """The figures of a day, JSON-ready; every order is batched or stands in `unbatched` with its reason."""
    lines = orders.order_lines(session, campaign_ids)
    batches = fulfilment.batches_of_waves(session, wave_ids)
    batched = {order_id for _, order_id, _, _ in fulfilment.packed_orders(session, wave_ids)}
    states = {line.order_id: (line.order, line.order_state) for line in lines}
    return {
        "orders": len(states),
        "households": orders.household_count(session, campaign_ids),
        "lines": len(lines),
        "units_ordered": sum(line.ordered for line in lines),
        "units_given": sum(line.given or 0 for line in lines),
        "kg_ordered": _kg(line.ordered * line.weight_g for line in lines),
        "kg": _kg(batch.weight_g for batch in batches),
        "shorted_lines": sum(1 for line in lines if line.reason is not None),
        "shorted_products": _shorted_products(lines),
        "batches": len(batches),
        "batched_orders": len(batched),
        "packages": sum(batch.package_count for batch in batches),
        "unbatched": [
            {"order": code, "reason": UNBATCHED_REASONS.get(state, state.value)}
            for order_id, (code, state) in sorted(states.items())
            if order_id not in batched
        ],
        **_journey(session, plan_id),
    }


def _journey(session: Session, plan_id: int | None) -> dict[str, Any]:
    if plan_id is None:
        return {"plan": None, "stops": 0, "routes": 0, "km": 0.0, "hours": 0.0, "dropped": []}
    plan = plan_document(session, plan_id)
    names = {stop["id"]: stop["name"] for stop in plan["stops"]}
    return {
        "plan": plan["plan"],
        "stops": len(plan["stops"]),
        "stops_served": sum(len(route["stops"]) for route in plan["routes"]),
        "routes": len(plan["routes"]),
        "vehicles": len(plan["vehicles"]),
        "km": round(sum(route["distance_m"] for route in plan["routes"]) / 1000, 1),
        "hours": round(sum(_seconds(route) for route in plan["routes"]) / 3600, 2),
        "cost_cents": plan["cost_cents"],
        "solver": plan["solver"],
        "metric": plan["metric"],
        "dropped": [{**drop, "name": names[drop["stop"]]} for drop in plan["dropped"]],
        "dropped_by_reason": dict(Counter(drop["reason"] for drop in plan["dropped"])),
    }


def _seconds(route: dict[str, Any]) -> float:
    return (datetime.fromisoformat(route["return"]) - datetime.fromisoformat(route["depart"])).total_seconds()


def _shorted_products(lines: Sequence[LineOutcome]) -> list[dict[str, Any]]:
    """Products that were given less than ordered, the shortest first."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    names = {line.sku: line.product for line in lines}
    for line in lines:
        totals[line.sku][0] += line.ordered
        totals[line.sku][1] += line.given or 0
    return [
        {"sku": sku, "name": names[sku], "ordered": ordered, "given": given}
        for sku, (ordered, given) in sorted(totals.items(), key=lambda item: (item[1][1] / item[1][0], item[0]))
        if given < ordered
    ]


def _kg(grams: Iterable[int]) -> float:
    return round(sum(grams) / 1000, 3)
