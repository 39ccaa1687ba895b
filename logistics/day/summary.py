"""What a day came to, in numbers that add up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.fulfilment import service as fulfilment
from logistics.orders import service as orders
from logistics.orders.rules import OrderState
from logistics.orders.service import LineOutcome
from logistics.routing import service as routing
from logistics.routing.export import plan_document
from logistics.routing.rules import StopKind

UNBATCHED_REASONS = {
    OrderState.SHORTED: "nothing_left",
    OrderState.CANCELLED: "cancelled",
    OrderState.CONFIRMED: "no_delivery_point",
    OrderState.PLACED: "not_closed",
    OrderState.BATCHED: "batched_later",
}
"""Why an order is in no batch of the plan, by the state it stayed in."""

NO_JOURNEY: Mapping[str, Any] = {
    "plan": None,
    "stops": 0,
    "door_stops": 0,
    "stops_served": 0,
    "routes": 0,
    "vehicles": 0,
    "km": 0.0,
    "hours": 0.0,
    "cost_cents": 0,
    "solver": None,
    "metric": {},
    "dropped": [],
    "dropped_by_reason": {},
}
"""What a day comes to on which nobody gets anything."""


def summarise(
    session: Session, *, campaign_ids: Collection[int], wave_ids: Collection[int], plan_id: int | None
) -> dict[str, Any]:
    """The figures of a day, JSON-ready; every order is in a batch of the plan or stands in `unbatched` with its reason.

    Sums of goods leave cancelled orders out, which have counts of their own.
    """
    lines = orders.order_lines(session, campaign_ids)
    wanted = [line for line in lines if line.order_state is not OrderState.CANCELLED]
    cancelled = [line for line in lines if line.order_state is OrderState.CANCELLED]
    planned = routing.stop_of_batches(session, plan_id) if plan_id is not None else {}
    batches = [batch for batch in fulfilment.batches_of_waves(session, wave_ids) if batch.batch_id in planned]
    codes = {batch.code for batch in batches}
    batched = {order_id for code, order_id, _, _ in fulfilment.packed_orders(session, wave_ids) if code in codes}
    states = {line.order_id: (line.order, line.order_state) for line in lines}
    return {
        "campaigns": [orders.campaign_facts(session, campaign_id).code for campaign_id in campaign_ids],
        "orders": len(states),
        "cancelled_orders": len({line.order_id for line in cancelled}),
        "households": orders.household_count(session, campaign_ids),
        "lines": len(lines),
        "units_ordered": sum(line.ordered for line in wanted),
        "units_cancelled": sum(line.ordered for line in cancelled),
        "units_given": sum(line.given or 0 for line in wanted),
        "kg_ordered": _kg(line.ordered * line.weight_g for line in wanted),
        "kg": _kg(batch.weight_g for batch in batches),
        "shorted_lines": sum(1 for line in wanted if line.reason is not None),
        "shorted_products": _shorted_products(wanted),
        "batches": len(batches),
        "batched_orders": len(batched),
        "packages": sum(batch.package_count for batch in batches),
        "unbatched": [
            {"order": code, "reason": UNBATCHED_REASONS.get(state, state.value)}
            for order_id, (code, state) in sorted(states.items())
            if order_id not in batched
        ],
        **(NO_JOURNEY if plan_id is None else _journey(session, plan_id)),
    }


def _journey(session: Session, plan_id: int) -> dict[str, Any]:
    plan = plan_document(session, plan_id)
    names = {stop["id"]: stop["name"] for stop in plan["stops"]}
    return {
        "plan": plan["plan"],
        "stops": len(plan["stops"]),
        "door_stops": sum(1 for stop in plan["stops"] if stop["kind"] == StopKind.DOOR.value),
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
