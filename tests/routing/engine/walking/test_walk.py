from typing import Any

import numpy as np
import pytest

from logistics.routing.engine import UNREACHABLE
from logistics.routing.engine.walking import BadWalk
from tests.routing.engine.walking.builders import a_drop, a_team, a_walk, on_a_line


def faults(*positions: int, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(BadWalk) as refused:
        a_walk(*(positions or (30,)), **changes)
    return refused.value.faults


def test_every_mistake_is_told_at_once() -> None:
    told = faults(unloading_s=-1, team=a_team(count=0), buildings=(a_drop(1, packages=0), a_drop(2)))

    assert told == (
        "the gate: volunteers.count is 0; it must be a whole number of people from 1 to 200",
        "the gate: unloading_s is -1; it must be a whole number of seconds from 0 to 1000000000",
        "building 'B1': packages is 0; it must be a whole number of packages from 1 to 1000000000",
        "building 'B2': place is 2; it must be from 1 to 1, for row 0 is the gate",
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        (
            {"seconds": on_a_line(30)[:1]},
            "the gate: seconds has shape (1, 2); it must be a square numpy array, row 0 the gate, then the buildings",
        ),
        (
            {"seconds": on_a_line(30).astype(float)},
            "the gate: seconds is float64; it must hold whole seconds, 2147483647 for no way",
        ),
        (
            {"seconds": -on_a_line(30)},
            "the gate: seconds[0, 1] is -30 s; it must be from 0 to 86400, or 2147483647 for no way",
        ),
        ({"seconds": on_a_line(30) + 1}, "the gate: seconds[0, 0] is 1 s; a place is 0 s from itself"),
        ({"buildings": ()}, "the gate has 0 buildings; it must have 1 to 2000"),
        (
            {"buildings": (a_drop(1), a_drop(1))},
            "building 'B1' is given 2 times; each building must be given once",
        ),
        (
            {"buildings": (a_drop(1, doors=3),)},
            "building 'B1': doors is 3 and packages 2; a door gets one package at least",
        ),
        (
            {"buildings": (a_drop(1, grams=2_001),), "team": a_team(grams_each=1_000), "gate": "north"},
            "building 'B1': a package weighs up to 1001 g and volunteers.grams_each is 1000; a trolley would be right",
        ),
        (
            {"buildings": (a_drop(1, packages=20_010),)},
            "the gate: at 10 packages and 20000 g at once it takes 2001 loads to carry everything; "
            "at most 2000 can be planned, so let a volunteer carry more at once",
        ),
    ],
)
def test_a_mistake_is_told_with_its_number(changes: dict[str, Any], fault: str) -> None:
    assert fault in faults(**changes)


def test_a_building_without_a_way_back_is_refused() -> None:
    seconds = on_a_line(30)
    seconds[1, 0] = UNREACHABLE

    assert faults(seconds=seconds) == (
        "building 'B1': there is no way on foot from it; leave it out or serve it from another gate",
    )


def test_the_matrix_is_kept_as_it_was_given() -> None:
    seconds = on_a_line(30)
    walk = a_walk(30, seconds=seconds)

    seconds[0, 1] = 99

    assert walk.seconds.item(0, 1) == 30
    assert walk.seconds.dtype == np.int32
    with pytest.raises(ValueError, match="read-only"):
        walk.seconds[0, 1] = 1
