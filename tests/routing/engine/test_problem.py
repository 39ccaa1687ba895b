import numpy as np
import pytest

from logistics.routing.engine import BadProblem, Break, Profile, SpeedSlot, TimeWindow, Underway
from logistics.routing.engine.problem import UNREACHABLE
from tests.routing.engine.builders import a_depot, a_line, a_problem, a_stop, a_vehicle


def faults(*stops, **changes):
    with pytest.raises(BadProblem) as caught:
        a_problem(*stops, **changes)
    return caught.value.faults


def test_every_mistake_is_reported_in_one_error():
    late = TimeWindow(start_s=20, end_s=10)

    with pytest.raises(BadProblem) as caught:
        a_problem(a_stop("A", demand_g=-1), a_stop("B", window=late), vehicles=[a_vehicle(depot="X")])

    assert caught.value.faults == (
        "vehicle 'V': depot is 'X'; it must be one of 'D'",
        "stop 'A': demand_g is -1; it must be a whole number of grams from 0 to 1000000000",
        "stop 'B': window.end_s is 10, before window.start_s 20; it must not be earlier",
    )
    assert str(caught.value).startswith("3 mistakes in the problem: vehicle 'V'")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"demand_g": 1.5}, "demand_g is 1.5; it must be a whole number of grams"),
        ({"demand_g": np.int64(5)}, "it must be a whole number of grams"),
        ({"packages": True}, "packages is True; it must be a whole number of packages"),
        ({"packages": -1}, "packages is -1; it must be a whole number of packages from 0"),
        ({"volume_ml": 10**9 + 1}, "volume_ml is 1000000001; it must be a whole number of millilitres from 0 to 10000"),
        ({"service_s": -5}, "service_s is -5; it must be a whole number of seconds"),
        ({"place": 4}, "place is 4; it must be from 0 to 3"),
        ({"place": -1}, "place is -1; it must be from 0 to 3"),
        ({"place": "1"}, "place is '1'; it must be a row number"),
        ({"depot": "X"}, "depot is 'X'; it must be None (any depot) or one of 'D'"),
        ({"drop_cost": -1}, "drop_cost is -1; it must be a whole number of cents"),
        ({"window": TimeWindow(start_s=0.5, end_s=3)}, "window.start_s is 0.5; it must be a whole number of seconds"),
    ],
)
def test_a_bad_field_of_a_stop_is_named_with_what_would_be_right(changes, said):
    (fault,) = faults(a_stop("A", **changes))

    assert fault.startswith("stop 'A': ")
    assert said in fault


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capacity_g": -1}, "capacity_g is -1"),
        ({"capacity_packages": None}, "capacity_packages is None"),
        ({"capacity_ml": -1}, "capacity_ml is -1"),
        ({"cost_per_km": 0.5}, "cost_per_km is 0.5; it must be a whole number of cents"),
        ({"cost_per_h": -1}, "cost_per_h is -1"),
        ({"fixed_cost": -1}, "fixed_cost is -1"),
        ({"shift": TimeWindow(start_s=5, end_s=4)}, "shift.end_s is 4, before shift.start_s 5"),
    ],
)
def test_a_bad_field_of_a_vehicle_is_named(changes, said):
    (fault,) = faults(vehicles=[a_vehicle(**changes)])

    assert fault.startswith(f"vehicle 'V': {said}")


def test_a_depot_that_closes_before_it_opens_is_refused():
    assert faults(depots=[a_depot(opens_s=9, closes_s=8)]) == (
        "depot 'D': closes_s is 8, before opens_s 9; it must not be earlier",
    )


def test_ids_given_twice_and_empty_ids_are_refused():
    assert faults(a_stop("A"), a_stop("A"), a_stop("")) == (
        "stop 'A' is given 2 times; each id must be given once",
        "stop id is ''; it must be a text that is not empty",
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (-1, "matrix seconds[0, 1] is -1 s; it must be 0 or more"),
        (UNREACHABLE + 1, f"matrix seconds[0, 1] is {UNREACHABLE + 1} s; it must be at most {UNREACHABLE}"),
    ],
)
def test_a_leg_out_of_range_is_named(entry, said):
    seconds = np.zeros((4, 4), dtype=np.int64)
    seconds[0, 1] = entry

    (fault,) = faults(seconds=seconds)

    assert fault.startswith(said)


