"""The least of each kind, to the unit."""

import dataclasses

import pytest

from logistics.routing.engine import Dropped, DropReason, TimeWindow, Underway, check
from logistics.routing.engine.relaxing import RelaxationKind, apply, relaxations
from logistics.routing.engine.solvers.closing import closed_plan
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned
from tests.routing.engine.reloading import driven, waiting

Kind = RelaxationKind


def found(problem, orders=None, stop="S"):
    """The relaxations by insertion alone, each proved by its witness."""
    plan = planned(problem, orders or {})
    relaxed = relaxations(problem, plan, stop, time_limit_s=0)
    served = {visit.stop for route in plan.routes for visit in route.visits} | {stop}
    for one in relaxed:
        assert check(apply(problem, one), one.witness) == ()
        assert served <= {visit.stop for route in one.witness.routes for visit in route.visits}
        assert one.cost_cents == one.witness.cost - plan.cost
    return {one.kind: one for one in relaxed}


def amounts(relaxed):
    return {kind: (one.amount, one.unit) for kind, one in relaxed.items()}


def test_a_window_is_opened_longer():
    # 100 s of road: the window ends 40 s before anyone can be there.
    relaxed = found(a_problem(a_stop(window=TimeWindow(start_s=0, end_s=60))))

    assert amounts(relaxed) == {Kind.WINDOW_LATER: (40, "s")}
    assert relaxed[Kind.WINDOW_LATER].cost_cents == 405
    assert relaxed[Kind.WINDOW_LATER].effort == pytest.approx(40 / 60)


class Asked:
    """A solver that remembers with what it was to begin, and serves nothing."""

    name = "asked"

    def __init__(self):
        self.begun = []

    def can_express(self, problem):
        return None

    def solve(self, problem, options, *, on_progress, cancelled):
        self.begun.append((options.start, options.start_reloads))
        return closed_plan(problem, {}, self.name, 0.0, 0, deadline_s=0.0)


def test_a_search_begins_where_the_plan_loads_again():
    # S cannot be reached in time, and B of the only route is packed after A is served.
    problem = waiting()
    late = a_stop(place=2, window=TimeWindow(start_s=0, end_s=60))
    problem = dataclasses.replace(problem, stops=(*problem.stops, late))
    plan = driven(problem, "A", "B", reload_before=(1,))
    dropped = (Dropped(stop="S", reason=DropReason.WINDOW_UNREACHABLE, detail={}),)
    solver = Asked()

    relaxations(problem, dataclasses.replace(plan, dropped=dropped), "S", time_limit_s=30, solver=solver)

    assert solver.begun
    assert all(begun == ({"V": ("A", "B")}, {"V": (1,)}) for begun in solver.begun)


def test_a_window_or_a_shift_is_opened_earlier():
    # Served at 9,900 at the earliest, back at 10,005; the depot closes at 10,000 and so does the shift.
    relaxed = found(a_problem(a_stop(window=TimeWindow(start_s=9_900, end_s=9_950))))

    assert amounts(relaxed) == {Kind.WINDOW_EARLIER: (5, "s")}

    closing = {"depots": [a_depot(closes_s=11_000)]}
    relaxed = found(a_problem(a_stop(window=TimeWindow(start_s=9_900, end_s=9_950)), **closing))

    assert amounts(relaxed) == {Kind.WINDOW_EARLIER: (5, "s"), Kind.SHIFT_LATER: (5, "s")}
    assert relaxed[Kind.SHIFT_LATER].vehicle == "V"


def test_a_depot_stays_open():
    vehicle = a_vehicle(shift=TimeWindow(start_s=0, end_s=20_000))
    relaxed = found(a_problem(a_stop(window=TimeWindow(start_s=9_900, end_s=9_950)), vehicles=[vehicle]))

    assert amounts(relaxed) == {Kind.WINDOW_EARLIER: (5, "s"), Kind.DEPOT_LATER: (5, "s")}
    assert relaxed[Kind.DEPOT_LATER].depot == "D"


