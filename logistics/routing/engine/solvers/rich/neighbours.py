"""Which stops lie near which, by price and by waiting, and by what stops are put in order before they are inserted."""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.costs import FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Vehicle
from logistics.routing.engine.solvers.rich.layout import Floats, Int32s

# How many neighbours an insertion looks at on either side, and around how many a ruin spreads.
INSERT_NEIGHBOURS, RUIN_NEIGHBOURS = 32, 100
# Waiting is worth less than driving: it may be filled with other stops.
WAITING_SHARE = 0.2
# The columns of `order_keys`.
KEYS = 6


def neighbours_of(problem: Problem) -> tuple[Int32s, Int32s, Int32s]:
    """Three (stops, k) tables of the nearest: who may come before a stop, who after it, who lies around it."""
    count = len(problem.stops)
    places = np.array([stop.place for stop in problem.stops])
    opens = np.array([stop.window.start_s for stop in problem.stops], np.float64)
    closes = np.array([stop.windows[-1].end_s for stop in problem.stops], np.float64)
    serving = np.array([stop.serving_s for stop in problem.stops], np.float64)
    per_metre, per_second = _mean_prices(problem)
    travel = problem.travel(_commonest(problem))
    wide = min(INSERT_NEIGHBOURS, count - 1)
    around = min(RUIN_NEIGHBOURS, count - 1)
    before, after = np.zeros((count, wide), np.int32), np.zeros((count, wide), np.int32)
    near = np.zeros((count, around), np.int32)
    for row, place in enumerate(places):
        out_s = travel.seconds[place, places].astype(np.float64)
        in_s = travel.seconds[places, place].astype(np.float64)
        out = travel.metres[place, places] * per_metre + out_s * per_second
        back = travel.metres[places, place] * per_metre + in_s * per_second
        out[row] = back[row] = np.inf
        # The wait that no departure avoids, and how far the window is missed even so: the second rules a leg out.
        out_s += serving[row]
        wait = np.maximum(0, opens - out_s - closes[row]) * WAITING_SHARE + np.maximum(0, opens[row] + out_s - closes)
        near[row] = _smallest(np.minimum(out, back), around)
        after[row] = _smallest(out + wait * per_second, wide)
        in_s += serving
        wait = np.maximum(0, opens[row] - in_s - closes) * WAITING_SHARE + np.maximum(0, opens + in_s - closes[row])
        before[row] = _smallest(back + wait * per_second, wide)
    return before, after, near


def order_keys(problem: Problem) -> Floats:
    """(stops, KEYS): share of the largest vehicle, distance from the depots, start, end and width of the windows, and
    how much it counts to serve the stop."""
    largest = [
        max(1, *(value for vehicle in problem.vehicles if (value := getattr(vehicle, name)) is not None), 1)
        for name in ("capacity_g", "capacity_packages", "capacity_ml")
    ]
    depots = [depot.place for depot in problem.depots]
    table = np.zeros((len(problem.stops), KEYS))
    for row, stop in enumerate(problem.stops):
        load = (stop.demand_g, stop.packages, stop.volume_ml)
        table[row] = (
            max(amount / most for amount, most in zip(load, largest, strict=True)),
            min(problem.seconds[depot, stop.place] for depot in depots),
            stop.window.start_s,
            stop.windows[-1].end_s,
            sum(window.end_s - window.start_s for window in stop.windows),
            (1 + stop.priority) * (10 + min(stop.packages, 100)) if stop.drop_cost is None else 0,
        )
    return table


def _mean_prices(problem: Problem) -> tuple[float, float]:
    """Of a metre and a second, in fine units; seconds count a little even if nobody pays for them."""
    count = len(problem.vehicles)
    per_metre = sum(vehicle.cost_per_km for vehicle in problem.vehicles) * FINE_PER_METRE / count
    per_second = sum(vehicle.cost_per_h for vehicle in problem.vehicles) * FINE_PER_SECOND / count
    return per_metre, max(per_second, per_metre, 1.0)


def mean_leg_price(problem: Problem, near: Int32s) -> float:
    """What the way to one of the five nearest stops costs on average, in fine units."""
    per_metre = sum(vehicle.cost_per_km for vehicle in problem.vehicles) * FINE_PER_METRE / len(problem.vehicles)
    per_second = sum(vehicle.cost_per_h for vehicle in problem.vehicles) * FINE_PER_SECOND / len(problem.vehicles)
    places = np.array([stop.place for stop in problem.stops])
    travel = problem.travel(_commonest(problem))
    few = near[:, :5]
    rows, columns = places[:, None], places[few]
    metres, seconds = travel.metres[rows, columns], travel.seconds[rows, columns]
    price = metres * per_metre + seconds * per_second
    return float(np.median(price.mean(axis=1))) if price.size else 0.0


def _commonest(problem: Problem) -> Vehicle:
    names = [vehicle.profile for vehicle in problem.vehicles]
    return problem.vehicles[names.index(max(names, key=names.count))]


def _smallest(values: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    if count < len(values):
        chosen = np.argpartition(values, count - 1)[:count] if count else np.empty(0, np.intp)
        return chosen[np.argsort(values[chosen], kind="stable")]
    return np.argsort(values, kind="stable")