def test_nan_in_a_matrix_is_refused_and_counted():
    metres = np.zeros((4, 4))
    metres[1, 2] = metres[2, 1] = np.nan

    (fault,) = faults(metres=metres)

    assert fault == (
        "matrix metres is float64 and holds NaN in 2 legs; "
        "it must hold whole metres, with 2147483647 where there is no way"
    )


def test_a_matrix_that_is_not_square_is_refused():
    (fault,) = faults(seconds=np.zeros((4, 3), dtype=np.int32))

    assert fault == "matrix seconds has shape (4, 3); it must be a square numpy array, one row per place"


def test_matrices_of_different_sizes_are_refused():
    (fault,) = faults(seconds=np.zeros((5, 5), dtype=np.int32))

    assert fault == "matrix seconds has 5 places and metres has 4; both must have the same"


def test_a_place_has_no_distance_to_itself():
    seconds, _ = a_line([0, 1, 2, 3])
    seconds[2, 2] = 7

    assert faults(seconds=seconds) == ("matrix seconds[2, 2] is 7 s; a place is 0 s from itself",)


def test_matrices_are_copied_and_cannot_be_written_to():
    seconds, metres = a_line([0, 100, 200, 300])

    problem = a_problem(a_stop(), seconds=seconds.astype(np.int64), metres=metres)
    seconds[0, 1] = 1

    assert problem.seconds.dtype == np.int32
    assert problem.leg_s(0, 1) == 100
    with pytest.raises(ValueError, match="read-only"):
        problem.seconds[0, 1] = 1


def test_a_problem_of_nothing_is_a_problem():
    problem = a_problem(depots=[], vehicles=[], positions=[])

    assert problem.stops == ()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"end_depot": "E"}, "vehicle 'V': end_depot is 'E'; it must be None (its depot) or one of 'D'"),
        ({"profile": "bike"}, "vehicle 'V': profile is 'bike'; it must be '', for no profiles are given"),
        ({"longest_s": -1}, "vehicle 'V': longest_s is -1; it must be a whole number of seconds from 0 to 1000000000"),
        (
            {"most_stops": 1.5},
            "vehicle 'V': most_stops is 1.5; it must be a whole number of stops from 0 to 1000000000",
        ),
        (
            {"skills": {"chilled"}},
            "vehicle 'V': skills is {'chilled'}; it must be a frozenset of texts that are not empty",
        ),
        (
            {"breaks": (Break(earliest_s=100, latest_s=50, duration_s=10),)},
            "vehicle 'V': breaks[0].latest_s is 50, before breaks[0].earliest_s 100; it must not be earlier",
        ),
        (
            {"breaks": (Break(earliest_s=0, latest_s=50, duration_s=0),)},
            "vehicle 'V': breaks[0].duration_s is 0; it must be a whole number of seconds from 1 to 1000000000",
        ),
        (
            {
                "breaks": (
                    Break(earliest_s=0, latest_s=50, duration_s=10),
                    Break(earliest_s=59, latest_s=90, duration_s=10),
                )
            },
            "vehicle 'V': breaks[1].earliest_s is 59, but the break ahead of it may last until 60; "
            "breaks must be in order and apart",
        ),
        (
            {"underway": Underway(place=9, ready_s=0)},
            "vehicle 'V': underway.place is 9; it must be from 0 to 3",
        ),
    ],
)
def test_a_vehicle_says_what_is_wrong(changes, sentence):
    with pytest.raises(BadProblem) as refused:
        a_problem(vehicles=[a_vehicle(**changes)])
    assert refused.value.faults == (sentence,)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"further_windows": (TimeWindow(start_s=10_000, end_s=10_100),)},
            "stop 'S': further_windows[0].start_s is 10000, but the window ahead of it ends at 10000; "
            "windows must be in order and apart",
        ),
        ({"vehicles_allowed": frozenset({"X"})}, "stop 'S': vehicles_allowed names 'X'; it must be one of 'V'"),
        ({"vehicles_forbidden": ["V"]}, "stop 'S': vehicles_forbidden is ['V']; it must be a frozenset of vehicle ids"),
        ({"pinned_vehicle": "X"}, "stop 'S': pinned_vehicle is 'X'; it must be None or one of 'V'"),
        ({"pinned_position": 1}, "stop 'S': pinned_position is 1 without pinned_vehicle; a position needs a vehicle"),
        (
            {"pinned_vehicle": "V", "pinned_position": 0},
            "stop 'S': pinned_position is 0; it must be a whole number of visits from 1 to 1000000000",
        ),
        (
            {"pinned_vehicle": "V", "pinned_position": 2},
            "stop 'S': pinned_position is 2, but there are only 1 stops",
        ),
        ({"priority": 101}, "stop 'S': priority is 101; it must be a whole number of points from 0 to 100"),
        (
            {"late_cents_per_h": -1},
            "stop 'S': late_cents_per_h is -1; it must be a whole number of cents from 0 to 1000000000",
        ),
        ({"together": ""}, "stop 'S': together is ''; it must be None or a text that is not empty"),
        (
            {"skills": frozenset({"chilled"}), "pinned_vehicle": "V"},
            "stop 'S': pinned_vehicle is 'V', but that lacks chilled; pin it to a vehicle that has these skills",
        ),
        (
            {"vehicles_forbidden": frozenset({"V"}), "pinned_vehicle": "V"},
            "stop 'S': pinned_vehicle is 'V', but vehicles_forbidden names it; pin it to an allowed vehicle",
        ),
        (
            {"vehicles_forbidden": frozenset({"V"}), "vehicles_allowed": frozenset({"V"})},
            "stop 'S': vehicles_allowed leaves none that vehicles_forbidden does not name; "
            "at least one vehicle must be left",
        ),
    ],
)
def test_a_stop_says_what_is_wrong(changes, sentence):
    with pytest.raises(BadProblem) as refused:
        a_problem(a_stop(**changes))
    assert refused.value.faults == (sentence,)


