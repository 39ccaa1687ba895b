"""Puts the sample together as the same facts that a day folder is read into."""

from __future__ import annotations

import hashlib
from datetime import date

from logistics.day.folder.facts import ParsedDay
from logistics.orders.rules import ShortageRule

from . import names
from .demand import SLOTS, draw_demand, fleet
from .homes import open_stores, points_of_compounds, settle
from .streets import Town, draw_town

CODE = "sample"


def sample_day(delivery_date: date, *, seed: int, town: Town | None = None) -> ParsedDay:
    """The sample district's day with this seed: nothing in it depends on anything else."""
    town = town or draw_town(seed)
    compounds = settle(town, seed)
    demand = draw_demand(compounds, delivery_date=delivery_date, seed=seed)
    return ParsedDay(
        code=CODE,
        title=f"样例 {names.DISTRICT} {delivery_date.isoformat()}",
        delivery_date=delivery_date,
        shortage_rule=ShortageRule.PROPORTIONAL,
        seed=seed,
        compounds=tuple(compounds),
        depots=tuple(open_stores(town)),
        slots=SLOTS,
        products=demand.products,
        vehicles=tuple(fleet()),
        points=tuple(points_of_compounds(compounds, seed)),
        households=demand.households,
        orders=demand.orders,
        lines=demand.lines,
        sha256=hashlib.sha256(f"{CODE}:{seed}:{delivery_date.isoformat()}".encode()).hexdigest(),
    )
