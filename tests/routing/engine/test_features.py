"""What a problem makes use of, and that a solver refuses by name what it does not know."""

import dataclasses

import pytest

from logistics.routing.engine import OrToolsRouting, TimeWindow
from logistics.routing.engine.items import Break, Underway
from logistics.routing.engine.solvers.features import Feature, refusal, used_features
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch
from logistics.routing.engine.travelling import Profile, SpeedSlot
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle

SECONDS, METRES = a_line([0, 100, 200, 300])
OF_VEHICLE = {
    Feature.END_DEPOT: {"end_depot": "E"},
    Feature.PROFILE: {"profile": "bike"},
    Feature.LONGEST_S: {"longest_s": 0},
    Feature.LONGEST_M: {"longest_m": 0},
    Feature.MOST_STOPS: {"most_stops": 0},
    Feature.RELOADS: {"reloads": 1},
    Feature.BREAKS: {"breaks": (Break(earliest_s=0, latest_s=0, duration_s=1),)},
    Feature.UNDERWAY: {"underway": Underway(place=1, ready_s=0)},
}
OF_STOP = {
    Feature.FURTHER_WINDOWS: {"further_windows": (TimeWindow(start_s=20_000, end_s=20_001),)},
    Feature.SERVICE_PER_PACKAGE: {"service_s_per_package": 1},
    Feature.LATE_PRICE: {"late_cents_per_h": 0},
    Feature.RELEASED: {"released_s": 0},
    Feature.SKILLS: {"skills": frozenset({"lift"})},
    Feature.VEHICLES_ALLOWED: {"vehicles_allowed": frozenset({"V"})},
    Feature.VEHICLES_FORBIDDEN: {"vehicles_forbidden": frozenset({"V"})},
    Feature.PINNED_VEHICLE: {"pinned_vehicle": "V"},
    Feature.TOGETHER: {"together": "house"},
    Feature.PRIORITY: {"priority": 1},
}


def a_problem_with(feature):
    """A second vehicle or stop, X, asks for the feature; for speeds and the longest route it is the problem itself."""
    stops = [a_stop("S"), a_stop("X", **OF_STOP.get(feature, {}))]
    if feature is Feature.PINNED_POSITION:
        stops[1] = a_stop("X", pinned_vehicle="V", pinned_position=1)
    return a_problem(
        *stops,
        depots=[a_depot(), a_depot(id="E", place=3)],
        vehicles=[a_vehicle(), a_vehicle(id="X", **OF_VEHICLE.get(feature, {}))],
        profiles={"bike": Profile(seconds=SECONDS, metres=METRES)},
        speeds=(SpeedSlot(start_s=0, percent=50),) if feature is Feature.SPEEDS else (),
        longest_route_cents_per_h=int(feature is Feature.LONGEST_ROUTE_PRICE),
    )


@pytest.mark.parametrize("feature", list(Feature))
def test_each_feature_is_seen_with_the_item_that_asks_for_it(feature):
    items = {Feature.SPEEDS: "vehicle 'V'", Feature.LONGEST_ROUTE_PRICE: "the problem"}
    expected = items.get(feature, f"{'vehicle' if feature in OF_VEHICLE else 'stop'} 'X'")

    found = used_features(a_problem_with(feature))

    assert found.pop(feature) == expected
    assert set(found) == ({Feature.PINNED_VEHICLE} if feature is Feature.PINNED_POSITION else set())


def test_every_field_that_is_not_plain_is_a_feature():
    plain = {"id", "type", "depot", "capacity_g", "capacity_packages", "capacity_ml", "shift", "fixed_cost"}
    plain |= {"cost_per_km", "cost_per_h", "reload_s"}  # reload_s means nothing without reloads
    plain |= {"place", "demand_g", "packages", "volume_ml", "window", "service_s", "drop_cost", "name"}
    plain |= {"depots", "vehicles", "stops", "seconds", "metres", "profiles"}
    problem = a_problem(a_stop())

    names = {
        field.name for item in (a_vehicle(), a_stop(), problem) for field in dataclasses.fields(item) if field.init
    }

    assert names - plain == set(Feature)


def test_a_plain_problem_uses_nothing():
    own_depot = a_vehicle(id="W", end_depot="D", reload_s=60, skills=frozenset({"lift"}))
    unused = {"bike": Profile(seconds=SECONDS, metres=METRES, speeds=(SpeedSlot(start_s=0, percent=50),))}
    problem = a_problem(a_stop(), vehicles=[a_vehicle(), own_depot], profiles=unused)

    assert used_features(problem) == {}
    assert refusal(problem, (), "nobody") is None


def test_a_refusal_names_the_item_and_the_field():
    problem = a_problem_with(Feature.BREAKS)

    assert refusal(problem, {Feature.BREAKS}, "PyVRP") is None
    assert refusal(problem, {Feature.SKILLS}, "PyVRP") == "vehicle 'X' has breaks, which PyVRP cannot express"


@pytest.mark.parametrize(("solver", "feature"), [(PyvrpSearch, Feature.SPEEDS), (OrToolsRouting, Feature.SPEEDS)])
def test_solvers_refuse_what_they_cannot_express(solver, feature):
    assert "has speeds, which" in solver().can_express(a_problem_with(feature))
