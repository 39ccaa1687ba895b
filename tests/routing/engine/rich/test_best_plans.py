"""Small problems to the optimum by brute force, with each feature on its own and in mixtures."""

import numpy as np
import pytest

from logistics.routing.engine import BadProblem, SolveOptions, solve
from logistics.routing.engine.solvers.closing import plan_value
from logistics.routing.engine.solvers.rich import RichRuinRecreate
from tests.routing.engine.rich.brute_force import best_value
from tests.routing.engine.rich.made_problems import FEATURES, made_problem

OPTIONS = SolveOptions(time_limit_s=60, iteration_limit=10)


def assert_optimal(features, random, stop_count, vehicle_count):
    try:
        problem = made_problem(features, random, stop_count, vehicle_count)
    except BadProblem:
        return  # a pin that the group or the number of stops contradicts

    plan = solve(problem, OPTIONS, RichRuinRecreate())

    assert plan_value(problem, plan) == best_value(problem)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("seed", range(3))
def test_five_stops_with_one_feature_are_planned_to_the_optimum(feature, seed):
    random = np.random.default_rng([seed, FEATURES.index(feature)])

    assert_optimal({feature, "pins"} if feature == "positions" else {feature}, random, 5, 2)


@pytest.mark.parametrize("seed", range(12))
def test_five_stops_with_a_mixture_of_features_are_planned_to_the_optimum(seed):
    random = np.random.default_rng([seed, len(FEATURES)])

    assert_optimal({feature for feature in FEATURES if random.random() < 0.4}, random, 5, 2)


@pytest.mark.parametrize("seed", range(2))
def test_seven_stops_of_one_vehicle_are_planned_to_the_optimum(seed):
    random = np.random.default_rng([seed, 77])

    assert_optimal({"breaks", "lateness", "windows"}, random, 7, 1)
