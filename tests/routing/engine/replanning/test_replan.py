"""One thing happens, and the plan changes by just that."""

import dataclasses

import pytest

from logistics.routing.engine import DropReason, SolveOptions, TimeWindow, check
from logistics.routing.engine.replanning import (
    ArrivalMoved,
    Driven,
    OrderChanged,
    StopAdded,
    StopDropped,
    StopGone,
    StopMoved,
    StopServed,
    replan,
)
from logistics.routing.engine.solvers.closing import closed_plan
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned
from tests.routing.engine.reloading import driven, waiting

OPTIONS = SolveOptions(time_limit_s=30, iteration_limit=10)
TWO = [a_vehicle(), a_vehicle(id="W")]
STOPS = [a_stop("A", place=1), a_stop("B", place=2), a_stop("C", place=3), a_stop("F", place=1)]


class Still:
    """A solver that finds nothing better than the start it is given."""

    name = "still"

    def can_express(self, problem):
        return None

    def solve(self, problem, options, *, on_progress, cancelled):
        orders = {name: [problem.stop(stop) for stop in stops] for name, stops in (options.start or {}).items()}
        return closed_plan(problem, orders, self.name, 0.0, 1, options.start_reloads)


class Fresh(Still):
    """A solver that plans anew by insertion, whatever the start."""

    def solve(self, problem, options, *, on_progress, cancelled):
        return closed_plan(problem, {}, self.name, 0.0, 1)


class Asked(Still):
    """A solver that remembers with what it was to begin."""

    def __init__(self):
        self.begun = []

    def solve(self, problem, options, *, on_progress, cancelled):
        self.begun.append((dict(options.start), dict(options.start_reloads)))
        return super().solve(problem, options, on_progress=on_progress, cancelled=cancelled)


def problem_of(*stops, vehicles=TWO, **changes):
    return a_problem(*(stops or STOPS), vehicles=vehicles, **changes)


def served(plan):
    return {route.vehicle: [visit.stop for visit in route.visits] for route in plan.routes}


def again(problem, current, **changes):
    found = replan(problem, current, OPTIONS, **{"solver": Still(), **changes})
    assert check(found.problem, found.plan) == ()
    return found


CURRENT = planned(problem_of(), {"V": ["A", "B", "C"], "W": ["F"]})


def test_nothing_happened():
    found = again(problem_of(), CURRENT, solver=Fresh())

    assert (found.plan.routes, found.plan.cost) == (CURRENT.routes, CURRENT.cost)
    assert (found.changes, found.kept, found.level) == ((), ("V", "W"), 0)


def test_a_stop_is_added():
    new = a_stop("N", place=2)

    found = again(problem_of(*STOPS, new), CURRENT)

    # Beside B: 5 s of service and no metre more.
    assert served(found.plan) == {"V": ["A", "N", "B", "C"], "W": ["F"]}
    assert found.changes == (StopAdded(stop="N", vehicle="V", position=2, start_s=205),)
    assert (found.kept, found.level, found.plan.cost) == (("W",), 0, CURRENT.cost + 5)
    assert str(found.changes[0]) == "stop 'N' is new: visit 2 of vehicle 'V', at 205 s"


def test_a_search_begins_where_the_kept_plan_loads_again():
    problem = waiting()
    current = driven(problem, "A", "B", reload_before=(1,))
    grown = dataclasses.replace(problem, stops=(*problem.stops, a_stop("N", place=2, released_s=700)))
    solver = Asked()

    found = again(grown, current, solver=solver)

    # Both levels open V's route as insertion left it: B at 1,000, N beside it.
    (order,) = {stops for start, _ in solver.begun for stops in start.values()}
    assert solver.begun == [({"V": order}, {"V": (1,)})] * 2
    assert (order[0], set(order[1:])) == ("A", {"B", "N"})
    assert found.plan.dropped == ()


def test_what_has_been_driven_stays_and_what_is_aboard_stays_aboard():
    new = a_stop("N", place=2)
    state = Driven(visits=1, place=1, ready_s=105)

    found = again(problem_of(*STOPS, new), CURRENT, underway={"V": state}, solver=Fresh())

    # V passes N, but N's goods are not aboard of it.
    assert found.driven == {"V": CURRENT.routes[0].visits[:1]}
    assert served(found.plan) == {"V": ["B", "C"], "W": ["N", "F"]}
    assert found.plan.routes[0].visits == CURRENT.routes[0].visits[1:]
    assert [type(change) for change in found.changes] == [StopAdded]
    assert found.kept == ("V",)


