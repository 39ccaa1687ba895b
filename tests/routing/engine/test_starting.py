"""Searches begin with a plan that is given, and its vehicles load again where it says."""

import numpy as np
import pytest

from logistics.routing import engine
from logistics.routing.engine import OrToolsRouting, Portfolio, PyvrpSearch, SolveOptions, TimeWindow, Underway
from logistics.routing.engine.orders import Order
from logistics.routing.engine.solvers.closing import plan_value, reloads_of
from logistics.routing.engine.solvers.rich import RichRuinRecreate
from logistics.routing.engine.solvers.starting import reloads_by_load, start_orders
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.reloading import a_loader, coming_home, driven, loads, passing, waiting


def begun(problem, start, reloads=None):
    return start_orders(problem, SolveOptions(time_limit_s=1, start=start, start_reloads=reloads))


def test_what_the_problem_does_not_know_is_left_out_of_a_start():
    stops = [a_stop("A"), a_stop("B"), a_stop("not by V", vehicles_forbidden=frozenset("V"))]
    problem = a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W")])

    orders = begun(problem, {"V": ["not by V", "B", "gone", "B"], "sold": ["A"], "W": ["B", "A", "not by V"]})

    assert {vehicle: order.stops for vehicle, order in orders.items()} == {"V": ("B",), "W": ("A", "not by V")}
    assert begun(problem, None) == begun(problem, {"V": ["gone"]}) == {}


def test_a_vehicle_loads_again_where_the_start_says():
    assert begun(waiting(), {"V": "AB"}, {"V": [1]}) == {"V": Order(stops=("A", "B"), reload_before=(1,))}
    assert begun(passing(), {"V": "AB"}, {"V": []}) == {"V": Order(stops=("A", "B"))}


def test_positions_move_with_the_stops_that_are_left():
    problem = passing()

    assert begun(problem, {"V": ["x", "A", "y", "B", "z"]}, {"V": [1, 3, 4]})["V"].reload_before == (1,)
    assert begun(problem, {"V": ["A", "B", "A"]}, {"V": [2]})["V"].reload_before == ()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ({"V": [1]}, (1,)),  # 200 g and 200 + 200 of 500
        ({"V": [2]}, (2,)),
        ({"V": [1, 2]}, (1, 2)),
        ({"V": []}, (2,)),  # 600 g: without loading again there is no room, so it is guessed
        ({"V": [1, 2, 3]}, (2,)),  # once more than it may
        ({"V": [0, 2, 9, -1]}, (2,)),  # ahead of the first it has just loaded, and there is no tenth
        ({"W": [1]}, (2,)),
        ({}, (2,)),
        (None, (2,)),
    ],
)
def test_where_the_start_says_nothing_that_holds_reloads_are_guessed_from_the_loads(given, taken):
    # the fourth stop is nearly nothing
    stops = [a_stop(name, demand_g=200) for name in "ABC"] + [a_stop("D", demand_g=1)]
    problem = a_problem(*stops, vehicles=[a_loader(capacity_g=500)])

    assert begun(problem, {"V": "ABCD"}, given) == {"V": Order(stops=tuple("ABCD"), reload_before=taken)}


@pytest.mark.parametrize("capacity", [{"capacity_g": 200}, {"capacity_packages": 2}, {"capacity_ml": 20}])
@pytest.mark.parametrize(("reloads", "guessed"), [(0, ()), (1, (2,)), (2, (2, 4)), (3, (2, 4))])
def test_a_guess_loads_when_there_is_no_room_left(capacity, reloads, guessed):
    stops = [a_stop(str(number), volume_ml=10) for number in range(5)]

    assert reloads_by_load(a_vehicle(reloads=reloads, **capacity), stops) == guessed


def test_only_a_vehicle_that_is_out_loads_ahead_of_its_first_stop():
    out = Underway(place=1, ready_s=0)

    assert begun(coming_home(), {"V": "A"}, {"V": [0]})["V"].reload_before == (0,)
    assert begun(passing(underway=out), {"V": ["gone", "B"]}, {"V": [1]})["V"].reload_before == (0,)
    assert begun(passing(), {"V": ["gone", "B"]}, {"V": [1]})["V"].reload_before == ()