def test_pins_that_contradict_each_other_are_named():
    with pytest.raises(BadProblem) as refused:
        a_problem(
            a_stop("A", pinned_vehicle="V", pinned_position=1, together="pair"),
            a_stop("B", pinned_vehicle="V", pinned_position=1),
            a_stop("C", pinned_vehicle="W", together="pair"),
            vehicles=[a_vehicle(), a_vehicle(id="W")],
        )
    assert refused.value.faults == (
        "stops 'A', 'B' are all pinned to position 1 of vehicle 'V'; one position holds one stop",
        "the stops together as 'pair' want different vehicles: 'A' pinned_vehicle 'V', 'C' pinned_vehicle 'W'; "
        "they must share one",
    )


def test_a_profile_is_looked_at_like_the_problem_itself():
    seconds, metres = a_line((0, 100, 200, 300))
    with pytest.raises(BadProblem) as refused:
        a_problem(
            profiles={"foot": Profile(seconds=-seconds, metres=metres[:2, :2])},
            speeds=(SpeedSlot(start_s=10, percent=50), SpeedSlot(start_s=10, percent=0)),
        )
    assert "the problem: speeds[1].percent is 0; it must be a whole number of percent from 1 to 1000" in (
        refused.value.faults
    )
    assert "matrix foot seconds[0, 1] is -100 s; it must be 0 or more, 2147483647 for no way" in refused.value.faults
    assert "matrix seconds has 4 places and foot metres has 2; both must have the same" in refused.value.faults


def test_a_matrix_that_nobody_can_change_is_shared_and_any_other_is_copied():
    fixed = a_line((0, 100, 200, 300))[0].astype(np.int32)
    fixed.setflags(write=False)
    own = fixed.copy()
    view = own[:]
    view.setflags(write=False)
    shared = a_problem(seconds=fixed, metres=fixed)
    assert shared.seconds is fixed
    assert shared.metres is fixed
    copied = a_problem(seconds=own, metres=view)
    assert not np.shares_memory(copied.seconds, own)
    assert not np.shares_memory(copied.metres, own)


def test_service_of_all_packages_together_has_a_limit():
    edge = a_stop(service_s=10**9 - 2_000, packages=1_000, service_s_per_package=2)
    assert a_problem(edge).stop("S").serving_s == 10**9
    assert faults(a_stop(service_s=10**9 - 2_000, packages=1_001, service_s_per_package=2)) == (
        "stop 'S': serving 1001 packages takes 1000000002 s; it must be at most 1000000000",
    )