def test_a_new_stop_goes_on_the_next_trip_of_a_vehicle_that_loads_again():
    vehicles = [a_vehicle(reloads=1, reload_s=60)]
    stops = [a_stop("A", place=1), a_stop("B", place=2)]
    current = planned(problem_of(*stops, vehicles=vehicles), {"V": ["A", "B"]})
    state = Driven(visits=1, place=1, ready_s=105)

    found = again(problem_of(*stops, a_stop("N"), vehicles=vehicles), current, underway={"V": state})

    # B at 205, depot at 410, loaded at 470, N at 570, back at 675.
    (route,) = found.plan.routes
    assert [visit.stop for visit in route.visits] == ["B", "N"]
    assert [reload.before for reload in route.reloads] == [1]
    assert (route.visits[1].start_s, route.return_s) == (570, 675)
    assert found.changes == (StopAdded(stop="N", vehicle="V", position=2, start_s=570),)


def test_a_new_stop_has_no_vehicle_when_all_are_out():
    found = again(
        problem_of(*STOPS[:3], a_stop("N"), vehicles=TWO[:1]),
        planned(problem_of(*STOPS[:3], vehicles=TWO[:1]), {"V": ["A", "B", "C"]}),
        underway={"V": Driven(visits=1, place=1, ready_s=105)},
    )

    (dropped,) = found.plan.dropped
    assert (dropped.stop, dropped.reason) == ("N", DropReason.NO_SKILL)
    assert dropped.detail["skills_missing"] == "loads at its depot"
    assert [type(change) for change in found.changes] == [StopDropped]
    assert str(found.changes[0]).startswith("stop 'N' is new and is left out: no_skill (skills loads at its depot")


def test_a_vehicle_breaks_down():
    found = again(problem_of(), CURRENT, broken={"V"}, underway={"V": Driven(visits=1, place=1, ready_s=105)})

    # A is delivered; W fetches B and C from the depot, and serves F on the way back: 300, 405, 510.
    assert served(found.plan) == {"W": ["C", "B", "F"]}
    assert found.driven == {"V": CURRENT.routes[0].visits[:1]}
    assert found.changes == (
        StopMoved(stop="C", before="V", after="W", position=1, start_s=300),
        StopMoved(stop="B", before="V", after="W", position=2, start_s=405),
    )
    assert str(found.changes[1]) == "stop 'B' moves from vehicle 'V' to 'W': visit 2, at 405 s"
    assert found.problem.vehicle("V").most_stops == 0


def test_a_vehicle_breaks_down_and_nobody_has_room():
    vehicles = [a_vehicle(), a_vehicle(id="W", capacity_packages=1)]
    current = planned(problem_of(vehicles=vehicles), {"V": ["A", "B", "C"], "W": ["F"]})

    found = again(problem_of(vehicles=vehicles), current, broken={"V"})

    assert served(found.plan) == {"W": ["F"]}
    assert {drop.reason for drop in found.plan.dropped} == {DropReason.FLEET_FULL}
    assert [(change.stop, change.vehicle) for change in found.changes] == [("A", "V"), ("B", "V"), ("C", "V")]
    assert found.kept == ("W",)


def test_a_pin_to_a_broken_vehicle_is_void():
    stops = [dataclasses.replace(STOPS[0], pinned_vehicle="V", pinned_position=1), *STOPS[1:]]

    found = again(problem_of(*stops), CURRENT, broken={"V"})

    assert found.problem.stop("A").pinned_vehicle is None
    assert set(served(found.plan)["W"]) == set("ABCF")


def test_a_gate_closes():
    closed = dataclasses.replace(STOPS[1], window=TimeWindow(start_s=0, end_s=150))

    found = again(problem_of(STOPS[0], closed, *STOPS[2:]), CURRENT)

    # Nobody is at B before 200.
    assert served(found.plan) == {"V": ["A", "C"], "W": ["F"]}
    (change,) = found.changes
    assert (type(change), change.stop, change.vehicle) == (StopDropped, "B", "V")
    assert change.reason is DropReason.WINDOW_UNREACHABLE


