"""What the engine promises of every solver's runs, tried with each of them: limits, seeds, callbacks."""

import threading
import time

import pytest

from logistics.routing.engine import SolveOptions, check
from tests.routing.engine.towns import REPEATABLE, a_town


def test_same_seed_and_iteration_limit_make_the_same_plan_under_load(solve):
    problem = a_town(40)
    alone = solve(problem, REPEATABLE)
    stop = threading.Event()

    def burn():
        while not stop.is_set():
            sum(range(1_000))

    burner = threading.Thread(target=burn)
    burner.start()
    try:
        loaded = solve(problem, REPEATABLE)
    finally:
        stop.set()
        burner.join()

    assert loaded == alone
    assert loaded.solutions > 1


def test_another_seed_makes_another_search(solve):
    problem = a_town(40)
    other = SolveOptions(time_limit_s=60, iteration_limit=60, seed=1)

    assert solve(problem, other) != solve(problem, REPEATABLE)
    assert solve(problem, other) == solve(problem, other)


def test_watching_a_run_does_not_change_it(solve):
    problem = a_town(30)

    watched = solve(problem, REPEATABLE, on_progress=lambda progress: None, cancelled=lambda: False)

    assert watched == solve(problem, REPEATABLE)


def test_the_time_limit_is_kept_model_building_included(solve):
    problem = a_town(30)

    started_s = time.monotonic()
    plan = solve(problem, SolveOptions(time_limit_s=1))

    assert time.monotonic() - started_s < 10  # a search without its limit would go on for ever
    assert plan.dropped == ()


def test_a_time_limit_too_short_for_any_search_still_gives_a_plan(solve):
    plan = solve(a_town(60), SolveOptions(time_limit_s=0.01))

    assert plan.dropped == ()


def test_cancelling_keeps_the_best_plan_so_far(solve):
    problem = a_town(60)
    seen = []
    started_s = time.monotonic()

    plan = solve(problem, SolveOptions(time_limit_s=30), on_progress=seen.append, cancelled=lambda: bool(seen))

    assert time.monotonic() - started_s < 20  # of the 30 it had
    assert check(problem, plan) == ()
    # Reported costs are those of the search; the schedule can only be as good or better, within a cent.
    assert plan.cost <= seen[-1].cost + 1
    assert seen[-1].routes >= 1


def test_a_run_cancelled_from_the_start_still_gives_a_sound_plan(solve):
    problem = a_town(30)

    plan = solve(problem, SolveOptions(time_limit_s=30), cancelled=lambda: True)

    assert plan.seconds < 5
    assert plan.dropped == ()


def test_progress_only_gets_better(solve):
    seen = []

    solve(a_town(60), SolveOptions(time_limit_s=2), on_progress=seen.append)

    assert len(seen) >= 2
    assert [progress.cost for progress in seen] == sorted((progress.cost for progress in seen), reverse=True)
    assert all(0 < progress.elapsed_s < 3 for progress in seen)


def test_an_error_in_a_callback_stops_the_run_and_is_raised(solve):
    def broken(*_):
        raise LookupError("the job's row is gone")

    with pytest.raises(LookupError, match="row is gone"):
        solve(a_town(30), SolveOptions(time_limit_s=30), on_progress=broken)
    with pytest.raises(LookupError, match="row is gone"):
        solve(a_town(30), SolveOptions(time_limit_s=30), cancelled=broken)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"time_limit_s": 0}, "time_limit_s is 0"),
        ({"time_limit_s": float("nan")}, "time_limit_s is nan"),
        ({"time_limit_s": 1, "seed": -1}, "seed is -1"),
        ({"time_limit_s": 1, "iteration_limit": 0}, "iteration_limit is 0"),
    ],
)
def test_bad_options_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        SolveOptions(**options)
