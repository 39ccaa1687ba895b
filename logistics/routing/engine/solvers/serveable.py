"""Which stops a model need not hold at all."""

from logistics.routing.engine.problem import Problem, Stop


def serveable(problem: Problem, stop: Stop) -> bool:
    """Whether some vehicle may serve the stop and is out in one of its windows, or later where it may be late.

    Models fail as a whole on a stop with an empty set of vehicles or times, though it is optional.
    """
    for vehicle in problem.vehicles:
        if not problem.may_serve(vehicle, stop):
            continue
        hours = problem.hours_of(vehicle)
        if hours.start_s > hours.end_s:
            continue
        if any(window.start_s <= hours.end_s and hours.start_s <= window.end_s for window in stop.windows):
            return True
        if stop.late_cents_per_h is not None and stop.windows[-1].end_s < hours.start_s:
            return True
    return False
