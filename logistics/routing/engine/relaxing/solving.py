"""Smaller wishes by searching: the stop and its neighbours planned anew with the lever moved less far."""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from logistics.routing.engine.check import check
from logistics.routing.engine.orders import Order, Orders, orders_in, without
from logistics.routing.engine.plan import Plan
from logistics.routing.engine.problem import Problem, Vehicle
from logistics.routing.engine.relaxing.allowance import Allowance
from logistics.routing.engine.relaxing.inserting import AT_ONCE, Inserted, inserted, least, local_problem
from logistics.routing.engine.relaxing.lever import Kind, Lever, group_of
from logistics.routing.engine.solvers.protocol import SolveOptions, Solver

ROUTES_OPENED = 8
"""The routes nearest to the stop that a search may change."""
SEARCHES_PER_LEVER = 4
SHORTEST_SEARCH_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A movement of a lever that serves the stop by inserting it into `base`, the plan's orders or a search's."""

    inserted: Inserted
    base: Orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """How the neighbourhood of a stop is planned anew, until `deadline_s` or as long as the `allowance` says if that is
    less; `iteration_limit` makes it repeatable."""

    problem: Problem
    base: Orders
    vehicles: Sequence[Vehicle]
    solver: Solver
    deadline_s: float
    seed: int
    iteration_limit: int | None
    allowance: Allowance = field(default_factory=Allowance)

    def serving_all(self, lever: Lever, amount: int, seconds: float) -> Plan | None:
        """A plan of the neighbourhood with the lever moved that leaves nothing out, or None if none was found."""
        asked = self.problem.stop(lever.stop)
        wanted = [stop.id for stop in group_of(self.problem, asked)]
        names = [vehicle.id for vehicle in self.vehicles[:ROUTES_OPENED]]
        if lever.vehicle is not None and lever.vehicle not in names and lever.kind is not Kind.ONE_MORE_VEHICLE:
            names.append(lever.vehicle)
        served = [stop for name in names for stop in self.base.get(name, Order()).stops]
        local = local_problem(self.problem, lever, amount, vehicles=names, stops=[*served, *wanted])
        left_s = min(seconds, self.deadline_s - time.monotonic())
        if local is None or left_s < SHORTEST_SEARCH_S:
            return None
        must = dataclasses.replace(local, stops=tuple(dataclasses.replace(s, drop_cost=None) for s in local.stops))
        if self.solver.can_express(must) is not None:
            return None
        options = SolveOptions(
            time_limit_s=left_s,
            seed=self.seed,
            iteration_limit=self.iteration_limit,
            start={name: self.base[name].stops for name in names if name in self.base},
            start_reloads={name: self.base[name].reload_before for name in names if name in self.base},
        )
        plan = self.solver.solve(must, options, on_progress=None, cancelled=self.allowance.told)
        return plan if not plan.dropped and not check(must, plan) else None

    def smaller(self, lever: Lever, known: Found | None, seconds: float) -> Found | None:
        """What is the least found within so many seconds, at most what is known already."""
        best = known
        if lever.kind in AT_ONCE:
            return best or self._from(lever, lever.most, lever.most, seconds)
        too_little, each_s = 0, seconds / SEARCHES_PER_LEVER
        for _ in range(SEARCHES_PER_LEVER):
            highest = lever.most if best is None else best.inserted.amount
            amount = highest if best is None else (highest + too_little) // 2
            late = time.monotonic() + SHORTEST_SEARCH_S > self.deadline_s
            if amount <= too_little or late or self.allowance.over():
                break
            better = self._from(lever, amount, highest, each_s)
            if better is not None and (best is None or better.inserted.amount < best.inserted.amount):
                best = better
            elif best is None:
                break
            else:
                too_little = amount
        return best

    def _from(self, lever: Lever, amount: int, most: int, seconds: float) -> Found | None:
        plan = self.serving_all(lever, amount, seconds)
        if plan is None:
            return None
        targets = {stop.id for stop in group_of(self.problem, self.problem.stop(lever.stop))}
        orders = orders_in(plan)
        host = next(name for name, order in orders.items() if targets & set(order.stops))
        out = {vehicle.id for vehicle in self.problem.vehicles if vehicle.underway is not None}
        base = {**self.base, **{name: without(order, targets, out=name in out) for name, order in orders.items()}}
        base |= {vehicle.id: Order() for vehicle in self.vehicles[:ROUTES_OPENED] if vehicle.id not in orders}
        if lever.kind in AT_ONCE:
            found = inserted(self.problem, lever, lever.most, host, base)
        else:
            found = least(self.problem, lever, host, base, most=most)
        return None if found is None else Found(inserted=found, base=base)