def test_a_gate_closes_earlier_and_its_stop_comes_first():
    hurried = dataclasses.replace(STOPS[2], window=TimeWindow(start_s=0, end_s=305))

    found = again(problem_of(*STOPS[:2], hurried, STOPS[3]), CURRENT)

    # By way of A and B C is reached at 310; by way of one of them at 305.
    assert sorted(served(found.plan)["V"] + served(found.plan).get("W", [])) == ["A", "B", "C", "F"]
    assert found.plan.dropped == ()
    assert found.level == 0


def test_a_stop_is_cancelled():
    found = again(problem_of(*STOPS[1:]), CURRENT)

    assert served(found.plan) == {"V": ["B", "C"], "W": ["F"]}
    assert found.changes == (StopGone(stop="A", vehicle="V"),)


def test_what_was_left_out_is_served_when_there_is_room():
    heavy = a_stop("H", demand_g=1_001)
    current = planned(problem_of(*STOPS, heavy), {"V": ["A", "B", "C"], "W": ["F"]})
    light = dataclasses.replace(heavy, demand_g=100)

    found = again(problem_of(*STOPS, light), current)

    assert [type(change) for change in found.changes] == [StopServed]
    assert str(found.changes[0]).startswith("stop 'H' was left out and is served now: visit")


def test_a_vehicle_is_late():
    state = Driven(visits=1, place=1, ready_s=1_205)

    found = again(problem_of(), CURRENT, underway={"V": state}, arrival_bound_s=1_099)

    assert served(found.plan) == {"V": ["B", "C"], "W": ["F"]}
    assert found.changes == (
        ArrivalMoved(stop="B", vehicle="V", before_s=205, after_s=1_305),
        ArrivalMoved(stop="C", vehicle="V", before_s=310, after_s=1_410),
    )
    assert str(found.changes[0]) == "stop 'B' of vehicle 'V' is served at 1305 s, 1100 s later"
    assert again(problem_of(), CURRENT, underway={"V": state}, arrival_bound_s=1_100).changes == ()


class OneVehicle(Still):
    """A solver that puts everything on V, in the order of the places."""

    def solve(self, problem, options, *, on_progress, cancelled):
        orders = {"V": sorted(problem.stops, key=lambda stop: stop.place)}
        return closed_plan(problem, orders, self.name, 0.0, 1)


@pytest.mark.parametrize(("keep_within_cents", "level"), [(399, 1), (400, 0)])
def test_a_better_plan_is_taken_only_if_it_saves_enough(keep_within_cents, level):
    # F on W costs 405 cents, on V, which passes there, 5.
    problem = problem_of(*STOPS, a_stop("N"))

    found = again(problem, CURRENT, keep_within_cents=keep_within_cents, solver=OneVehicle())

    assert found.level == level
    assert served(found.plan).get("W") == (None if level else ["F"])


def test_a_changed_order_is_told():
    slow = planned(problem_of(*STOPS[:3]), {"V": ["C", "A", "B"]})

    found = again(problem_of(*STOPS[:3], a_stop("N", place=3)), slow, solver=OneVehicle())

    assert served(found.plan) == {"V": ["A", "B", "C", "N"]}
    change = next(change for change in found.changes if isinstance(change, OrderChanged))
    assert (change.vehicle, change.before, change.after) == ("V", ("C", "A", "B"), ("A", "B", "C"))
    assert str(change) == "vehicle 'V' serves 3 of its 3 stops in another order"


def test_cancelling_keeps_the_least_change():
    found = again(problem_of(*STOPS, a_stop("N")), CURRENT, solver=Fresh(), cancelled=lambda: True)

    assert found.level == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"broken": {"X"}}, "vehicle 'X' is said to be out or broken, but the problem does not have it"),
        (
            {"underway": {"W": Driven(visits=2, place=1, ready_s=0)}},
            "vehicle 'W' is said to have driven 2 of 1 visits in the plan",
        ),
    ],
)
def test_what_cannot_be_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        again(problem_of(), CURRENT, **changes)
