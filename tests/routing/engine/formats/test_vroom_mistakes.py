"""What is wrong in VROOM's JSON, or cannot be expressed here, is named with its field."""

from typing import Any

import pytest

from logistics.routing.engine.formats import BadProblemFile

from .test_vroom import an_input, read


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("jobs", {"skills": ["a"]}, 'jobs[0].skills[0]: is "a"; it must be a whole number'),
        ("jobs", {"priority": 101}, "jobs[0].priority: is 101; it must be a whole number from 0 to 100"),
        ("jobs", {"servise": 10}, "jobs[0].servise: is not known here"),
        ("jobs", {"pickup": [1]}, "jobs[0].pickup: would change the plan and cannot be expressed here"),
        ("jobs", {"service_per_type": {"van": 1}}, "jobs[0].service_per_type: would change the plan"),
        ("jobs", {"setup": 5, "location_index": 2}, "jobs[0].setup: would apply once for several visits"),
        ("jobs", {"setup": 5, "location_index": 0}, "jobs[0].setup: would apply once for several visits"),
        ("jobs", {"location_index": 3}, "jobs[0].location_index: is 3; it must be a whole number from 0 to 2"),
        ("jobs", {"time_windows": [[5, 4]]}, "jobs[0].time_windows[0]: ends at 4, before it begins at 5"),
        (
            "jobs",
            {"time_windows": [[3, 4], [1, 3]]},
            "time_windows[0]: begins at 3, and the one ahead of it ends",
        ),
        ("jobs", {"delivery": [1, 2]}, "jobs[0].delivery: has 2 dimensions; others have 1"),
        ("jobs", {"service": -1}, "jobs[0].service: is -1"),
        ("jobs", {"id": 12}, "jobs[1].id: is 12 once more; each must have its own"),
        ("jobs", {"location": [36.6, 117.0]}, "jobs[0].location: is [36.6, 117], which is latitude before longitude"),
        ("vehicles", {"capacity": [0]}, "vehicles[0].capacity: is zero"),
        ("vehicles", {"start_index": None, "end_index": None}, "vehicles[0]: has neither a start nor an end"),
        ("vehicles", {"breaks": [{"id": 1, "max_load": [1]}]}, "vehicles[0].breaks[0].max_load: would change the plan"),
        ("vehicles", {"breaks": [{"time_windows": [[1, 2], [3, 4]]}]}, "breaks[0].time_windows: has 2 windows"),
        ("vehicles", {"breaks": [{"service": 901}]}, "breaks[0]: of 901 s does not fit into the hours from 0 to 900"),
        (
            "vehicles",
            {"breaks": [{"service": 9, "time_windows": [[0, 9]]}, {"service": 9, "time_windows": [[17, 30]]}]},
            "vehicles[0].breaks[1]: may begin at 17, and the break ahead of it may last until 18",
        ),
        ("vehicles", {"speed_factor": 0}, "vehicles[0].speed_factor: is 0; it must be above 0 and at most 5"),
        ("vehicles", {"speed_factor": 5.1}, "vehicles[0].speed_factor: is 5.1"),
        ("vehicles", {"max_tasks": -1}, "vehicles[0].max_tasks: is -1"),
        ("vehicles", {"max_distance": 4}, "vehicles[0].max_distance: needs a matrix of distances"),
        (
            "vehicles",
            {"max_travel_time": 4, "costs": {"per_hour": 0, "per_km": 0}, "profile": "priced"},
            "costs.per_hour: is 0; beside a costs matrix",
        ),
        (
            "vehicles",
            {"max_travel_time": 62, "profile": "priced"},
            "max_travel_time: limits times and the",
        ),
        ("vehicles", {"costs": {"per_km": 4}}, "vehicles[0].costs.per_km: needs a matrix of distances"),
        ("vehicles", {"costs": {"per_task_hour": 4}}, "vehicles[0].costs.per_task_hour: would change the plan"),
        ("vehicles", {"profile": "bike"}, "matrices.bike: is missing"),
        ("vehicles", {"steps": [{"type": "job", "id": 13}]}, "vehicles[0].steps[0].id: is 13; it must be a job"),
        ("vehicles", {"steps": [{"type": "job", "id": 11}] * 2}, "vehicles[0].steps[1].id: is 11"),
        ("vehicles", {"steps": [{"type": "pickup", "id": 11}]}, "vehicles[0].steps[0].type: is pickup"),
    ],
)
def test_what_does_not_fit_is_named_with_its_field(kind: str, change: dict[str, Any], says: str) -> None:
    given = an_input()
    given["matrices"]["priced"] = {**given["matrices"]["car"], "costs": [[0, 1, 2], [3, 0, 4], [5, 6, 0]]}
    given[kind][0] |= change

    with pytest.raises(BadProblemFile) as refused:
        read(given)

    assert says in str(refused.value)


def test_a_leg_from_a_place_to_itself_is_named_with_its_cell() -> None:
    given = an_input()
    given["matrices"]["car"]["durations"][1][1] = 4

    with pytest.raises(BadProblemFile) as refused:
        read(given)

    assert str(refused.value) == "in.json: matrices.car.durations[1][1]: is 4; it must be 0, from a place to itself"


def test_prices_too_fine_for_whole_numbers_are_refused() -> None:
    given = an_input()
    given["matrices"]["car"]["distances"] = [[0, 10**6, 1], [1, 0, 1], [1, 1, 0]]
    given["vehicles"][0]["costs"] = {"per_hour": 3_601, "per_km": 99_999}

    with pytest.raises(BadProblemFile, match=r"vehicles\[0\]\.costs: makes a leg count \d+; weighed by it"):
        read(given)


def test_a_vehicle_that_carries_nothing_is_refused() -> None:
    given = an_input()
    del given["vehicles"][0]["capacity"]

    with pytest.raises(BadProblemFile, match=r"vehicles\[0\]\.capacity: is missing"):
        read(given)


def test_shipments_are_refused() -> None:
    with pytest.raises(BadProblemFile, match=r"^in\.json: shipments: would change the plan"):
        read(an_input(shipments=[{"pickup": {}}]))
