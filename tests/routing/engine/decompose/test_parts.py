"""A part is a problem of its own with the ids, legs and promises of the whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from logistics.routing.engine import BadProblem, Profile, Underway
from logistics.routing.engine.decompose.parts import Part, cut
from logistics.routing.engine.decompose.positions import positions
from logistics.routing.engine.decompose.processes import as_received, as_sent
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_line, a_problem, a_stop, a_vehicle

LINE = (0, 100, 200, 300)


def a_part(vehicles: tuple[int, ...] = (0,), stops: tuple[int, ...] = (0,)) -> Part:
    return Part(vehicles=vehicles, stops=stops, routes={})


def test_a_part_has_its_own_places_only() -> None:
    whole = a_problem(a_stop("near", place=1), a_stop("mid", place=2), a_stop("far", place=3))

    part = cut(whole, a_part(stops=(1, 2)))

    assert [(stop.id, stop.place) for stop in part.stops] == [("mid", 1), ("far", 2)]
    assert part.seconds.tolist() == [[0, 200, 300], [200, 0, 100], [300, 100, 0]]
    assert part.metres[0, 2] == 3_000
    assert not part.seconds.flags.writeable


def test_one_matrix_for_both_stays_one() -> None:
    seconds, _ = a_line(LINE)
    seconds.setflags(write=False)

    part = cut(a_problem(a_stop(), seconds=seconds, metres=seconds), a_part())

    assert part.seconds is part.metres
    received = as_received(as_sent(part))
    assert received.seconds is received.metres


def test_stops_of_one_place_share_it() -> None:
    whole = a_problem(a_stop("A", place=3), a_stop("B", place=3))

    part = cut(whole, a_part(stops=(0, 1)))

    assert [stop.place for stop in part.stops] == [1, 1]
    assert part.seconds.shape == (2, 2)


def test_profiles_that_nobody_drives_by_are_left_behind() -> None:
    seconds, metres = a_line(LINE)
    walk, ride = Profile(seconds=seconds * 3, metres=metres), Profile(seconds=seconds * 2, metres=metres)
    vehicles = [a_vehicle(id="V"), a_vehicle(id="W", profile="walk"), a_vehicle(id="R", profile="ride")]
    whole = a_problem(a_stop(place=2), vehicles=vehicles, profiles={"walk": walk, "ride": ride})

    part = cut(whole, a_part(vehicles=(0, 1)))

    assert list(part.profiles) == ["walk"]
    assert part.profiles["walk"].seconds.tolist() == [[0, 600], [600, 0]]
    assert as_received(as_sent(part)).profiles["walk"].seconds.tolist() == [[0, 600], [600, 0]]


def test_where_a_vehicle_stands_is_a_place_of_the_part() -> None:
    vehicle = a_vehicle(underway=Underway(place=2, ready_s=50))

    part = cut(a_problem(a_stop(place=3), vehicles=[vehicle]), a_part())

    underway = part.vehicles[0].underway
    assert underway is not None
    assert (underway.place, part.leg_s(underway.place, part.stops[0].place)) == (1, 100)


def test_vehicles_of_other_parts_are_not_named() -> None:
    vehicles = [a_vehicle(id=name) for name in "ABC"]
    stop = a_stop(vehicles_allowed=frozenset("AC"), vehicles_forbidden=frozenset("B"))

    part = cut(a_problem(stop, vehicles=vehicles), a_part(vehicles=(0, 1)))

    assert part.stops[0].vehicles_allowed == {"A"}
    assert part.stops[0].vehicles_forbidden == {"B"}


@pytest.mark.parametrize("promise", [{"pinned_vehicle": "A"}, {"vehicles_allowed": frozenset("A")}])
def test_a_part_without_the_promised_vehicle_is_refused(promise: dict[str, object]) -> None:
    whole = a_problem(a_stop(**promise), vehicles=[a_vehicle(id="A"), a_vehicle(id="B")])

    cut(whole, a_part(vehicles=(0,)))
    with pytest.raises(BadProblem):
        cut(whole, a_part(vehicles=(1,)))


def test_positions_keep_the_distances_of_a_line() -> None:
    seconds, _ = a_line(LINE)

    plane = positions(seconds)

    apart = np.hypot(*(plane[:, None] - plane[None, :]).transpose(2, 0, 1))
    assert apart == pytest.approx(seconds, abs=1e-6)


def test_positions_of_a_square_are_a_square() -> None:
    corners = np.array([[0, 0], [0, 300], [400, 300], [400, 0]])
    legs = np.hypot(*(corners[:, None] - corners[None, :]).transpose(2, 0, 1)).astype(np.int32)

    plane = positions(legs)

    apart = np.hypot(*(plane[:, None] - plane[None, :]).transpose(2, 0, 1))
    assert apart == pytest.approx(legs, abs=1e-6)


def test_a_closed_leg_counts_as_a_long_one() -> None:
    seconds, _ = a_line(LINE)
    seconds[0, 3] = UNREACHABLE

    plane = positions(seconds)

    assert np.isfinite(plane).all()
    # twice the longest open leg one way, 300 the other: 450 in the mean, beyond the 300 of the line
    assert np.hypot(*(plane[3] - plane[0])) > 300


def test_places_that_are_not_apart_lie_at_the_origin() -> None:
    assert positions(np.zeros((3, 3), dtype=np.int32)).tolist() == [[0, 0]] * 3
    assert positions(np.zeros((0, 0), dtype=np.int32)).shape == (0, 2)


def test_a_problem_goes_through_a_pipe_whole() -> None:
    whole = a_problem(a_stop(late_cents_per_h=5), longest_route_cents_per_h=7)

    back = as_received(as_sent(whole))

    for field in dataclasses.fields(whole):
        if field.init and field.name not in ("seconds", "metres"):
            assert getattr(back, field.name) == getattr(whole, field.name), field.name