@pytest.mark.parametrize(
    ("vehicle", "depot", "kind"),
    [
        ({"shift": TimeWindow(start_s=70, end_s=9_000)}, {}, Kind.SHIFT_EARLIER),
        ({}, {"opens_s": 70}, Kind.DEPOT_EARLIER),
    ],
)
def test_the_morning_begins_earlier(vehicle, depot, kind):
    # Leaving at 70, there at 170; the window ends at 150.
    stop = a_stop(window=TimeWindow(start_s=0, end_s=150))
    relaxed = found(a_problem(stop, vehicles=[a_vehicle(**vehicle)], depots=[a_depot(**depot)]))

    assert amounts(relaxed) == {Kind.WINDOW_LATER: (20, "s"), kind: (20, "s")}


def test_goods_are_packed_earlier():
    relaxed = found(a_problem(a_stop(released_s=500, window=TimeWindow(start_s=0, end_s=550))))

    # Leaving at 500, there at 600.
    assert amounts(relaxed) == {Kind.RELEASE_EARLIER: (50, "s"), Kind.WINDOW_LATER: (50, "s")}


@pytest.mark.parametrize(
    ("stop", "vehicle", "kind", "amount"),
    [
        ({"demand_g": 1_140}, {}, Kind.CAPACITY_G, (140, "g")),
        ({"packages": 13}, {}, Kind.CAPACITY_PACKAGES, (3, "packages")),
        ({"volume_ml": 60}, {"capacity_ml": 50}, Kind.CAPACITY_ML, (10, "ml")),
        ({}, {"longest_s": 200}, Kind.LONGEST_S, (5, "s")),
        ({}, {"longest_m": 1_900}, Kind.LONGEST_M, (100, "m")),
        ({}, {"most_stops": 0}, Kind.MOST_STOPS, (1, "stops")),
        ({"skills": frozenset({"cold", "lift"})}, {"skills": frozenset({"cold"})}, Kind.SKILL, (1, "skills")),
        ({"vehicles_forbidden": frozenset("V")}, {}, Kind.VEHICLE_ALLOWED, (1, "vehicles")),
    ],
)
def test_a_vehicle_may_do_more(stop, vehicle, kind, amount):
    relaxed = found(a_problem(a_stop(**stop), vehicles=[a_vehicle(**vehicle)]))

    assert amounts(relaxed) == {kind: amount}
    assert relaxed[kind].vehicle == "V"


def test_of_two_vehicles_the_one_that_lacks_less():
    vehicles = [a_vehicle(), a_vehicle(id="W", capacity_g=1_100)]

    relaxed = found(a_problem(a_stop(demand_g=1_140), vehicles=vehicles))

    assert (relaxed[Kind.CAPACITY_G].vehicle, relaxed[Kind.CAPACITY_G].amount) == ("W", 40)
    assert relaxed[Kind.CAPACITY_G].effort == pytest.approx(2 * 100 * 40 / 1_100)


def test_a_full_fleet_needs_room_time_or_another_vehicle():
    full = a_stop("A", demand_g=950, place=2)
    new = a_stop(demand_g=100, window=TimeWindow(start_s=3_000, end_s=3_500))

    relaxed = found(a_problem(full, new), {"V": ["A"]})

    # 50 g too much. Another van must leave at 3,400 to be there at 3,500.
    assert amounts(relaxed) == {Kind.CAPACITY_G: (50, "g"), Kind.ONE_MORE_VEHICLE: (1, "vehicles")}
    more = relaxed[Kind.ONE_MORE_VEHICLE]
    assert (more.vehicle, more.from_s, more.cost_cents) == ("V", 3_400, 405)
    assert [route.vehicle for route in more.witness.routes] == ["V", "V+2"]


def test_a_new_vehicle_may_go_where_the_one_it_is_like_may():
    full = a_stop("A", demand_g=1_000)
    new = a_stop(vehicles_allowed=frozenset("V"))
    vehicles = [a_vehicle(), a_vehicle(id="W", type="cart", capacity_g=50)]

    relaxed = found(a_problem(full, new, vehicles=vehicles), {"V": ["A"]})

    assert relaxed[Kind.ONE_MORE_VEHICLE].vehicle == "V"


