"""Reasons for whole fleets against the scheduler, vehicle by vehicle."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import (
    Break,
    DropReason,
    InfeasibleRoute,
    Profile,
    SpeedSlot,
    TimeWindow,
    Underway,
    drop_reason,
    drop_reasons,
    schedule_route,
)
from logistics.routing.engine.explaining.kinds import kinds_of
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_depot, a_problem, a_stop, a_vehicle


def maybe(strategy):
    return st.one_of(st.none(), strategy)


def spans(latest):
    return st.tuples(st.integers(0, latest), st.integers(0, 900)).map(
        lambda pair: TimeWindow(start_s=pair[0], end_s=sum(pair))
    )


NAMES = st.frozensets(st.sampled_from(["V0", "V1"]))
SKILLS = st.frozensets(st.sampled_from(["cold", "lift"]))
SPEEDS = st.sampled_from([(), (SpeedSlot(start_s=400, percent=50), SpeedSlot(start_s=900, percent=130))])


@st.composite
def matrices(draw, place_count=4):
    cells = place_count * place_count
    pair = [np.array(draw(st.lists(st.integers(0, 700), min_size=cells, max_size=cells))) for _ in range(2)]
    for closed in draw(st.lists(st.integers(0, cells - 1), max_size=2)):
        pair[closed % 2][closed] = UNREACHABLE
    pair = [matrix.reshape(place_count, place_count) for matrix in pair]
    for matrix in pair:
        np.fill_diagonal(matrix, 0)
    return pair


@st.composite
def vehicles(draw, number):
    underway = maybe(st.builds(Underway, place=st.integers(0, 3), ready_s=st.integers(0, 900)))
    rest = st.builds(
        lambda earliest, slack, lasts: Break(earliest_s=earliest, latest_s=earliest + slack, duration_s=lasts),
        st.integers(0, 1_500),
        st.integers(0, 500),
        st.integers(1, 400),
    )
    return a_vehicle(
        id=f"V{number}",
        depot=draw(st.sampled_from("DE")),
        end_depot=draw(st.sampled_from([None, "D", "E"])),
        profile=draw(st.sampled_from(["", "cart"])),
        capacity_g=draw(st.integers(100, 600)),
        capacity_ml=draw(maybe(st.integers(10, 60))),
        shift=draw(spans(1_500)),
        longest_s=draw(maybe(st.integers(100, 2_000))),
        longest_m=draw(maybe(st.integers(100, 1_400))),
        most_stops=draw(maybe(st.integers(0, 2))),
        skills=draw(SKILLS),
        breaks=tuple(draw(st.lists(rest, max_size=1))),
        underway=draw(underway),
    )


@st.composite
def stops(draw, number):
    first = draw(spans(2_000))
    later = [first.end_s + 1 + gap for gap in draw(st.lists(st.integers(0, 600), max_size=1))]
    return a_stop(
        f"S{number}",
        place=draw(st.integers(0, 3)),
        demand_g=draw(st.integers(0, 600)),
        volume_ml=draw(st.integers(0, 60)),
        window=first,
        further_windows=tuple(TimeWindow(start_s=start, end_s=start + 200) for start in later),
        service_s=draw(st.integers(0, 100)),
        service_s_per_package=draw(st.integers(0, 100)),
        late_cents_per_h=draw(maybe(st.just(5))),
        released_s=draw(maybe(st.integers(0, 1_500))),
        depot=draw(st.sampled_from([None, "D", "E"])),
        skills=draw(st.one_of(st.just(frozenset()), SKILLS)),
        vehicles_forbidden=draw(NAMES),
    )


@st.composite
def problems(draw):
    seconds, metres = draw(matrices())
    cart_s, cart_m = draw(matrices())
    return a_problem(
        *[draw(stops(number)) for number in range(draw(st.integers(0, 4)))],
        depots=[a_depot(), a_depot(id="E", place=1, opens_s=100, closes_s=2_500)],
        vehicles=[draw(vehicles(number)) for number in range(2, 2 + draw(st.integers(0, 3)))]
        + [a_vehicle(id=f"V{number}", most_stops=0) for number in range(2)],
        seconds=seconds,
        metres=metres,
        speeds=draw(SPEEDS),
        profiles={"cart": Profile(seconds=cart_s, metres=cart_m, speeds=draw(SPEEDS))},
    )


def can_drive(problem, vehicle, stop):
    try:
        schedule_route(problem, vehicle, [stop])
    except InfeasibleRoute:
        return False
    return True


@settings(max_examples=300, deadline=None, print_blob=True)
@given(problem=problems())
def test_a_stop_has_a_reason_when_the_scheduler_finds_no_vehicle(problem):
    reasons = drop_reasons(problem)

    for stop in problem.stops:
        served = any(can_drive(problem, vehicle, stop) for vehicle in problem.vehicles)
        assert (stop.id not in reasons) == served
        assert drop_reason(problem, stop) == reasons.get(stop.id)


LOOSER = {
    DropReason.TOO_HEAVY: lambda vehicle: dataclasses.replace(vehicle, capacity_g=10**9),
    DropReason.TOO_LARGE: lambda vehicle: dataclasses.replace(vehicle, capacity_ml=None),
    DropReason.TOO_FAR: lambda vehicle: dataclasses.replace(vehicle, longest_m=None),
    DropReason.NO_SKILL: lambda vehicle: dataclasses.replace(vehicle, skills=frozenset({"cold", "lift"})),
}


@settings(max_examples=200, deadline=None, print_blob=True)
@given(problem=problems())
def test_without_the_rule_that_is_the_reason_there_is_another_reason_or_none(problem):
    for name, dropped in drop_reasons(problem).items():
        if dropped.reason in LOOSER:
            looser = dataclasses.replace(problem, vehicles=tuple(map(LOOSER[dropped.reason], problem.vehicles)))
            again = drop_reason(looser, looser.stop(name))
            assert again is None or again.reason is not dropped.reason


def test_vehicles_that_differ_in_id_type_and_prices_are_one_kind():
    vehicles = [
        a_vehicle(),
        a_vehicle(id="W", type="car", fixed_cost=1, cost_per_km=2, cost_per_h=3),
        a_vehicle(id="X", capacity_g=999),
    ]

    kinds = kinds_of(a_problem(vehicles=vehicles))

    assert [(kind.vehicle.id, set(kind.members)) for kind in kinds] == [("V", {"V", "W"}), ("X", {"X"})]
