"""Whether a route that holds still does with more stops between two of its own, without scheduling all of it again.

For every leg the earliest clocks at its start and the latest at its end are kept, one for each number of breaks taken;
what is put in place of the leg must get from the ones to the others.
"""

from collections.abc import Sequence

from logistics.routing.engine.problem import Problem, Stop, Vehicle
from logistics.routing.engine.scheduling.passes import backward, forward, start_clocks
from logistics.routing.engine.scheduling.rules import InfeasibleRoute
from logistics.routing.engine.scheduling.steps import Drive, Step, first_steps, load_steps, stop_steps
from logistics.routing.engine.scheduling.trips import released_s


class Slack:
    """The clocks of a route that holds, at each of its legs: to each of `nodes` (None: loading again) and to the end.

    Raises:
        InfeasibleRoute: if a window of the route is missed already.
    """

    def __init__(self, problem: Problem, vehicle: Vehicle, nodes: Sequence[Stop | None]) -> None:
        self._problem = problem
        self._vehicle = vehicle
        self._depot = problem.depot(vehicle.depot).place
        self._at = [problem.start_place(vehicle), *map(self._place, nodes), problem.end_place(vehicle)]
        steps = [*first_steps(vehicle), *self._steps(0, nodes, self._at[-1])]
        legs = [number for number, step in enumerate(steps) if isinstance(step, Drive)]
        hours = problem.hours_of(vehicle)
        packed_s = released_s(_trip(nodes))
        ready_s = hours.start_s if packed_s is None or vehicle.underway else max(hours.start_s, packed_s)
        end = [min(hours.end_s, rest.latest_s) for rest in vehicle.breaks] + [hours.end_s]
        ahead = forward(vehicle, steps, start_clocks(vehicle, ready_s))
        behind = backward(vehicle.breaks, steps, end)
        self._earliest = [ahead[number] for number in legs]
        self._latest = [behind[number + 1] for number in legs]

    def takes(self, gap: int, block: Sequence[Stop | None]) -> bool:
        """Whether the block may go ahead of node number `gap`, or to the end if that is their count.

        False is certain. True is as certain as windows, breaks, speeds and hours are; that goods are packed later than
        those of the trip so far it does not see. All legs must be open.
        """
        try:
            clocks = forward(self._vehicle, self._steps(gap, block, self._at[gap + 1]), self._earliest[gap])[-1]
        except InfeasibleRoute:
            return False
        return any(soon_s <= late_s for soon_s, late_s in zip(clocks, self._latest[gap], strict=True))

    def _steps(self, gap: int, nodes: Sequence[Stop | None], there: int) -> list[Step]:
        """From the place ahead of a gap over the nodes to a place."""
        problem, vehicle = self._problem, self._vehicle
        here, steps = self._at[gap], list[Step]()
        for number, node in enumerate(nodes):
            leg_s = problem.leg_s(here, self._place(node), vehicle.profile)
            if node is None:
                steps += load_steps(problem, vehicle, _trip(nodes[number + 1 :]), leg_s=leg_s, index=number)
            else:
                steps += stop_steps(problem, vehicle, node, leg_s=leg_s, index=number)
            here = self._place(node)
        leg_s = problem.leg_s(here, there, vehicle.profile)
        return [*steps, Drive(leg_s=leg_s, speeds=problem.travel(vehicle).speeds)]

    def _place(self, node: Stop | None) -> int:
        return self._depot if node is None else node.place


def _trip(nodes: Sequence[Stop | None]) -> list[Stop]:
    """The stops until it loads again."""
    trip = []
    for node in nodes:
        if node is None:
            break
        trip.append(node)
    return trip
