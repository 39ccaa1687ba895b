"""A second opinion on every plan, recomputed from the problem alone.

It shares no code with the scheduler or the solvers, on purpose: what they get wrong together must not be excused here.
Each rule is one function that yields a sentence with numbers for each way in which a plan breaks it.
"""

from dataclasses import dataclass

from logistics.routing.engine.check import loads, plans, promises, rests, times
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem

__all__ = ["Violation", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule, by the name of its function, and a sentence with the numbers."""

    rule: str
    message: str


def check(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Every rule the plan breaks; an empty tuple means that it holds.

    If the plan names stops, vehicles or visits that do not exist, or a route without a stop, only that is reported:
    nothing else can be computed from such a plan.
    """
    for sound in _SOUND_FIRST:
        broken = [Violation(rule=rule.__name__, message=message) for rule in sound for message in rule(problem, plan)]
        if broken:
            return tuple(broken)
    found = [Violation(rule=rule.__name__, message=message) for rule in _PLAN_RULES for message in rule(problem, plan)]
    for route in plan.routes:
        found += [
            Violation(rule=rule.__name__, message=message) for rule in _ROUTE_RULES for message in rule(problem, route)
        ]
    return tuple(found)


_SOUND_FIRST = (
    (plans.everything_named_exists, plans.no_route_is_empty),
    (plans.reloads_and_rests_lie_on_the_route,),
)
_PLAN_RULES = (
    plans.every_stop_is_once_in_a_route_or_dropped,
    plans.every_vehicle_drives_one_route,
    plans.a_priced_drop_has_a_price,
    plans.groups_stay_together,
    plans.the_cost_is_what_the_routes_cost,
)
_ROUTE_RULES = (
    promises.goods_lie_at_the_vehicles_depot,
    promises.vehicle_has_the_skills,
    promises.stop_lets_the_vehicle_serve_it,
    promises.pinned_positions_are_kept,
    promises.route_is_within_the_vehicles_limits,
    loads.loads_stay_within_capacity,
    loads.remaining_loads_add_up,
    loads.vehicle_reloads_as_often_as_it_may,
    loads.loading_takes_its_time,
    loads.goods_are_packed_before_departure,
    times.legs_follow_the_matrices,
    times.distance_is_the_sum_of_legs,
    times.times_follow_each_other,
    times.reloads_follow_the_clock,
    times.service_starts_inside_the_window,
    times.vehicle_is_out_only_in_its_shift,
    times.a_vehicle_underway_starts_when_it_is_free,
    times.depot_is_open,
    rests.rests_are_breaks,
    rests.nobody_works_while_resting,
    rests.rests_are_where_they_are_listed,
    rests.every_break_is_taken,
)
