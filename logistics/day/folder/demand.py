"""Reads what was ordered: orders, with the households they describe, and their lines."""

from __future__ import annotations

from dataclasses import replace

from logistics.errors import N_
from logistics.orders.rules import Channel

from .cells import Cells
from .draft import Draft
from .facts import HouseholdRow, LineRow, OrderRow
from .ground import SECOND_TIME
from .tables import OpenTable

QUANTITY_MAX = 999
"""Of one line, as for orders typed in: more is a typing error, not a household's shopping."""
ORDER_WEIGHT_KG_MAX = 20_000


def read_orders(table: OpenTable, draft: Draft) -> None:
    draft.order_names.complete, draft.orders_file = True, table.file
    for row in table.rows():
        code = row.code("order")
        draft.order_names.take(code, row, field="order", wrong=SECOND_TIME, right=N_("each order once would be right"))
        draft.depot_of_order.setdefault(code, draft.depot_of_goods(row))
        slot = row.code("slot", length_max=16)
        draft.slot_names.require(slot, row, field="slot", file="slots.csv")
        _read_household(row, draft)
        channel = row.values.get("channel") or Channel.GROUP_BUY.value
        if channel not in list(Channel):
            row.refuse(
                "channel",
                N_("“%(value)s” is no channel"),
                N_("one of %(known)s would be right"),
                known=", ".join(Channel),
            )
        placed_at = row.moment("placed_at")
        if not row.bad:
            draft.orders[code] = OrderRow(
                code=code,
                depot=draft.depot_of_order[code],
                household=row.values["household"],
                slot=slot,
                placed_at=placed_at,
                channel=Channel(channel),
            )


def _read_household(row: Cells, draft: Draft) -> None:
    """Enter the household of an order; an earlier order must have said the same about it."""
    compound = row.code("compound")
    draft.compound_names.require(compound, row, field="compound", file="compounds.csv")
    home = HouseholdRow(
        code=row.code("household"),
        compound=compound,
        building=row.code("building", length_max=32),
        unit=row.text("unit", length_max=16),
        flat=row.text("flat", length_max=16),
        elderly=row.flag("elderly"),
        quarantined=row.flag("quarantined"),
    )
    if row.bad:
        return
    known = draft.households.setdefault(home.code, home)
    first = draft.household_lines.setdefault(home.code, row.line)
    right = N_("one home and one status per household, as in line %(first)d (%(known)s), would be right")
    if known.compound != home.compound:
        row.refuse(
            "compound",
            N_("household %(household)s is in two compounds, here “%(value)s”"),
            right,
            household=home.code,
            first=first,
            known=known.compound,
        )
    elif known.building != home.building:
        row.refuse(
            "building",
            N_("household %(household)s is in two buildings, here “%(value)s”"),
            right,
            household=home.code,
            first=first,
            known=known.building,
        )
    if known.quarantined != home.quarantined:
        row.refuse(
            "quarantined",
            N_("household %(household)s is both quarantined and not, here “%(value)s”"),
            right,
            household=home.code,
            first=first,
            known=int(known.quarantined),
        )
    draft.households[home.code] = replace(
        known, elderly=known.elderly or home.elderly, unit=known.unit or home.unit, flat=known.flat or home.flat
    )


def read_lines(table: OpenTable, draft: Draft) -> None:
    first_lines: dict[tuple[str, str], int] = {}
    weights = {(product.depot, product.sku): product.weight_g for product in draft.products}
    order_weights: dict[str, int] = {}
    for row in table.rows():
        order, sku = row.code("order"), row.code("sku")
        draft.order_names.require(order, row, field="order", file="orders.csv")
        _require_product(row, draft, order, sku)
        if (first := first_lines.setdefault((order, sku), row.line)) != row.line:
            row.refuse(
                "sku",
                N_("order %(order)s already has “%(value)s” in line %(first)d"),
                N_("one line per order and sku, with the whole quantity, would be right"),
                order=order,
                first=first,
            )
        quantity = row.whole("qty", low=1, high=QUANTITY_MAX)
        if row.bad:
            continue
        weight_g = weights.get((draft.depot_of_order.get(order, ""), sku), 0) * quantity
        order_weights[order] = order_weights.get(order, 0) + weight_g
        if order_weights[order] > ORDER_WEIGHT_KG_MAX * 1000:
            row.refuse(
                "qty",
                N_("with “%(value)s” of this, order %(order)s weighs more than %(kg)d kg"),
                N_("a household's order would be right"),
                order=order,
                kg=ORDER_WEIGHT_KG_MAX,
            )
        draft.lines.append(LineRow(order=order, sku=sku, quantity=quantity))
    if table.row_count:
        _report_empty_orders(draft, {order for order, _ in first_lines}, table)


def _require_product(row: Cells, draft: Draft, order: str, sku: str) -> None:
    depot = draft.depot_of_order.get(order)
    if depot is None or depot not in draft.depot_names.lines or not draft.product_names.missing((depot, sku)):
        return
    row.refuse(
        "sku", N_("“%(value)s” is not sold at depot %(depot)s"), N_("a sku of products.csv would be right"), depot=depot
    )


def _report_empty_orders(draft: Draft, with_lines: set[str], table: OpenTable) -> None:
    for order, line in draft.order_names.lines.items():
        if order not in with_lines and order in draft.orders:
            table.report.add(
                draft.orders_file,
                N_("order “%(value)s” has no line in %(lines)s"),
                N_("at least one line per order would be right"),
                line=line,
                field="order",
                value=order,
                lines=table.file,
            )
