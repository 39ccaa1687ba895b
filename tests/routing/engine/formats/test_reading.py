"""A file is recognised by what stands in it; whatever is wrong with it, the answer is a sentence with its name."""

import contextlib
import json
import random
from pathlib import Path

import pytest

from logistics.routing.engine.formats import BadProblemFile, read_problem

from .files import CORDEAU, CVRP, DEPOTS, MIXED, ORTEC, SOLOMON
from .test_own_json import broken
from .test_vroom import an_input

RICH = {
    "jobs": [
        {"id": 1, "location_index": 1, "setup": 3, "service": 9, "delivery": [4, 1], "skills": [1], "priority": 7},
        {"id": 2, "location_index": 2, "amount": [1, 1], "time_windows": [[5, 9], [20, 400]], "pickup": [0, 0]},
    ],
    "vehicles": [
        {
            "id": 1,
            "start_index": 0,
            "capacity": [10, 9],
            "skills": [1, 2],
            "time_window": [0, 900],
            "breaks": [{"id": 1, "time_windows": [[3, 90]], "service": 8}],
            "max_tasks": 2,
            "max_distance": 900,
            "costs": {"fixed": 3, "per_hour": 0, "per_km": 70},
            "steps": [{"type": "start"}, {"type": "job", "id": 2}],
        },
        {"id": 2, "end_index": 0, "capacity": [10, 9], "speed_factor": 1.25, "max_travel_time": 90},
    ],
    "matrices": {
        "car": {"durations": [[0, 10, 20], [11, 0, 5], [21, 6, 0]], "distances": [[0, 90, 80], [70, 0, 60], [5, 4, 0]]}
    },
}
"""Every field of VROOM that is read, all at once."""
FILES = {
    "solomon": SOLOMON,
    "cordeau": CORDEAU,
    "cvrp": CVRP,
    "ortec": ORTEC,
    "depots": DEPOTS,
    "mixed": MIXED,
    "vroom": json.dumps(an_input(), indent=1),
    "rich vroom": json.dumps(RICH, indent=1),
    "json": broken(),
}
JUNK = (
    "nan",
    "-1",
    "0",
    "1e400",
    "x",
    "999999999999",
    "",
    ":",
    "null",
    "[]",
    "{}",
    '"a"',
    "-",
    "1.5",
    "\n",
    "_SECTION",
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("solomon", "solomon"),
        ("cordeau", "cordeau"),
        ("cvrp", "vrplib"),
        ("ortec", "vrplib"),
        ("depots", "vrplib"),
        ("vroom", "vroom"),
        ("rich vroom", "vroom"),
        ("json", "json"),
    ],
)
def test_the_name_of_the_file_does_not_matter(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "problem.data"
    path.write_text("\ufeff" + FILES[name].replace("\n", "\r\n"), encoding="utf-8")

    assert read_problem(path).format == kind


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello\n", b"\xff\xfe\x00PK", b"[1, 2]"])
def test_what_is_no_problem_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "what.bin"
    path.write_bytes(content)

    with pytest.raises(BadProblemFile, match=r"^what\.bin: the file is "):
        read_problem(path)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_but_never_crashes(name: str, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw, path = random.Random(seed), tmp_path / "damaged"
    for _ in range(150):
        text = FILES[name]
        begin = draw.randrange(len(text))
        end = draw.choice([begin + 1, begin + 3, begin + 40, len(text)])
        path.write_text(text[:begin] + draw.choice(JUNK) + text[end:], encoding="utf-8")
        with contextlib.suppress(BadProblemFile):
            read_problem(path)