def test_pins_are_lifted():
    pinned = a_stop(pinned_vehicle="V", pinned_position=3)
    vehicles = [a_vehicle(), a_vehicle(id="W")]

    relaxed = found(a_problem(pinned, a_stop("A"), a_stop("B"), vehicles=vehicles), {"W": ["A", "B"]})

    assert amounts(relaxed) == {Kind.POSITION_LIFTED: (1, "pins"), Kind.PIN_LIFTED: (1, "pins")}
    # On W, that is there already, only the 5 s of service are added.
    assert (relaxed[Kind.POSITION_LIFTED].cost_cents, relaxed[Kind.PIN_LIFTED].cost_cents) == (405, 5)


def test_a_price_is_raised_just_enough():
    problem = a_problem(a_stop(drop_cost=400))

    relaxed = found(problem)

    # Serving costs 405 cents; at 406 leaving it out is dearer.
    assert amounts(relaxed) == {Kind.DROP_COST: (6, "cents")}


def test_what_fits_already_needs_nothing():
    assert amounts(found(a_problem(a_stop()))) == {Kind.SEARCH_LONGER: (0, "")}
    assert amounts(found(a_problem(a_stop(drop_cost=406)))) == {Kind.SEARCH_LONGER: (0, "")}


def test_a_group_is_served_with_all_of_it():
    late = TimeWindow(start_s=0, end_s=60)
    stops = [a_stop(together="g", window=late), a_stop("T", together="g", place=2, window=late)]

    relaxed = found(a_problem(*stops))

    # To T at 200 by way of S at 100: 205 with the 5 s of service; the window ends at 60.
    assert amounts(relaxed) == {Kind.WINDOW_LATER: (145, "s")}
    assert relaxed[Kind.WINDOW_LATER].witness.dropped == ()


def test_a_vehicle_underway_has_no_earlier_morning():
    vehicle = a_vehicle(shift=TimeWindow(start_s=50, end_s=9_000), underway=Underway(place=2, ready_s=300))
    relaxed = found(a_problem(a_stop(window=TimeWindow(start_s=0, end_s=150)), vehicles=[vehicle]))

    assert relaxed[Kind.WINDOW_LATER].amount == 250
    assert Kind.SHIFT_EARLIER not in relaxed


def test_the_smallest_wish_comes_first():
    # 1 % of capacity is two points, and so are two minutes of a window.
    stop = a_stop(demand_g=1_010, packages=1)
    relaxed = relaxations(a_problem(stop), planned(a_problem(stop), {}), "S", time_limit_s=0)
    assert [(one.kind, one.effort) for one in relaxed] == [(Kind.CAPACITY_G, pytest.approx(2.0))]

    full = a_stop("A", demand_g=950)
    problem = a_problem(full, a_stop())
    relaxed = relaxations(problem, planned(problem, {"V": ["A"]}), "S", time_limit_s=0)
    assert [one.kind for one in relaxed] == [Kind.CAPACITY_G, Kind.ONE_MORE_VEHICLE]
    assert str(relaxed[0]) == "stop 'S': capacity_g of vehicle 'V': 50 g, for 5 cents more"


def test_only_a_stop_that_is_left_out_can_be_relaxed_for():
    problem = a_problem(a_stop())

    with pytest.raises(ValueError, match="stop 'S' is not left out by the plan"):
        relaxations(problem, planned(problem, {"V": ["S"]}), "S", time_limit_s=0)


def test_what_means_unlimited_is_not_raised_beyond_what_a_problem_may_say():
    vehicle = a_vehicle(capacity_g=10**9, capacity_packages=10**9)
    relaxed = found(a_problem(a_stop(window=TimeWindow(start_s=0, end_s=60)), vehicles=[vehicle]))

    assert amounts(relaxed) == {Kind.WINDOW_LATER: (40, "s")}
