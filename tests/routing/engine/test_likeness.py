"""Of idle vehicles that are alike one is asked; which are alike."""

from logistics.routing.engine import TimeWindow
from logistics.routing.engine.solvers.insertion import OpenRoute, insert_all, open_routes
from logistics.routing.engine.solvers.likeness import kinds_of
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle


def test_vehicles_that_differ_in_nothing_but_names_are_alike():
    outside = TimeWindow(start_s=0, end_s=99_999)  # the depot closes at 10,000 all the same
    vehicles = [a_vehicle(id="A"), a_vehicle(id="B", type="bus", shift=outside), a_vehicle(id="C", capacity_g=999)]
    kinds = kinds_of(a_problem(a_stop(), vehicles=vehicles))

    assert kinds["A"] == kinds["B"] != kinds["C"]


def test_a_vehicle_that_a_stop_names_is_like_no_other():
    vehicles = [a_vehicle(id=name) for name in "ABCDE"]
    stops = [
        a_stop("1", pinned_vehicle="A"),
        a_stop("2", vehicles_forbidden=frozenset("B")),
        a_stop("3", vehicles_allowed=frozenset("C")),
    ]
    kinds = kinds_of(a_problem(*stops, vehicles=vehicles))

    assert len(set(kinds.values())) == 4
    assert kinds["D"] == kinds["E"]


def test_of_idle_vehicles_that_are_alike_the_first_is_asked(monkeypatch):
    vehicles = [a_vehicle(id=f"{kind}{k}", capacity_packages=kind) for kind in (1, 2) for k in range(50)]
    stops = [a_stop(f"S{k}") for k in range(4)]
    routes = open_routes(a_problem(*stops, vehicles=vehicles), {})
    asked = []
    candidates = OpenRoute.candidates

    def counted(route, stop):
        asked.append(route.vehicle.id)
        return candidates(route, stop)

    monkeypatch.setattr(OpenRoute, "candidates", counted)
    insert_all(routes, stops)

    # Each costs 405 cents on a vehicle of its own, so the first kind is taken, as long as no larger one drives.
    assert [route.vehicle.id for route in routes if route.stops] == ["10", "11", "12", "13"]
    assert len(asked) == 2 + 3 + 4 + 5  # one idle of each kind, and all that drive
