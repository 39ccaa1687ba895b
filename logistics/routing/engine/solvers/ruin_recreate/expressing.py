"""Which problems the kernel's tables can hold, and a sentence about those they cannot."""

from logistics.routing.engine.costs import FINE_PER_CENT, FINE_PER_METRE, FINE_PER_SECOND
from logistics.routing.engine.problem import Problem, Vehicle
from logistics.routing.engine.solvers.closing import PACKAGES_PER_STOP, serving_weight
from logistics.routing.engine.solvers.features import Feature, refusal
from logistics.routing.engine.solvers.ruin_recreate.matrices import longest_open

EXPRESSED = frozenset(
    {
        Feature.END_DEPOT,
        Feature.PROFILE,
        Feature.LONGEST_S,
        Feature.LONGEST_M,
        Feature.MOST_STOPS,
        Feature.SERVICE_PER_PACKAGE,
        Feature.SKILLS,
        Feature.VEHICLES_ALLOWED,
        Feature.VEHICLES_FORBIDDEN,
        Feature.PINNED_VEHICLE,
        Feature.PRIORITY,
    }
)
# Times are kept in 32 bits, and a leg is added to them.
SPAN_S_MAX = 2**30
# Costs are added in 64 bits.
TOTAL_MAX = 2**62


def why_not(problem: Problem) -> str | None:
    """None, or a sentence with the numbers."""
    reason = refusal(problem, EXPRESSED, "ruin and recreate")
    working = [vehicle for vehicle in problem.vehicles if _span_s(problem, vehicle) >= 0]
    if reason is not None or not working or not problem.stops:
        return reason
    profiles = sorted({vehicle.profile for vehicle in working})
    if len(profiles) > 1:
        return f"the vehicles drive by {len(profiles)} profiles; ruin and recreate knows one for all"
    hours = [problem.hours_of(vehicle) for vehicle in working]
    span_s = max(span.end_s for span in hours) - min(span.start_s for span in hours)
    if span_s > SPAN_S_MAX:
        return f"the fleet's hours span {span_s} s; ruin and recreate counts up to {SPAN_S_MAX}"
    total = _largest_total(problem, working)
    if total > TOTAL_MAX:
        return f"costs may add up to {total} fine units; ruin and recreate counts up to {TOTAL_MAX}"
    return None


def leaving_out_price(problem: Problem, working: list[Vehicle], longest_m: int) -> int:
    """What leaving out a stop of ten packages' weight costs, in fine units: a day of the dearest vehicle on the longest
    legs, twice.

    Serving one stop more never costs that much, so serving comes before money.
    """
    return 1 + 2 * max(
        vehicle.fixed_cost * FINE_PER_CENT
        + vehicle.cost_per_km * FINE_PER_METRE * 2 * longest_m
        + vehicle.cost_per_h * FINE_PER_SECOND * _span_s(problem, vehicle)
        for vehicle in working
    )


def _span_s(problem: Problem, vehicle: Vehicle) -> int:
    hours = problem.hours_of(vehicle)
    return hours.end_s - hours.start_s


def _largest_total(problem: Problem, working: list[Vehicle]) -> int:
    """More than any cost that a search can meet, closed legs included."""
    travel = problem.travel(working[0])
    price = leaving_out_price(problem, working, longest_open(travel.metres))
    left_out = sum(
        price * serving_weight(stop) // PACKAGES_PER_STOP if stop.drop_cost is None else stop.drop_cost * FINE_PER_CENT
        for stop in problem.stops
    )
    leg_m = int(travel.metres.max(initial=0))
    legs = (len(problem.stops) + 2 * len(working)) * leg_m * max(vehicle.cost_per_km for vehicle in working)
    days = sum(
        vehicle.fixed_cost * FINE_PER_CENT + vehicle.cost_per_h * FINE_PER_SECOND * _span_s(problem, vehicle)
        for vehicle in working
    )
    return left_out + legs * FINE_PER_METRE + days
