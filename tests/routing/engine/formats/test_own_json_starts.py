"""A plan to begin with in our own JSON: what a search would leave out silently is refused."""

import json
from typing import Any

import pytest

from logistics.routing.engine.formats import BadProblemFile, read_json, write_json
from tests.routing.engine.builders import a_problem, a_stop

from .test_own_json import a_read, broken, changed

OUT = {"place": 1, "ready_s": 0}


def loading_again(stops: int, positions: Any, *, reloads: int = 2, underway: dict[str, int] | None = None) -> str:
    """The JSON of a problem with a start in which V has so many stops."""
    names = [f"S{number}" for number in range(stops)]
    root = json.loads(write_json(a_read(problem=a_problem(*map(a_stop, names or ["S"])))))
    root |= {"start": {"V": names}, "start_reloads": {"V": positions}}
    return changed(root, {"vehicles__0__reloads": reloads, "vehicles__0__underway": underway})


@pytest.mark.parametrize(
    ("stops", "positions", "vehicle"),
    [
        (3, [1, 2], {}),
        (3, [2], {}),
        (2, [0, 1], {"underway": OUT}),
        (1, [0], {"underway": OUT, "reloads": 1}),
        (0, [], {"reloads": 0}),
    ],
)
def test_a_start_may_load_again_where_the_vehicle_can(stops: int, positions: list[int], vehicle: Any) -> None:
    assert read_json(loading_again(stops, positions, **vehicle), "a.json").start_reloads == {"V": tuple(positions)}


@pytest.mark.parametrize(
    ("stops", "positions", "vehicle", "says"),
    [
        (3, 1, {}, "start_reloads.V: is 1; it must be a list […]"),
        (3, ["1"], {}, 'start_reloads.V[0]: is "1"; it must be a whole number from 1 to 2'),
        (3, [1, 3], {}, "start_reloads.V[1]: is 3; it must be a whole number from 1 to 2"),
        (3, [-1], {}, "start_reloads.V[0]: is -1; it must be a whole number from 1 to 2"),
        (3, [-1], {"underway": OUT}, "start_reloads.V[0]: is -1; it must be a whole number from 0 to 2"),
        (
            3,
            [0, 1],
            {},
            "start_reloads.V[0]: is 0; it must be from 1, for only a vehicle that is underway loads ahead of its first"
            " stop",
        ),
        (9, [5, 4], {}, "start_reloads.V[1]: is 4 after 5; positions must rise, each given once"),
        (9, [5, 5], {}, "start_reloads.V[1]: is 5 after 5; positions must rise, each given once"),
        (9, [1, 2, 3], {}, "start_reloads.V: has 3 positions; it must have at most 2, the vehicle's reloads"),
        (9, [1], {"reloads": 0}, "start_reloads.V: has 1 positions; it must have at most 0, the vehicle's reloads"),
        (1, [1], {}, "start_reloads.V: has 1 positions; it must have none, for start has 1 stops of the vehicle"),
        (
            0,
            [0],
            {"underway": OUT},
            "start_reloads.V: has 1 positions; it must have none, for start has 0 stops of the vehicle",
        ),
    ],
)
def test_a_start_that_loads_where_no_search_would_is_refused(
    stops: int, positions: Any, vehicle: Any, says: str
) -> None:
    with pytest.raises(BadProblemFile) as refused:
        read_json(loading_again(stops, positions, **vehicle), "bad.json")

    assert str(refused.value) == f"bad.json: {says}"


def test_a_start_may_leave_vehicles_and_stops_out() -> None:
    assert read_json(broken(start={"V": ["B"]}), "a.json").start == {"V": ("B",)}
    assert read_json(broken(start={}), "a.json").start == {}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"start": {"V": "B"}}, 'start.V: is "B"; it must be a list […]'),
        ({"start": {"V": [7]}}, "start.V[0]: is 7; it must be a text"),
        ({"start": {"W": ["B"]}}, "start.W: is of a vehicle that vehicles does not hold"),
        ({"start": {"V": ["B", "X"]}}, "start.V[1]: is 'X', which stops does not hold"),
        ({"start": {"V": ["B", "面粉", "B"]}}, "start.V[2]: is 'B' once more; a stop is served once"),
        ({"start_reloads": {}}, "start: is missing"),
        ({"start": {}, "start_reloads": {"V": []}}, "start_reloads.V: is of a vehicle that start does not name"),
    ],
)
def test_a_start_that_no_search_would_follow_is_refused_with_its_field(changes: Any, says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        read_json(broken(**changes), "bad.json")

    assert str(refused.value) == f"bad.json: {says}"
