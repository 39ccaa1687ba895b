"""The table of city sizes: the same city everywhere, only answers that hold, and killed processes are named."""

from __future__ import annotations

import dataclasses

import numpy as np

from benchmarks.made_city import STOPS_PER_VEHICLE, made_city
from benchmarks.routing_peers import PEERS, Peer
from benchmarks.scale import Answer, best, growth, limit_of, measured, raced, table


def an_answer(**changes: object) -> Answer:
    given = Answer(
        stops=1_000,
        peer="engine",
        seed=1,
        time_limit_s=30.0,
        seconds=29.5,
        cost=50_000,
        routes=20,
        memory_gb=0.5,
        why="",
    )
    return dataclasses.replace(given, **changes)  # type: ignore[arg-type]


def test_a_city_is_the_same_every_time() -> None:
    one, other = made_city(200, seed=3).problem, made_city(200, seed=3).problem

    assert one.stops == other.stops
    assert np.array_equal(one.seconds, other.seconds)
    assert len(one.vehicles) == 200 // STOPS_PER_VEHICLE
    assert one.seconds is one.metres
    assert not np.array_equal(one.seconds, one.seconds.T)
    assert made_city(200, seed=4).problem.stops != one.stops


def test_the_fleet_can_carry_what_is_asked_for() -> None:
    problem = made_city(1_000, seed=1).problem

    asked = sum(stop.demand_g for stop in problem.stops)
    offered = sum(vehicle.capacity_g for vehicle in problem.vehicles)
    # 1 to 12 a stop: 6.5 in the mean, and 15 % more room than that
    assert 1.05 < offered / asked < 1.25


def test_limits_follow_the_size() -> None:
    assert [limit_of(stops) for stops in (500, 1_000, 7_000, 20_000)] == [30.0, 30.0, 60.0, 90.0]


def test_an_answer_that_leaves_stops_out_does_not_count() -> None:
    lazy = Peer(label="lazy", package="numpy", runs=1, routes=lambda read, limit_s, seed: [("van 1", ["1", "2"])])

    answer = measured(10, "lazy", lazy, 1.0, 1)

    assert (answer.cost, answer.why) == (None, "8 stops are not served")


def test_who_holds_too_much_memory_is_killed() -> None:
    (answer,) = raced(50, "engine", PEERS["engine"], 60.0, 1, memory_gb=0.001)

    assert answer.cost is None
    assert answer.why.startswith("killed at ")


def test_the_cheaper_of_two_counts_and_any_answer_beats_none() -> None:
    none = an_answer(cost=None, why="killed at 14.1 GB")

    assert best([an_answer(cost=5), none, an_answer(cost=4)]).cost == 4
    assert best([none]) == none


def test_the_table_compares_with_the_engine_and_with_the_size_before() -> None:
    answers = [
        an_answer(),
        an_answer(peer="pyvrp", cost=51_500, memory_gb=1.0),
        an_answer(stops=2_000, cost=96_000, memory_gb=1.0),
        an_answer(stops=2_000, peer="pyvrp", cost=None, memory_gb=4.0, why="killed at 4.0 GB"),
    ]

    rows = table(answers).splitlines()

    assert rows[2] == "| 1000 | 30 | engine | 0.0 | 50.0 | 29.5 | 0.50 | – |"
    assert rows[3] == "| 1000 | 30 | PyVRP, best of 2 | 3.0 | 51.5 | 29.5 | 1.00 | – |"
    assert rows[4] == "| 2000 | 30 | engine | 0.0 | 48.0 | 29.5 | 1.00 | 2.0 |"
    assert rows[5] == "| 2000 | 30 | PyVRP, best of 2 | killed at 4.0 GB | – | 29.5 | 4.00 | 4.0 |"
    assert growth(answers)[1:] == [
        "engine: memory grows with stops to the power 1.0 from 1000 to 2000",
        "PyVRP, best of 2: memory grows with stops to the power 2.0 from 1000 to 2000",
    ]