@pytest.mark.parametrize("solver", [OrToolsRouting(), PyvrpSearch()], ids=lambda solver: solver.name)
def test_a_start_that_is_best_stays_and_one_that_does_not_hold_does_no_harm(solver):
    stops = [a_stop(name) for name in "ABCD"]
    problem = a_problem(*stops, vehicles=[a_vehicle(), a_vehicle(id="W", capacity_packages=4)])
    options = {"time_limit_s": 60, "iteration_limit": 5}

    # All four at one place by either vehicle: whichever drives, the plan costs the same.
    kept = engine.solve(problem, SolveOptions(start={"W": ["D", "C", "B", "A"]}, **options), solver)
    assert [(route.vehicle, [visit.stop for visit in route.visits]) for route in kept.routes] == [
        ("W", ["D", "C", "B", "A"])
    ]

    broken = engine.solve(problem, SolveOptions(start={"W": ["A", "B", "C", "D", "A"], "V": ["X"]}, **options), solver)
    assert broken.dropped == ()


def again(problem, stops, reloads, solver):
    options = SolveOptions(time_limit_s=60, iteration_limit=1, start={"V": stops}, start_reloads=reloads)
    return engine.solve(problem, options, solver)


@pytest.mark.parametrize(
    "solver", [OrToolsRouting(), PyvrpSearch(), RichRuinRecreate(), Portfolio()], ids=lambda solver: solver.name
)
def test_every_search_that_loads_again_does_so_where_its_start_says(solver):
    problem = passing()
    early = driven(problem, "A", "M", "B", reload_before=(1,))

    assert again(problem, "AMB", {"V": [1]}, solver).routes == early.routes
    assert loads(again(problem, "AMB", {"V": [0, 5]}, solver)) == {"V": [2]}
    assert loads(again(problem, "AMB", None, solver)) == {"V": [2]}


@pytest.mark.parametrize("solver", [PyvrpSearch(), RichRuinRecreate(), Portfolio()], ids=lambda solver: solver.name)
def test_a_plan_that_loads_again_for_what_is_packed_later_stays(solver):
    problem = waiting()

    plan = again(problem, "AB", {"V": [1]}, solver)

    # Home at 605 with A served; B's goods are there at 700, B itself at 1,000, and home once more at 1,305.
    assert plan.routes == driven(problem, "A", "B", reload_before=(1,)).routes
    assert (plan.routes[0].reloads[0].departure_s, plan.routes[0].return_s) == (700, 1_305)


def test_a_vehicle_that_is_out_may_load_ahead_of_its_first_stop():
    problem = coming_home()
    loading = driven(problem, "A", reload_before=(0,))

    kept = again(problem, "A", {"V": [0]}, OrToolsRouting())
    spared = again(problem, "A", {"V": [0]}, RichRuinRecreate())

    # 600 s to A, 5 there, 300 home; the rich search never loads for a first trip that nothing is aboard for.
    assert kept.routes == loading.routes
    assert (loads(spared), spared.routes[0].return_s, loading.routes[0].return_s) == ({"V": []}, 905, 905)


def a_town_packed_by_and_by():
    """60 stops on a square, packed in the course of the day and wanted within 1,500 s; each vehicle may load often."""
    random = np.random.default_rng(5)
    at = random.integers(0, 300, size=(61, 2))
    seconds = np.abs(at[:, None] - at[None, :]).sum(axis=2).astype(np.int32)
    packed_s = random.integers(0, 6_000, size=61).tolist()
    stops = [
        a_stop(
            f"S{k}", place=k, released_s=packed_s[k], window=TimeWindow(start_s=packed_s[k], end_s=packed_s[k] + 1_500)
        )
        for k in range(1, 61)
    ]
    vehicles = [a_vehicle(id=f"V{k}", reloads=9, reload_s=60) for k in range(4)]
    return a_problem(*stops, vehicles=vehicles, seconds=seconds, metres=seconds * 10)


def test_a_long_search_is_not_lost_in_a_short_one_that_goes_on_from_it():
    problem = a_town_packed_by_and_by()
    found = engine.solve(problem, SolveOptions(time_limit_s=60, iteration_limit=40), RichRuinRecreate())
    start = {route.vehicle: [visit.stop for visit in route.visits] for route in found.routes}
    short = {"time_limit_s": 60, "iteration_limit": 1, "start": start}

    plan = engine.solve(problem, SolveOptions(start_reloads=reloads_of(found), **short), RichRuinRecreate())
    guessing = engine.solve(problem, SolveOptions(**short), RichRuinRecreate())

    assert plan_value(problem, plan) <= plan_value(problem, found)
    assert plan_value(problem, guessing) > plan_value(problem, found)
