"""A vehicle that is out because the problem says so, whether or not it is named again."""

import dataclasses

from logistics.routing.engine import DropReason, Underway
from logistics.routing.engine.replanning import Driven, StopAdded, StopDropped
from logistics.routing.engine.schedule import schedule_route
from logistics.routing.engine.solvers.closing import closed_plan
from tests.routing.engine.builders import a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned
from tests.routing.engine.replanning.test_replan import CURRENT, STOPS, Fresh, Still, again, problem_of, served

OUT = a_vehicle(underway=Underway(place=1, ready_s=100))
PAIR = [OUT, a_vehicle(id="W")]
ORDERS = {"V": ["A", "B"], "W": ["C", "F"]}


def with_trips(problem, *stops, reload_before):
    """The plan in which V drives these stops and loads in between."""
    route = schedule_route(problem, problem.vehicle("V"), [problem.stop(stop) for stop in stops], reload_before)
    return dataclasses.replace(planned(problem, {}), routes=(route,), dropped=())


def test_its_stops_are_aboard_of_it_when_another_leaves():
    stops = [dataclasses.replace(stop, pinned_vehicle="V" if stop.id in "AB" else "W") for stop in STOPS]
    problem = problem_of(*stops, vehicles=PAIR)
    current = planned(problem, ORDERS)

    found = again(problem, current, underway={"W": Driven(visits=1, place=3, ready_s=305)})

    assert served(found.plan) == {"V": ["A", "B"], "W": ["F"]}
    assert (found.changes, found.kept, found.level) == ((), ("V", "W"), 0)
    assert found.plan.routes[0] == current.routes[0]


def test_its_stops_stay_with_it_when_nobody_is_named():
    problem = problem_of(vehicles=PAIR)

    found = again(problem, planned(problem, ORDERS), solver=Fresh())

    assert [found.problem.stop(stop).pinned_vehicle for stop in "ABCF"] == ["V", "V", None, None]
    assert found.problem.vehicle("V") == OUT
    assert (found.changes, found.driven) == ((), {})


class Passing(Still):
    """A solver that has V serve N where it passes, if the problem lets it."""

    def solve(self, problem, options, *, on_progress, cancelled):
        if not problem.may_serve(problem.vehicle("V"), problem.stop("N")):
            return super().solve(problem, options, on_progress=on_progress, cancelled=cancelled)
        orders = {"V": [problem.stop(stop) for stop in "ANB"], "W": [problem.stop("F")]}
        return closed_plan(problem, orders, self.name, 0.0, 1)


def test_a_new_stop_does_not_go_on_it():
    stops = [STOPS[0], STOPS[1], STOPS[3]]
    current = planned(problem_of(*stops, vehicles=PAIR), {"V": ["A", "B"], "W": ["F"]})

    found = again(problem_of(*stops, a_stop("N", place=2), vehicles=PAIR), current, solver=Passing())

    # V is at N's place anyway, W has to go 100 steps further.
    assert served(found.plan) == {"V": ["A", "B"], "W": ["N", "F"]}
    assert found.changes == (StopAdded(stop="N", vehicle="W", position=1, start_s=200),)


def test_a_new_stop_has_no_vehicle_when_it_is_the_only_one():
    current = planned(problem_of(*STOPS[:2], vehicles=[OUT]), {"V": ["A", "B"]})

    found = again(problem_of(*STOPS[:2], a_stop("N"), vehicles=[OUT]), current)

    (dropped,) = found.plan.dropped
    assert (dropped.stop, dropped.reason) == ("N", DropReason.NO_SKILL)
    assert [type(change) for change in found.changes] == [StopDropped]


def test_a_new_stop_goes_on_it_when_it_loads_again_and_only_its_first_trip_is_aboard():
    vehicles = [dataclasses.replace(OUT, reloads=1, reload_s=60)]
    problem = problem_of(*STOPS[:2], vehicles=vehicles)
    current = with_trips(problem, "A", "B", reload_before=(1,))

    found = again(problem_of(*STOPS[:2], a_stop("N", place=2), vehicles=vehicles), current)

    # A at 100, depot at 205, loaded at 265, place 2 at 465.
    (route,) = found.plan.routes
    assert (route.visits[0].stop, {visit.stop for visit in route.visits[1:]}) == ("A", {"B", "N"})
    assert ([reload.before for reload in route.reloads], route.visits[1].start_s) == ([1], 465)
    assert [found.problem.stop(stop).pinned_vehicle for stop in "ABN"] == ["V", None, None]


def test_it_is_free_of_its_stops_when_it_breaks_down():
    problem = problem_of(vehicles=PAIR)

    found = again(problem, planned(problem, ORDERS), broken={"V"})

    assert set(served(found.plan)["W"]) == set("ABCF")
    assert found.plan.dropped == ()


def test_the_rest_of_the_day_is_planned_anew_once_more():
    first = again(problem_of(), CURRENT, underway={"V": Driven(visits=1, place=1, ready_s=105)})
    grown = dataclasses.replace(first.problem, stops=(*first.problem.stops, a_stop("N", place=2)))

    second = again(grown, first.plan, solver=Fresh())

    assert again(first.problem, first.plan, solver=Fresh()).changes == ()
    assert served(second.plan) == {"V": ["B", "C"], "W": ["N", "F"]}


def test_who_has_loaded_for_the_last_time_takes_nothing_new():
    vehicles = [a_vehicle(reloads=1, reload_s=60)]
    problem = problem_of(*STOPS[:2], vehicles=vehicles)
    current = with_trips(problem, "A", "B", reload_before=(1,))
    first = again(problem, current, underway={"V": Driven(visits=1, place=1, ready_s=105)})
    grown = dataclasses.replace(first.problem, stops=(*first.problem.stops, a_stop("N")))

    loaded = again(grown, first.plan, underway={"V": Driven(visits=0, place=0, ready_s=265, loaded=True)})

    assert served(loaded.plan) == {"V": ["B"]}
    assert [drop.stop for drop in loaded.plan.dropped] == ["N"]
    assert (loaded.problem.vehicle("V").skills, loaded.problem.stop("B").skills) == (frozenset(), frozenset())
