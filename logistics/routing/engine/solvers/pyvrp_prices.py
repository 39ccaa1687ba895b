"""Prices in PyVRP's units, and what serving a stop is worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND, drive_cost_fine
from logistics.routing.engine.problem import Stop, TimeWindow, Vehicle
from logistics.routing.engine.solvers.closing import PACKAGES_PER_STOP, serving_weight
from logistics.routing.engine.solvers.pyvrp_fleet import Fleet
from logistics.routing.engine.solvers.pyvrp_legs import Legs

# The cheapest price per metre or second keeps this many units, so that rounding changes it by a thousandth at most.
UNITS_PER_PRICE_MIN = 500
# PyVRP adds costs and penalties in 64 bits.
LARGEST_TOTAL, LARGEST_PRIZES = 2**50, 2**60


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """One unit of PyVRP's cost is `divisor` fine units; `prizes[k]`, in units, belongs to stop `k`."""

    divisor: int
    prizes: list[int]


def prices_of(fleet: Fleet, stops: Sequence[Stop], hours: Sequence[TimeWindow], legs: Legs) -> Prices:
    """The prices of a model. What serving a stop without a `drop_cost` is worth: a day of the dearest vehicle, twice.

    That is for the least of them, at ten packages; more packages and more priority are worth more in proportion.

    The whole plan's cost, which would put serving before money once and for all, would also make lateness worth its
    price. What this leaves out in vain is inserted afterwards, and a plan that serves less never replaces one that
    serves more.
    """
    ones = [vehicles[0] for vehicles in fleet.kinds]
    days = [_dearest_day(one, hour, legs) for one, hour in zip(ones, hours, strict=True)]
    weights = [serving_weight(stop) for stop in stops if stop.drop_cost is None]
    least = min((stop.priority for stop in stops if stop.drop_cost is None), default=0)
    unit = PACKAGES_PER_STOP * (1 + least)
    dropping = 2 * max(days) * sum(weights) // unit
    dropping += sum(stop.drop_cost * FINE_PER_CENT for stop in stops if stop.drop_cost is not None)
    divisor = max(_divisor(fleet, days, legs, len(stops)), dropping // LARGEST_PRIZES)
    prize = 1 + 2 * max(days) // divisor
    return Prices(
        divisor=divisor,
        prizes=[
            prize * serving_weight(stop) // unit
            if stop.drop_cost is None
            else stop.drop_cost * FINE_PER_CENT // divisor
            for stop in stops
        ],
    )


def _divisor(fleet: Fleet, days: Sequence[int], legs: Legs, stop_count: int) -> int:
    """What all prices are divided by: exactly, or so far that the cheapest keeps UNITS_PER_PRICE_MIN units.

    Where prices are so far apart that a whole plan would pass LARGEST_TOTAL, the cheapest keeps fewer.
    """
    ones = [vehicles[0] for vehicles in fleet.kinds]
    prices = {one.cost_per_km * FINE_PER_METRE for one in ones} | {one.cost_per_h * FINE_PER_SECOND for one in ones}
    exact = math.gcd(*prices, *(one.fixed_cost * FINE_PER_CENT for one in ones))
    rounded = min((price for price in prices if price), default=FINE_PER_CENT) // UNITS_PER_PRICE_MIN
    total = sum(len(vehicles) * day for vehicles, day in zip(fleet.kinds, days, strict=True))
    total += max(one.cost_per_km * legs.longest_m(one.profile) for one in ones) * stop_count * FINE_PER_METRE
    return max(1, exact, rounded, total // LARGEST_TOTAL)


def _dearest_day(vehicle: Vehicle, hours: TimeWindow, legs: Legs) -> int:
    """A whole day of the vehicle over the longest legs out and back, in fine units."""
    return vehicle.fixed_cost * FINE_PER_CENT + drive_cost_fine(
        vehicle, metres=2 * legs.longest_m(vehicle.profile), seconds=hours.end_s - hours.start_s
    )
