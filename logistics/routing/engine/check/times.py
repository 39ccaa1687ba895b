"""Rules of road and clock: legs, arrivals, windows, shifts and opening hours."""

from collections.abc import Iterator

from logistics.routing.engine.check.reading import driven, moves_of
from logistics.routing.engine.plan import Route
from logistics.routing.engine.problem import UNREACHABLE, Problem


def legs_follow_the_matrices(problem: Problem, route: Route) -> Iterator[str]:
    """Seconds and metres of each leg are those of the vehicle's matrices at that hour, and there is a way."""
    profile = problem.vehicle(route.vehicle).profile
    travel = problem.profiles[profile] if profile else problem
    for move in moves_of(problem, route):
        who = f"vehicle {route.vehicle!r}"
        matrix_s, matrix_m = int(travel.seconds[move.here, move.there]), int(travel.metres[move.here, move.there])
        if UNREACHABLE in (matrix_s, matrix_m):
            yield f"{who} drives {move.name} from place {move.here} to {move.there}, where there is no way"
            continue
        right = f"the matrices say {matrix_s} s and {matrix_m} m"
        begin_s = move.arrival_s - move.travel_s
        ends_s = [second for second in (move.arrival_s - 1, move.arrival_s) if second >= begin_s]
        enough = [driven(travel.speeds, begin_s, second) >= 100 * matrix_s for second in ends_s]
        soonest = bool(enough) and enough[-1] and not any(enough[:-1])
        if not soonest or move.travel_m != matrix_m:
            hour = f" (leaving at {begin_s}, by the speeds of that hour)" if travel.speeds else ""
            yield f"{who} takes {move.travel_s} s and {move.travel_m} m {move.name}, {right}{hour}"


def distance_is_the_sum_of_legs(problem: Problem, route: Route) -> Iterator[str]:
    """The route's metres are its legs' metres, reloads and the last one included."""
    legs_m = sum(move.travel_m for move in moves_of(problem, route))
    if route.distance_m != legs_m:
        yield f"vehicle {route.vehicle!r} drives {route.distance_m} m, its legs add up to {legs_m} m"


def times_follow_each_other(problem: Problem, route: Route) -> Iterator[str]:
    """Arrival is departure plus travel, service starts on or after arrival, and lasts as long as the stop says."""
    moves = list(moves_of(problem, route))
    for visit, move in zip(route.visits, [move for move in moves if move.stop is not None], strict=True):
        stop = problem.stop(visit.stop)
        serving_s = stop.service_s + stop.packages * stop.service_s_per_package
        if visit.arrival_s != move.begin_s + visit.travel_s:
            yield f"stop {visit.stop!r} is reached at {visit.arrival_s}, not at {move.begin_s} + {visit.travel_s}"
        if visit.start_s < visit.arrival_s:
            yield f"stop {visit.stop!r} is served from {visit.start_s}, {visit.arrival_s - visit.start_s} s too early"
        if visit.departure_s != visit.start_s + serving_s:
            yield f"stop {visit.stop!r} is left at {visit.departure_s}, not at {visit.start_s} + {serving_s}"
    back = moves[-1]
    if route.return_s != back.begin_s + route.return_travel_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, not at {back.begin_s} + {route.return_travel_s}"


def reloads_follow_the_clock(problem: Problem, route: Route) -> Iterator[str]:
    """The vehicle is back to load when it has left where it was and driven there."""
    for move in list(moves_of(problem, route))[:-1]:
        if move.stop is None and move.arrival_s != move.begin_s + move.travel_s:
            stated = f"is back {move.name} at {move.arrival_s}"
            yield f"vehicle {route.vehicle!r} {stated}, not at {move.begin_s} + {move.travel_s}"


def service_starts_inside_the_window(problem: Problem, route: Route) -> Iterator[str]:
    """Both ends of a window belong to it; after the last one only a stop with a price for lateness is served."""
    for visit in route.visits:
        stop = problem.stop(visit.stop)
        windows = (stop.window, *stop.further_windows)
        if any(window.start_s <= visit.start_s <= window.end_s for window in windows):
            continue
        if stop.late_cents_per_h is not None and visit.start_s > windows[-1].end_s:
            continue
        stated = " and ".join(f"{window.start_s} to {window.end_s}" for window in windows)
        yield f"stop {visit.stop!r} is served at {visit.start_s}, outside {stated}"


def vehicle_is_out_only_in_its_shift(problem: Problem, route: Route) -> Iterator[str]:
    """Departure and return lie inside the vehicle's shift; one that is underway has departed already."""
    vehicle = problem.vehicle(route.vehicle)
    shift = vehicle.shift
    if vehicle.underway is None and route.depart_s < shift.start_s:
        yield f"vehicle {route.vehicle!r} leaves at {route.depart_s}, its shift starts at {shift.start_s}"
    if route.return_s > shift.end_s:
        yield f"vehicle {route.vehicle!r} returns at {route.return_s}, its shift ends at {shift.end_s}"


def a_vehicle_underway_starts_when_it_is_free(problem: Problem, route: Route) -> Iterator[str]:
    """The route of a vehicle that is out begins at the moment from which it is free."""
    underway = problem.vehicle(route.vehicle).underway
    if underway is not None and route.depart_s != underway.ready_s:
        yield f"vehicle {route.vehicle!r} starts at {route.depart_s}; it is underway and free at {underway.ready_s}"


def depot_is_open(problem: Problem, route: Route) -> Iterator[str]:
    """No departure before the depot opens, no return after it closes, and so for every reload."""
    vehicle = problem.vehicle(route.vehicle)
    depot, end = problem.depot(vehicle.depot), problem.depot(vehicle.end_depot or vehicle.depot)
    leaves_s = [reload.departure_s for reload in route.reloads]
    if vehicle.underway is None:
        leaves_s.insert(0, route.depart_s)
    for left_s in leaves_s:
        if left_s < depot.opens_s:
            yield f"vehicle {route.vehicle!r} leaves at {left_s}, depot {depot.id!r} opens at {depot.opens_s}"
    for back_s, place in (*((reload.arrival_s, depot) for reload in route.reloads), (route.return_s, end)):
        if back_s > place.closes_s:
            yield f"vehicle {route.vehicle!r} returns at {back_s}, depot {place.id!r} closes at {place.closes_s}"
