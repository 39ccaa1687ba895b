"""Why a stop is not served: the rules in a fixed order, each shrinking the set of vehicles that could do it."""

from collections.abc import Callable, Mapping, Sequence

from logistics.routing.engine.plan import Dropped, DropReason, Route
from logistics.routing.engine.problem import UNREACHABLE, Problem, Stop, TimeWindow, Vehicle
from logistics.routing.engine.schedule import InfeasibleRoute, schedule_route

_CAPACITIES: tuple[tuple[DropReason, str, str, Callable[[Stop], int], Callable[[Vehicle], int | None]], ...] = (
    (DropReason.TOO_HEAVY, "demand_g", "largest_capacity_g", lambda s: s.demand_g, lambda v: v.capacity_g),
    (
        DropReason.TOO_MANY_PACKAGES,
        "packages",
        "largest_capacity_packages",
        lambda s: s.packages,
        lambda v: v.capacity_packages,
    ),
    (DropReason.TOO_LARGE, "volume_ml", "largest_capacity_ml", lambda s: s.volume_ml, lambda v: v.capacity_ml),
)


def drop_reason(problem: Problem, stop: Stop) -> Dropped | None:
    """Why no vehicle could serve this stop even if it had nothing else to do; None means that one could.

    Depot, road, weight, packages, volume, time: the reason is the rule that rules out the last vehicle. A stop too
    heavy for the vans and in too many packages for the trucks is therefore TOO_MANY_PACKAGES, with the trucks' numbers.
    """
    able = [vehicle for vehicle in problem.vehicles if problem.may_serve(vehicle, stop)]
    if not able:
        return Dropped(stop=stop.id, reason=DropReason.NO_VEHICLE, detail={"depot": stop.depot or "any"})
    depots = sorted({vehicle.depot for vehicle in able})
    able = [vehicle for vehicle in able if _round_trip(problem, vehicle, stop)]
    if not able:
        detail: Mapping[str, int | str] = {"place": stop.place, "depots": ", ".join(depots)}
        return Dropped(stop=stop.id, reason=DropReason.UNREACHABLE, detail=detail)
    for reason, need_key, have_key, need, have in _CAPACITIES:
        capacities = [have(vehicle) for vehicle in able]
        able = [v for v, limit in zip(able, capacities, strict=True) if limit is None or need(stop) <= limit]
        if not able:
            largest = max(limit for limit in capacities if limit is not None)
            return Dropped(stop=stop.id, reason=reason, detail={need_key: need(stop), have_key: largest})
    if any(_serves_alone(problem, vehicle, stop) for vehicle in able):
        return None
    return Dropped(stop=stop.id, reason=DropReason.WINDOW_UNREACHABLE, detail=_time_detail(problem, able, stop))


def full_fleet(problem: Problem, stop: Stop, routes: Sequence[Route], *, insertable: bool) -> Dropped:
    """The reason of a stop that fits alone but is in no route: the fleet is full, or it costs more than it is worth.

    `insertable` says that some vehicle has room for it, so that only its `drop_cost` keeps it out. The detail holds the
    free load of the roomiest vehicle that could serve the stop alone, and how many of these are still unused.
    """
    driven = {route.vehicle: route for route in routes}
    able = [
        vehicle
        for vehicle in problem.vehicles
        if problem.may_serve(vehicle, stop) and _serves_alone(problem, vehicle, stop)
    ]
    free_g, free_packages = 0, 0
    for vehicle in able:
        aboard = [problem.stop(visit.stop) for visit in driven[vehicle.id].visits] if vehicle.id in driven else []
        free_g = max(free_g, vehicle.capacity_g - sum(other.demand_g for other in aboard))
        free_packages = max(free_packages, vehicle.capacity_packages - sum(other.packages for other in aboard))
    detail: dict[str, int | str] = {
        "demand_g": stop.demand_g,
        "free_g_max": free_g,
        "packages": stop.packages,
        "free_packages_max": free_packages,
        "vehicles_able": len(able),
        "vehicles_unused": sum(vehicle.id not in driven for vehicle in able),
    }
    if insertable and stop.drop_cost is not None:
        return Dropped(stop=stop.id, reason=DropReason.NOT_WORTH_IT, detail={**detail, "drop_cost": stop.drop_cost})
    return Dropped(stop=stop.id, reason=DropReason.FLEET_FULL, detail=detail)


def _round_trip(problem: Problem, vehicle: Vehicle, stop: Stop) -> bool:
    home = problem.depot(vehicle.depot).place
    return UNREACHABLE not in (problem.leg_s(home, stop.place), problem.leg_s(stop.place, home))


def _serves_alone(problem: Problem, vehicle: Vehicle, stop: Stop) -> bool:
    try:
        schedule_route(problem, vehicle, [stop])
    except InfeasibleRoute:
        return False
    return True


def _time_detail(problem: Problem, able: Sequence[Vehicle], stop: Stop) -> dict[str, int | str]:
    """The numbers of the vehicle that comes closest to serving the stop in time, alone."""

    def lateness(vehicle: Vehicle) -> tuple[int, int, int, TimeWindow]:
        hours = problem.hours_of(vehicle)
        home = problem.depot(vehicle.depot).place
        arrival_s = hours.start_s + problem.leg_s(home, stop.place)
        start_s = max(arrival_s, stop.window.start_s)
        return_s = start_s + stop.service_s + problem.leg_s(stop.place, home)
        return max(arrival_s - stop.window.end_s, return_s - hours.end_s), arrival_s, return_s, hours

    _, arrival_s, return_s, hours = min((lateness(vehicle) for vehicle in able), key=lambda numbers: numbers[0])
    return {
        "earliest_arrival_s": arrival_s,
        "window_end_s": stop.window.end_s,
        "earliest_return_s": return_s,
        "latest_return_s": hours.end_s,
    }
